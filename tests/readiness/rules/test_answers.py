"""Rule 7, asked and overdue: the days to answer count from when a gate became its decider's move (rule 12), on asked days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from pilots import actions
from pilots.models import Gate, GateKind, Pilot
from pilots.rules import vocabulary
from pilots.rules.vocabulary import Court
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, charges_of, snapshot_of, snapshots_of
from readiness.rules.deadlines import AnswerDue, answer_due
from readiness.text import letters
from tests.company import MARCH
from tests.properties.worlds import Player, World, worlds
from tests.readiness.rules.works import Works

DAY = timedelta(days=1)
QUALITY = "quality-threshold"


@pytest.fixture
def works(db: None) -> Works:
    return Works()


def on(pilot: Pilot, at: date, kind: str = "legal-sign-off", **more: Any) -> tuple[GateSnapshot, PilotSnapshot]:
    snapshot = snapshot_of(Pilot.objects.select_related("portfolio__escalation").get(pk=pilot.pk), at=at, **more)
    assert snapshot is not None
    return snapshot.gate(kind), snapshot


def was_asked(pilot: Pilot, at: date, kind: str = "legal-sign-off", **more: Any) -> AnswerDue | None:
    return answer_due(*on(pilot, at, kind, **more))


def gate_of(pilot: Pilot, kind: str = "legal-sign-off") -> Gate:
    return pilot.gates.select_related("pilot", "kind").get(kind__key=kind)


def does(action: str, day: date, **says: Any) -> None:
    getattr(actions, action)(on=day, known=day, **says)


def measured(works: Works, pilot: Pilot, day: date, value: float = 0.95) -> None:
    does("record_measurement", day, pilot=pilot, by=works.ria, value=value, sample=1000)


def agreed(works: Works) -> Pilot:
    """A running pilot of which it was agreed what is good enough, and of which nobody has measured it."""
    works.right("lena", kind=GateKind.objects.get(key=QUALITY), answer_within_days=10)
    pilot = works.pilot()
    does(
        "register_threshold",
        MARCH,
        pilot=pilot,
        by=works.ria,
        metric="Share",
        direction="at_least",
        value=0.8,
        kind="proportion",
        smallest_sample=10,
    )
    return pilot


def let_past_until(works: Works, pilot: Pilot, day: date) -> None:
    does("ask_exception", MARCH, gate=gate_of(pilot), by=works.ria, reason="Not yet.", until=day)
    does("except_", MARCH, gate=gate_of(pilot), by=works.lena, reason="Until then.", until=day)


def test_a_quality_gate_is_asked_about_from_the_day_it_is_met(works: Works) -> None:
    pilot, met = agreed(works), date(2025, 6, 2)
    measured(works, pilot, met)
    was = was_asked(pilot, met, QUALITY)
    # Whit Monday is no day to answer on.
    assert was is not None
    assert (was.since, was.answer_by) == (met, date(2025, 6, 17))
    assert not was.is_overdue(met)
    assert was_asked(pilot, met - DAY, QUALITY) is None


def test_a_second_result_that_is_met_begins_nothing_and_one_that_is_not_breaks_it(works: Works) -> None:
    pilot = agreed(works)
    for day, value in ((date(2025, 4, 1), 0.95), (date(2025, 4, 8), 0.96)):
        measured(works, pilot, day, value)
    was = was_asked(pilot, date(2025, 4, 9), QUALITY)
    assert was is not None
    assert was.since == date(2025, 4, 1)
    measured(works, pilot, date(2025, 4, 10), 0.2)
    assert was_asked(pilot, date(2025, 4, 11), QUALITY) is None
    measured(works, pilot, date(2025, 4, 15))
    was = was_asked(pilot, date(2025, 4, 16), QUALITY)
    assert was is not None
    assert was.since == date(2025, 4, 15)


def test_who_gets_the_right_while_it_is_lapsed_is_asked_from_that_day(works: Works) -> None:
    works.right("lena", until=date(2025, 4, 1), answer_within_days=10)
    pilot, day = works.pilot(), date(2025, 9, 1)
    let_past_until(works, pilot, date(2025, 3, 20))
    works.right("dora", starts=day)
    assert was_asked(pilot, day - DAY) is None
    gate, found = on(pilot, day)
    was = answer_due(gate, found)
    assert gate.status.since == date(2025, 3, 21)
    assert was is not None
    assert (was.since, was.answer_by) == (day, date(2025, 9, 15))


def test_another_holder_does_not_begin_the_days_again(works: Works) -> None:
    works.right("lena", until=date(2025, 3, 9))
    works.right("dora", starts=date(2025, 3, 10))
    was = was_asked(works.pilot(), date(2025, 3, 20))
    assert was is not None
    assert (was.since, was.answer_by) == (MARCH, date(2025, 3, 17))


def test_nor_does_another_state_that_is_the_deciders_move_too(works: Works) -> None:
    works.right("lena")
    pilot, broken = works.pilot(), date(2025, 3, 12)
    let_past_until(works, pilot, date(2025, 3, 20))
    does("amend", broken, pilot=pilot, by=works.ria, set={"tool": "Another"})
    for at, state in ((date(2025, 3, 13), "reconfirm"), (date(2025, 3, 25), "lapsed")):
        gate, found = on(pilot, at)
        was = answer_due(gate, found)
        assert was is not None
        assert (gate.status.state, was.since) == (state, broken)


def test_who_answered_and_was_answered_on_one_day_is_asked_anew(works: Works) -> None:
    works.right("lena")
    pilot, day = works.pilot(), date(2025, 3, 10)
    does("decide", day, gate=gate_of(pilot), by=works.lena, outcome="changes_requested", reason="Which data?")
    does("answer", day, gate=gate_of(pilot), by=works.ria, text="None of customers.")
    was = was_asked(pilot, date(2025, 3, 20))
    assert was is not None
    assert (was.since, was.answer_by) == (day, date(2025, 3, 24))


def test_a_pilot_that_moved_carries_the_days_along(works: Works) -> None:
    works.right("lena")
    pilot, broken = works.pilot(), date(2025, 3, 12)
    let_past_until(works, pilot, date(2025, 4, 30))
    does("amend", broken, pilot=pilot, by=works.ria, set={"tool": "Another"})
    billing = actions.name_function(name="Billing", by=works.ria)
    works.right("dora", function=billing, starts=date(2025, 3, 14))
    does("amend", date(2025, 3, 19), pilot=pilot, by=works.ria, set={"function": billing})
    was = was_asked(pilot, date(2025, 3, 20))
    assert was is not None
    assert was.since == broken


def test_paused_days_are_not_counted(works: Works) -> None:
    """A pause neither lets an answer fall due nor gives all of the days again."""
    works.right("lena", answer_within_days=10)
    pilot, until = works.pilot(), date(2025, 5, 1)
    does("pause", date(2025, 3, 5), pilot=pilot, by=works.ria, until=until, reason="Staff.")
    for at in (date(2025, 3, 4), date(2025, 3, 5), date(2025, 4, 15), date(2025, 5, 2)):
        was = was_asked(pilot, at)
        assert was is not None
        # One day before the pause, nine after it.
        due = date(2025, 3, 17) if at < date(2025, 3, 5) else date(2025, 5, 14)
        assert (was.since, was.answer_by) == (MARCH, due)
    does("resume", date(2025, 3, 10), pilot=pilot, by=works.ria)
    was = was_asked(pilot, date(2025, 5, 2))
    assert was is not None
    # Wednesday to Sunday: three working days.
    assert was.answer_by == date(2025, 3, 20)


def test_what_lapses_during_a_pause_is_asked_about_after_it(works: Works) -> None:
    works.right("lena", answer_within_days=10)
    pilot = works.pilot()
    let_past_until(works, pilot, date(2025, 3, 20))
    does("pause", date(2025, 3, 5), pilot=pilot, by=works.ria, until=date(2025, 5, 1), reason="Staff.")
    gate, found = on(pilot, date(2025, 4, 15))
    assert gate.status.court == Court.DECIDER
    assert answer_due(gate, found) is None
    was = was_asked(pilot, date(2025, 5, 2))
    assert was is not None
    assert was.since == date(2025, 5, 2)


def test_a_claim_asks_from_the_day_it_was_declared(works: Works) -> None:
    works.right("lena")
    day = date(2025, 4, 10)
    pilot = actions.record(portfolio=works.portfolio, key="C-1", name="Claimed", by=works.ria, on=MARCH, known=MARCH)
    does("record_claim", day, pilot=pilot)
    was = was_asked(pilot, date(2025, 4, 11))
    assert was is not None
    assert was.since == day


def test_nobody_is_asked_about_a_retired_pilot(works: Works) -> None:
    works.right("lena")
    pilot = works.pilot()
    does("retire", date(2025, 3, 20), pilot=pilot, by=works.ria, learned="It drafts well.")
    assert was_asked(pilot, date(2025, 3, 19)) is not None
    assert was_asked(pilot, date(2025, 3, 20)) is None


def test_what_was_known_then_is_asked_by_what_was_known_then(works: Works) -> None:
    works.right("lena")
    pilot, day, late = works.pilot(), date(2025, 3, 10), date(2025, 4, 1)
    actions.decide(gate=gate_of(pilot), by=works.lena, outcome="changes_requested", reason="Which?", on=day, known=late)
    actions.answer(gate=gate_of(pilot), by=works.ria, text="These.", on=day + DAY, known=late)
    then, now = (was_asked(pilot, late - DAY, known_at=late - DAY), was_asked(pilot, late - DAY))
    assert then is not None
    assert now is not None
    assert (then.since, now.since) == (MARCH, day + DAY)


def test_whose_account_is_closed_is_not_escalated_to(works: Works) -> None:
    works.right("lena", escalate_to="wim")
    pilot, at = works.pilot(), date(2025, 4, 1)

    def above() -> Any:
        was = was_asked(pilot, at)
        assert was is not None
        return was.escalates_to

    assert above() == works.wim
    does("close_account", MARCH, person=works.wim, by=works.ria)
    assert above() == works.kai
    does("close_account", at, person=works.kai, by=works.ria)
    assert above() is None
    # Until the day before there was somebody.
    was = was_asked(pilot, at - DAY)
    assert was is not None
    assert was.escalates_to == works.kai


def test_no_letter_goes_to_an_escalation_person_who_has_left(works: Works) -> None:
    pilot = works.pilot()
    gate, found = on(pilot, date(2025, 4, 1))
    letter = letters.of_gate(works.sam, found, gate)
    assert letter is not None
    assert letter.to == works.kai
    does("close_account", MARCH, person=works.kai, by=works.ria)
    gate, found = on(pilot, date(2025, 4, 1))
    assert letters.of_gate(works.sam, found, gate) is None


def test_a_letter_says_since_when_it_has_been_with_them(works: Works) -> None:
    pilot, met = agreed(works), date(2025, 6, 2)
    measured(works, pilot, met)
    gate, found = on(pilot, met + 3 * DAY, QUALITY)
    letter = letters.of_gate(works.sam, found, gate)
    assert letter is not None
    assert "With the decider since 2 June 2025; an answer is due by" in letter.body


def _by_the_ledger(one: PilotSnapshot, gate: GateSnapshot) -> date:
    """Back from the date, day by day: charged to the decider, or paused while it was the decider's move."""
    pilot, since = one.pilot, one.at + DAY
    charged = [
        charge
        for _pilot, charge in charges_of([pilot], start=pilot.recorded_on, end=since)
        if charge.kind == gate.kind.key and charge.court == Court.DECIDER
    ]
    day, theirs = one.at, True
    while theirs and day >= pilot.recorded_on:
        if any(charge.first <= day < charge.before for charge in charged):
            since = day
        else:
            then = snapshot_of(pilot, at=day)
            assert then is not None
            there = [each for each in then.gates if each.kind == gate.kind]
            theirs = then.status.stage == vocabulary.Stage.PAUSED and any(
                each.status.court == Court.DECIDER for each in there
            )
        day -= DAY
    return since


@pytest.mark.django_db
@settings(max_examples=8, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_a_decider_is_asked_from_the_first_day_that_the_ledger_charges_in_one_stretch(world: World) -> None:
    with transaction.atomic():
        played = Player(world).play(world.steps)
        last = max(played.days)
        for at in (last, last + timedelta(days=25), last + timedelta(days=200)):
            for one in snapshots_of(Pilot.objects.select_related("portfolio"), at=at):
                _alike(one)
        transaction.set_rollback(True)


def _alike(one: PilotSnapshot) -> None:
    for gate in one.gates:
        was = answer_due(gate, one)
        if (
            gate.status.court != Court.DECIDER
            or gate.answer_within is None
            or one.status.stage == vocabulary.Stage.RETIRED
        ):
            assert was is None
            continue
        since = _by_the_ledger(one, gate)
        if was is None:
            assert since > one.at
        elif was.since != since:
            # Answered and replied to within a day, which the ledger's days do not show.
            assert since < was.since <= gate.status.since
