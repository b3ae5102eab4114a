"""`verify_log` finds what was bent, names it, and can tell later whether all is still there (rule 8)."""

from __future__ import annotations

import re
import tracemalloc
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from pilots.event_log import sign, triggers, verify
from pilots.models import Decision, Event, Gate, Pilot
from pilots.rules.canonical_json import as_text
from tests.company import DATA, MARCH, Signed

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Signed:
    cast = Signed()
    for number, outcome in enumerate(("refused", "cleared", "withdrawn", "cleared")):
        cast.decide(on=MARCH + number * DAY, outcome=outcome)
    cast.decide(DATA)
    return cast


def bend(statement: str, *values: Any) -> None:
    """Change the log by SQL, which takes lifting its triggers first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        triggers.lift()
        cursor.execute(statement, values)


def of(gate: Gate) -> list[int]:
    """The events of a gate's decisions."""
    return list(gate.decisions.values_list("event", flat=True))


def number_of(event: int) -> int:
    return Event.objects.get(pk=event).number


def verified(capsys: Any, *asked: str) -> tuple[int, str]:
    """The exit status and everything that was said."""
    try:
        call_command("verify_log", *asked)
    except CommandError as error:
        return error.returncode, capsys.readouterr().out + str(error)
    return 0, capsys.readouterr().out


def digest(said: str) -> str:
    found = re.search(r"^Digest (\d+:[0-9a-f]{64})$", said, re.M)
    assert found
    return found[1]


def test_a_log_that_nobody_bent_fits(cast: Signed, capsys: Any) -> None:
    status, said = verified(capsys)
    assert status == 0
    assert f"{Event.objects.count()} events (0 erased by law) in 2 chains" in said
    assert "a second" in said


@pytest.mark.parametrize(
    ("table", "change", "says"),
    [
        ("decision", "outcome = 'refused'", "its checksum does not fit"),
        ("decision", "capacity = 'deputy'", "its checksum does not fit"),
        ("decision", "until = '2030-01-01'", "its checksum does not fit"),
        ("decision", 'conditions = \'[{"text": "None"}]\'', "its checksum does not fit"),
        ("decision", "sealed = '{}'", "its checksum does not fit"),
        ("event", "texts = '{}'", "its texts are not what was signed"),
        ("event", "texts = NULL", "its texts are gone"),
        ("event", "texts_digest = ''", "its texts are not what was signed"),
        ("event", "erased_on = '2025-04-01'", "it is erased, and yet there is a text"),
        ("event", "action = 'except'", "its checksum does not fit"),
        ("event", "data = '{\"a\": 1}'", "its checksum does not fit"),
        ("event", "batch = 'a|b'", "a column holds more than one value"),
        ("event", f"checksum = '{'0' * 64}'", "its checksum does not fit"),
    ],
)
def test_a_changed_row_is_named_with_its_neighbours_and_the_missing_trigger(
    cast: Signed, capsys: Any, table: str, change: str, says: str
) -> None:
    first, second, third, _ = of(cast.gate())
    key = "id" if table == "event" else "event_id"
    bend(f"UPDATE pilots_{table} SET {change} WHERE {key} = %s", second)
    status, said = verified(capsys)
    assert status == 1
    assert f"event {second}, number {number_of(second)} of pilot {cast.pilot.pk} ({cast.pilot.key})" in said
    assert says in said
    assert f"before it: event {first}\n  after it: event {third}" in said
    for guarded in triggers.guarded():
        assert f"MISSING TRIGGER {guarded.edited}" in said


def test_an_event_that_was_given_another_number_is_found(cast: Signed, capsys: Any) -> None:
    _, second, third, _fourth = of(cast.gate())
    number = number_of(second)
    bend("UPDATE pilots_event SET number = 12 WHERE id = %s", second)
    status, said = verified(capsys)
    assert status == 1
    assert f"event {third}, number {number + 1} of" in said
    assert f"number {number + 1} follows number {number - 1}" in said


