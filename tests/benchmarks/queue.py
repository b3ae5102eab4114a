"""A decider's queue as their page asks for it, beside one hand-written statement that gives the same rows.

The statement finds the seats of the reader itself, as whoever writes it by hand would. Before anything is measured, whoever
has the longest queue is given the rights of whoever has the second longest: at 20,000 pilots more than 10,000 open gates wait
on them then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.test import Client, RequestFactory

from pilots import actions
from pilots.models import DecisionRight, GatePeriod, Person, Pilot, Seat
from readiness.pages.base import page_of
from readiness.pages.my_decisions import A_PAGE
from readiness.queries.decider_queue import decider_queue
from tests.benchmarks.harness import Measured, compare
from tests.benchmarks.museum import AT

AT_MOST, LONG = 4.0, 10_000
"""The ratio that is promised, and for queues of how many gates."""
FOUND = """
    FROM pilots_seat s
    JOIN pilots_gateperiod g ON g.kind_id = s.kind_id AND g.unit_id = s.unit_id
    JOIN pilots_gatekind k ON k.id = g.kind_id
    JOIN pilots_gate gate ON gate.id = g.gate_id
    JOIN pilots_pilotperiod p ON p.pilot_id = gate.pilot_id
    WHERE s.first_day <= %(at)s AND (s.last_day IS NULL OR s.last_day >= %(at)s)
    AND (s.holder_id = %(me)s OR s.deputy_id = %(me)s OR s.delegate_id = %(me)s OR s.escalation_id = %(me)s
         AND (s.holder_id = p.sponsor_id OR s.holder_id IN (SELECT person_id FROM pilots_absence
              WHERE starts <= %(at)s AND ends >= %(at)s))
         AND (s.deputy_id IS NULL OR s.deputy_id = p.sponsor_id OR s.deputy_id IN (SELECT person_id FROM pilots_absence
              WHERE starts <= %(at)s AND ends >= %(at)s)))
    AND g.superseded_on IS NULL AND g.first_day <= %(at)s AND (g.last_day IS NULL OR g.last_day >= %(at)s)
    AND (g.good_until < %(at)s AND NOT g.ends_by_condition
         OR g.awaits = 'decision' AND (g.good_until IS NULL OR g.good_until >= %(at)s))
    AND (k.clears_by = 'approval' OR k.clears_by = 'measurement' AND g.met_until >= %(at)s)
    AND p.superseded_on IS NULL AND p.first_day <= %(at)s AND (p.last_day IS NULL OR p.last_day >= %(at)s)
    AND (p.stage IN ('running', 'adopted') OR p.stage = 'paused' AND p.paused_until < %(at)s)
    AND (p.sponsor_id IS NULL OR p.sponsor_id <> %(me)s)
"""
ROWS = f"""
    SELECT g.*, CASE WHEN g.good_until < %(at)s AND g.good_until < g.first_day THEN g.since
                     WHEN g.good_until < %(at)s THEN g.good_until + 1
                     WHEN g.state = 'open' AND s.run_from > g.since THEN s.run_from
                     ELSE g.since END AS open_since
    {FOUND} ORDER BY open_since, g.gate_id LIMIT {A_PAGE}
"""


def page(person: Person) -> list[Any]:
    """The first page as it is served: how many there are, and its rows."""
    return list(page_of(RequestFactory().get("/"), decider_queue(person, AT), A_PAGE).object_list)


def rows(person: Person) -> list[Any]:
    return list(decider_queue(person, AT)[:A_PAGE])


def rows_by_hand(person: Person) -> list[Any]:
    return list(GatePeriod.objects.raw(_on_this_engine(ROWS), {"at": AT, "me": person.pk}))


def count_by_hand(person: Person) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {FOUND}", {"at": AT, "me": person.pk})
        return int(cursor.fetchone()[0])


def _on_this_engine(statement: str) -> str:
    """SQLite has no days to add up: there a date is a text."""
    return statement.replace("g.good_until + 1", "date(g.good_until, '+1 day')") if _is_sqlite() else statement


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def measure(rounds: int) -> Iterator[Measured]:
    with transaction.atomic():
        yield from _measured(rounds)
        transaction.set_rollback(True)


def _measured(rounds: int) -> Iterator[Measured]:
    seats = Seat.objects.on(AT).filter(holder__isnull=False).values("holder")
    holders = list(seats.annotate(n=Count("pk")).order_by("n", "holder").values_list("holder", flat=True))
    longest, second, middling = (Person.objects.get(pk=holders[n]) for n in (-1, -2, len(holders) // 2))
    for right in DecisionRight.objects.filter(holder=second, until=None):
        _hand_over(right, longest)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for name, person in (("longest", longest), ("middling", middling)):
        yield from _of(name, person, rounds)


def _hand_over(right: DecisionRight, to: Person) -> None:
    reach = {"kind": right.kind, "portfolio": right.portfolio, "function": right.function}
    actions.assign_right(**reach, holder=to, by=None, starts=AT, on=AT, known=AT)


def _of(name: str, person: Person, rounds: int) -> Iterator[Measured]:
    number = decider_queue(person, AT).count()
    assert [row.pk for row in rows(person)] == [row.pk for row in rows_by_hand(person)]
    assert number == count_by_hand(person)
    says = f"{A_PAGE} of {number:,} gates that wait on somebody, of {Pilot.objects.count():,} pilots."
    yield compare(
        f"{name} queue, first page as served",
        lambda: page(person),
        lambda: rows_by_hand(person),
        rounds=rounds,
        promise=AT_MOST if number >= LONG else None,
        says=f"{says} The page asks who is away, for the reader's seats, how many gates there are, and for its rows.",
    )
    yield compare(f"{name} queue, its rows", lambda: rows(person), lambda: rows_by_hand(person), rounds=rounds)
    count = decider_queue(person, AT).count
    yield compare(f"{name} queue, how many", count, lambda: count_by_hand(person), rounds=rounds)
    reader = Client()
    reader.force_login(person)
    yield compare(f"{name} queue, the whole page", lambda: reader.get("/my/decisions/"), rounds=rounds)
    yield compare(
        f"what the {name} queue's holder may see, first page",
        lambda: list(Pilot.objects.visible_to(person, AT).order_by("key")[:50]),
        rounds=rounds,
    )
