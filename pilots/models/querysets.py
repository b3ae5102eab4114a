"""What can be asked of pilots as facts. What the facts mean is asked in `readiness`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from pilots.clock import today
from pilots.models.compiled import Compiled

if TYPE_CHECKING:
    from pilots.models import Person


NO_FUNCTION = 0
"""What stands for no function where primary keys are listed together."""
MOST_NAMED = 2000
"""Pilots that are named one by one in a condition."""
MOST_TERMS = 60
"""Conditions in a row: SQLite takes a thousand of them at the most, and many cost more to write down than they save."""


class PilotQuerySet(models.QuerySet[Any]):
    """Pilots, by what is recorded of them."""

    def visible_to(self, person: Person, at: date | None = None) -> Self:
        """The pilots that a person may see; nothing else exists for them (section 7 of the design)."""
        return self if person.is_superuser else self.filter(_visible(person, at or today()))

    def listed_for(self, person: Person, at: date | None = None) -> Self:
        """The same pilots as `visible_to`, for lists and figures: what the person reaches is asked first, in one statement.

        So that a list costs what lies within somebody's reach, however many pilots there are. A single pilot is looked up
        by `visible_to`, which asks nothing first; so is a reach that is too ragged to be written down.
        """
        if person.is_superuser:
            return self
        reach = _reach_of(person, at or today())
        return self.filter(reach.of_pilots()) if reach.can_be_listed else self.visible_to(person, at)


def visible_pilot(person: Person, *, pk: int | None = None, key: str | None = None) -> Any:
    """The pilot of a primary key, or of a key, where a person may see it: as `visible_to` says, in a statement worked out once."""
    from pilots.models import Pilot

    if person.is_superuser:
        return Pilot.objects.filter(**({"key": key} if pk is None else {"pk": pk})).first()
    given = {"person": person.pk, "at": today()}
    rows = _visible_by_key()(key=key, **given) if pk is None else _visible_by_pk()(pk=pk, **given)
    return Pilot.from_db(connection.alias, _pilot_columns(), rows[0]) if rows else None


def _pilot_columns() -> list[str]:
    from pilots.models import Pilot

    return [field.attname for field in Pilot._meta.concrete_fields]


@cache
def _visible_by_key() -> Compiled:
    return Compiled(_one_visible, person=models.BigIntegerField(), at=models.DateField(), key=models.CharField())


@cache
def _visible_by_pk() -> Compiled:
    return Compiled(_one_visible, person=models.BigIntegerField(), at=models.DateField(), pk=models.BigIntegerField())


def _one_visible(person: Any, at: Any, **which: Any) -> Any:
    from pilots.models import Pilot

    return Pilot.objects.filter(_visible(person, at), **which).order_by().values_list(*_pilot_columns())


def _visible(person: Any, at: Any, path: str = "") -> Q:
    """Of pilots, or of rows that have one at a path: those that somebody may see, each looked up by itself."""
    from pilots.models import Gate, GatePeriod, Portfolio, Seat

    granted = Portfolio.objects.filter(_grants(person)).values("pk")
    now = GatePeriod.objects.filter(_names_now(person), gate__pilot=OuterRef(f"{path}pk"))
    # A pilot lies where its columns say, and the seats of a unit are far fewer than the periods of its gates.
    function = Coalesce(OuterRef(f"{path}function"), 0)
    asked = Gate.objects.filter(kind=OuterRef("kind"), pilot=OuterRef(OuterRef(f"{path}pk")))
    seats = (
        Seat.objects.on(at)
        .of(person)
        .alias(function=Coalesce("unit__function", 0))
        .filter(Exists(asked), unit__portfolio=OuterRef(f"{path}portfolio"), function=function)
    )
    return Q(**{f"{path}portfolio__in": granted}) | _names(person, path) | Exists(now) | Exists(seats)


def _grants(person: Any) -> Q:
    """Of portfolios: those of which somebody sees all pilots."""
    return Q(roles__person=person) | Q(escalation=person)


def _names(person: Any, path: str = "") -> Q:
    """Of pilots, or of rows that have one at a path: those whose record or rules name somebody."""
    names = (Q(**{f"{path}{name}": person}) for name in ("manager", "exceptions_to", "exceptions_deputy"))
    return Q(*names, _connector=Q.OR)


def _names_now(person: Any) -> Q:
    """Of periods of gates: the current ones that name somebody."""
    return (Q(person=person) | Q(nominee=person)) & Q(superseded_on=None, last_day=None)


def listed(person: Person, path: str, *, portfolio: str | None = None) -> Q:
    """Of rows that have a pilot at `path`: those whose pilot is listed for a person. Two queries, whatever there is.

    Few pilots are named by primary key, so that an engine knows how few they are and begins with them; for many, what they
    have in common is asked of each row as it is read.

    Args:
        portfolio: where the rows have their pilot's portfolio, if nearer than at the pilot.
    """
    from pilots.models import Pilot

    if person.is_superuser:
        return Q()
    reach = _reach_of(person, today())
    if not reach.can_be_listed:
        return _visible(person, today(), f"{path}__")
    found = Pilot.objects.filter(reach.of_pilots()).order_by().values_list("pk", flat=True)
    keys = list(found[: MOST_NAMED + 1])
    return Q(**{f"{path}__in": sorted(keys)}) if len(keys) <= MOST_NAMED else reach.of_pilots(f"{path}__", portfolio)


class _Reach(NamedTuple):
    """Which pilots a person may see, by primary keys: whole portfolios, single pilots, and units in which they have a seat.

    `units` are the functions in which their seats lie, by the kinds of gates and by portfolios.
    """

    portfolios: set[int]
    named: set[int]
    units: Mapping[tuple[frozenset[int], frozenset[int]], set[int]]

    @property
    def can_be_listed(self) -> bool:
        """Whether it is short enough to be written down."""
        return len(self.units) + 2 <= MOST_TERMS

    def of_pilots(self, path: str = "", portfolio: str | None = None) -> Q:
        """The same as a condition on pilots, or on rows that have a pilot at a path, which ends with two underscores."""
        there = Q(**{f"{portfolio or f'{path}portfolio'}__in": sorted(self.portfolios)})
        there |= Q(**{f"{path}pk__in": sorted(self.named)})
        for (kinds, portfolios), functions in self.units.items():
            there |= _in_units(path, portfolios, functions) & _has_gate(path, kinds)
        return there


def _reach_of(person: Person, at: date) -> _Reach:
    portfolios: set[int] = set()
    named: set[int] = set()
    kinds_of_unit: dict[tuple[int, int], set[int]] = {}
    for what, key, function, kind in _reach()(person=person.pk, at=at):
        if what == "portfolio":
            portfolios.add(key)
        elif what == "pilot":
            named.add(key)
        else:
            kinds_of_unit.setdefault((key, function), set()).add(kind)
    return _Reach(portfolios, named, _alike(kinds_of_unit, portfolios))


@cache
def _reach() -> Compiled:
    """What a person reaches: a word, a portfolio or pilot, and of a seat its function and its kind of gate."""
    return Compiled(_rows_of_reach, person=models.BigIntegerField(), at=models.DateField())


def _rows_of_reach(person: Any, at: Any) -> Any:
    from pilots.models import GatePeriod, Pilot, Portfolio, Seat

    def rows(found: Any, what: str, key: str, function: Any = None, kind: Any = None) -> Any:
        zero = Value(NO_FUNCTION, output_field=models.BigIntegerField())
        columns = {"what": Value(what), "key_": F(key), "function_": function or zero, "kind_": kind or zero}
        return found.order_by().annotate(**columns).values_list(*columns)

    granted = Portfolio.objects.filter(_grants(person))
    mine = Pilot.objects.filter(_names(person))
    now = GatePeriod.objects.filter(_names_now(person))
    seats = Seat.objects.on(at).of(person)
    function = Coalesce("unit__function_id", NO_FUNCTION)
    return rows(granted, "portfolio", "pk").union(
        rows(mine, "pilot", "pk"),
        rows(now, "pilot", "gate__pilot_id"),
        rows(seats, "seat", "unit__portfolio_id", function, F("kind_id")),
    )


def _alike(
    kinds_of_unit: Mapping[tuple[int, int], set[int]], granted: Set[int]
) -> dict[tuple[frozenset[int], frozenset[int]], set[int]]:
    """The functions in which somebody has a seat, by its kinds and by the portfolios; without those of which they see all.

    By function first: there are fewer of them than portfolios, and a right for all portfolios reaches each in many.
    """
    portfolios: dict[tuple[frozenset[int], int], set[int]] = {}
    for (portfolio, function), kinds in kinds_of_unit.items():
        if portfolio not in granted:
            portfolios.setdefault((frozenset(kinds), function), set()).add(portfolio)
    alike: dict[tuple[frozenset[int], frozenset[int]], set[int]] = {}
    for (of_kinds, function), those in portfolios.items():
        alike.setdefault((of_kinds, frozenset(those)), set()).add(function)
    return alike


def _in_units(path: str, portfolios: Iterable[int], functions: Set[int]) -> Q:
    there = Q(**{f"{path}function__in": sorted(functions - {NO_FUNCTION})})
    if NO_FUNCTION in functions:
        there |= Q(**{f"{path}function": None})
    return Q(**{f"{path}portfolio__in": sorted(portfolios)}) & there


def _has_gate(path: str, kinds: Iterable[int]) -> Q:
    from pilots.models import Gate

    return Q(Exists(Gate.objects.filter(pilot=OuterRef(f"{path}pk"), kind__in=sorted(kinds))))
