"""The hand-written statements, each of which gives a whole answer as JSON. Held to the product's answers before they are timed.

They are made of parts, as somebody would write them by hand: who sees which pilots, the period of a day, the gates of a day.
What only Python says (placards, sentences, what is missing) is not in them.
"""

from __future__ import annotations

from functools import cache

from pilots.rules.stalls import QUIET_DAYS, WARNING_DAYS

REACH = """
granted AS MATERIALIZED (
  SELECT portfolio_id AS id FROM pilots_portfoliorole WHERE person_id = %(me)s
  UNION SELECT id FROM pilots_portfolio WHERE escalation_id = %(me)s),
named AS MATERIALIZED (
  SELECT id FROM pilots_pilot WHERE manager_id = %(me)s OR exceptions_to_id = %(me)s OR exceptions_deputy_id = %(me)s
  UNION SELECT g.pilot_id FROM pilots_gateperiod gp JOIN pilots_gate g ON g.id = gp.gate_id
    WHERE (gp.person_id = %(me)s OR gp.nominee_id = %(me)s) AND gp.superseded_on IS NULL AND gp.last_day IS NULL),
seats AS MATERIALIZED (
  SELECT u.portfolio_id, coalesce(u.function_id, 0) AS function_id, array_agg(s.kind_id) AS kinds
  FROM pilots_seat s JOIN pilots_unit u ON u.id = s.unit_id
  WHERE s.first_day <= %(today)s AND (s.last_day IS NULL OR s.last_day >= %(today)s)
    AND (s.holder_id = %(me)s OR s.deputy_id = %(me)s OR s.delegate_id = %(me)s OR s.escalation_id = %(me)s)
  GROUP BY 1, 2)"""

FEW = f"""{REACH},
reach AS MATERIALIZED (
  SELECT id FROM named
  UNION SELECT p.id FROM pilots_pilot p JOIN granted ON granted.id = p.portfolio_id
  UNION SELECT p.id FROM seats s
    JOIN pilots_pilot p ON p.portfolio_id = s.portfolio_id AND coalesce(p.function_id, 0) = s.function_id
    WHERE EXISTS (SELECT 1 FROM pilots_gate g WHERE g.pilot_id = p.id AND g.kind_id = ANY(s.kinds)))"""

VISIBLE = {
    "mine": "true",
    "few": "p.id IN (SELECT id FROM reach)",
    "many": """(p.portfolio_id IN (SELECT id FROM granted) OR p.id IN (SELECT id FROM named)
  OR ((p.portfolio_id, coalesce(p.function_id, 0)) IN (SELECT portfolio_id, function_id FROM seats)
    AND EXISTS (SELECT 1 FROM pilots_gate g WHERE g.pilot_id = p.id
      AND g.kind_id IN (SELECT unnest(kinds) FROM seats))))""",
}

PERIOD = """pilots_pilotperiod pp ON pp.pilot_id = p.id AND pp.superseded_on IS NULL AND pp.first_day <= %(at)s
  AND (pp.last_day IS NULL OR pp.last_day >= %(at)s)"""
KNOWN = """LATERAL (SELECT * FROM pilots_pilotperiod WHERE pilot_id = p.id AND recorded_from <= %(known)s
  AND (superseded_on IS NULL OR superseded_on > %(known)s) AND first_day <= %(at)s
  ORDER BY first_day DESC LIMIT 1) pp ON true"""
STAGE = "CASE WHEN pp.stage = 'paused' AND pp.paused_until < %(at)s THEN 'running' ELSE pp.stage END"
POLICY = """LEFT JOIN LATERAL (SELECT quiet_days, warning_days FROM pilots_stallpolicy
  WHERE portfolio_id = p.portfolio_id AND starts <= %(at)s ORDER BY starts DESC LIMIT 1) policy ON true"""
QUIET, WARNING = f"coalesce(policy.quiet_days, {QUIET_DAYS})", f"coalesce(policy.warning_days, {WARNING_DAYS})"
CLEAR = "pp.all_clear AND (pp.clear_through IS NULL OR pp.clear_through >= %(at)s)"
STANDING = f"""CASE
  WHEN ({STAGE}) = 'adopted' THEN CASE WHEN {CLEAR} AND pp.rules_known THEN 'adopted' ELSE 'claimed' END
  WHEN ({STAGE}) <> 'running' THEN ({STAGE})
  WHEN pp.stall_clock_from + {QUIET} <= %(at)s::date THEN 'museum_exhibit'
  WHEN pp.stall_clock_from + {QUIET} - {WARNING} <= %(at)s::date THEN 'at_risk'
  WHEN {CLEAR} THEN 'ready' ELSE 'moving' END"""

