"""The page of signals beside one raw aggregate over the same reports: managers and minutes by friction point.

Reports, groups and figures are written by statements, as closing the weeks would leave them: in each portfolio one group a week and
function, and one of all other managers. What is measured is a read as a page asks for it, with its trend and its table of functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from pilots.clock import today
from pilots.models import Function, Person, Portfolio
from pilots.rules.weeks import WEEK, week_of
from readiness.queries.signals import signals_for
from tests.benchmarks.harness import Measured, compare

AT_MOST = 1.5
"""The ratio that is promised."""
WEEKS, POINTS, FUNCTIONS, PORTFOLIOS = 13, 4, 12, 40
QUESTIONS = ("saves", "rework", "judgement")

GROUPS = """
    INSERT INTO pilots_frictiongroup
        (id, first_day, stands_until, portfolio_id, function_id, pilot_id, managers, functions)
    SELECT row_number() OVER (), %(first)s::date + 7 * w, %(first)s::date + 7 * w + 90, p, (%(functions)s::bigint[])[f],
           NULL, %(size)s,
           CASE WHEN f > %(n)s THEN (SELECT jsonb_object_agg(each::text, %(size)s / %(n)s)
                                     FROM unnest(%(functions)s::bigint[]) each)
                ELSE jsonb_build_object((%(functions)s::bigint[])[f]::text, %(size)s) END
    FROM unnest(%(portfolios)s::bigint[]) p, generate_series(0, %(weeks)s - 1) w, generate_series(1, %(n)s + 1) f
"""
REPORTS = """
    INSERT INTO pilots_frictionreport
        (id, pseudonym, week, portfolio_id, function_key, pilot_key, question, point, minutes, sentence, group_id, shown_with_id)
    SELECT gen_random_uuid(), md5(m::text) || md5((-m)::text), g.first_day - 7, g.portfolio_id, '', md5(m::text), q.word,
           CASE WHEN (m + q.n) %% 5 = 4 THEN '' ELSE q.word || '-' || (m * 7 + q.n) %% %(points)s END,
           15 * (1 + m %% 8), '', g.id, NULL
    FROM generate_series(1, %(managers)s) m
    JOIN pilots_frictiongroup g ON g.id = 1 + m %% %(groups)s
    CROSS JOIN (VALUES ('saves', 0), ('rework', 1), ('judgement', 2)) q(word, n)
"""
FIGURES = """
    INSERT INTO pilots_frictionfigure
        (group_id, question, point, managers, minutes, minutes_of, is_settled, held_minutes, held_of)
    SELECT group_id, question, point, count(DISTINCT pseudonym), sum(minutes), count(DISTINCT pseudonym), true, 0, 0
    FROM pilots_frictionreport WHERE point <> '' GROUP BY group_id, question, point
"""
RAW = """
    SELECT question, point, count(DISTINCT pseudonym), sum(minutes)
    FROM pilots_frictionreport WHERE week >= %(since)s AND point <> '' GROUP BY question, point ORDER BY question, point
"""


def fill(reports: int) -> None:
    """As many reports as that, over portfolios of their own."""
    portfolios = [Portfolio.objects.create(key=f"signals-{n}", name=f"Signals {n}").pk for n in range(PORTFOLIOS)]
    functions = [Function.objects.create(name=f"Signals {number}").pk for number in range(FUNCTIONS)]
    managers = reports // len(QUESTIONS)
    says: dict[str, Any] = {
        "first": week_of(today()) - (WEEKS - 1) * WEEK,
        "weeks": WEEKS,
        "portfolios": portfolios,
        "functions": functions,
        "n": FUNCTIONS,
        "size": managers // (PORTFOLIOS * WEEKS * (FUNCTIONS + 1)),
        "groups": PORTFOLIOS * WEEKS * (FUNCTIONS + 1),
        "managers": managers,
        "points": POINTS,
    }
    with connection.cursor() as cursor:
        for statement in (GROUPS, REPORTS, FIGURES):
            cursor.execute(statement, says)
        cursor.execute("ANALYZE pilots_frictiongroup, pilots_frictionreport, pilots_frictionfigure")


def measure(rounds: int, reports: int) -> Iterator[Measured]:
    if connection.vendor != "postgresql":
        return
    with transaction.atomic():
        fill(reports)
        reviewer = Person.objects.create_superuser("signals@benchmarks.example", None, name="Signals")
        since = week_of(today()) - (WEEKS + 1) * WEEK

        def page() -> None:
            found = signals_for(reviewer, today())
            assert found.raised

        def raw() -> None:
            with connection.cursor() as cursor:
                cursor.execute(RAW, {"since": since})
                assert len(cursor.fetchall()) == POINTS * len(QUESTIONS)

        says = f"{reports:,} reports; by hand: managers and minutes by point, no suppression, no trend."
        yield compare("signals", page, raw, rounds=rounds, promise=AT_MOST, says=says)
        transaction.set_rollback(True)
