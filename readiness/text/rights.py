"""What the page of rights reads aloud: why gates have nobody, how many acts would do, and who decides in a whole portfolio."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.rules.coverage import CauseFound, Coverage
from readiness.rules.who_decides import NOBODY, NONE_FREE, UNNAMED, PortfolioOn, PortfolioSeats, SeatStatus, UnitOn
from readiness.text import labels

Row = TypeVar("Row")

MOST_NAMED = 2
"""People who are named in one cell of the table."""


def opening(found: Coverage) -> str:
    """What is so of next month, in a sentence or two."""
    if not found.runs:
        return _("No pilot that you may see runs, so nothing has to be decided next month.")
    if not found.causes:
        return _(
            "Every gate of every running pilot that you may see has somebody who decides it or is named for it, on each working day of next month."
        )
    if not found.unnamed:
        return _undecided(found.undecided)
    if not found.undecided:
        return _unnamed(found.unnamed)
    return _("Next month nobody can decide %(undecided)s, and nobody is named for %(unnamed)s more.") % {
        "undecided": _gates(found.undecided),
        "unnamed": labels.count(found.unnamed),
    }


def _undecided(many: int) -> str:
    return _("Next month nobody can decide %(gates)s.") % {"gates": _gates(many)}


def _unnamed(many: int) -> str:
    return _("Next month nobody is named for %(gates)s.") % {"gates": _gates(many)}


def _gates(many: int) -> str:
    return ngettext("one gate", "%(n)s gates", many) % {"n": labels.count(many)}


def says(one: CauseFound) -> str:
    """A cause: “Legal belongs to nobody in 41 portfolios.”"""
    places = {"gate": one.kind.name, "n": labels.count(len(one.portfolios)), "where": _only(one)}
    if one.cause.why == UNNAMED:
        sentence = (
            _("Nobody is named for %(gate)s in %(where)s.")
            if len(one.portfolios) == 1
            else _("Nobody is named for %(gate)s in %(n)s portfolios.")
        )
    elif one.cause.why == NOBODY:
        sentence = (
            _("%(gate)s belongs to nobody in %(where)s.")
            if len(one.portfolios) == 1
            else _("%(gate)s belongs to nobody in %(n)s portfolios.")
        )
    else:
        sentence = (
            _("Whoever decides %(gate)s in %(where)s is away, or may not decide there.")
            if len(one.portfolios) == 1
            else _("Whoever decides %(gate)s is away, or may not decide there, in %(n)s portfolios.")
        )
    return sentence % places


def _only(one: CauseFound) -> str:
    return next(iter(one.portfolios)).name


def note(one: CauseFound, month: tuple[date, date], *, keeps_all: bool) -> str:
    """How many pilots and functions it concerns, on which days, and how many acts close it.

    Args:
        keeps_all: whether the reader may give a right that holds everywhere.
    """
    return " ".join([_pilots(one), _days(one, month), _acts(one, keeps_all=keeps_all)])


def _pilots(one: CauseFound) -> str:
    named = len(one.functions - {None})
    pilots = ngettext("One running pilot", "%(n)s running pilots", one.pilots) % {"n": labels.number(one.pilots)}
    if not named:
        return _("%(pilots)s.") % {"pilots": pilots}
    functions = ngettext("one function", "%(n)s functions", named) % {"n": labels.count(named)}
    return _("%(pilots)s, in %(functions)s.") % {"pilots": pilots, "functions": functions}


def _days(one: CauseFound, month: tuple[date, date]) -> str:
    first, last = one.cause.first, one.cause.last
    if (first, last) == month:
        return _("Each working day of next month.")
    if first == last:
        return _("On %(day)s.") % {"day": labels.day(first)}
    return _("From %(first)s to %(last)s.") % {"first": labels.day(first), "last": labels.day(last)}


def _acts(one: CauseFound, *, keeps_all: bool) -> str:
    many = len(one.portfolios)
    if one.cause.why == UNNAMED:
        return _("Named pilot by pilot, or many at once from the list of pilots.")
    if one.cause.why == NONE_FREE:
        return _("A deputy or a delegate would cover it.")
    if many > 1 and keeps_all:
        return _("One right that holds everywhere closes it.")
    return ngettext("One right closes it.", "One right a portfolio closes it: %(n)s acts.", many) % {
        "n": labels.count(many)
    }


def act(one: CauseFound) -> str:
    """What the link to the act says."""
    if one.cause.why == UNNAMED:
        return _("Name somebody")
    return _("Assign the right") if one.cause.why == NOBODY else _("Name a deputy")


def deciders(seats: PortfolioSeats) -> list[str]:
    """Who decides in a portfolio, one line each: “Perpetua Rask”, “Jory Mellin in 2 of 7 places”."""
    lines = [_decides(person.name, many, seats.places) for person, many in seats.deciders[:MOST_NAMED]]
    others: Sequence[object] = seats.deciders[MOST_NAMED:]
    if others:
        lines.append(ngettext("one more", "%(n)s more", len(others)) % {"n": labels.count(len(others))})
    if seats.idle and seats.idle == seats.places:
        lines.append(_("not asked here"))
    return lines


def _decides(name: str, many: int, places: int) -> str:
    if many == places:
        return name
    return _("%(who)s, in %(n)s of %(all)s places") % {
        "who": name,
        "n": labels.count(many),
        "all": labels.count(places),
    }


def hole_in(seats: PortfolioSeats) -> str:
    """In how many places of a portfolio nobody decides; empty where somebody does everywhere."""
    many = sum(seats.holes.values())
    if not many:
        return ""
    if many == seats.places:
        return str(labels.HOLE[max(seats.holes, key=lambda why: seats.holes[why])])
    return _("nobody in %(n)s of %(all)s places") % {"n": labels.count(many), "all": labels.count(seats.places)}


@dataclass(frozen=True, slots=True)
class Alike(Generic[Row]):
    """Rows of the table that read the same: the first, and the others, which need no row of their own."""

    first: Row
    others: Sequence[Row]


def alike(rows: Iterable[Row], reads: Callable[[Row], Hashable]) -> list[Alike[Row]]:
    """The rows of a table, those that read the same together, where the first of them stands."""
    found: dict[Hashable, list[Row]] = {}
    for row in rows:
        found.setdefault(reads(row), []).append(row)
    return [Alike(first, others) for first, *others in found.values()]


def portfolio_reads(row: PortfolioOn) -> Hashable:
    """All that the table says of a portfolio's seats: rows of which this is the same read the same."""
    people = tuple(tuple(person.pk for person, _many in seats.deciders) for seats in row.seats)
    return (people, *((tuple(deciders(seats)), hole_in(seats)) for seats in row.seats))


def unit_reads(row: UnitOn) -> Hashable:
    """All that the table says of a unit's seats."""
    return tuple(_reads(status) for status in row.seats)


def _reads(status: SeatStatus) -> Hashable:
    above = status.escalation.person.pk if status.escalation else None
    sitting = tuple((one.person.pk, labels.sitting(one)) for one in status.sitting)
    return (status.asked, status.switched_off, status.orphaned, status.hole, sitting, above)
