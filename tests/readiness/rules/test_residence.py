"""Rule 6: an adopted pilot is lived in, empty, or not counted. Rule 11: residents are counted apart from visitors."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pilots import actions
from pilots.models import Person, Pilot, Residents
from pilots.refusals import Invalid, NotYours, WrongStage
from readiness.queries.snapshots import snapshot_of
from readiness.rules.residence import EMPTY, LIVED_IN, NOT_COUNTED, first_week, looks, residence
from tests.company import MARCH, a_claimed_pilot, a_person, a_portfolio

AT = date(2025, 6, 11)  # a Wednesday; the last eight weeks began on 21 April
WEEK = timedelta(weeks=1)


def people(*counts: int) -> dict[date, int]:
    """Counts for as many weeks as are given, the last one being the week of `AT`."""
    monday = AT - timedelta(days=AT.weekday())
    return {monday - WEEK * n: count for n, count in enumerate(reversed(counts))}


def test_four_of_the_last_eight_weeks_are_lived_in_and_three_are_empty() -> None:
    assert residence(people(3, 0, 0, 5, 0, 1, 0, 1), at=AT) == LIVED_IN
    assert residence(people(3, 0, 0, 5, 0, 1, 0, 0), at=AT) == EMPTY


def test_the_ninth_week_back_does_not_count() -> None:
    assert first_week(AT) == date(2025, 4, 21)
    assert residence(people(9, 1, 1, 1, 0, 0, 0, 0, 0), at=AT) == EMPTY
    assert residence(people(9, 1, 1, 1, 1, 0, 0, 0, 0), at=AT) == LIVED_IN


def test_where_nobody_counted_nothing_is_said() -> None:
    assert residence({}, at=AT) == NOT_COUNTED
    assert residence({first_week(AT) - WEEK: 40}, at=AT) == NOT_COUNTED


def test_another_layer_of_supervision_is_not_lived_in() -> None:
    lived = people(1, 1, 1, 1, 1, 1, 1, 1)
    assert residence(lived, at=AT, relief=0) == LIVED_IN
    assert residence(lived, at=AT, relief=-1) == EMPTY


@pytest.fixture
def ria() -> Person:
    return a_person("ria")


@pytest.fixture
def claimed(ria: Person) -> Pilot:
    return a_claimed_pilot(a_portfolio(day=MARCH, office=ria), day=MARCH, by=ria)


def count(pilot: Pilot, by: Person | None, week: date, n: Any, known: date = AT, **more: Any) -> None:
    actions.record_residents(pilot=pilot, by=by, week=week, people=n, on=known, known=known, **more)


@pytest.mark.django_db
def test_a_count_belongs_to_its_week_and_a_later_one_replaces_it(claimed: Pilot, ria: Person) -> None:
    count(claimed, ria, date(2025, 6, 4), 3, date(2025, 6, 9))
    count(claimed, ria, date(2025, 6, 8), 7, AT, visitors=40)
    now = Residents.objects.known().get(pilot=claimed)
    assert (now.week, now.people, now.visitors) == (date(2025, 6, 2), 7, 40)
    assert Residents.objects.known(date(2025, 6, 10)).get(pilot=claimed).people == 3


@pytest.mark.django_db
def test_visitors_prove_nothing_and_move_nothing(claimed: Pilot, ria: Person) -> None:
    before = snapshot_of(claimed, at=AT)
    count(claimed, ria, AT, 0, visitors=400)
    after = snapshot_of(claimed, at=AT)
    assert before
    assert after
    assert after.status.last_movement == before.status.last_movement
    assert after.status.residence is None  # only an adopted pilot carries one


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [-1, 1.5, True, "4", 10**9])
def test_a_count_that_cannot_be_is_refused(claimed: Pilot, ria: Person, wrong: Any) -> None:
    with pytest.raises(Invalid) as refused:
        count(claimed, ria, AT, wrong)
    assert refused.value.field == "people"


@pytest.mark.django_db
def test_a_week_that_has_not_begun_is_refused(claimed: Pilot, ria: Person) -> None:
    count(claimed, ria, date(2025, 6, 15), 1)
    with pytest.raises(Invalid):
        count(claimed, ria, date(2025, 6, 16), 1)


@pytest.mark.django_db
def test_a_stranger_counts_nobody(claimed: Pilot) -> None:
    otto = Person.objects.create_user("otto@example.org", name="Otto")
    with pytest.raises(NotYours):
        count(claimed, otto, AT, 1)


@pytest.mark.django_db
def test_the_look_is_due_ninety_days_after_adoption_until_somebody_answers(claimed: Pilot, ria: Person) -> None:
    def look(at: date) -> Any:
        snapshot = snapshot_of(claimed, at=at)
        assert snapshot is not None
        return looks({claimed.pk: snapshot.status}, at=at)[claimed.pk]

    due = date(2025, 6, 1)
    assert look(due).due_on == due
    assert not look(due - timedelta(days=1)).is_due(due - timedelta(days=1))
    actions.look_again(pilot=claimed, by=ria, text="Too early to say.", on=due - timedelta(days=1), known=AT)
    assert look(due).is_due(due)
    actions.look_again(pilot=claimed, by=ria, text="Two hours a week less.", on=AT, known=AT)
    assert (look(AT).says, look(AT).by, look(AT).answered_on) == ("Two hours a week less.", ria, AT)
    assert not look(AT).is_due(AT)
    assert look(AT - timedelta(days=1)).is_due(AT)


@pytest.mark.django_db
def test_the_look_is_for_what_was_adopted(claimed: Pilot, ria: Person) -> None:
    actions.roll_back(pilot=claimed, by=ria, reason="Nobody uses it.", on=AT, known=AT)
    with pytest.raises(WrongStage):
        actions.look_again(pilot=claimed, by=ria, text="Less.", on=AT, known=AT)