HOLDER = "CASE WHEN k.clears_by = 'acceptance' THEN gp.person_id ELSE s.holder_id END"
STATE = f"""CASE WHEN gp.good_until < %(at)s THEN 'lapsed' WHEN gp.state <> 'open' THEN gp.state
  WHEN ({HOLDER}) IS NULL THEN 'unowned' ELSE 'waiting' END"""
OPEN = "('unowned', 'waiting', 'changes_requested', 'refused', 'lapsed', 'reconfirm')"


def court(state: str, stage: str) -> str:
    return f"""CASE WHEN {state} NOT IN {OPEN} OR {stage} = 'retired' THEN NULL
  WHEN {stage} IN ('planned', 'not_stated') THEN 'team'
  WHEN {state} = 'changes_requested' AND gp.outside_until >= %(at)s THEN 'outside'
  WHEN {state} IN ('changes_requested', 'refused') OR ({state} = 'lapsed' AND gp.ends_by_condition) THEN 'team'
  WHEN k.clears_by = 'measurement' AND (gp.met_until IS NULL OR gp.met_until < %(at)s) THEN 'team'
  WHEN ({HOLDER}) IS NULL THEN 'nobody' ELSE 'decider' END"""


SINCE = """CASE WHEN gp.good_until < %(at)s AND gp.good_until < gp.first_day THEN gp.since
  WHEN gp.good_until < %(at)s THEN gp.good_until + 1
  WHEN gp.state = 'open' AND k.clears_by <> 'acceptance' THEN greatest(gp.since, s.run_from) ELSE gp.since END"""
GATE_PERIOD = {
    "": """pilots_gateperiod gp ON gp.gate_id = g.id AND gp.superseded_on IS NULL AND gp.first_day <= %(at)s
    AND (gp.last_day IS NULL OR gp.last_day >= %(at)s)""",
    "known": """LATERAL (SELECT * FROM pilots_gateperiod WHERE gate_id = g.id AND recorded_from <= %(known)s
    AND (superseded_on IS NULL OR superseded_on > %(known)s) AND first_day <= %(at)s
    ORDER BY first_day DESC LIMIT 1) gp ON true""",
}
SEAT = """LEFT JOIN pilots_seat s ON s.unit_id = gp.unit_id AND s.kind_id = gp.kind_id AND s.first_day <= %(at)s
    AND (s.last_day IS NULL OR s.last_day >= %(at)s)"""
GATE_FROM = f"""pilots_gate g JOIN {GATE_PERIOD[""]} JOIN pilots_gatekind k ON k.id = gp.kind_id
    {SEAT} LEFT JOIN pilots_person h ON h.id = {HOLDER}"""
PERSON = "CASE WHEN {0}.id IS NOT NULL THEN json_build_object('id', {0}.public_id, 'name', {0}.name) END"
GATE = f"""json_build_object('id', g.public_id, 'kind', k.key, 'question', k.question, 'state', v.state,
    'court', {court("v.state", "page.stage")}, 'holder', {PERSON.format("h")}, 'since', v.since,
    'days', CASE WHEN page.stage <> 'retired' THEN %(at)s::date - v.since END,
    'good_until', CASE WHEN v.state NOT IN {OPEN} THEN gp.good_until END)"""
VALUES = f"CROSS JOIN LATERAL (SELECT {STATE} AS state, {SINCE} AS since) v"
PILOT_COLUMNS = f"""p.id AS pk, p.key, p.name, p.portfolio_id, p.workflow, p.high_impact, {STAGE} AS stage, pp.started_on,
    pp.decide_by, pp.stall_clock_from, {QUIET} AS quiet, {STANDING} AS standing, pp.last_movement, pp.slips,
    pp.goalpost_moved, pp.unit_id, pp.sponsor_id, pp.manager_id"""
