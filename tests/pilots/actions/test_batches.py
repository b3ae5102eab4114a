"""Many pilots written at once are what the actions would have written one by one."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from pilots import actions
from pilots.actions.bulk_import import Batch
from pilots.actions.decisions import asserting
from pilots.actions.retirement import retiring
from pilots.actions.rules import ruling
from pilots.actions.stages import claiming, starting
from pilots.event_log import verify
from pilots.models import Decision, Event, Function, Gate, GatePeriod, Person, Pilot, PilotPeriod, Portfolio
from pilots.refusals import InFuture, Invalid

AT = date(2026, 11, 23)
RANDOM = {"id", "public_id", "texts_digest", "checksum", "log_head", "written_at"}
EventRecord = tuple[str, date, dict[str, Any]]

pytestmark = pytest.mark.django_db


def _acts(number: int, person: Person) -> list[EventRecord]:
    """A different lot for each: started long ago or today, claimed, retired, said to be cleared, with rules."""
    rules: EventRecord = ("set_rules", AT, {"success": "Fewer calls.", "exceptions_to": person})
    start: EventRecord = ("start", date(2025, 6, 30), {})
    claim: EventRecord = ("record_claim", date(2026, 1, 31), {})
    retire: EventRecord = ("retire", AT, {"learned": "Nobody asked for it."})
    legal: EventRecord = ("assert_", AT, {"gate": "legal-sign-off", "source": "List, row 4."})
    data: EventRecord = ("assert_", AT, {"gate": "it-data-access", "source": "List, row 4."})
    lots: list[list[EventRecord]] = [
        [],
        [start, legal, data],
        [claim, data],
        [rules, start, claim, legal],
        [rules, retire],
        [("start", AT, {"decide_by": date(2026, 12, 24)})],
        [start, retire, legal],
        [legal, legal],
        [("record_running", AT, {}), data],
    ]
    return lots[number % len(lots)]


@pytest.fixture
def portfolio() -> Portfolio:
    return actions.open_portfolio(key="doi", name="Interior", by=None, on=AT, known=AT)


@pytest.fixture
def person() -> Person:
    return actions.open_account(email="m@example.org", name="Mia", by=None)


def _facts(number: int, portfolio: Portfolio) -> dict[str, Any]:
    function = Function.objects.filter(name=f"Function {number % 3}").first()
    return {
        "portfolio": portfolio,
        "key": f"K-{number:02}",
        "name": f"Case {number}",
        "purpose": "“=1+1”\nand more",
        "function": function,
        "high_impact": number % 2 == 0,
        "stage": "not_stated" if number == 0 else "planned",
        "source": "list.csv",
        "approximate": number % 3 == 0,
        "listed": {"form": "omb-2025", "n": number},
    }


def _one_by_one(portfolio: Portfolio, person: Person) -> None:
    for number in range(24):
        pilot = actions.record(by=None, on=AT, known=AT, **_facts(number, portfolio))
        for action, on, values in _acts(number, person):
            values = dict(values)
            if action == "assert_":
                gate = pilot.gates.get(kind__key=values.pop("gate"))
                actions.assert_(gate=gate, on=on, known=AT, **values)
            elif action == "record_running":
                actions.record_running(pilot=pilot, on=on, known=AT)
            else:
                getattr(actions, action)(pilot=pilot, by=None, on=on, known=AT, **values)


def _together(portfolio: Portfolio, person: Person) -> None:
    batch = Batch.begin(AT, AT)
    for number in range(24):
        desk = batch.record(**_facts(number, portfolio))
        for action, on, values in _acts(number, person):
            desk.go_to(on)
            if action == "assert_":
                asserting(desk, desk.gates[values["gate"]], values["source"])
            elif action == "set_rules":
                ruling(desk, values)
            else:
                runs = partial(starting, start_known=False)
                work: Any = {"start": starting, "record_running": runs, "record_claim": claiming, "retire": retiring}
                work[action](desk, **values)
        batch.locked_pilots.append(desk)
    batch.write()


def _row(row: Any) -> dict[str, Any]:
    """A row without what is drawn at random, and without keys that only say in which order rows were written."""
    columns = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    mine = {"pilot_id", "gate_id", "event_id"}
    history = {k: v for k, v in columns.items() if k not in RANDOM | mine}
    if isinstance(row, Event):
        history["texts"] = {name: says for name, says in row.texts.items() if name != "salt"}
        history["data"] = row.data | {"gates": [kind for _, kind in row.data.get("gates", ())]}
    return history


def _written() -> dict[str, list[Any]]:
    gate = ("gate__pilot__key", "gate__kind__position")
    by_owner = {
        Pilot: ("key",),
        Gate: ("pilot__key", "kind__position"),
        Event: ("pilot__key", "pk"),
        Decision: (*gate, "pk"),
        PilotPeriod: ("pilot__key", "first_day"),
        GatePeriod: (*gate, "first_day"),
    }
    out = {}
    for model, order in by_owner.items():
        rows: Any = model._default_manager.order_by(*order)
        if model is Event:
            rows = rows.filter(pilot__isnull=False)
        out[model.__name__] = [_row(row) for row in rows]
    return out


def _chains_hold() -> int:
    """Hold every chain against its events. Returns how many decisions there are."""
    assert verify.verify().first is None
    assert all(one.event.gate_id == one.gate_id for one in Decision.objects.select_related("event"))
    return Decision.objects.count()


def test_a_batch_writes_what_the_verbs_would_write(portfolio: Portfolio, person: Person) -> None:
    for number in range(2):
        actions.name_function(name=f"Function {number}", by=None)
    written = []
    for way in (_one_by_one, _together):
        with transaction.atomic():
            way(portfolio, person)
            written.append(_written())
            assert _chains_hold() == 20
            transaction.set_rollback(True)
    units = {"GatePeriod": "unit_id", "PilotPeriod": "unit_id"}
    for model, column in units.items():
        for side in written:
            _by_first_seen(side[model], column)
    assert written[0] == written[1]
    assert len(written[1]["Pilot"]) == 24


def _by_first_seen(rows: list[dict[str, Any]], column: str) -> None:
    """Cells are made anew on each side: what counts is which rows share one."""
    expected_version: dict[int, int] = {}
    for row in rows:
        row[column] = expected_version.setdefault(row[column], len(expected_version))


def test_statements_do_not_grow_with_the_batch(portfolio: Portfolio, django_assert_max_num_queries: Any) -> None:
    for size, start in ((2, 0), (6, 2)):
        batch = Batch.begin(AT, AT)
        for number in range(start, start + size):
            batch.locked_pilots.append(batch.record(portfolio=portfolio, key=f"N-{number}", name="N"))
        with django_assert_max_num_queries(20):
            batch.write()


def test_a_desk_that_is_not_added_leaves_nothing(portfolio: Portfolio) -> None:
    batch = Batch.begin(AT, AT)
    batch.record(portfolio=portfolio, key="N-1", name="N")
    assert batch.write() == []
    assert not Pilot.objects.exists()


def test_a_value_that_cannot_be_is_refused_before_anything_is_written(portfolio: Portfolio) -> None:
    batch = Batch.begin(AT, AT)
    with pytest.raises(Invalid) as refused:
        batch.record(portfolio=portfolio, key="N-1", name="N" * 301)
    assert refused.value.field == "name"


def test_a_batch_of_a_day_that_has_not_come_is_refused() -> None:
    with pytest.raises(InFuture):
        Batch.begin(date(2026, 11, 24), AT)
