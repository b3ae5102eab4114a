"""The sample portfolio: whatever the day, it can be played through the actions, and shows all there is to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from pilots.models import Absence, Decision, Event, Person, Portfolio, Seat
from pilots.rules import adoption
from pilots.rules.vocabulary import Court
from readiness.demo.sample import playing, script
from readiness.queries import friction, snapshots
from readiness.queries import pilots as pilot_queries
from readiness.queries.snapshots import PilotSnapshot
from readiness.rules import standing
from readiness.rules.standing import GateStatus
from readiness.text import placards

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
DAYS = [date(2026, 3, 18), date(2028, 2, 29), date(2027, 1, 2)]
"""A Wednesday, a leap day, and a Saturday after New Year."""


@dataclass
class Seen:
    """The sample as loaded on a day, read whole, so that no test needs the tables."""

    at: date
    pilots: dict[str, PilotSnapshot]
    placards: dict[str, str]
    portfolio: Portfolio
    people: list[Person]
    seats: list[Seat]
    events: list[Event]
    decisions: list[Decision]
    absences: list[Absence]

    def standing(self, name: str) -> list[PilotSnapshot]:
        return [one for one in self.pilots.values() if one.status.standing == name]

    def gates(self) -> Iterator[tuple[PilotSnapshot, GateStatus]]:
        for one in self.pilots.values():
            for gate in one.gates:
                yield one, gate.status

    def states(self) -> Counter[str]:
        """Gates of pilots past their start, by state."""
        return Counter(gate.state for one, gate in self.gates() if one.status.stage not in ("planned", "retired"))


@pytest.fixture(scope="module", params=DAYS, ids=str)
def expected_version(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Seen:
    with django_db_blocker.unblock(), transaction.atomic():
        playing.play(request.param)
        found = _read(request.param)
        transaction.set_rollback(True)
    return found


def _read(at: date) -> Seen:
    rows = pilot_queries.pilots().select_related("portfolio__escalation", "function")
    found = {one.pilot.key: one for one in snapshots.snapshots_of(rows, at=at)}
    counted = Counter(one.status.standing for one in found.values())
    assert Counter(pilot_queries.pilots().counts(at)) == counted
    return Seen(
        at,
        found,
        {key: placards.placard(one) for key, one in found.items()},
        Portfolio.objects.get(),
        list(Person.objects.all()),
        list(Seat.objects.select_related("kind", "unit__function", "holder")),
        list(Event.objects.select_related("by", "pilot", "gate__kind")),
        list(Decision.objects.select_related("decider", "by", "event")),
        list(Absence.objects.all()),
    )


def test_it_says_that_it_is_invented(expected_version: Seen) -> None:
    assert "invented" in expected_version.portfolio.name
    assert all(person.email.endswith(".example") for person in expected_version.people)


def test_about_thirty_pilots_lie_in_eight_functions(expected_version: Seen) -> None:
    assert len(expected_version.pilots) == 30
    assert len({one.pilot.function for one in expected_version.pilots.values()}) == 8


def test_every_standing_but_an_unstated_one_hangs_somewhere(expected_version: Seen) -> None:
    for name in set(standing.STANDINGS) - {"not_stated"}:
        assert expected_version.standing(name), name
    assert len(expected_version.standing("ready")) == len(expected_version.standing("paused")) == 1
    assert len(expected_version.standing("museum_exhibit")) >= 6


def test_every_pilot_is_a_task_with_a_question_a_purpose_and_a_tool(expected_version: Seen) -> None:
    for one in expected_version.pilots.values():
        texts = ("workflow", "purpose") + (() if one.pilot.source else ("question", "tool", "data"))
        for text in texts:
            assert getattr(one.pilot, text), (one.pilot.key, text)


def test_people_act_on_working_days_up_to_yesterday(expected_version: Seen) -> None:
    days = [event.effective_on for event in expected_version.events]
    assert all(day.weekday() < 5 for day in days)
    assert expected_version.at - timedelta(days=9) < max(days) < expected_version.at
    assert min(days) < expected_version.at - timedelta(days=730)
    assert all(event.effective_on == event.known_on for event in expected_version.events)


def test_everybody_says_why(expected_version: Seen) -> None:
    for decision in expected_version.decisions:
        assert decision.reason, decision
    for event in expected_version.events:
        if event.action in ("move_decide_by", "pause", "roll_back", "retire"):
            assert event.reason, event


def test_nobody_holds_one_decision_in_one_function(expected_version: Seen) -> None:
    now = [seat for seat in expected_version.seats if seat.last_day is None and seat.holder]
    held = {(str(seat.unit.function), seat.kind.key) for seat in now}
    wanted = {
        (str(one.pilot.function), gate.kind.key)
        for one in expected_version.pilots.values()
        for gate in one.gates
        if gate.kind.clears_by != "acceptance"
    }
    assert wanted - held == {("Procurement", "quality-threshold")}


def test_one_seat_is_orphaned_and_falls_to_the_deputy(expected_version: Seen) -> None:
    (seat,) = [s for s in expected_version.seats if s.orphaned and s.last_day is None]
    assert (seat.kind.key, str(seat.unit.function)) == ("it-data-access", "Group reporting")
    assert str(seat.holder) == "Casimir Lund"


def test_a_right_of_a_function_goes_before_the_portfolios(expected_version: Seen) -> None:
    legal = {
        str(seat.unit.function): str(seat.holder)
        for seat in expected_version.seats
        if seat.kind.key == "legal-sign-off" and seat.last_day is None
    }
    assert legal["People and payroll"] == "Ottoline Baptiste"
    assert legal["Finance"] == "Perpetua Rask"


def test_somebody_is_away_today(expected_version: Seen) -> None:
    assert any(a.starts <= expected_version.at <= a.ends for a in expected_version.absences)


def test_somebody_lets_a_colleague_decide_for_a_while(expected_version: Seen) -> None:
    (given,) = [e for e in expected_version.events if e.action == "delegate"]
    assert str(given.by) == "Sefton Grau"
    assert given.data["until"] > expected_version.at.isoformat()


def test_a_deputy_decided_for_somebody_away(expected_version: Seen) -> None:
    deputies = [d for d in expected_version.decisions if d.capacity == "deputy"]
    away = {(a.starts, a.ends) for a in expected_version.absences}
    assert any(starts <= d.effective_on <= ends for d in deputies for starts, ends in away)


def test_gates_are_in_every_state(expected_version: Seen) -> None:
    found = expected_version.states()
    for state in (
        "unowned",
        "waiting",
        "changes_requested",
        "refused",
        "cleared",
        "conditional",
        "excepted",
        "asserted",
        "lapsed",
        "reconfirm",
    ):
        assert found[state], state


def test_gates_are_in_every_court(expected_version: Seen) -> None:
    courts = {gate.court for one, gate in expected_version.gates() if one.status.stage == "running"}
    assert courts >= set(Court.values())


def test_a_request_waits_outside_until_a_date(expected_version: Seen) -> None:
    (one,) = {one.pilot.key for one, gate in expected_version.gates() if gate.court == "outside"}
    assert expected_version.pilots[one].status.standing == "moving"


def test_a_condition_is_due_soon(expected_version: Seen) -> None:
    due = [
        gate.good_until - expected_version.at
        for one, gate in expected_version.gates()
        if gate.state == "conditional" and gate.good_until
    ]
    assert any(timedelta(0) <= left <= timedelta(days=10) for left in due)


def test_an_exception_that_carries_an_adoption_is_about_to_end(expected_version: Seen) -> None:
    (one,) = [p for p in expected_version.standing("adopted") if p.status.on_exception_until]
    assert one.status.on_exception_until is not None
    assert expected_version.at <= one.status.on_exception_until <= expected_version.at + timedelta(days=7)
    renewed = [d for d in expected_version.decisions if d.outcome == "excepted"]
    assert len(renewed) == 2


def test_a_goalpost_was_moved(expected_version: Seen) -> None:
    (one,) = [p for p in expected_version.pilots.values() if p.status.goalpost_moved]
    thresholds = [e for e in expected_version.events if e.pilot == one.pilot and e.action == "register_threshold"]
    assert len(thresholds) == 2


def test_claims_never_shown_and_no_longer_shown(expected_version: Seen) -> None:
    because = Counter(p.status.claim.because for p in expected_version.standing("claimed") if p.status.claim)
    assert because == {"never_shown": 2, "no_longer_shown": 2}


def test_a_broken_seal_took_an_adoption_away(expected_version: Seen) -> None:
    one = expected_version.pilots["FS-01"]
    assert {g.kind.key for g in one.open_gates} == {"legal-sign-off", "it-data-access"}
    assert {g.status.state for g in one.open_gates} == {"reconfirm"}
    assert one.status.claim is not None


def test_one_adoption_is_lived_in_and_one_is_empty(expected_version: Seen) -> None:
    assert {p.status.residence for p in expected_version.standing("adopted")} == {"lived_in", "empty"}


def test_whoever_retired_says_what_was_learned(expected_version: Seen) -> None:
    assert len(expected_version.standing("retired")) == 3
    assert all(len(p.pilot.learned) > 80 for p in expected_version.standing("retired"))


def test_an_exhibit_was_taken_down_honestly(expected_version: Seen) -> None:
    retired = next(e for e in expected_version.events if e.action == "retire" and e.pilot.key == "CO-04")
    assert retired.effective_on < expected_version.at


def test_somebody_at_risk_is_one_acceptance_away(expected_version: Seen) -> None:
    one = expected_version.pilots["CO-02"]
    assert one.status.standing == "at_risk"
    assert one.status.blocked_by == ["error-owner"]
    assert one.gate("error-owner").holder is not None
    assert one.status.stalls_on is not None
    assert 0 < (one.status.stalls_on - expected_version.at).days <= 14


def test_nominees_have_not_accepted(expected_version: Seen) -> None:
    waiting = [
        gate
        for one, gate in expected_version.gates()
        if gate.state == "waiting" and gate.kind in ("funding-owner", "named-sponsor", "error-owner")
    ]
    assert len(waiting) >= 4
    assert all(gate.holder for gate in waiting)


def test_dates_slipped_once_twice_and_a_third_time_by_the_escalation_person(expected_version: Seen) -> None:
    slips = Counter(one.status.slips for one in expected_version.pilots.values())
    assert slips[1]
    assert slips[2]
    assert slips[3]
    by = Counter(str(e.by) for e in expected_version.events if e.action == "move_decide_by")
    assert by[str(expected_version.pilots["CO-01"].pilot.portfolio.escalation)] == slips[3]


def test_the_manager_who_checks_every_line_hangs_in_the_museum(expected_version: Seen) -> None:
    one = expected_version.pilots["CO-01"]
    assert str(one.manager) == "Mara Lindqvist"
    assert one.status.standing == "museum_exhibit"
    assert "their manager still reads every line" in one.pilot.purpose
    assert set(adoption.RULES) <= set(one.status.missing)


def test_the_six_week_reporting_pilot_hit_the_wall(expected_version: Seen) -> None:
    one = expected_version.pilots["GR-01"]
    assert one.status.started_on is not None
    assert one.status.decide_by is not None
    weeks = (one.status.decide_by - one.status.started_on).days / 7
    assert 5.5 <= weeks <= 6.5
    assert one.status.days_on_display > 300
    assert {g.status.state for g in one.open_gates} == {"waiting", "unowned", "lapsed"}
    good = [d for d in expected_version.decisions if d.event.pilot_id == one.pilot.pk]
    assert [d.outcome for d in good] == ["cleared"]


def test_one_is_planned_and_never_started(expected_version: Seen) -> None:
    assert [p.status.never_started for p in expected_version.standing("planned")].count(True) == 1


def test_one_was_taken_back_from_adoption(expected_version: Seen) -> None:
    (back,) = [e for e in expected_version.events if e.action == "roll_back"]
    assert expected_version.pilots[back.pilot.key].status.standing == "moving"


def test_only_the_office_records_and_starts(expected_version: Seen) -> None:
    office = {"Ines Aldana", "Tobias Wren"}
    for event in expected_version.events:
        if event.action in ("record", "start", "amend", "set_rules") and event.by:
            assert str(event.by) in office, event
    assert {p.is_staff for p in expected_version.people if str(p) in office} == {True}
    assert not any(p.is_staff for p in expected_version.people if str(p) not in office)


def test_each_role_has_something_to_look_at(expected_version: Seen) -> None:
    story = script.company()
    name = {role: story["people"][key]["name"] for role, key in story["demo"].items()}
    running = [one for one in expected_version.pilots.values() if one.status.stage == "running"]
    carried = [one for one in running if str(one.sponsor) == name["sponsor"]]
    assert sum(bool(one.open_gates) for one in carried) >= 3
    queue = [
        g for one in running for g in one.open_gates if str(g.holder) == name["decider"] and g.status.court == "decider"
    ]
    assert len(queue) >= 5
    assert any(str(one.manager) == name["manager"] for one in running)


def test_a_placard_hangs_beside_each_exhibit_and_each_claim(expected_version: Seen) -> None:
    for key, one in expected_version.pilots.items():
        hangs = one.status.standing in ("museum_exhibit", "claimed")
        assert bool(expected_version.placards[key]) == hangs, key


def test_the_story_of_the_customer_operations_manager_goes_from_her_first_report_to_the_answered_policy_gap() -> None:
    """Rule 13: seven managers in several functions say what Mara said first; it is put to one person, and answered."""
    from pilots.clock import today
    from readiness.queries.own_answers import own_answers
    from readiness.queries.signals import signals_for, words_on

    with transaction.atomic():
        playing.play(today())
        reviewer, mara = Person.objects.get(name="Hanne Kjeldsen"), Person.objects.get(name="Mara Lindqvist")
        found = signals_for(reviewer, today())
        (raised,) = found.raised
        assert (raised.point, raised.managers, raised.functions >= 3) == ("what-goes-unread", 7, True)
        assert "I was told to use it. I was not told for what." in words_on(
            friction.reach_of(reviewer), today(), raised
        )
        (gap,) = raised.gaps
        assert gap.answered_by is not None
        mine = own_answers(mara, today())
        assert gap in mine.answered
        assert any(answer.shown == raised or (answer.shown and answer.shown.is_signal) for answer in mine.answers)
        transaction.set_rollback(True)
