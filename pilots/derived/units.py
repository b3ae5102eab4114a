"""The units that pilots lie in: a function in a portfolio, or the pilots of a portfolio without one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from pilots.derived.seats import hold_seats, rebuild_seats
from pilots.models import Unit


class Units:
    """The units of one portfolio by function, made when a pilot first lies there."""

    def __init__(self, portfolio: int) -> None:
        self.portfolio = portfolio
        self.found: dict[int | None, int] = {}

    def __getitem__(self, function: int | None) -> int:
        if function not in self.found:
            self.found[function] = unit_of(self.portfolio, function)
        return self.found[function]


def unit_of(portfolio: int, function: int | None) -> int:
    """The unit of a function in a portfolio, by primary key, made with its seats where there is none yet."""
    there = Unit.objects.filter(portfolio=portfolio, function=function)
    found = there.values_list("pk", flat=True).first()
    if found is not None:
        return found
    return units_of([(portfolio, function)])[portfolio].found[function]


def units_of(places: Iterable[tuple[int, int | None]]) -> dict[int, Units]:
    """The units of many places (portfolio and function) at once, by portfolio."""
    wanted = set(places)
    portfolios = {portfolio for portfolio, _function in wanted}
    out = _units_in(portfolios)
    return _with_all(wanted, portfolios) if _missing(wanted, out) else out


@transaction.atomic
def _with_all(wanted: set[tuple[int, int | None]], portfolios: set[int]) -> dict[int, Units]:
    """Make the units that are missing, unless somebody else has made them by now."""
    hold_seats()
    out = _units_in(portfolios)
    made = Unit.objects.bulk_create(
        [Unit(portfolio_id=portfolio, function_id=of) for portfolio, of in _missing(wanted, out)]
    )
    for unit in made:
        out[unit.portfolio_id].found[unit.function_id] = unit.pk
    rebuild_seats(only=made)
    return out


def _units_in(portfolios: set[int]) -> dict[int, Units]:
    out = {portfolio: Units(portfolio) for portfolio in portfolios}
    for unit in Unit.objects.filter(portfolio__in=portfolios):
        out[unit.portfolio_id].found[unit.function_id] = unit.pk
    return out


def _missing(wanted: set[tuple[int, int | None]], there: Mapping[int, Units]) -> list[tuple[int, int | None]]:
    """The places that have no unit yet, in one order whoever asks."""
    found = [place for place in wanted if place[1] not in there[place[0]].found]
    return sorted(found, key=lambda place: (place[0], place[1] or 0))
