"""What is served to whoever sees few pilots, and every first page of a list, takes an index: 20,000 pilots, PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.clock import today
from pilots.derived.units import units_of
from pilots.models import Function, GateKind, Person, Portfolio
from pilots.models.querysets import MOST_NAMED
from pilots.rules.vocabulary import Role
from tests.company import a_person, a_portfolio, a_right

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: the plans are its own"),
]
PILOTS, HERE, MANAGERS = 20_000, 40, 500
"""Pilots in all, and in the small portfolio; and people who carry the others."""
LARGE = ("pilots_pilot", "pilots_pilotperiod", "pilots_gate", "pilots_gateperiod")
WHOLE = re.compile(rf"Seq Scan on ({'|'.join(LARGE)}) ")
WHAT_IS_SERVED = (
    "/api/v1/pilots/",
    "/api/v1/exhibits/",
    "/api/v1/gates/",
    "/api/v1/gates/?court=decider",
    "/api/v1/decisions/",
    "/api/v1/changes/",
    "/api/v1/events/",
    "/api/v1/people/",
    "/api/v1/portfolios/",
    "/api/v1/functions/",
    "/api/v1/pilots/?sponsor=none&stalls_before=2999-01-01&ordering=stalls_on",
    "/api/v1/gates/?waiting_longer_than=10&ordering=-days",
    "/api/v1/portfolio/decisions-that-free/",
    "/api/v1/portfolio/summary/",
    "/api/v1/portfolio/bottlenecks/",
    "/api/v1/portfolio/board/",
    "/api/v1/portfolio/trend/",
    "/api/v1/portfolio/waits/",
    "/api/v1/rights/",
    "/my/gates/",
    "/my/decisions/",
    "/museum/",
    "/portfolio/",
)
FIRST_PAGES = ("/api/v1/pilots/", "/api/v1/exhibits/", "/api/v1/gates/", "/api/v1/portfolio/board/")
PILOT = """INSERT INTO pilots_pilot (key, name, workflow, purpose, question, learned, tool, data, stage, recorded_on, source,
  approximate, version, log_head, log_count, acceptable_use, trust_when, override_when, matters_more, success, portfolio_id,
  function_id, manager_id)
SELECT 'N-' || lpad(n::text, 6, '0'), 'Pilot ' || n, '', '', '', '', '', '', 'running', %(day)s, '', false, 1, '', 0, '', '', '',
  '', '', CASE WHEN n <= %(here)s THEN %(small)s::bigint ELSE %(large)s::bigint END, %(function)s,
  CASE WHEN n <= %(here)s THEN NULL::bigint ELSE %(manager)s::bigint + n %% %(managers)s END FROM generate_series(1, %(pilots)s) n"""
PERIOD = """INSERT INTO pilots_pilotperiod (pilot_id, first_day, stage, since, started_on, decide_by, slips, stall_clock_from,
  last_movement, unit_id, all_clear, missing_rules, rules_known, quality, goalpost_moved, recorded_from, sponsor_id)
SELECT p.id, %(day)s, 'running', %(day)s, %(day)s, %(day)s::date + 42, 0, %(day)s::date + p.id::int %% 200, %(day)s,
  CASE WHEN p.portfolio_id = %(small)s THEN %(small_unit)s::bigint ELSE %(large_unit)s::bigint END, false, '[]', false, 'none',
  false, %(day)s, CASE WHEN p.key <= 'N-000002' THEN %(sponsor)s::bigint ELSE %(manager)s::bigint + p.id %% %(managers)s END FROM pilots_pilot p"""
GATE = """INSERT INTO pilots_gate (public_id, pilot_id, kind_id)
SELECT substr(md5(p.id::text || k.id::text), 1, 22), p.id, k.id FROM pilots_pilot p CROSS JOIN pilots_gatekind k"""
GATE_PERIOD = """INSERT INTO pilots_gateperiod (gate_id, kind_id, unit_id, first_day, state, awaits, since, ends_by_condition,
  consecutive_exceptions, moved, recorded_from)
SELECT g.id, g.kind_id, pp.unit_id, %(day)s, 'open', 'decision', %(day)s, false, 0, false, %(day)s
FROM pilots_gate g JOIN pilots_pilotperiod pp ON pp.pilot_id = g.pilot_id"""


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[dict[str, Person]]:
    """A small portfolio with a reviewer, a decider and a sponsor of two, beside a very large one; an office keeps both."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        found = {name: a_person(name) for name in ("office", "reviewer", "decider", "sponsor")}
        several = Person.objects.bulk_create(
            Person(email=f"m-{n}@large.example", name=f"M {n}") for n in range(MANAGERS)
        )
        found["manager"] = several[0]
        _fill(found)
        # Once: what is put off to the end of this transaction would be looked at again after each test.
        connection.check_constraints()
        yield found
        transaction.set_rollback(True)


def _fill(people: dict[str, Person]) -> None:
    day = today().replace(year=today().year - 1, day=1)
    small, large = (a_portfolio(key, day=day) for key in ("small", "large"))
    function = Function.objects.create(name="Claims")
    for portfolio in (small, large):
        actions.give_role(portfolio=portfolio, person=people["office"], role=Role.OFFICE, by=None, on=day, known=day)
    actions.give_role(portfolio=small, person=people["reviewer"], role=Role.REVIEWER, by=None, on=day, known=day)
    for kind in GateKind.objects.exclude(clears_by="acceptance"):
        a_right(kind.key, people["decider"], small, day=day)
        a_right(kind.key, people["manager"], large, day=day)
    given = {"day": day, "pilots": PILOTS, "here": HERE, "managers": MANAGERS, "function": function.pk} | _places(
        small, large, function
    )
    given |= {name: people[name].pk for name in ("manager", "sponsor")}
    with connection.cursor() as cursor:
        for statement in (PILOT, PERIOD, GATE, GATE_PERIOD):
            cursor.execute(statement, given)
        # Not all tables there are: those that a server has once for all its databases would be locked until the last test.
        tables = (model._meta.db_table for model in apps.get_app_config("pilots").get_models())
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def _places(small: Portfolio, large: Portfolio, function: Function) -> dict[str, int]:
    units = units_of((portfolio.pk, function.pk) for portfolio in (small, large))
    lies_in = {"small_unit": small, "large_unit": large}
    places = {name: units[portfolio.pk].found[function.pk] for name, portfolio in lies_in.items()}
    return places | {"small": small.pk, "large": large.pk}


def read_whole(person: Person, path: str) -> list[str]:
    """The large tables that a statement of a request reads from end to end, each with the statement."""
    client = Client()
    client.force_login(person)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    out = []
    for query in asked.captured_queries:
        # To look whether somebody's pilots are few, no more of them are read than would be.
        stops = query["sql"].endswith(f"LIMIT {MOST_NAMED + 1}")
        if not stops and query["sql"].lstrip("( \n").startswith(("SELECT", "WITH")):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {query['sql'].replace('%', '%%')}", ())
                plan = "\n".join(line for (line,) in cursor.fetchall())
            out += [f"{table}: {query['sql'][:300]}" for table in WHOLE.findall(plan)]
    return out


@pytest.mark.parametrize("path", WHAT_IS_SERVED)
@pytest.mark.parametrize("name", ["reviewer", "decider", "sponsor"])
def test_who_sees_few_pilots_pays_for_few(people: dict[str, Person], name: str, path: str) -> None:
    assert read_whole(people[name], path) == []


@pytest.mark.parametrize("path", FIRST_PAGES)
def test_the_first_page_of_a_list_is_read_off_its_index(people: dict[str, Person], path: str) -> None:
    assert read_whole(people["office"], path) == []
