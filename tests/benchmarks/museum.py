"""The first page of exhibits, and the counts by standing, beside one hand-written statement each.

The page by hand is read into the same rows as the queryset gives, for that is what a page is made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection

from pilots.models import Pilot
from readiness.queries.pilots import pilots
from readiness.queries.snapshots import snapshots_of
from tests.benchmarks.harness import Measured, compare

AT = date(2026, 11, 23)
A_PAGE = 50
WITHIN = "s.superseded_on IS NULL AND s.first_day <= %(at)s AND (s.last_day IS NULL OR s.last_day >= %(at)s)"
RUNS = "(s.stage = 'running' OR (s.stage = 'paused' AND s.paused_until < %(at)s))"
EXHIBITS = f"""
    SELECT p.*, s.stall_clock_from FROM pilots_pilotperiod s JOIN pilots_pilot p ON p.id = s.pilot_id
    WHERE {WITHIN} AND s.stall_clock_from <= %(stalled)s AND {RUNS} ORDER BY s.stall_clock_from, p.id LIMIT {A_PAGE}
"""
CLEAR = "s.all_clear AND (s.clear_through IS NULL OR s.clear_through >= %(at)s)"
COUNTS = f"""
    SELECT CASE WHEN s.stage = 'adopted' THEN CASE WHEN {CLEAR} AND s.rules_known THEN 'adopted' ELSE 'claimed' END
                WHEN NOT {RUNS} THEN s.stage
                WHEN s.stall_clock_from <= %(stalled)s THEN 'museum_exhibit' WHEN s.stall_clock_from <= %(warned)s THEN 'at_risk'
                WHEN {CLEAR} THEN 'ready' ELSE 'moving' END AS standing, count(*)
    FROM pilots_pilotperiod s WHERE {WITHIN} GROUP BY 1
"""
DAYS = {"at": AT, "stalled": AT - timedelta(days=30), "warned": AT - timedelta(days=16)}


def by_hand(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, DAYS)
        rows: list[tuple[object, ...]] = cursor.fetchall()
        return rows


def count_statement() -> str:
    """The statement that counts by standing."""
    return COUNTS


def page_by_hand() -> list[Pilot]:
    return list(Pilot.objects.raw(EXHIBITS, DAYS))


def first_page() -> list[Pilot]:
    return list(pilots().exhibits(AT)[:A_PAGE])


def measure(rounds: int) -> Iterator[Measured]:
    number = Pilot.objects.count()
    assert page_by_hand() == first_page()
    counts = pilots().counts(AT)
    assert dict(by_hand(COUNTS)) == {k: n for k, n in counts.items() if n}
    yield compare(
        "first page of exhibits",
        first_page,
        page_by_hand,
        rounds=rounds,
        promise=3,
        says=f"{A_PAGE} of {counts['museum_exhibit']:,} exhibits among {number:,} pilots; by hand: one SELECT, read into the same rows.",
    )
    yield compare(
        "counts by standing",
        lambda: pilots().counts(AT),
        lambda: by_hand(COUNTS),
        rounds=rounds,
        promise=3,
        says=f"all standings of {number:,} pilots; by hand: one SELECT with GROUP BY.",
    )
    yield compare(
        "page of pilots with gates and holders",
        lambda: snapshots_of(list(pilots().exhibits(AT).select_related("portfolio")[:A_PAGE]), at=AT),
        rounds=rounds,
        says=f"{A_PAGE} exhibits, each with its six gates, courts, holders, and what is missing.",
    )
