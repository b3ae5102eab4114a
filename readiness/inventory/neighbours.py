"""Pilots on record that a row of a list may be, under another key: near-duplicates, and one that is recognised by its name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from pilots.models import Pilot
from readiness.inventory.keys import plain
from readiness.inventory.records import Finding
from readiness.inventory.statement import Statement

_MADE = re.compile(r"-x[0-9a-f]{16}$")
ALIKE = 93
"""How nearly two names are the same, of 100, for it to be asked whether they are one pilot."""
MOST_COMPARED = 5_000
"""Names of a portfolio that one is held against; where there are more, only equal ones are found."""
_WORDS = re.compile(r"\w+")
_NUMBERS = re.compile(r"\d+")
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_SAYS_NOTHING = frozenset({"a", "ai", "an", "and", "for", "of", "the", "to", "using", "with"})
"""Words that make no other name."""
SHORTEST_SLIP, SLIP = 4, 80
"""Words of so many letters that are so nearly the same, of 100, are one word, mistyped or bent; shorter ones are two."""
NEAREST = 3
"""How many of the nearest names are looked at: the nearest may be a sibling, and the next the same."""


class _Named(NamedTuple):
    """What is held against another pilot of nearly the same name. A purpose is kept as its digest: there may be thousands."""

    key: str
    function: str
    purpose: int | None

    def may_be(self, other: _Named) -> bool:
        """Whether nothing but the name would tell them apart: the same function, or one that is not known; or one purpose.

        Two functions that use the same product for two things are two pilots, however the product is called.
        """
        if not self.function or not other.function or self.function == other.function:
            return True
        return self.purpose is not None and self.purpose == other.purpose


def _named(key: str, function: str | None, purpose: str | None) -> _Named:
    says = plain(purpose or "")
    return _Named(key, plain(function or ""), hash(says) if says else None)


class Neighbours:
    """The keys and names of the pilots in the portfolios that a list names: read once for each portfolio."""

    def __init__(self) -> None:
        self._read: set[str] = set()
        self._keys: dict[str, str] = {}
        self._alike: dict[tuple[str, str], str] = {}
        self._names: defaultdict[str, dict[str, list[_Named]]] = defaultdict(dict)
        self._called: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def learn(self, batch: Iterable[Statement]) -> None:
        """Read the portfolios of a batch that were not read before."""
        unread = {statement.portfolio for statement in batch} - self._read
        self._read |= unread
        rows = Pilot.objects.filter(portfolio__key__in=unread, void_since=None)
        columns = ("portfolio__key", "name", "key", "function__name", "purpose")
        for portfolio, name, *says in rows.values_list(*columns).iterator(chunk_size=2000):
            self._add(portfolio, name, _named(*says))

    def add(self, statement: Statement) -> None:
        """A pilot that this list put on record."""
        self._add(statement.portfolio, str(statement.values.get("name", "")), _stated(statement))

    def _add(self, portfolio: str, name: str, pilot: _Named) -> None:
        self._keys[pilot.key] = portfolio
        self._alike.setdefault((portfolio, _skeleton(pilot.key)), pilot.key)
        self._called[portfolio, plain(name)].append(pilot.key)
        self._names[portfolio].setdefault(_sorted_words(name), []).append(pilot)

    def recognise(self, statement: Statement) -> Statement:
        """What a list says of a pilot that was put on record under a key that was made, since its list had none.

        It is recognised by its name, where one pilot of the portfolio and one row of the list are called so.
        """
        if statement.key in self._keys or not statement.has_own_name:
            return statement
        same = self._called.get((statement.portfolio, plain(str(statement.values.get("name", "")))), [])
        if len(same) != 1 or not _MADE.search(same[0]):
            return statement
        return replace(statement, key=same[0], named_key=statement.key)

    def near(self, statement: Statement) -> Finding | None:
        """What says that a new pilot may be on record already: a key that is the same but for zeros, capitals and strokes;
        or a name that is nearly the same, with how nearly.
        """
        other = self._alike.get((statement.portfolio, _skeleton(statement.key)))
        if other is None or other == statement.key or _MADE.search(statement.key):
            return self._near_by_name(statement)
        sentence = _("%(key)s is new beside %(other)s, which is on record: are they the same?")
        says = sentence % {"key": statement.key, "other": other}
        return Finding("near_duplicate", says, statement.line, statement.column("key"))

    def _near_by_name(self, statement: Statement) -> Finding | None:
        words, pilot = _sorted_words(str(statement.values.get("name", ""))), _stated(statement)
        for name, certainty in self._nearest(statement.portfolio, words):
            other = next((each for each in self._names[statement.portfolio][name] if each.may_be(pilot)), None)
            if other is not None:
                sentence = _("%(key)s is new beside %(other)s, whose name is %(certainty)d %% the same: are they one?")
                says = sentence % {"key": statement.key, "other": other.key, "certainty": round(certainty)}
                return Finding("near_name", says, statement.line, statement.column("name"))
        return None

    def _nearest(self, portfolio: str, words: str) -> Iterator[tuple[str, float]]:
        """Names of a portfolio that are these words, or these words mistyped; each with how nearly, of 100."""
        names = self._names[portfolio]
        if not words:
            return
        if words in names:
            yield words, 100.0
        if len(names) > MOST_COMPARED:
            return
        for name, certainty, _place in process.extract(
            words, names.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=NEAREST
        ):
            if name != words and are_one_name(name, words):
                yield name, certainty


def are_one_name(name: str, other: str) -> bool:
    """Whether two names that are nearly the same, as words in order, differ by a slip of the pen and not by what they name.

    “Reader 1” and “Reader 2” are two, as are “taxi in” and “taxi out”: the words that differ must be nearly the same themselves.
    """
    if _NUMBERS.findall(name) != _NUMBERS.findall(other):
        return False
    words, others = Counter(name.split()), Counter(other.split())
    one, two = "".join(words - others), "".join(others - words)
    return min(len(one), len(two)) >= SHORTEST_SLIP and fuzz.ratio(one, two) >= SLIP


def _stated(statement: Statement) -> _Named:
    values = statement.values
    return _named(statement.key, str(values.get("function") or ""), str(values.get("purpose") or ""))


def _sorted_words(name: str) -> str:
    """The words of a name that say something, in alphabetical order, in small letters: another order is the same name."""
    words = sorted(_WORDS.findall(name.casefold()))
    return " ".join([word for word in words if word not in _SAYS_NOTHING] or words)


def _skeleton(key: str) -> str:
    """A key without what people vary: capitals, strokes and leading zeros."""
    return "-".join(part.lstrip("0") or "0" for part in _PARTS.findall(key.casefold()))