PILOT = f"""'key', page.key, 'name', page.name, 'portfolio', f.key, 'function', n.name, 'workflow', page.workflow,
    'stage', page.stage, 'standing', page.standing, 'started_on', page.started_on, 'decide_by', page.decide_by,
    'stalls_on', CASE WHEN page.stage IN ('running', 'paused') THEN page.stall_clock_from + page.quiet END,
    'days_quiet', %(at)s::date - page.last_movement, 'last_movement', page.last_movement, 'slips', page.slips,
    'goalpost_moved', page.goalpost_moved, 'high_impact', page.high_impact, 'sponsor', {PERSON.format("c")},
    'manager', {PERSON.format("m")}"""
PEOPLE = """JOIN pilots_portfolio f ON f.id = page.portfolio_id JOIN pilots_unit u ON u.id = page.unit_id
  LEFT JOIN pilots_function n ON n.id = u.function_id LEFT JOIN pilots_person c ON c.id = page.sponsor_id
  LEFT JOIN pilots_person m ON m.id = page.manager_id"""


def gates_of_page(known: str = "") -> str:
    return f"""(SELECT json_agg({GATE} ORDER BY k.position, k.id) FROM pilots_gate g JOIN {GATE_PERIOD[known]}
  JOIN pilots_gatekind k ON k.id = gp.kind_id {SEAT} LEFT JOIN pilots_person h ON h.id = {HOLDER} {VALUES}
  WHERE g.pilot_id = page.pk AND gp.awaits <> 'off')"""


def rows(reach: str, where: str = "true", order: str = "p.key", most: int = 50, known: str = "", more: str = "") -> str:
    """A page of pilots with their gates and the people who hold them."""
    period = KNOWN if known else PERIOD
    return f"""WITH {FEW if reach == "few" else REACH},
page AS MATERIALIZED (
  SELECT {PILOT_COLUMNS}, row_number() OVER (ORDER BY {order}) AS place
  FROM pilots_pilot p JOIN {period} {POLICY}
  WHERE {VISIBLE[reach]} AND pp.void_since IS NULL AND {where} ORDER BY {order} LIMIT {most})
SELECT json_build_object('results', coalesce(json_agg(json_build_object({PILOT}, 'gates', {gates_of_page(known)})
  ORDER BY page.place), '[]'::json){more})::text FROM page {PEOPLE}"""


STALLED = f"({STAGE}) = 'running' AND pp.stall_clock_from <= %(at)s::date - {QUIET}"
HANGS = f"pp.stall_clock_from + {QUIET}, p.id"
STALLS = f"CASE WHEN ({STAGE}) IN ('running', 'paused') THEN pp.stall_clock_from + {QUIET} END NULLS LAST, p.key"
PRESSES = f"""array_position(ARRAY['at_risk','museum_exhibit','ready','moving','paused','claimed','planned','not_stated','adopted',
  'retired'], {STANDING}::text), {STALLS}"""
MINE = """p.id IN (SELECT pilot_id FROM pilots_pilotperiod WHERE (sponsor_id = %(me)s OR manager_id = %(me)s)
  AND superseded_on IS NULL AND last_day IS NULL AND void_since IS NULL AND stage <> 'retired')"""


def there(reach: str, at: str = "%(at)s") -> str:
    """The pilots that somebody sees, each with its period, as `there`."""
    return f"""WITH {FEW if reach == "few" else REACH},
there AS MATERIALIZED (SELECT p.id, {STAGE} AS stage, {STANDING} AS standing FROM pilots_pilot p JOIN {PERIOD} {POLICY}
  WHERE {VISIBLE[reach]} AND pp.void_since IS NULL)"""


def waiting(reach: str) -> str:
    """The open gates that wait, as `waiting`."""
    return f"""{there(reach)},
waiting AS MATERIALIZED (SELECT g.pilot_id, gp.kind_id, {HOLDER} AS holding, {court("v.state", "t.stage")} AS court
  FROM there t JOIN {GATE_FROM.replace("pilots_gate g", "pilots_gate g ON g.pilot_id = t.id", 1)} {VALUES}
  WHERE t.stage IN ('running', 'adopted') AND gp.awaits <> 'off' AND v.state IN {OPEN})"""


