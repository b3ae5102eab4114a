"""`verify_log` finds what was bent, names it, and can tell later whether all is still there (rule 8)."""

from __future__ import annotations

import re
import tracemalloc
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from pilots.event_log import triggers, verify
from pilots.models import Decision, Event, Gate
from tests.company import DATA, MARCH, Signed, signed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Signed:
    cast = signed()
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
    return list(gate.decisions.values_list("pk", flat=True))


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
    assert "5 decisions (0 erased by law) on 6 gates" in said
    assert "a second" in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("outcome = 'refused'", "its checksum does not fit"),
        ("capacity = 'deputy'", "its checksum does not fit"),
        ("until = '2030-01-01'", "its checksum does not fit"),
        ("reason = 'Never said.'", "its reason is not what was signed"),
        ("evidence = 'https://elsewhere.example'", "its evidence is not"),
        ('conditions = \'[{"text": "None"}]\'', "its conditions is not"),
        ("sealed = '{}'", "its sealed is not what was signed"),
        ("digests = '{}'", "is not what was signed"),
        ("salt = NULL", "its salt is gone"),
        ("erased_on = '2025-04-01'", "it is erased, and yet there is a text"),
        (f"checksum = '{'0' * 64}'", "its checksum does not fit"),
    ],
)
def test_a_changed_row_is_named_with_its_neighbours_and_the_missing_trigger(
    cast: Signed, capsys: Any, change: str, says: str
) -> None:
    first, second, third, _ = of(cast.gate())
    bend(f"UPDATE pilots_decision SET {change} WHERE id = %s", second)
    status, said = verified(capsys)
    assert status == 1
    assert f"decision {second}, number" in said
    assert says in said
    assert f"(legal-sign-off of {cast.pilot.key})" in said
    assert f"before it: decision {first}\n  after it: decision {third}" in said
    assert f"MISSING TRIGGER {triggers.EDITED}" in said


def test_a_row_that_was_given_another_number_is_found(cast: Signed, capsys: Any) -> None:
    _, second, third, fourth = of(cast.gate())
    bend("UPDATE pilots_decision SET number = 12 WHERE id = %s", second)
    status, said = verified(capsys)
    assert status == 1
    assert f"decision {third}, number 3" in said
    bend("UPDATE pilots_decision SET number = 2 WHERE id = %s", second)
    bend("UPDATE pilots_decision SET number = 12 WHERE id = %s", fourth)
    status, said = verified(capsys)
    assert f"decision {fourth}, number 12 of" in said
    assert "number 12 follows number 3" in said


def test_a_row_that_was_taken_out_leaves_a_gap(cast: Signed, capsys: Any) -> None:
    first, second, third, fourth = of(cast.gate())
    bend("DELETE FROM pilots_decision WHERE id = %s", second)
    status, said = verified(capsys)
    assert status == 1
    assert f"decision {third}, number 3" in said
    assert "number 3 follows number 1" in said
    assert f"before it: decision {first}\n  after it: decision {fourth}" in said


def test_a_last_row_that_was_taken_out_leaves_a_head_that_fits_none(cast: Signed, capsys: Any) -> None:
    *_, third, fourth = of(cast.gate())
    bend("DELETE FROM pilots_decision WHERE id = %s", fourth)
    status, said = verified(capsys)
    assert status == 1
    assert f"gate {cast.gate().pk} (legal-sign-off of P-1): the gate counts 4" in said
    assert f"before it: decision {third}\n  after it: none" in said


def test_what_follows_from_a_log_that_is_not_whole_is_not_rebuilt(cast: Signed, capsys: Any) -> None:
    """An event whose decision is gone tells nothing: that is said, and not as a trace."""
    bend("DELETE FROM pilots_decision WHERE id = %s", of(cast.gate())[-1])
    status, said = verified(capsys, "--derived")
    assert status == 1
    assert "BROKEN" in said
    assert "What follows from the log was not rebuilt" in said


def test_a_tail_that_was_chopped_off_neatly_is_found_by_a_digest_kept_before(cast: Signed, capsys: Any) -> None:
    kept = digest(verified(capsys)[1])
    *_, third, fourth = of(cast.gate())
    bend("DELETE FROM pilots_decision WHERE id = %s", fourth)
    head = Decision.objects.get(pk=third).checksum
    Gate.objects.filter(pk=cast.gate().pk).update(head=head, count=3)
    triggers.install()
    assert verified(capsys)[0] == 0
    status, said = verified(capsys, "--expect", kept)
    assert status == 1
    assert f"Expected {kept}" in said


def test_a_log_that_was_written_again_from_one_row_on_is_found_by_a_digest(cast: Signed, capsys: Any) -> None:
    """Whoever can lift the triggers can sign as well. What was printed before stays out of reach."""
    kept = digest(verified(capsys)[1])
    from pilots.event_log import sign
    from pilots.rules import chain

    decision = cast.gate(DATA).decisions.get()
    bend("UPDATE pilots_decision SET outcome = 'refused' WHERE id = %s", decision.pk)
    decision.outcome = "refused"
    again = chain.checksum(chain.START, sign.in_chain(decision))
    bend("UPDATE pilots_decision SET checksum = %s WHERE id = %s", again, decision.pk)
    Gate.objects.filter(pk=decision.gate_id).update(head=again)
    triggers.install()
    assert verified(capsys)[0] == 0
    assert verified(capsys, "--expect", kept)[0] == 1


def test_a_digest_still_holds_when_more_was_decided_since(cast: Signed, capsys: Any) -> None:
    kept = digest(verified(capsys)[1])
    cast.decide(on=MARCH + 9 * DAY, outcome="refused")
    another = signed("P-2")
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
    assert f"decision {of(cast.gate())[1]}, number 2" in said


def test_an_empty_log_fits(db: None, capsys: Any) -> None:
    status, said = verified(capsys)
    assert (status, digest(said)[:2]) == (0, f"{Event.objects.count()}:")


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


@pytest.mark.parametrize("change", ["\"on\" = '2025-01-01'", "known_on = '2026-01-01'", "gate_id = NULL"])
def test_an_act_that_is_not_the_one_a_decision_was_signed_with_is_found(cast: Signed, capsys: Any, change: str) -> None:
    event = Decision.objects.filter(gate=cast.gate()).earliest("pk").event_id
    bend(f"UPDATE pilots_event SET {change} WHERE id = %s", event)
    status, said = verified(capsys)
    assert status == 1
    assert "the act that carries it is another gate's, or another day's" in said


def test_two_decisions_that_were_given_each_others_acts_are_found(capsys: Any) -> None:
    cast = signed()
    for outcome in ("refused", "cleared"):
        cast.decide(outcome=outcome)
    first, last = Decision.objects.order_by("pk")
    one, other = first.event_id, last.event_id
    spare = Event.objects.exclude(pk__in=(one, other)).earliest("pk").pk
    for decision, event in ((first, spare), (last, one), (first, other)):
        bend("UPDATE pilots_decision SET event_id = %s WHERE id = %s", event, decision.pk)
    status, said = verified(capsys)
    assert status == 1
    assert "comes before the act of the decision before it" in said
