"""The sample portfolio: whatever the day, it can be played through the verbs, and shows what there is to see."""

from __future__ import annotations

from datetime import date

import pytest

from pilots.models import Event, Person, Portfolio, Seat
from readiness import querysets, reading
from readiness.reading import PilotOn
from readiness.sample import playing

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 18)


@pytest.fixture
def found() -> dict[str, PilotOn]:
    playing.play(DAY)
    rows = querysets.pilots().select_related("portfolio")
    return {one.pilot.key: one for one in reading.read_many(rows, at=DAY)}


def standings(found: dict[str, PilotOn]) -> set[str]:
    return {one.reading.standing for one in found.values()}


def test_it_says_that_it_is_invented(found: dict[str, PilotOn]) -> None:
    assert "invented" in Portfolio.objects.get().name
    assert all(p.email.endswith(".example") for p in Person.objects.all())


def test_every_pilot_is_a_task_with_a_question(found: dict[str, PilotOn]) -> None:
    for one in found.values():
        assert one.pilot.workflow, one
        assert one.pilot.source or one.pilot.question, one


def test_nobody_decides_without_a_reason(found: dict[str, PilotOn]) -> None:
    events = Event.objects.filter(decision__isnull=False)
    for event in events.exclude(verb="close_account"):
        assert event.reason, event


def test_a_seat_is_orphaned(found: dict[str, PilotOn]) -> None:
    seat = Seat.objects.get(orphaned=True, ends=None)
    assert seat.kind.key == "it-data-access"
    assert str(seat.cell.function) == "Group reporting"
