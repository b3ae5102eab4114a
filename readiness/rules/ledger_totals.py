"""The court ledger of many pilots (rule 12): the days of a period that each court answers for, by whatever is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from pilots.clock import today
from pilots.models import Function, Person, Pilot
from pilots.rules.vocabulary import Court
from readiness.queries.snapshots import charges_of
from readiness.rules.ledger import Charge

BY = ("court", "kind", "holder", "function", "portfolio", "pilot")
"""What the days of a period can be counted by."""
BATCH = 500


@dataclass(slots=True)
class Wait:
    """The days of one pilot, kind, holder, function or portfolio, by court; `days` is all of them.

    They were counted from `start` up to, not including, `end`.
    """

    of: str
    name: str
    start: date
    end: date
    courts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Court.values(), 0))

    @property
    def days(self) -> int:
        """All days; the parts add up to it."""
        return sum(self.courts.values())


def waits(
    pilots: Iterable[Pilot],
    *,
    start: date,
    end: date,
    by: str = "court",
    kind: str | None = None,
    holder: Person | None = None,
    functions: Collection[int | None] | None = None,
    at: date | None = None,
) -> list[Wait]:
    """The open days from `start` up to, not including, `end`, charged to courts; whoever has most comes first.

    Args:
        pilots: read with their portfolio; they are gone through in batches.
        by: one of `BY`; `court` counts all of them together.
        kind, holder: only the gates of this kind, or the days on which this person held them.
        functions: only the days on which the pilot lay in one of these, None among them for those in which it lay in none.
        at: only the days that had come before this one; today unless said. The others are charged to nobody.
    """
    end = min(end, at or today())
    start = min(start, end)
    found: dict[str, Wait] = {}
    people: set[int] = set()
    places: set[int] = set()
    for pilot, charge in _charges(pilots, start, end):
        if kind is not None and charge.kind != kind:
            continue
        if holder is not None and charge.holder != holder.pk:
            continue
        if functions is not None and charge.function not in functions:
            continue
        of, name = _counted_by(by, pilot, charge)
        wait = found.setdefault(of, Wait(of, name, start, end))
        wait.courts[charge.court] += charge.days
        people |= {charge.holder} if by == "holder" and charge.holder else set()
        places |= {charge.function} if by == "function" and charge.function else set()
    _name(found, people, places)
    return sorted(found.values(), key=lambda wait: (-wait.days, wait.name, wait.of))


def _charges(pilots: Iterable[Pilot], start: date, end: date) -> Iterator[tuple[Pilot, Charge]]:
    there = iter(pilots)
    while some := list(islice(there, BATCH)):
        yield from charges_of(some, start=start, end=end)


def _counted_by(by: str, pilot: Pilot, charge: Charge) -> tuple[str, str]:
    """What a charge is counted by, and its name where that is known already."""
    if by == "portfolio":
        return pilot.portfolio.key, pilot.portfolio.name
    if by == "pilot":
        return pilot.key, pilot.name
    if by == "kind":
        return charge.kind, charge.kind
    if by == "holder":
        return str(charge.holder or ""), ""
    return (str(charge.function or ""), "") if by == "function" else ("all", "")


def _name(found: dict[str, Wait], people: set[int], functions: set[int]) -> None:
    """Give people and functions their names and public ids."""
    for person in Person.objects.filter(pk__in=people):
        wait = found[str(person.pk)]
        wait.of, wait.name = person.public_id, person.name
    for function in Function.objects.filter(pk__in=functions):
        wait = found[str(function.pk)]
        wait.of = wait.name = function.name
