"""Who sits where for a pilot on a day, worked out the plain way: unit after unit in which it lay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pilots.derived import load
from pilots.models import GateKind, Seat
from pilots.rules import replay, rights


def seats_of(portfolio: int, function: int | None, kind: str) -> list[rights.Seat]:
    """The seats of one kind in a cell, in order of their days."""
    found = Seat.objects.filter(kind__key=kind, unit__portfolio=portfolio, unit__function=function)
    return [load.as_seat(seat) for seat in found.order_by("first_day")]


def seats_across(portfolio: int, lived: list[replay.PilotPeriod], at: date) -> dict[str, rights.Seat]:
    """The seats on a day, and since when somebody, or nobody, has sat there, wherever the pilot lay."""
    places = [(period.first_day, period.function) for period in lived if period.first_day <= at]
    found = load.seats_on(portfolio, places[-1][1], at)
    for kind in GateKind.objects.all():
        stays = [rights.Stay(day, seats_of(portfolio, place, kind.key)) for day, place in places]
        seat = found.get(kind.key) or rights.Seat(first_day=at, last_day=None)
        found[kind.key] = replace(seat, run_from=rights.run_across(stays, at))
    return found
