"""Events and decisions are never edited or deleted, by any road: model, queryset, SQL (rule 8)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from pilots import checks
from pilots.event_log import triggers
from pilots.models import Decision, Event, GateKind
from tests.company import MARCH, Signed

pytestmark = pytest.mark.thorough

ON_POSTGRESQL = connection.vendor == "postgresql"


@pytest.fixture
def cast(db: None) -> Signed:
    return Signed()


@pytest.fixture
def decision(cast: Signed) -> Decision:
    return cast.decide()


def sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if ON_POSTGRESQL:
            # Keys that are still to be checked would refuse it before the trigger does.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, values)


def refused(statement: str, *values: Any) -> None:
    with pytest.raises(DatabaseError, match="never edited or deleted"):
        sql(statement, *values)


EDITS: dict[Any, dict[str, Any]] = {
    Decision: {
        "outcome": "refused",
        "effective_on": "2025-02-01",
        "known_on": "2026-02-01",
        "capacity": "deputy",
        "recorded_for": True,
        "decider_id": None,
        "by_id": None,
        "court": "team",
        "until": "2030-01-01",
        "good_until": "2030-01-01",
        "conditions": '[{"text": "None"}]',
        "sealed": "{}",
        "evidence_checksums": '{"another": "0"}',
        "cites_id": 0,
        "public_id": "another",
        "gate_id": 0,
        "event_id": 0,
        "id": 0,
    },
    Event: {
        "public_id": "another",
        "action": "except",
        "portfolio_id": None,
        "pilot_id": None,
        "gate_id": None,
        "by_id": None,
        "effective_on": "2025-02-01",
        "known_on": "2026-02-01",
        "written_at": "2026-02-01 00:00:00",
        "data": '{"another": 1}',
        "batch": "another",
        "number": 7,
        "log_format": 2,
        "texts": '{"reason": "Something else was said."}',
        "texts_digest": "0" * 64,
        "erased_on": "2025-04-01",
        "checksum": "0" * 64,
        "id": 0,
    },
}


@pytest.mark.parametrize("model", EDITS)
def test_every_column_is_tried(model: Any) -> None:
    assert {f.column for f in model._meta.concrete_fields} == EDITS[model].keys()


@pytest.mark.parametrize(("model", "column"), [(model, column) for model in EDITS for column in EDITS[model]])
def test_no_column_can_be_changed_by_sql(decision: Decision, model: Any, column: str) -> None:
    pk = decision.pk if model is Decision else decision.event_id
    refused(f'UPDATE {model._meta.db_table} SET "{column}" = %s WHERE id = %s', EDITS[model][column], pk)


def test_no_text_can_be_taken_away_without_the_date(decision: Decision) -> None:
    refused("UPDATE pilots_event SET texts = NULL")


def test_an_erasure_takes_the_texts_and_nothing_else(decision: Decision) -> None:
    gone = "texts = NULL, erased_on = %s"
    refused(f"UPDATE pilots_event SET {gone}, action = 'except'", MARCH)
    refused(f"UPDATE pilots_event SET {gone}, texts_digest = ''", MARCH)
    refused(f"UPDATE pilots_event SET {gone}, data = '{{}}', checksum = ''", MARCH)
    sql(f"UPDATE pilots_event SET {gone}", MARCH)
    refused(f"UPDATE pilots_event SET {gone}", date(2025, 4, 1))


@pytest.mark.parametrize("table", ["decision", "event"])
def test_no_row_can_be_deleted_by_sql(decision: Decision, table: str) -> None:
    pk = decision.pk if table == "decision" else decision.event_id
    refused(f"DELETE FROM pilots_{table}")
    refused(f"DELETE FROM pilots_{table} WHERE id = %s", pk)


@pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")
def test_the_table_cannot_be_truncated(decision: Decision) -> None:
    refused("TRUNCATE pilots_decision CASCADE")
    refused("TRUNCATE pilots_event CASCADE")


@pytest.mark.skipif(ON_POSTGRESQL, reason="needs SQLite")
@pytest.mark.parametrize("column", ["id", "public_id", "event_id"])
def test_no_row_can_be_replaced_by_sql(cast: Signed, column: str) -> None:
    """REPLACE deletes the row that is in its way, and fires no delete trigger."""
    old, other = cast.decide(), cast.decide("it-data-access")
    names = [f'"{f.column}"' for f in Decision._meta.concrete_fields]
    taken = {"id": other.pk + 1, "public_id": "another", "event_id": other.event_id + 1}
    taken[column] = getattr(old, column)
    values = ", ".join("%s" if name.strip('"') in taken else name for name in names)
    given = [taken[n.strip('"')] for n in names if n.strip('"') in taken]
    refused(
        f"REPLACE INTO pilots_decision ({', '.join(names)}) SELECT {values} FROM pilots_decision WHERE id = {old.pk}",
        *given,
    )


@pytest.mark.skipif(ON_POSTGRESQL, reason="needs SQLite")
@pytest.mark.parametrize("column", ["id", "public_id", "number"])
@pytest.mark.parametrize("action", ["start", "give_role"])
def test_no_event_can_be_replaced_by_sql(cast: Signed, column: str, action: str) -> None:
    """REPLACE deletes the row that is in its way, of a pilot's chain or of the installation's."""
    old = Event.objects.filter(action=action).latest("pk")
    names = [f'"{f.column}"' for f in Event._meta.concrete_fields]
    taken = {"id": old.pk + 99, "public_id": "another", "number": 99}
    taken[column] = getattr(old, column)
    values = ", ".join("%s" if name.strip('"') in taken else name for name in names)
    given = [taken[n.strip('"')] for n in names if n.strip('"') in taken]
    refused(
        f"REPLACE INTO pilots_event ({', '.join(names)}) SELECT {values} FROM pilots_event WHERE id = {old.pk}", *given
    )


def test_nothing_can_be_changed_through_the_model(decision: Decision) -> None:
    decision.outcome = decision.event.action = "refused"
    for event in (decision.save, decision.delete, decision.event.save, decision.event.delete):
        with pytest.raises(PermissionError):
            event()


def test_nothing_can_be_changed_through_a_queryset(decision: Decision) -> None:
    decision.outcome = "refused"
    for found in (Decision.objects.all(), decision.gate.decisions.all()):
        with pytest.raises(PermissionError):
            found.update(outcome="refused")
        with pytest.raises(PermissionError):
            found.delete()
        with pytest.raises(PermissionError):
            found.bulk_update([decision], ["outcome"])
    for events in (Event.objects.all(), decision.gate.pilot.events.all()):
        with pytest.raises(PermissionError):
            events.update(action="except")
        with pytest.raises(PermissionError):
            events.delete()
        with pytest.raises(PermissionError):
            events.bulk_update([decision.event], ["action"])
    with pytest.raises(PermissionError):
        Decision.objects.update_or_create(pk=decision.pk, defaults={"outcome": "refused"})


def test_a_road_that_goes_round_the_queryset_ends_at_the_trigger(decision: Decision) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision._base_manager.update(outcome="refused")
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision._base_manager.all()._raw_delete("default")
    with pytest.raises(DatabaseError), transaction.atomic():
        Event._base_manager.update(action="except")
    with pytest.raises(DatabaseError), transaction.atomic():
        Event._base_manager.all()._raw_delete("default")
    copy = Decision.objects.get(pk=decision.pk)
    copy.outcome = "refused"
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.bulk_create([copy], update_conflicts=True, update_fields=["outcome"], unique_fields=["id"])


def test_a_missing_trigger_is_reported_and_migrate_puts_it_back(cast: Signed, capsys: Any) -> None:
    assert checks.triggers_in_place(None, ["default"]) == []
    triggers.lift()
    wanted = {
        name
        for of in triggers.guarded()
        for name in (of.edited, of.deleted, of.truncated if ON_POSTGRESQL else of.replaced)
    }
    assert set(triggers.missing()) == wanted
    call_command("check", databases=["default"])
    call_command("migrate", verbosity=0, skip_checks=False)
    warned = capsys.readouterr().err
    for name in wanted:
        assert warned.count(f"The trigger {name} is missing") == 2
    assert triggers.missing() == []
    assert checks.triggers_in_place(None, ["default"]) == []


def test_a_check_without_a_database_asks_none(django_assert_num_queries: Any) -> None:
    assert checks.triggers_in_place(None, None) == []


EDITED, DELETED = "decisions_are_never_edited", "decisions_are_never_deleted"


@pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")
@pytest.mark.parametrize(
    "bend",
    [
        f"ALTER TABLE pilots_decision DISABLE TRIGGER {EDITED}",
        f"CREATE OR REPLACE FUNCTION {EDITED}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_a_trigger_that_is_off_or_does_nothing_is_a_missing_one(decision: Decision, bend: str) -> None:
    sql(bend)
    assert triggers.missing() == [EDITED]
    triggers.install()
    assert triggers.missing() == []
    refused("UPDATE pilots_decision SET outcome = 'refused'")


@pytest.mark.skipif(ON_POSTGRESQL, reason="needs SQLite")
def test_a_trigger_that_does_something_else_is_a_missing_one(decision: Decision) -> None:
    sql(f"DROP TRIGGER {DELETED}")
    sql(f"CREATE TRIGGER {DELETED} BEFORE DELETE ON pilots_decision BEGIN SELECT 1; END")
    assert triggers.missing() == [DELETED]
    triggers.install()
    refused("DELETE FROM pilots_decision")


@pytest.mark.django_db(transaction=True)
def test_a_table_that_was_altered_is_guarded_after_the_next_migrate() -> None:
    """SQLite rebuilds the table and drops its triggers on the way; PostgreSQL keeps them."""
    Signed().decide()
    wider = models.CharField(max_length=21)
    wider.set_attributes_from_name("outcome")
    wider.model = Decision
    action = models.CharField(max_length=31)
    action.set_attributes_from_name("action")
    action.model = Event
    with connection.schema_editor() as editor:
        editor.alter_field(Decision, Decision._meta.get_field("outcome"), wider)
        editor.alter_field(Event, Event._meta.get_field("action"), action)
    assert bool(triggers.missing()) is not ON_POSTGRESQL
    call_command("migrate", verbosity=0, skip_checks=True)
    with connection.schema_editor() as editor:
        editor.alter_field(Decision, wider, Decision._meta.get_field("outcome"))
        editor.alter_field(Event, action, Event._meta.get_field("action"))
    call_command("migrate", verbosity=0, skip_checks=True)
    assert triggers.missing() == []
    refused("UPDATE pilots_decision SET outcome = 'refused'")
    refused("DELETE FROM pilots_decision")
    refused("UPDATE pilots_event SET action = 'except'")
    refused("DELETE FROM pilots_event")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_a_flush_empties_the_log_and_the_next_test_is_guarded(time: str) -> None:
    assert not Decision.objects.exists()
    assert Event.objects.get().action == "begin_log"
    assert GateKind.objects.filter(ships=True).count() == 6
    assert triggers.missing() == []
    Signed().decide()
    refused("DELETE FROM pilots_decision")
