"""Decisions are never edited or deleted, by any road: model, queryset, SQL (rule 8)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from pilots import checks
from pilots.event_log import triggers
from pilots.models import Decision, GateKind
from tests.company import MARCH, Signed, signed

ON_POSTGRESQL = connection.vendor == "postgresql"


@pytest.fixture
def cast(db: None) -> Signed:
    return signed()


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


EDITS: dict[str, Any] = {
    "outcome": "refused",
    "number": 7,
    "on": "2025-02-01",
    "known_on": "2026-02-01",
    "capacity": "deputy",
    "recorded_for": True,
    "decider_id": None,
    "by_id": None,
    "court": "team",
    "until": "2030-01-01",
    "good_until": "2030-01-01",
    "reason": "Something else was said.",
    "evidence": "https://elsewhere.example",
    "conditions": '[{"text": "None"}]',
    "sealed": "{}",
    "would_change": "Something else.",
    "pieces": '{"another": "0"}',
    "cites_id": 0,
    "salt": "0" * 32,
    "digests": "{}",
    "erased_on": "2025-04-01",
    "checksum": "0" * 64,
    "public_id": "another",
    "gate_id": 0,
    "event_id": 0,
    "id": 0,
}


def test_every_column_is_tried() -> None:
    assert {f.column for f in Decision._meta.concrete_fields} <= EDITS.keys()


@pytest.mark.parametrize("column", EDITS)
def test_no_column_can_be_changed_by_sql(decision: Decision, column: str) -> None:
    refused(f'UPDATE pilots_decision SET "{column}" = %s WHERE id = %s', EDITS[column], decision.pk)


def test_no_text_can_be_taken_away_without_the_date(decision: Decision) -> None:
    refused("UPDATE pilots_decision SET reason = NULL, evidence = NULL, would_change = NULL, salt = NULL")


def test_an_erasure_takes_the_texts_and_nothing_else(decision: Decision) -> None:
    gone = "reason = NULL, evidence = NULL, would_change = NULL, salt = NULL, erased_on = %s"
    refused(f"UPDATE pilots_decision SET {gone}, outcome = 'refused'", MARCH)
    refused(f"UPDATE pilots_decision SET {gone}, sealed = '{{}}'", MARCH)
    refused(f"UPDATE pilots_decision SET {gone}, conditions = NULL", MARCH)
    sql(f"UPDATE pilots_decision SET {gone}", MARCH)
    refused(f"UPDATE pilots_decision SET {gone}", date(2025, 4, 1))


def test_no_row_can_be_deleted_by_sql(decision: Decision) -> None:
    refused("DELETE FROM pilots_decision")
    refused("DELETE FROM pilots_decision WHERE id = %s", decision.pk)


@pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")
def test_the_table_cannot_be_truncated(decision: Decision) -> None:
    refused("TRUNCATE pilots_decision CASCADE")
    refused("TRUNCATE pilots_event CASCADE")


@pytest.mark.skipif(ON_POSTGRESQL, reason="needs SQLite")
@pytest.mark.parametrize("column", ["id", "public_id", "event_id", "number"])
def test_no_row_can_be_replaced_by_sql(cast: Signed, column: str) -> None:
    """REPLACE deletes the row that is in its way, and fires no delete trigger."""
    old, other = cast.decide(), cast.decide("it-data-access")
    names = [f'"{f.column}"' for f in Decision._meta.concrete_fields]
    taken = {"id": other.pk + 1, "public_id": "another", "event_id": other.event_id + 1, "number": 9}
    taken[column] = getattr(old, column)
    values = ", ".join("%s" if name.strip('"') in taken else name for name in names)
    given = [taken[n.strip('"')] for n in names if n.strip('"') in taken]
    refused(
        f"REPLACE INTO pilots_decision ({', '.join(names)}) SELECT {values} FROM pilots_decision WHERE id = {old.pk}",
        *given,
    )


def test_nothing_can_be_changed_through_the_model(decision: Decision) -> None:
    decision.reason = "Something else was said."
    for act in (decision.save, decision.delete):
        with pytest.raises(PermissionError):
            act()


def test_nothing_can_be_changed_through_a_queryset(decision: Decision) -> None:
    decision.outcome = "refused"
    for found in (Decision.objects.all(), decision.gate.decisions.all()):
        with pytest.raises(PermissionError):
            found.update(outcome="refused")
        with pytest.raises(PermissionError):
            found.delete()
        with pytest.raises(PermissionError):
            found.bulk_update([decision], ["outcome"])
    with pytest.raises(PermissionError):
        Decision.objects.update_or_create(pk=decision.pk, defaults={"outcome": "refused"})


def test_a_road_that_goes_round_the_queryset_ends_at_the_trigger(decision: Decision) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision._base_manager.update(outcome="refused")
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision._base_manager.all()._raw_delete("default")
    copy = Decision.objects.get(pk=decision.pk)
    copy.outcome = "refused"
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.bulk_create([copy], update_conflicts=True, update_fields=["outcome"], unique_fields=["id"])


def test_a_missing_trigger_is_reported_and_migrate_puts_it_back(cast: Signed, capsys: Any) -> None:
    assert checks.triggers_in_place(None, ["default"]) == []
    triggers.lift()
    wanted = {triggers.EDITED, triggers.DELETED, triggers.TRUNCATED if ON_POSTGRESQL else triggers.REPLACED}
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


@pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")
@pytest.mark.parametrize(
    "bend",
    [
        f"ALTER TABLE pilots_decision DISABLE TRIGGER {triggers.EDITED}",
        f"CREATE OR REPLACE FUNCTION {triggers.EDITED}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_a_trigger_that_is_off_or_does_nothing_is_a_missing_one(decision: Decision, bend: str) -> None:
    sql(bend)
    assert triggers.missing() == [triggers.EDITED]
    triggers.install()
    assert triggers.missing() == []
    refused("UPDATE pilots_decision SET outcome = 'refused'")


@pytest.mark.skipif(ON_POSTGRESQL, reason="needs SQLite")
def test_a_trigger_that_does_something_else_is_a_missing_one(decision: Decision) -> None:
    sql(f"DROP TRIGGER {triggers.DELETED}")
    sql(f"CREATE TRIGGER {triggers.DELETED} BEFORE DELETE ON pilots_decision BEGIN SELECT 1; END")
    assert triggers.missing() == [triggers.DELETED]
    triggers.install()
    refused("DELETE FROM pilots_decision")


@pytest.mark.django_db(transaction=True)
def test_a_table_that_was_altered_is_guarded_after_the_next_migrate() -> None:
    """SQLite rebuilds the table and drops its triggers on the way; PostgreSQL keeps them."""
    signed().decide()
    wider = models.CharField(max_length=21)
    wider.set_attributes_from_name("outcome")
    wider.model = Decision
    with connection.schema_editor() as editor:
        editor.alter_field(Decision, Decision._meta.get_field("outcome"), wider)
    assert bool(triggers.missing()) is not ON_POSTGRESQL
    call_command("migrate", verbosity=0, skip_checks=True)
    with connection.schema_editor() as editor:
        editor.alter_field(Decision, wider, Decision._meta.get_field("outcome"))
    call_command("migrate", verbosity=0, skip_checks=True)
    assert triggers.missing() == []
    refused("UPDATE pilots_decision SET outcome = 'refused'")
    refused("DELETE FROM pilots_decision")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_a_flush_empties_the_log_and_the_next_test_is_guarded(time: str) -> None:
    assert not Decision.objects.exists()
    assert GateKind.objects.filter(ships=True).count() == 6
    assert triggers.missing() == []
    signed().decide()
    refused("DELETE FROM pilots_decision")
