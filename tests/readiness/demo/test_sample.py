"""The sample portfolio: whatever the day, it can be played through the verbs, and shows all there is to see."""

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
from readiness.queries import pilots as pilot_queries
from readiness.queries import snapshots
from readiness.queries.snapshots import PilotOn
from readiness.rules import standing
from readiness.rules.standing import GateReading
from readiness.text import placards

pytestmark = pytest.mark.django_db
DAYS = [date(2026, 3, 18), date(2028, 2, 29), date(2027, 1, 2)]
"""A Wednesday, a leap day, and a Saturday after New Year."""


@dataclass
class Seen:
    """The sample as loaded on a day, read whole, so that no test needs the tables."""

    at: date
    pilots: dict[str, PilotOn]
    placards: dict[str, str]
    portfolio: Portfolio
    people: list[Person]
    seats: list[Seat]
    events: list[Event]
    decisions: list[Decision]
    absences: list[Absence]

    def standing(self, name: str) -> list[PilotOn]:
        return [one for one in self.pilots.values() if one.reading.standing == name]

    def gates(self) -> Iterator[tuple[PilotOn, GateReading]]:
        for one in self.pilots.values():
            for gate in one.gates:
                yield one, gate.reading

    def states(self) -> Counter[str]:
        """Gates of pilots past their start, by state."""
        return Counter(gate.state for one, gate in self.gates() if one.reading.stage not in ("planned", "retired"))