def test_an_event_that_was_taken_out_leaves_a_gap(cast: Signed, capsys: Any) -> None:
    first, second, _third, fourth = of(cast.gate())
    number = number_of(second)
    bend("DELETE FROM pilots_decision WHERE event_id = %s", second)
    bend("DELETE FROM pilots_event WHERE id = %s", second)
    status, said = verified(capsys)
    assert status == 1
    assert f"number {number + 1} follows number {number - 1}" in said
    assert f"before it: event {first}\n  after it: event {fourth}" in said


def _cut(cast: Signed) -> int:
    """Take the last event of the pilot away, with its decision. Returns the one before it."""
    *_, before, last = cast.pilot.events.order_by("number").values_list("pk", flat=True)
    bend("DELETE FROM pilots_decision WHERE event_id = %s", last)
    bend("DELETE FROM pilots_event WHERE id = %s", last)
    return before


def test_a_last_event_that_was_taken_out_leaves_a_head_that_fits_none(cast: Signed, capsys: Any) -> None:
    count = cast.pilot.events.count()
    before = _cut(cast)
    status, said = verified(capsys)
    assert status == 1
    assert f"pilot {cast.pilot.pk} (P-1): it counts {count} events" in said
    assert f"before it: event {before}\n  after it: none" in said


def test_what_follows_from_a_log_that_is_not_whole_is_not_rebuilt(cast: Signed, capsys: Any) -> None:
    """An event whose decision is gone tells nothing: that is said, and not as a trace."""
    bend("DELETE FROM pilots_decision WHERE event_id = %s", of(cast.gate())[-1])
    status, said = verified(capsys, "--derived")
    assert status == 1
    assert "BROKEN" in said
    assert "What follows from the log was not rebuilt" in said


def test_a_chain_that_was_cut_neatly_is_found_by_a_digest_kept_before(cast: Signed, capsys: Any) -> None:
    kept = digest(verified(capsys)[1])
    before = Event.objects.get(pk=_cut(cast))
    Pilot.objects.filter(pk=cast.pilot.pk).update(log_head=before.checksum, log_count=before.number)
    triggers.install()
    assert verified(capsys)[0] == 0
    status, said = verified(capsys, "--expect", kept)
    assert status == 1
    assert f"Expected {kept}" in said


def test_a_log_that_was_written_again_from_one_event_on_is_found_by_a_digest(cast: Signed, capsys: Any) -> None:
    """Whoever can lift the triggers can sign as well. What was printed before stays out of reach."""
    kept = digest(verified(capsys)[1])
    last = cast.pilot.events.select_related("decision").latest("number")
    cast.pilot.log_head, cast.pilot.log_count = cast.pilot.events.get(number=last.number - 1).checksum, last.number - 1
    last.decision.outcome = "refused"
    sign.sign(cast.pilot, last, last.decision)
    bend("UPDATE pilots_decision SET outcome = 'refused' WHERE id = %s", last.decision.pk)
    again = (last.checksum, as_text(last.texts), last.texts_digest, last.pk)
    bend("UPDATE pilots_event SET checksum = %s, texts = %s, texts_digest = %s WHERE id = %s", *again)
    Pilot.objects.filter(pk=cast.pilot.pk).update(log_head=last.checksum)
    triggers.install()
    assert verified(capsys)[0] == 0
    assert verified(capsys, "--expect", kept)[0] == 1


def test_a_digest_still_holds_when_more_was_decided_since(cast: Signed, capsys: Any) -> None:
    kept = digest(verified(capsys)[1])
    cast.decide(on=MARCH + 9 * DAY, outcome="refused")
    another = Signed("P-2")
    another.decide()
    status, said = verified(capsys, "--expect", kept)
    assert status == 0
    assert "All that was there when that digest was kept is there." in said
    assert digest(said) != kept


