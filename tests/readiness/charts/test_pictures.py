"""A picture says what is known, of every pilot, and no number of it covers another."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Pilot
from pilots.rules.vocabulary import Court, State
from readiness.charts import gate_badge, quality, timeline
from readiness.pages.pilot import events_of
from readiness.queries.snapshots import PilotSnapshot, snapshot_of
from tests.company import Company, browser_of


def read(pilot: Pilot) -> PilotSnapshot:
    snapshot = snapshot_of(pilot, at=today())
    assert snapshot is not None
    return snapshot


def test_a_claim_that_never_started_is_drawn_from_the_day_it_is_claimed_since(
    company: Company,
) -> None:
    pilot = company.pilot(ago=30)
    actions.record_claim(pilot=pilot, by=None, on=company.day(20))
    found = read(pilot)
    scale = timeline.wall_scale([found], found.at)
    picture = timeline.specimen(found, [], scale)
    assert picture.claimed == (scale.at(company.day(20)), 100.0)
    assert picture.taken is None
    room = browser_of(company.vera).get(reverse("readiness:claims")).content.decode()
    assert '<line class="was"' in room
    assert "Dashed: said to be adopted" in room
    assert "Hatched" not in room


def test_what_was_adopted_and_is_shown_no_longer_keeps_its_dot(company: Company) -> None:
    pilot = company.all_clear(company.running(ago=60), ago=40)
    actions.adopt(pilot=pilot, by=company.ansel, on=company.day(30))
    assert timeline.timeline(read(pilot), []).claimed is None
    actions.amend(pilot=pilot, by=company.ria, set={"tool": "Drafter 2"}, on=company.day(10))
    picture = timeline.timeline(read(pilot), [])
    assert picture.taken is not None
    assert picture.claimed is not None


@pytest.mark.once
@pytest.mark.parametrize("days", [1, 28, 89, 90, 91, 400, 760, 761, 2000, 2001, 15 * 365, 40 * 365])
def test_ticks_are_few_and_no_label_touches_another_or_leaves_the_frame(days: int) -> None:
    last = date(2026, 11, 23)
    scale = timeline.Scale(last - timedelta(days=days), last)
    found = timeline.ticks(scale)
    assert len(found) <= 62
    assert len(timeline.wall_ticks(scale)) <= 62
    for room, shown in (
        (timeline.LABEL_ROOM, [tick.x for tick in found if tick.label]),
        (timeline.NARROW_LABEL_ROOM, [tick.x for tick in found if tick.label and not tick.wide_only]),
    ):
        assert shown or days == 1
        assert all(later - x >= room for x, later in pairwise(shown))
        assert all(0 <= x <= 100 - room for x in shown)


@pytest.mark.once
@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (0.4222, 0.84, ["50%", "60%", "70%", "80%"]),
        (0.88, 1.0, ["90%", "95%", "100%"]),
        (0.0, 0.12, ["0%", "5%", "10%"]),
        (0.801, 0.809, ["80.2%", "80.4%", "80.6%", "80.8%"]),
    ],
)
def test_a_share_is_read_off_at_round_values(first: float, last: float, labels: list[str]) -> None:
    assert [quality.axis_label(value, "proportion") for value in quality.round_values(first, last)] == labels


@pytest.mark.once
@pytest.mark.parametrize("power", range(-9, 10))
@pytest.mark.parametrize("room", [1, 1.3, 1.99, 2, 3.7, 4.999, 5, 5.001, 7, 9.99])
@pytest.mark.parametrize("first", [-7.3, 0, 12.34])
def test_two_to_six_values_are_marked_and_no_two_read_the_same(power: int, room: float, first: float) -> None:
    low, high = first * 10.0**power, (first + room) * 10.0**power
    found = quality.round_values(low, high)
    assert 2 <= len(found) <= 6
    slack = (high - low) * 1e-6
    assert all(low - slack <= value <= high + slack for value in found)
    assert len({quality.axis_label(value, "mean") for value in found}) == len(found)


def test_a_pilot_started_today_ends_today_and_its_number_stands_inside(
    company: Company,
) -> None:
    found = read(company.running(ago=0))
    picture = timeline.timeline(found, events_of(found.pilot))
    assert picture.scale.last == today()
    assert today() - picture.scale.first >= timedelta(days=28)
    first = read(company.running("A-2", "Older", ago=100))
    assert timeline.timeline(first, events_of(first.pilot)).points[0].x > 2


def test_no_number_covers_another_on_a_telephone(company: Company) -> None:
    pilot = company.running(ago=100)
    for ago in range(60, 40, -2):
        outcome = "refused" if ago % 4 else "changes_requested"
        actions.decide(
            gate=company.gate(pilot, "legal-sign-off"),
            by=company.perpetua,
            outcome=outcome,
            reason="So.",
            on=company.day(ago),
        )
    points = timeline.timeline(read(pilot), events_of(pilot)).points
    drawn = [(point.x, point.narrow) for point in points if point.narrow is not None]
    for n, (x, y) in enumerate(drawn):
        apart = [abs(x - other) for other, level in drawn[:n] if level == y]
        assert all(space >= timeline.NARROW_ROOM for space in apart)
    assert len(drawn) < len(points)


COURTS = {
    State.WAITING: (Court.DECIDER, Court.TEAM),
    State.UNOWNED: (Court.NOBODY, Court.TEAM),
    State.CHANGES_REQUESTED: (Court.TEAM, Court.OUTSIDE),
    State.REFUSED: (Court.TEAM,),
    State.LAPSED: (Court.DECIDER, Court.NOBODY, Court.TEAM),
    State.RECONFIRM: (Court.DECIDER, Court.NOBODY, Court.TEAM),
}
"""Whose court each open state can be in (rule 2)."""


@pytest.mark.once
def test_every_mark_that_a_gate_can_have_stands_in_the_key() -> None:
    shown = {(mark.letter, mark.classes) for mark in gate_badge.key()}
    for state, courts in COURTS.items():
        for court in courts:
            mark = gate_badge.mark(state, court)
            assert (mark.letter, mark.classes) in shown, mark.words
    assert len(shown) == len(gate_badge.key())


def test_what_has_not_begun_is_no_picture(company: Company) -> None:
    found = read(company.pilot())
    assert not timeline.specimen(found, [], timeline.wall_scale([found], found.at)).drawn
    running = read(company.running("R-1", "Runs"))
    assert timeline.specimen(running, [], timeline.wall_scale([running], running.at)).drawn