def summary(reach: str) -> str:
    return f"""{waiting(reach)}
SELECT json_build_object('at', %(at)s::text, 'pilots', (SELECT count(*) FROM there),
  'standing', (SELECT json_object_agg(standing, n) FROM (SELECT standing, count(*) AS n FROM there GROUP BY 1) x),
  'open_gates', (SELECT json_object_agg(court, n) FROM (SELECT court, count(*) AS n FROM waiting GROUP BY 1) x))::text"""


def bottlenecks(reach: str) -> str:
    return f"""{waiting(reach)},
found AS (SELECT kind_id, court, holding, count(*) AS gates, count(*) FILTER (WHERE n = 1) AS frees
  FROM (SELECT *, count(*) OVER (PARTITION BY pilot_id) AS n FROM waiting) x GROUP BY 1, 2, 3
  ORDER BY frees DESC, gates DESC, kind_id, court, holding LIMIT 50)
SELECT coalesce(json_agg(json_build_object('kind', k.key, 'court', court, 'holder', {PERSON.format("h")}, 'gates', gates,
  'frees', frees) ORDER BY frees DESC, gates DESC, kind_id, court, holding), '[]'::json)::text
FROM found JOIN pilots_gatekind k ON k.id = kind_id LEFT JOIN pilots_person h ON h.id = holding"""


def trend(reach: str) -> str:
    """Twelve ends of months and the day itself, of all periods at once."""
    day = "days.day"
    standing = STANDING.replace("%(at)s::date", day).replace("%(at)s", day)
    period = PERIOD.replace("%(at)s", day)
    policy = POLICY.replace("%(at)s", day)
    return f"""WITH {FEW if reach == "few" else REACH},
days AS (SELECT (date_trunc('month', %(at)s::date) - make_interval(months => n))::date - 1 AS day
  FROM generate_series(0, 11) n UNION SELECT %(at)s::date),
mine AS MATERIALIZED (SELECT p.id, p.portfolio_id FROM pilots_pilot p WHERE {VISIBLE[reach]}),
found AS (SELECT day, {standing} AS standing, count(*) AS n FROM mine p CROSS JOIN days JOIN {period} {policy}
  WHERE pp.void_since IS NULL GROUP BY 1, 2)
SELECT json_agg(json_build_object('at', day, 'standing', (SELECT coalesce(json_object_agg(standing, n), '{{}}'::json)
  FROM found WHERE found.day = days.day)) ORDER BY day)::text FROM days"""


def gates(reach: str) -> str:
    return f"""WITH {FEW if reach == "few" else REACH},
page AS MATERIALIZED (SELECT p.id AS pk, p.key, {STAGE} AS stage, g.id AS gate_pk FROM pilots_gate g
  JOIN pilots_pilot p ON p.id = g.pilot_id JOIN {PERIOD}
  WHERE {VISIBLE[reach]} AND pp.void_since IS NULL ORDER BY g.id LIMIT 50)
SELECT json_build_object('results', coalesce(json_agg(({GATE})::jsonb || jsonb_build_object('pilot', page.key)
  ORDER BY g.id), '[]'::json))::text
FROM page JOIN {GATE_FROM.replace("pilots_gate g", "pilots_gate g ON g.id = page.gate_pk", 1)} {VALUES}"""


def decisions(reach: str) -> str:
    return f"""WITH {FEW if reach == "few" else REACH},
page AS (SELECT d.id, d.public_id, p.key, g.public_id AS gate, k.key AS kind, d.outcome, d.capacity, d.effective_on, d.known_on,
    h.public_id AS by_id, h.name AS by_name, d.until, d.good_until, e.checksum
  FROM pilots_decision d JOIN pilots_gate g ON g.id = d.gate_id JOIN pilots_pilot p ON p.id = g.pilot_id
  JOIN pilots_gatekind k ON k.id = g.kind_id LEFT JOIN pilots_event e ON e.id = d.event_id
  LEFT JOIN pilots_person h ON h.id = d.decider_id
  WHERE {VISIBLE[reach]} AND d.effective_on <= %(at)s ORDER BY d.id DESC LIMIT 50)
SELECT json_build_object('results', coalesce(json_agg(json_build_object('id', public_id, 'pilot', key, 'gate', gate,
  'kind', kind, 'outcome', outcome, 'capacity', capacity, 'on', effective_on, 'known_on', known_on,
  'decider', CASE WHEN by_id IS NOT NULL THEN json_build_object('id', by_id, 'name', by_name) END, 'until', until,
  'good_until', good_until) ORDER BY id DESC), '[]'::json))::text FROM page"""