def test_a_bare_digest_is_compared_with_all_there_is(cast: Signed, capsys: Any) -> None:
    bare = digest(verified(capsys)[1]).partition(":")[2]
    assert verified(capsys, "--expect", bare)[0] == 0
    cast.decide(on=MARCH + 9 * DAY, outcome="refused")
    assert verified(capsys, "--expect", bare)[0] == 1


@pytest.mark.parametrize("given", ["", "12", "abc", "x:" + "0" * 64, "12:" + "z" * 64])
def test_what_is_no_digest_cannot_be_compared(cast: Signed, capsys: Any, given: str) -> None:
    status, said = verified(capsys, "--expect=" + given)
    assert (status, "as an earlier run printed it" in said) == (2, True) or given == ""


def test_a_missing_trigger_alone_is_a_broken_log(cast: Signed, capsys: Any) -> None:
    triggers.lift()
    status, said = verified(capsys)
    assert status == 1
    assert "MISSING TRIGGER" in said
    assert "BROKEN" not in said


def test_a_log_that_cannot_be_read_says_so(cast: Signed, capsys: Any, monkeypatch: Any) -> None:
    def gone(*_: Any) -> None:
        raise DatabaseError("no such table")

    monkeypatch.setattr(verify, "verify", gone)
    assert verified(capsys)[0] == 2


def test_every_break_is_counted_and_the_first_is_told(cast: Signed, capsys: Any) -> None:
    bend("UPDATE pilots_decision SET outcome = 'refused' WHERE outcome = 'cleared'")
    status, said = verified(capsys)
    assert status == 1
    assert "BROKEN in 3 places" in said
    second = of(cast.gate())[1]
    assert f"event {second}, number {number_of(second)} of" in said


def test_a_log_that_has_just_begun_fits(db: None, capsys: Any) -> None:
    status, said = verified(capsys)
    assert (status, digest(said).partition(":")[0]) == (0, f"{Event.objects.get().pk}")


def test_neither_queries_nor_memory_grow_with_the_log(cast: Signed, django_assert_num_queries: Any) -> None:
    def pass_through() -> int:
        tracemalloc.start()
        assert verify.verify().broken == 0
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    def grow(many: int) -> None:
        for number in range(many):
            outcome = ("refused", "cleared")[number % 2]
            cast.decide(on=date(2025, 5, 1), outcome=outcome, reason="Why. " * 400)

    grow(10)
    pass_through()
    few = pass_through()
    grow(60)
    assert pass_through() < few + 400_000


@pytest.mark.parametrize("change", ["effective_on = '2025-01-01'", "known_on = '2026-01-01'", "gate_id = NULL"])
def test_an_event_of_another_day_or_gate_than_was_signed_is_found(cast: Signed, capsys: Any, change: str) -> None:
    event = of(cast.gate())[0]
    bend(f"UPDATE pilots_event SET {change} WHERE id = %s", event)
    status, said = verified(capsys)
    assert status == 1
    assert f"event {event}, number" in said


def test_two_decisions_that_were_given_each_others_events_are_found(capsys: Any) -> None:
    cast = Signed()
    for outcome in ("refused", "cleared"):
        cast.decide(outcome=outcome)
    first, last = Decision.objects.order_by("pk")
    one, other = first.event_id, last.event_id
    spare = Event.objects.exclude(pk__in=(one, other)).earliest("pk").pk
    for decision, event in ((first, spare), (last, one), (first, other)):
        bend("UPDATE pilots_decision SET event_id = %s WHERE id = %s", event, decision.pk)
    status, said = verified(capsys)
    assert status == 1
    assert "BROKEN in 2 places" in said


def test_what_is_of_no_pilot_is_one_chain_that_is_verified_too(cast: Signed, capsys: Any) -> None:
    role = Event.objects.get(action="give_role")
    bend("UPDATE pilots_event SET action = 'take_role' WHERE id = %s", role.pk)
    status, said = verified(capsys)
    assert status == 1
    assert f"event {role.pk}, number {role.number} of the installation" in said
