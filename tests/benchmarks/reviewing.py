"""What a portfolio review reads, beside one hand-written statement each: changes of a quarter, figures, decisions, filtered lists.

The statements are written for the synthetic portfolio, in which no portfolio has quiet days of its own. Each is held to the
product's answer before anything is measured. `--pilots` says how many pilots there are; both engines are asked the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection

from pilots.models import Pilot
from readiness.queries import changes
from readiness.queries.bottlenecks import bottlenecks
from readiness.queries.decisions_that_free import decisions_that_free
from readiness.queries.pilots import pilots
from readiness.queries.waiting_gates import gate_figures
from tests.benchmarks.harness import Measured, compare
from tests.benchmarks.museum import A_PAGE, AT, by_hand, count_statement

LISTS, FIGURES = 4.0, 2.0
"""The ratios that are promised: of lists and changes, and of single decisions, sets and figures."""
FIRST = AT - timedelta(days=91)
GIVEN: dict[str, Any] = {
    "at": AT,
    "first": FIRST,
    "stalled": AT - timedelta(days=30),
    "warned": AT - timedelta(days=16),
    "stalled_then": FIRST - timedelta(days=30),
    "warned_then": FIRST - timedelta(days=16),
}


def _within(alias: str, day: str) -> str:
    return f"""{alias}.superseded_on IS NULL AND {alias}.first_day <= %({day})s
        AND ({alias}.last_day IS NULL OR {alias}.last_day >= %({day})s)"""


def _pilots_on(day: str, stalled: str, warned: str) -> str:
    runs = f"(s.stage = 'running' OR s.stage = 'paused' AND s.paused_until < %({day})s)"
    clear = f"s.all_clear AND (s.clear_through IS NULL OR s.clear_through >= %({day})s)"
    return f"""SELECT s.pilot_id, s.decide_by, s.sponsor_id, s.void_since,
        CASE WHEN {runs} THEN 'running' ELSE s.stage END AS stage,
        CASE WHEN s.stage IN ('running', 'paused') THEN s.stall_clock_from END AS clock,
        CASE WHEN s.stage = 'adopted' THEN CASE WHEN {clear} AND s.rules_known THEN 'adopted' ELSE 'claimed' END
            WHEN NOT {runs} THEN s.stage WHEN s.stall_clock_from <= %({stalled})s THEN 'museum_exhibit'
            WHEN s.stall_clock_from <= %({warned})s THEN 'at_risk' WHEN {clear} THEN 'ready' ELSE 'moving' END AS standing
        FROM pilots_pilotperiod s WHERE {_within("s", day)}"""


HOLDER = "CASE WHEN k.clears_by = 'acceptance' THEN g.person_id ELSE s.holder_id END"


def _state(day: str) -> str:
    return f"""CASE WHEN g.good_until < %({day})s THEN 'lapsed' WHEN g.state <> 'open' THEN g.state
        WHEN {HOLDER} IS NULL THEN 'unowned' ELSE 'waiting' END"""


def _gates_from(day: str) -> str:
    return f"""pilots_gateperiod g JOIN pilots_gatekind k ON k.id = g.kind_id
        LEFT JOIN pilots_seat s ON s.kind_id = g.kind_id AND s.unit_id = g.unit_id AND s.first_day <= %({day})s
            AND (s.last_day IS NULL OR s.last_day >= %({day})s)"""


def _gates_on(day: str) -> str:
    return f"""SELECT g.gate_id, {_state(day)} AS state FROM {_gates_from(day)}
        WHERE {_within("g", day)} AND g.awaits <> 'off'"""


def _other(column: str) -> str:
    return f"COALESCE(a.{column} <> b.{column}, (a.{column} IS NULL) <> (b.{column} IS NULL))"


FACTS = ("stage", "standing", "decide_by", "clock", "sponsor_id")
CHANGED = f"""WITH
    a AS ({_pilots_on("first", "stalled_then", "warned_then")}),
    b AS ({_pilots_on("at", "stalled", "warned")}),
    ga AS ({_gates_on("first")}), gb AS ({_gates_on("at")}),
    turned AS (SELECT DISTINCT gate.pilot_id FROM gb JOIN pilots_gate gate ON gate.id = gb.gate_id
        LEFT JOIN ga ON ga.gate_id = gb.gate_id WHERE COALESCE(ga.state <> gb.state, ga.state IS NULL)),
    signed AS (SELECT DISTINCT gate.pilot_id FROM pilots_decision d JOIN pilots_gate gate ON gate.id = d.gate_id
        WHERE d.effective_on > %(first)s AND d.effective_on <= %(at)s
        AND d.outcome NOT IN ('asserted', 'no_longer_asserted')),
    found AS (SELECT b.*, a.standing AS before, a.pilot_id AS there FROM b LEFT JOIN a ON a.pilot_id = b.pilot_id
        WHERE b.void_since IS NULL AND (a.pilot_id IS NULL OR {" OR ".join(map(_other, FACTS))}
            OR b.pilot_id IN (SELECT pilot_id FROM turned) OR b.pilot_id IN (SELECT pilot_id FROM signed)))"""
PAGE_OF_CHANGES = f"""{CHANGED} SELECT p.id, p.key, p.name, found.stage, found.standing, found.before, found.decide_by,
    found.clock, found.sponsor_id FROM found JOIN pilots_pilot p ON p.id = found.pilot_id ORDER BY p.key LIMIT {A_PAGE}"""
COUNT_OF_CHANGES = f"""{CHANGED} SELECT COUNT(*),
    SUM(CASE WHEN standing = 'museum_exhibit' AND (there IS NULL OR before <> 'museum_exhibit') THEN 1 ELSE 0 END),
    SUM(CASE WHEN before = 'museum_exhibit' AND standing <> 'museum_exhibit' THEN 1 ELSE 0 END) FROM found"""
OPEN = "('unowned', 'waiting', 'changes_requested', 'refused', 'lapsed', 'reconfirm')"
READ = f"""WITH read AS (SELECT gate.pilot_id, g.kind_id, {HOLDER} AS holder_id, {_state("at")} AS state,
    g.outside_until, g.ends_by_condition, g.met_until, k.clears_by
    FROM {_gates_from("at")} JOIN pilots_gate gate ON gate.id = g.gate_id
    JOIN pilots_pilotperiod p ON p.pilot_id = gate.pilot_id
    WHERE {_within("g", "at")} AND g.awaits <> 'off' AND {_within("p", "at")} AND p.void_since IS NULL
    AND (p.stage IN ('running', 'adopted') OR p.stage = 'paused' AND p.paused_until < %(at)s)),
    courts AS (SELECT read.*, CASE WHEN state NOT IN {OPEN} THEN NULL
        WHEN state = 'changes_requested' AND outside_until >= %(at)s THEN 'outside'
        WHEN state IN ('changes_requested', 'refused') OR state = 'lapsed' AND ends_by_condition THEN 'team'
        WHEN clears_by = 'measurement' AND (met_until IS NULL OR met_until < %(at)s) THEN 'team'
        WHEN holder_id IS NULL THEN 'nobody' ELSE 'decider' END AS court FROM read)"""
GATES = f"{READ} SELECT kind_id, state, court, COUNT(*) FROM courts GROUP BY 1, 2, 3"
BOTTLENECKS = f"""{READ}, waiting AS (SELECT *, COUNT(*) OVER (PARTITION BY pilot_id) AS n FROM courts WHERE court IS NOT NULL)
    SELECT kind_id, court, holder_id, COUNT(*) AS gates, SUM(CASE n WHEN 1 THEN 1 ELSE 0 END) AS frees FROM waiting
    GROUP BY 1, 2, 3 ORDER BY frees DESC, gates DESC, kind_id, court, holder_id LIMIT 50"""
WANTS = f"""{READ}, waiting AS (SELECT *, COUNT(*) OVER (PARTITION BY pilot_id) AS n,
        ROW_NUMBER() OVER (PARTITION BY pilot_id ORDER BY kind_id) AS place,
        MIN(CASE court WHEN 'decider' THEN 1 ELSE 0 END) OVER (PARTITION BY pilot_id) AS answered
        FROM courts WHERE court IS NOT NULL),
    wants AS (SELECT pilot_id, MAX(n) AS n, {
    ", ".join(f"MAX(CASE place WHEN {n} THEN {c}_id END) AS {c}_{n}" for n in (1, 2, 3) for c in ("kind", "holder"))
}
        FROM waiting WHERE answered = 1 AND n <= 3 GROUP BY pilot_id)
    SELECT w.*, p.key FROM wants w JOIN pilots_pilot p ON p.id = w.pilot_id"""
FILTERED = f"""SELECT p.*, s.stall_clock_from FROM pilots_pilotperiod s JOIN pilots_pilot p ON p.id = s.pilot_id
    WHERE {_within("s", "at")} AND s.void_since IS NULL AND s.slips >= 1
    AND (s.stage = 'running' OR s.stage = 'paused' AND s.paused_until < %(at)s) AND s.stall_clock_from <= %(stalled)s
    ORDER BY s.stall_clock_from, p.key LIMIT {A_PAGE}"""
QUESTION = changes.Question(FIRST, AT)


def asked(statement: str) -> list[Any]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, GIVEN)
        rows: list[Any] = cursor.fetchall()
        return rows


def filtered() -> list[Pilot]:
    """Exhibits whose date has slipped, by the day of their stall, as the API asks for them."""
    return list(
        pilots().exhibits(AT).with_columns("slips_then").filter(slips_then__gte=1).order_by("hangs_by", "key")[:A_PAGE]
    )


def summary() -> Any:
    """The figures of a summary."""
    return pilots().counts(AT), gate_figures(pilots(), AT), pilots().retired_by_cause(AT)


def _hold() -> None:
    """Each statement gives what the product gives."""
    assert [row[1] for row in asked(PAGE_OF_CHANGES)] == [one.key for one in changes.changes(pilots(), QUESTION)]
    counts = changes.count_changes(pilots(), QUESTION)
    [row] = asked(COUNT_OF_CHANGES)
    assert tuple(row) == (counts["pilots"], counts["changes"]["stalled"], counts["changes"]["left_museum"])
    found = [
        (one.kind and one.kind.pk, one.court, one.holder and one.holder.pk, one.gates, one.frees)
        for one in bottlenecks(pilots(), at=AT)
    ]
    assert Counter(row[3:] for row in found) == Counter(tuple(row)[3:] for row in asked(BOTTLENECKS))
    figures = gate_figures(pilots(), AT)
    assert sum(n for of in figures.values() for courts in of.values() for n in courts.values()) == sum(
        row[3] for row in asked(GATES)
    )
    singles = sum(1 for row in asked(WANTS) if row[1] == 1)
    free = decisions_that_free(pilots(), at=AT)
    assert sum(one.frees for one in free.decisions) <= singles
    assert [one.pk for one in filtered()] == [one.pk for one in Pilot.objects.raw(FILTERED, GIVEN)]


def measure(rounds: int) -> Iterator[Measured]:
    _hold()
    number, counts = Pilot.objects.count(), changes.count_changes(pilots(), QUESTION)
    of = f"of {number:,} pilots"
    yield compare(
        "changes of a quarter, first page",
        lambda: changes.changes(pilots(), QUESTION),
        lambda: asked(PAGE_OF_CHANGES),
        rounds=rounds,
        promise=LISTS,
        says=f"{A_PAGE} of {counts['pilots']:,} that differ {of}, with gates, people and decisions; by hand: the pilots alone.",
    )
    yield compare(
        "changes of a quarter, counts",
        lambda: changes.count_changes(pilots(), QUESTION),
        lambda: asked(COUNT_OF_CHANGES),
        rounds=rounds,
        promise=LISTS,
        says=f"{counts['pilots']:,} {of}; by hand three of the numbers.",
    )
    yield compare(
        "summary",
        summary,
        lambda: (by_hand(count_statement()), asked(GATES)),
        rounds=rounds,
        promise=FIGURES,
        says=f"{of}: by standing, gates by kind, state and court; retired by cause, which no statement by hand gives.",
    )
    yield compare(
        "bottlenecks",
        lambda: bottlenecks(pilots(), at=AT),
        lambda: asked(BOTTLENECKS),
        rounds=rounds,
        promise=FIGURES,
        says=f"{of}; the product adds up the days as well.",
    )
    yield compare(
        "decisions that free, and sets",
        lambda: decisions_that_free(pilots(), at=AT),
        lambda: asked(WANTS),
        rounds=rounds,
        promise=FIGURES,
        says=f"{of}; by hand: what each pilot waits for, without the search for sets.",
    )
    yield compare(
        "filtered list, first page",
        filtered,
        lambda: list(Pilot.objects.raw(FILTERED, GIVEN)),
        rounds=rounds,
        promise=LISTS,
        says=f"exhibits that slipped, by their stall, {of}.",
    )