def changes(reach: str) -> str:
    return f"""WITH {FEW if reach == "few" else REACH},
page AS (SELECT e.id, e.public_id, e.action, p.key, e.effective_on, e.known_on, k.key AS kind, h.public_id AS by_id, h.name
  FROM pilots_event e JOIN pilots_pilot p ON p.id = e.pilot_id LEFT JOIN pilots_gate g ON g.id = e.gate_id
  LEFT JOIN pilots_gatekind k ON k.id = g.kind_id LEFT JOIN pilots_person h ON h.id = e.by_id
  WHERE {VISIBLE[reach]} AND e.known_on <= %(at)s AND e.batch = '' ORDER BY e.id LIMIT 50)
SELECT json_build_object('results', coalesce(json_agg(json_build_object('id', public_id, 'verb', action, 'pilot', key,
  'kind', kind, 'on', effective_on, 'known_on', known_on,
  'by', CASE WHEN by_id IS NOT NULL THEN json_build_object('id', by_id, 'name', name) END) ORDER BY id), '[]'::json))::text
FROM page"""


def rights(reach: str) -> str:
    """Fifty places with whoever sits there, of the units that somebody's pilots lie in, or of whole portfolios."""
    return f"""WITH {FEW if reach == "few" else REACH},
page AS MATERIALIZED (SELECT u.id, u.portfolio_id, u.function_id FROM pilots_unit u
  WHERE u.portfolio_id IN (SELECT id FROM granted) OR EXISTS (SELECT 1 FROM pilots_pilot p
    WHERE p.portfolio_id = u.portfolio_id AND coalesce(p.function_id, 0) = coalesce(u.function_id, 0) AND {VISIBLE[reach]})
  ORDER BY u.id LIMIT 50)
SELECT json_build_object('results', coalesce(json_agg(json_build_object('portfolio', f.key, 'function', n.name, 'kind', k.key,
  'holder', h.name, 'deputy', d.name, 'escalation', x.name) ORDER BY page.id, k.position), '[]'::json))::text
FROM page JOIN pilots_portfolio f ON f.id = page.portfolio_id LEFT JOIN pilots_function n ON n.id = page.function_id
JOIN pilots_gatekind k ON k.clears_by <> 'acceptance'
LEFT JOIN pilots_seat s ON s.unit_id = page.id AND s.kind_id = k.id AND s.first_day <= %(at)s
  AND (s.last_day IS NULL OR s.last_day >= %(at)s) LEFT JOIN pilots_person h ON h.id = s.holder_id
LEFT JOIN pilots_person d ON d.id = s.deputy_id LEFT JOIN pilots_person x ON x.id = s.escalation_id"""