@pytest.fixture(scope="module", params=DAYS, ids=str)
def seen(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Seen:
    with django_db_blocker.unblock(), transaction.atomic():
        playing.play(request.param)
        found = _read(request.param)
        transaction.set_rollback(True)
    return found


def _read(at: date) -> Seen:
    rows = pilot_queries.pilots().select_related("portfolio__escalation", "function")
    found = {one.pilot.key: one for one in snapshots.read_many(rows, at=at)}
    counted = Counter(one.reading.standing for one in found.values())
    assert Counter(pilot_queries.pilots().counts(at)) == counted
    return Seen(
        at,
        found,
        {key: placards.placard(one) for key, one in found.items()},
        Portfolio.objects.get(),
        list(Person.objects.all()),
        list(Seat.objects.select_related("kind", "cell__function", "holder")),
        list(Event.objects.select_related("by", "pilot", "gate__kind")),
        list(Decision.objects.select_related("decider", "by", "event")),
        list(Absence.objects.all()),
    )


def test_it_says_that_it_is_invented(seen: Seen) -> None:
    assert "invented" in seen.portfolio.name
    assert all(person.email.endswith(".example") for person in seen.people)


def test_about_thirty_pilots_lie_in_eight_functions(seen: Seen) -> None:
    assert len(seen.pilots) == 30
    assert len({one.pilot.function for one in seen.pilots.values()}) == 8


def test_every_standing_but_an_unstated_one_hangs_somewhere(seen: Seen) -> None:
    for name in set(standing.STANDINGS) - {"not_stated"}:
        assert seen.standing(name), name
    assert len(seen.standing("ready")) == len(seen.standing("paused")) == 1
    assert len(seen.standing("museum_exhibit")) >= 6


def test_every_pilot_is_a_task_with_a_question_a_purpose_and_a_tool(seen: Seen) -> None:
    for one in seen.pilots.values():
        texts = ("workflow", "purpose") + (() if one.pilot.source else ("question", "tool", "data"))
        for text in texts:
            assert getattr(one.pilot, text), (one.pilot.key, text)


def test_people_act_on_working_days_up_to_yesterday(seen: Seen) -> None:
    days = [event.on for event in seen.events]
    assert all(day.weekday() < 5 for day in days)
    assert seen.at - timedelta(days=9) < max(days) < seen.at
    assert min(days) < seen.at - timedelta(days=730)
    assert all(event.on == event.known_on for event in seen.events)


def test_everybody_says_why(seen: Seen) -> None:
    for decision in seen.decisions:
        assert decision.reason, decision
    for event in seen.events:
        if event.verb in ("move_decide_by", "pause", "roll_back", "retire"):
            assert event.reason, event


def test_nobody_holds_one_decision_in_one_function(seen: Seen) -> None:
    now = [seat for seat in seen.seats if seat.ends is None and seat.holder]
    held = {(str(seat.cell.function), seat.kind.key) for seat in now}
    wanted = {
        (str(one.pilot.function), gate.kind.key)
        for one in seen.pilots.values()
        for gate in one.gates
        if gate.kind.clears_by != "acceptance"
    }
    assert wanted - held == {("Procurement", "quality-threshold")}


def test_one_seat_is_orphaned_and_falls_to_the_deputy(seen: Seen) -> None:
    (seat,) = [s for s in seen.seats if s.orphaned and s.ends is None]
    assert (seat.kind.key, str(seat.cell.function)) == ("it-data-access", "Group reporting")
    assert str(seat.holder) == "Casimir Lund"


def test_a_right_of_a_function_goes_before_the_portfolios(seen: Seen) -> None:
    legal = {
        str(seat.cell.function): str(seat.holder)
        for seat in seen.seats
        if seat.kind.key == "legal-sign-off" and seat.ends is None
    }
    assert legal["People and payroll"] == "Ottoline Baptiste"
    assert legal["Finance"] == "Perpetua Rask"


def test_somebody_is_away_today(seen: Seen) -> None:
    assert any(a.starts <= seen.at <= a.ends for a in seen.absences)


def test_somebody_lets_a_colleague_decide_for_a_while(seen: Seen) -> None:
    (given,) = [e for e in seen.events if e.verb == "delegate"]
    assert str(given.by) == "Sefton Grau"
    assert given.data["until"] > seen.at.isoformat()


def test_a_deputy_decided_for_somebody_away(seen: Seen) -> None:
    deputies = [d for d in seen.decisions if d.capacity == "deputy"]
    away = {(a.starts, a.ends) for a in seen.absences}
    assert any(starts <= d.on <= ends for d in deputies for starts, ends in away)


def test_gates_are_in_every_state(seen: Seen) -> None:
    found = seen.states()
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


def test_gates_are_in_every_court(seen: Seen) -> None:
    courts = {gate.court for one, gate in seen.gates() if one.reading.stage == "running"}
    assert courts >= set(Court.values())


def test_a_request_waits_outside_until_a_date(seen: Seen) -> None:
    (one,) = {one.pilot.key for one, gate in seen.gates() if gate.court == "outside"}
    assert seen.pilots[one].reading.standing == "moving"


def test_a_condition_is_due_soon(seen: Seen) -> None:
    due = [gate.good_until - seen.at for one, gate in seen.gates() if gate.state == "conditional" and gate.good_until]
    assert any(timedelta(0) <= left <= timedelta(days=10) for left in due)


def test_an_exception_that_carries_an_adoption_is_about_to_end(seen: Seen) -> None:
    (one,) = [p for p in seen.standing("adopted") if p.reading.on_exception_until]
    assert one.reading.on_exception_until is not None
    assert seen.at <= one.reading.on_exception_until <= seen.at + timedelta(days=7)
    renewed = [d for d in seen.decisions if d.outcome == "excepted"]
    assert len(renewed) == 2


def test_a_goalpost_was_moved(seen: Seen) -> None:
    (one,) = [p for p in seen.pilots.values() if p.reading.goalpost_moved]
    told = [e for e in seen.events if e.pilot == one.pilot and e.verb == "register_threshold"]
    assert len(told) == 2


def test_claims_never_shown_and_no_longer_shown(seen: Seen) -> None:
    because = Counter(p.reading.claim.because for p in seen.standing("claimed") if p.reading.claim)
    assert because == {"never_shown": 2, "no_longer_shown": 2}


def test_a_broken_seal_took_an_adoption_away(seen: Seen) -> None:
    one = seen.pilots["FS-01"]
    assert {g.kind.key for g in one.open_gates} == {"legal-sign-off", "it-data-access"}
    assert {g.reading.state for g in one.open_gates} == {"reconfirm"}
    assert one.reading.claim is not None


def test_one_adoption_is_lived_in_and_one_is_empty(seen: Seen) -> None:
    assert {p.reading.residence for p in seen.standing("adopted")} == {"lived_in", "empty"}


def test_whoever_retired_says_what_was_learned(seen: Seen) -> None:
    assert len(seen.standing("retired")) == 3
    assert all(len(p.pilot.learned) > 80 for p in seen.standing("retired"))


def test_an_exhibit_was_taken_down_honestly(seen: Seen) -> None:
    retired = next(e for e in seen.events if e.verb == "retire" and e.pilot.key == "CO-04")
    assert retired.on < seen.at


def test_somebody_at_risk_is_one_acceptance_away(seen: Seen) -> None:
    one = seen.pilots["CO-02"]
    assert one.reading.standing == "at_risk"
    assert one.reading.blocked_by == ["error-owner"]
    assert one.gate("error-owner").holder is not None
    assert one.reading.stalls_on is not None
    assert 0 < (one.reading.stalls_on - seen.at).days <= 14


def test_nominees_have_not_accepted(seen: Seen) -> None:
    waiting = [
        gate
        for one, gate in seen.gates()
        if gate.state == "waiting" and gate.kind in ("funding-owner", "named-sponsor", "error-owner")
    ]
    assert len(waiting) >= 4
    assert all(gate.holder for gate in waiting)


def test_dates_slipped_once_twice_and_a_third_time_by_the_escalation_person(seen: Seen) -> None:
    slips = Counter(one.reading.slips for one in seen.pilots.values())
    assert slips[1]
    assert slips[2]
    assert slips[3]
    by = Counter(str(e.by) for e in seen.events if e.verb == "move_decide_by")
    assert by[str(seen.pilots["CO-01"].pilot.portfolio.escalation)] == slips[3]


def test_the_manager_who_checks_every_line_hangs_in_the_museum(seen: Seen) -> None:
    one = seen.pilots["CO-01"]
    assert str(one.manager) == "Mara Lindqvist"
    assert one.reading.standing == "museum_exhibit"
    assert "their manager still reads every line" in one.pilot.purpose
    assert set(adoption.RULES) <= set(one.reading.missing)


def test_the_six_week_reporting_pilot_hit_the_wall(seen: Seen) -> None:
    one = seen.pilots["GR-01"]
    assert one.reading.started_on is not None
    assert one.reading.decide_by is not None
    weeks = (one.reading.decide_by - one.reading.started_on).days / 7
    assert 5.5 <= weeks <= 6.5
    assert one.reading.days_on_display > 300
    assert {g.reading.state for g in one.open_gates} == {"waiting", "unowned", "lapsed"}
    good = [d for d in seen.decisions if d.event.pilot_id == one.pilot.pk]
    assert [d.outcome for d in good] == ["cleared"]


def test_one_is_planned_and_never_started(seen: Seen) -> None:
    assert [p.reading.never_started for p in seen.standing("planned")].count(True) == 1


def test_one_was_taken_back_from_adoption(seen: Seen) -> None:
    (back,) = [e for e in seen.events if e.verb == "roll_back"]
    assert seen.pilots[back.pilot.key].reading.standing == "moving"


def test_only_the_office_records_and_starts(seen: Seen) -> None:
    office = {"Ines Aldana", "Tobias Wren"}
    for event in seen.events:
        if event.verb in ("record", "start", "amend", "set_rules") and event.by:
            assert str(event.by) in office, event
    assert {p.is_staff for p in seen.people if str(p) in office} == {True}
    assert not any(p.is_staff for p in seen.people if str(p) not in office)


def test_each_role_has_something_to_look_at(seen: Seen) -> None:
    told = script.company()
    name = {role: told["people"][key]["name"] for role, key in told["demo"].items()}
    running = [one for one in seen.pilots.values() if one.reading.stage == "running"]
    carried = [one for one in running if str(one.sponsor) == name["sponsor"]]
    assert sum(bool(one.open_gates) for one in carried) >= 3
    queue = [
        g
        for one in running
        for g in one.open_gates
        if str(g.holder) == name["decider"] and g.reading.court == "decider"
    ]
    assert len(queue) >= 5
    assert any(str(one.manager) == name["manager"] for one in running)


def test_a_placard_hangs_beside_each_exhibit_and_each_claim(seen: Seen) -> None:
    for key, one in seen.pilots.items():
        hangs = one.reading.standing in ("museum_exhibit", "claimed")
        assert bool(seen.placards[key]) == hangs, key
