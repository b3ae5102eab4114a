"""The key that is proposed for a portfolio's next pilot: its own prefix, and the next number that is free."""

from __future__ import annotations

import re
from collections import Counter
from itertools import count

from pilots.models import Pilot, Portfolio

_NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<number>\d{1,9})")
LATEST = 200
"""How many of the keys that were given last say how a portfolio numbers its pilots."""
AT_ONCE = 50


def next_key(portfolio: Portfolio) -> str:
    """The next free key, as the last ones of this portfolio were numbered; of a new portfolio its letters, and 1."""
    keys = Pilot.objects.filter(portfolio=portfolio).order_by("-pk").values_list("key", flat=True)[:LATEST]
    numbered = [found for found in map(_NUMBERED.fullmatch, keys) if found]
    if not numbered:
        return _free(_letters(portfolio.key), 1, 1)
    prefix = Counter(found["prefix"] for found in numbered).most_common(1)[0][0]
    numbers = [found["number"] for found in numbered if found["prefix"] == prefix]
    last = max(numbers, key=int)
    return _free(prefix, int(last) + 1, len(last))


def _letters(key: str) -> str:
    """“customer-operations” is CO, “finance” is FIN."""
    words = [word for word in re.split(r"[-_]+", key) if word]
    return ("".join(word[0] for word in words) if len(words) > 1 else key[:3]).upper() + "-"


def _free(prefix: str, first: int, width: int) -> str:
    """The first key from a number on that no pilot has, in whatever portfolio."""
    for start in count(first, AT_ONCE):
        asked = [f"{prefix}{number:0{width}}" for number in range(start, start + AT_ONCE)]
        written = [*asked, *map(str.lower, asked), *map(str.upper, asked)]
        taken = {key.casefold() for key in Pilot.objects.filter(key__in=written).values_list("key", flat=True)}
        for key in asked:
            if key.casefold() not in taken:
                return key
    raise AssertionError("numbers do not end")
