"""Keys for pilots from an inventory whose own identifiers cannot be trusted.

A key is as given where it is unmistakable, else made from the facts: the same facts give the same
key on every import, in whatever order the rows are.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from hashlib import blake2b

LONGEST_KEY = 60
_PLACEHOLDERS = frozenset(
    (
        *("tbd", "tba", "tbc", "n-a", "na", "none", "null", "nil", "unknown", "pending", "test"),
        *("x", "xx", "xxx", "not-applicable", "not-assigned", "unassigned", "to-be-determined"),
    )
)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_BARE = re.compile(r"\d+[A-Za-z]?")


def tidy(text: str) -> str:
    """An identifier that can stand in an address: `DO/EDM - 9` is `DO-EDM-9`."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    text = re.sub(r"[^\w.-]+", "-", text.strip(), flags=re.ASCII)
    return re.sub(r"-{2,}", "-", text).strip("-.")


def is_placeholder(identifier: str) -> bool:
    return tidy(identifier).casefold() in _PLACEHOLDERS or not re.search(r"\d|\w{4}", identifier)


def candidate(agency: str, identifier: str) -> str:
    """The key that the identifier would give, empty where it can give none."""
    key = tidy(identifier)
    if not key or is_placeholder(identifier) or re.fullmatch(r"[-.0]*", key):
        return ""
    if _BARE.fullmatch(key):
        key = f"{tidy(agency)}-{key}"
    return key if len(key) <= LONGEST_KEY else ""


def digest(*parts: str) -> bytes:
    """Sixteen bytes that stand for these texts in this order."""
    return blake2b("\x1f".join(parts).encode(errors="surrogatepass"), digest_size=16).digest()


def plain(text: str) -> str:
    """A text without the differences that nobody means: case and spacing."""
    return " ".join(text.casefold().split())


class KeyBook:
    """What the first pass over a file learns, so that the second can give every row its key."""

    def __init__(self) -> None:
        self._agencies: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._identities: Counter[bytes] = Counter()

    def add(self, agency: str, identifier: str, identity: bytes) -> None:
        if key := candidate(agency, identifier):
            self._agencies[key.casefold()][agency] += 1
        self._identities[identity] += 1

    def key(self, agency: str, identifier: str, identity: bytes, row: bytes) -> str:
        """The row's key; `identity` digests what names it, `row` everything it says."""
        return self._key_of_identifier(agency, identifier) or self._made_key(agency, identity, row)

    def _key_of_identifier(self, agency: str, identifier: str) -> str:
        key = candidate(agency, identifier)
        holders = self._agencies.get(key.casefold(), Counter()) if key else Counter[str]()
        if holders[agency] != 1:
            return ""
        if len(holders) == 1:
            return key
        prefixed = f"{tidy(agency)}-{key}"
        taken = prefixed.casefold() in self._agencies or len(prefixed) > LONGEST_KEY
        return "" if taken else prefixed

    def _made_key(self, agency: str, identity: bytes, row: bytes) -> str:
        source = identity if self._identities[identity] == 1 else row
        return f"{tidy(agency)[:40]}-x{source.hex()[:16]}"
