"""What can be asked of pilots as facts. What the facts mean is asked in `readiness`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.db import connection, models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from pilots.clock import today
from pilots.models.compiled import Among, Compiled, Keys

if TYPE_CHECKING:
    from pilots.models import Person


NO_FUNCTION = 0
"""What stands for no function where primary keys are listed together."""
MOST_NAMED = 2000
"""Pilots that are named one by one in a condition."""
MOST_TERMS = 8
"""Sets of units that are written down one by one, so that an index finds their pilots. More of them are numbered instead."""
A_PORTFOLIO = 1 << 32
"""How far the numbers of the units of one portfolio lie apart from those of the next."""


class PilotQuerySet(models.QuerySet[Any]):
    """Pilots, by what is recorded of them."""

    def visible_to(self, person: Person, at: date | None = None) -> Self:
        """The pilots that a person may see; nothing else exists for them (section 7 of the design)."""
        return self if person.is_superuser else self.filter(_visible(person, at or today()))

    def listed_for(self, person: Person, at: date | None = None) -> Self:
        """The same pilots as `visible_to`, for lists and figures: what the person reaches is asked first, in one statement.

        So that a list costs what lies within somebody's reach, however many pilots there are. A single pilot is looked up
        by `visible_to`, which asks nothing first.
        """
        if person.is_superuser:
            return self
        return self.filter(_reach_of(person, at or today()).of_pilots())

    def decided_by(self, person: Person, at: date) -> Self:
        """The pilots that have a gate of which somebody has a seat on a day, each looked up by itself."""
        return self.filter(_decides(person, at))

    def lived_with_by(self, person: Person, at: date) -> Self:
        """The pilots with which somebody lives on a day, as their manager or beside it."""
        from pilots.models import FellowManager

        return self.filter(Q(manager=person) | FellowManager.objects.is_one(person, at))


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


def _visible(person: Any, at: Any) -> Q:
    """Of pilots: those that somebody may see, each looked up by itself."""
    from pilots.models import FellowManager, GatePeriod, Portfolio

    granted = Portfolio.objects.filter(_grants(person)).values("pk")
    now = GatePeriod.objects.filter(_names_now(person), gate__pilot=OuterRef("pk"))
    fellow = FellowManager.objects.is_one(person, at)
    return Q(Q(portfolio__in=granted), _names(person), Exists(now), _decides(person, at), fellow, _connector=Q.OR)


def _decides(person: Any, at: Any) -> Exists:
    """Of pilots: whether somebody has a seat of one of its gates."""
    from pilots.models import Gate, Seat

    # A pilot lies where its columns say, and the seats of a unit are far fewer than the periods of its gates.
    function = Coalesce(OuterRef("function"), 0)
    asked = Gate.objects.filter(kind=OuterRef("kind"), pilot=OuterRef(OuterRef("pk")))
    seats = Seat.objects.on(at).of(person).alias(function=Coalesce("unit__function", 0))
    return Exists(seats.filter(Exists(asked), unit__portfolio=OuterRef("portfolio"), function=function))


def _grants(person: Any) -> Q:
    """Of portfolios: those of which somebody sees all pilots."""
    return Q(roles__person=person) | Q(escalation=person)


def _names(person: Any) -> Q:
    """Of pilots: those whose record or rules name somebody."""
    return Q(manager=person) | Q(exceptions_to=person) | Q(exceptions_deputy=person)


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
    found = Pilot.objects.filter(reach.of_pilots()).order_by().values_list("pk", flat=True)
    keys = list(found[: MOST_NAMED + 1])
    return Q(**{f"{path}__in": sorted(keys)}) if len(keys) <= MOST_NAMED else reach.of_pilots(f"{path}__", portfolio)


class _Reach(NamedTuple):
    """Which pilots a person may see, by primary keys: whole portfolios, single pilots, and units in which they have a seat.

    `kinds` are those of the seats, by portfolio and function.
    """

    portfolios: set[int]
    named: set[int]
    kinds: Mapping[tuple[int, int], set[int]]

    def of_pilots(self, path: str = "", portfolio: str | None = None) -> Q:
        """The same as a condition on pilots, or on rows that have a pilot at a path, which ends with two underscores."""
        there = Q(**{f"{portfolio or f'{path}portfolio'}__in": sorted(self.portfolios)})
        there |= Q(**{f"{path}pk__in": sorted(self.named)})
        return Q(there, *self._of_units(path), _connector=Q.OR)

    def _of_units(self, path: str) -> list[Q]:
        alike = _alike(self.kinds, self.portfolios)
        if len(alike) > MOST_TERMS:
            return _in_numbered_units(path, self.kinds, self.portfolios)
        return [
            _in_units(path, portfolios, functions) & _has_gate(path, kinds)
            for (kinds, portfolios), functions in alike.items()
        ]


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
    return _Reach(portfolios, named, kinds_of_unit)


@cache
def _reach() -> Compiled:
    """What a person reaches: a word, a portfolio or pilot, and of a seat its function and its kind of gate."""
    return Compiled(_rows_of_reach, person=models.BigIntegerField(), at=models.DateField())


def _rows_of_reach(person: Any, at: Any) -> Any:
    from pilots.models import FellowManager, GatePeriod, Pilot, Portfolio, Seat

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
        rows(FellowManager.objects.on(at).filter(person=person), "pilot", "pilot_id"),
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


def _in_numbered_units(path: str, kinds_of_unit: Mapping[tuple[int, int], set[int]], granted: Set[int]) -> list[Q]:
    """The units in which somebody has a seat, as one list for each set of kinds, however ragged they are."""
    numbers: dict[frozenset[int], list[int]] = {}
    for (portfolio, function), kinds in sorted(kinds_of_unit.items()):
        if portfolio not in granted:
            numbers.setdefault(frozenset(kinds), []).append(portfolio * A_PORTFOLIO + function)
    here = F(f"{path}portfolio_id") * Value(A_PORTFOLIO) + Coalesce(f"{path}function_id", NO_FUNCTION)
    number = ExpressionWrapper(here, output_field=models.BigIntegerField())
    return [
        Q(Among(number, Value(those, output_field=Keys()))) & _has_gate(path, kinds) for kinds, those in numbers.items()
    ]


def _in_units(path: str, portfolios: Iterable[int], functions: Set[int]) -> Q:
    there = Q(**{f"{path}function__in": sorted(functions - {NO_FUNCTION})})
    if NO_FUNCTION in functions:
        there |= Q(**{f"{path}function": None})
    return Q(**{f"{path}portfolio__in": sorted(portfolios)}) & there


def _has_gate(path: str, kinds: Iterable[int]) -> Q:
    from pilots.models import Gate

    return Q(Exists(Gate.objects.filter(pilot=OuterRef(f"{path}pk"), kind__in=sorted(kinds))))