def queue(reach: str) -> str:
    """The first ten gates that wait on somebody's decision, with their pilots, and how many there are.

    What waits on nothing else comes first, what runs before what is said to be adopted, then whatever waits longest.
    """
    return f"""WITH sits AS MATERIALIZED (SELECT * FROM pilots_seat s
  WHERE s.first_day <= %(at)s AND (s.last_day IS NULL OR s.last_day >= %(at)s)
    AND (s.holder_id = %(me)s OR s.deputy_id = %(me)s OR s.delegate_id = %(me)s)),
waiting AS MATERIALIZED (SELECT g.pilot_id, g.id AS gate_pk, {SINCE} AS open_since, ({STAGE}) = 'adopted' AS claimed,
    EXISTS (SELECT 1 FROM pilots_gate og JOIN pilots_gateperiod o ON o.gate_id = og.id AND o.superseded_on IS NULL
      AND o.first_day <= %(at)s AND (o.last_day IS NULL OR o.last_day >= %(at)s) AND o.awaits <> 'off'
      AND (o.state NOT IN ('asserted', 'cleared', 'conditional', 'excepted') OR o.good_until < %(at)s)
      WHERE og.pilot_id = g.pilot_id AND og.id <> g.id) AS shared
  FROM sits s JOIN pilots_gateperiod gp ON gp.unit_id = s.unit_id AND gp.kind_id = s.kind_id AND gp.superseded_on IS NULL
    AND gp.first_day <= %(at)s AND (gp.last_day IS NULL OR gp.last_day >= %(at)s)
  JOIN pilots_gatekind k ON k.id = gp.kind_id JOIN pilots_gate g ON g.id = gp.gate_id JOIN pilots_pilot p ON p.id = g.pilot_id
  JOIN {PERIOD} AND pp.void_since IS NULL AND ({STAGE}) IN ('running', 'adopted')
  WHERE (pp.sponsor_id IS NULL OR pp.sponsor_id <> %(me)s) AND gp.awaits <> 'off'
    AND (k.clears_by = 'approval' OR (k.clears_by = 'measurement' AND gp.met_until >= %(at)s))
    AND ((gp.good_until < %(at)s AND NOT gp.ends_by_condition)
      OR (gp.awaits = 'decision' AND (gp.good_until IS NULL OR gp.good_until >= %(at)s)))),
page AS MATERIALIZED (
  SELECT {PILOT_COLUMNS}, w.gate_pk, row_number() OVER (ORDER BY w.shared, w.claimed, w.open_since, w.gate_pk) AS place
  FROM (SELECT * FROM waiting ORDER BY shared, claimed, open_since, gate_pk LIMIT 10) w
  JOIN pilots_pilot p ON p.id = w.pilot_id JOIN {PERIOD} {POLICY})
SELECT json_build_object('count', (SELECT count(*) FROM waiting),
  'results', coalesce(json_agg(json_build_object({PILOT}, 'gates', {gates_of_page()}) ORDER BY page.place), '[]'::json))::text
FROM page {PEOPLE}"""


@cache
def of(name: str, reach: str, *, has_policies: bool) -> str:
    """The statement of a name for whoever sees few pilots, or nearly all; where no portfolio has a policy, with the usual days."""
    statement = _written(name, reach)
    if has_policies:
        return statement
    usual = {POLICY: "", QUIET: str(QUIET_DAYS), WARNING: str(WARNING_DAYS), "policy.": "none."}
    usual |= {
        POLICY.replace("%(at)s", "days.day"): "",
        f"ORDER BY pp.stall_clock_from + {QUIET_DAYS}": "ORDER BY pp.stall_clock_from",
    }
    for written, said in usual.items():
        statement = statement.replace(written, said)
    return statement


def _written(name: str, reach: str) -> str:
    made = {
        "pilots": lambda: rows(reach),
        "pilot": lambda: rows(reach, "p.key = %(key)s", most=1),
        "exhibits": lambda: rows(reach, STALLED, HANGS),
        "exhibits_known": lambda: rows(reach, STALLED, HANGS, known="known"),
        "museum": lambda: rows(reach, STALLED, HANGS, 9, more=f", 'count', ({_count(reach, STALLED)})"),
        "board": lambda: rows(reach),
        "admin": lambda: rows(reach, order=PRESSES, most=100),
        "my_gates": lambda: rows("mine", MINE, STALLS, 20),
        "my_decisions": lambda: queue(reach),
        "portfolio": lambda: rows(reach, order=PRESSES, more=f", 'figures', ({_figures()})").replace(
            "page AS MATERIALIZED", f"{_without_with(waiting(reach))},\npage AS MATERIALIZED", 1
        ),
        "summary": lambda: summary(reach),
        "bottlenecks": lambda: bottlenecks(reach),
        "trend": lambda: trend(reach),
        "gates": lambda: gates(reach),
        "decisions": lambda: decisions(reach),
        "changes": lambda: changes(reach),
        "rights": lambda: rights(reach),
    }
    return made[name]()


def _count(reach: str, where: str) -> str:
    return f"""SELECT count(*) FROM pilots_pilot p JOIN {PERIOD} {POLICY}
  WHERE {VISIBLE[reach]} AND pp.void_since IS NULL AND {where}"""


def _figures() -> str:
    return """SELECT json_build_object('standing', (SELECT json_object_agg(standing, n)
  FROM (SELECT standing, count(*) AS n FROM there GROUP BY 1) x), 'open_gates', (SELECT json_object_agg(court, n)
  FROM (SELECT court, count(*) AS n FROM waiting GROUP BY 1) x))"""


def _without_with(statement: str) -> str:
    """The common tables of a statement after those of who sees what, which stand before them already."""
    return statement[statement.index("there AS MATERIALIZED") :]
