"""What both sides say: what cannot be is refused at its place, what the log follows, and what no log knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models

from pilots import actions
from pilots.derived import comparison
from pilots.models import (
    Event,
    FellowManager,
    LivedStep,
    LivedWorkflow,
    ManagerPulse,
    Person,
    SponsorPulse,
)
from pilots.refusals import Invalid, NothingAsked, NotYours, Refused, WrongStage
from tests.company import Cast, Company, a_person

pytestmark = pytest.mark.django_db
SAYS = {"basis": "sat", "asked": "Ottilie.", "easier": "a", "riskier": "b", "muddy": "c"}
STEP = {"name": "Send", "minutes": 1}


@pytest.fixture
def company() -> Company:
    return Company()


def refusal(do: Callable[[], Any]) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        do()
    return refused.value.code, refused.value.field


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"basis": "heard"}, "basis"),
        ({"basis": None}, "basis"),
        ({"asked": " "}, "asked"),
        ({"easier": ""}, "easier"),
        ({"riskier": "\0"}, "riskier"),
        ({"muddy": "\ud800"}, "muddy"),
        ({"muddy": "x" * 10_001}, "muddy"),
    ],
)
def test_a_part_of_an_account_that_cannot_be_is_refused_at_its_place(
    company: Company, wrong: dict[str, Any], field: str
) -> None:
    pilot = company.running()
    do = lambda: actions.give_account(pilot=pilot, by=company.ansel, **SAYS | wrong)  # noqa: E731
    assert refusal(do) == ("invalid", field)


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([], "steps"),
        ([STEP] * 41, "steps"),
        (["Send"], "steps"),
        ([STEP, {"name": "", "minutes": 1}], "steps.2.name"),
        ([{"name": "Send"}], "steps.1.minutes"),
        ([{"name": "Send", "minutes": True}], "steps.1.minutes"),
        ([{"name": "Send", "minutes": 481}], "steps.1.minutes"),
        ([{"name": "Send", "minutes": 2**63}], "steps.1.minutes"),
        ([{"name": "Se\0nd", "minutes": 1}], "steps.1.name"),
        ([{"name": "x" * 201, "minutes": 1}], "steps.1.name"),
        ([{**STEP, "who": "x" * 101}], "steps.1.who"),
        ([{**STEP, "counts_as": "fun"}], "steps.1.counts_as"),
    ],
)
def test_a_step_that_cannot_be_is_refused_at_its_place_on_both_sides(
    company: Company, steps: list[Any], field: str
) -> None:
    pilot = company.running()
    assert refusal(lambda: actions.announce_workflow(pilot=pilot, by=company.ria, steps=steps)) == ("invalid", field)
    assert refusal(lambda: actions.describe_steps(pilot=pilot, by=company.ottilie, steps=steps)) == ("invalid", field)
    assert not LivedStep.objects.exists()


@pytest.mark.parametrize("score", [0, 6, None, True, 2.5, "4", 2**63, float("nan")])
def test_an_answer_off_the_scale_is_refused_on_both_sides(company: Company, score: Any) -> None:
    pilot = company.running()
    actions.ask_pulse(portfolio=company.portfolio, by=company.ria)
    for action, by in ((actions.answer_pulse, company.ansel), (actions.answer_pulse_unnamed, company.ottilie)):
        assert refusal(lambda action=action, by=by: action(pilot=pilot, by=by, score=score)) == ("invalid", "score")


def test_nobody_answers_what_is_not_asked_or_is_not_theirs(company: Company) -> None:
    pilot = company.running()
    with pytest.raises(NothingAsked):
        actions.answer_pulse(pilot=pilot, by=company.ansel, score=4)
    actions.ask_pulse(portfolio=company.portfolio, by=company.ria)
    with pytest.raises(Invalid):
        actions.ask_pulse(portfolio=company.portfolio, by=company.ria)
    for by in (company.ria, company.ottilie, company.vera, company.noam):
        with pytest.raises(NotYours):
            actions.answer_pulse(pilot=pilot, by=by, score=4)
    for by in (company.ria, company.ansel, company.vera, company.noam):
        with pytest.raises(NotYours):
            actions.answer_pulse_unnamed(pilot=pilot, by=by, score=4)
    actions.retire(pilot=pilot, by=company.ria, learned="Nobody reads them.", because="cost")
    with pytest.raises(WrongStage):
        actions.answer_pulse_unnamed(pilot=pilot, by=company.ottilie, score=4)


def test_a_fellow_manager_is_named_once_and_taken_off(company: Company) -> None:
    pilot, mila = company.running(), a_person("mila")
    name = lambda person: actions.add_fellow_manager(pilot=pilot, by=company.ria, person=person)  # noqa: E731
    name(mila)
    assert refusal(lambda: name(mila)) == ("invalid", "person")
    assert refusal(lambda: name(company.ottilie)) == ("invalid", "person")
    assert refusal(lambda: name(None)) == ("invalid", "person")
    actions.describe_steps(pilot=pilot, by=mila, steps=[STEP])
    actions.remove_fellow_manager(pilot=pilot, by=company.ria, person=mila)
    with pytest.raises(NotYours):
        actions.describe_steps(pilot=pilot, by=mila, steps=[STEP])
    name(mila)
    assert FellowManager.objects.filter(pilot=pilot, person=mila).count() == 2


def _all_said(company: Company) -> Any:
    pilot = company.running()
    actions.add_fellow_manager(pilot=pilot, by=company.ria, person=a_person("mila"))
    actions.give_account(pilot=pilot, by=company.ansel, on=company.day(2), **SAYS)
    actions.announce_workflow(pilot=pilot, by=company.ria, steps=[STEP], by_hand=5, runs=9)
    actions.state_incentives(pilot=pilot, by=company.ria, of_manager=["Errors"], if_it_fails="Nothing.")
    actions.ask_pulse(portfolio=company.portfolio, by=company.ria)
    actions.schedule_review(portfolio=company.portfolio, by=company.ria, held_on=company.day(-9))
    for score in (4, 5):
        actions.answer_pulse(pilot=pilot, by=company.ansel, score=score)
    actions.remove_fellow_manager(pilot=pilot, by=company.ria, person=Person.objects.get(email="mila@example.org"))
    return pilot


BENDS = (
    "UPDATE pilots_sponsoraccount SET basis = 'spoke'",
    "UPDATE pilots_sponsorpulse SET score = 1",
    "UPDATE pilots_fellowmanager SET left_on = NULL",
    "UPDATE pilots_officialworkflow SET by_hand = 6",
    "UPDATE pilots_officialstep SET minutes = 2",
    "UPDATE pilots_incentives SET if_it_fails = ''",
    "DELETE FROM pilots_review",
)


@pytest.mark.parametrize("statement", [None, *BENDS])
def test_what_the_sponsor_and_the_office_say_is_held_against_the_log(statement: str | None) -> None:
    cast = Cast()
    cast.runs()
    day = cast.day()
    actions.add_fellow_manager(pilot=cast.pilot, by=None, person=cast["outsider"])
    actions.give_account(pilot=cast.pilot, by=cast["sponsor"], **SAYS)
    actions.announce_workflow(pilot=cast.pilot, by=cast["office"], steps=[STEP], by_hand=5, runs=9)
    actions.state_incentives(pilot=cast.pilot, by=cast["office"], of_manager=["Errors"], if_it_fails="Nothing.")
    actions.ask_pulse(portfolio=cast.portfolio, by=cast["office"])
    actions.schedule_review(portfolio=cast.portfolio, by=cast["office"], held_on=cast.day(-9))
    for score in (4, 5):
        actions.answer_pulse(pilot=cast.pilot, by=cast["sponsor"], score=score)
    actions.remove_fellow_manager(pilot=cast.pilot, by=None, person=cast["outsider"], on=day)
    before = _differences()
    if statement is not None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    found = _differences() - before
    assert bool(found) == (statement is not None), found


def _differences() -> set[str]:
    """What is otherwise than it follows from the log; the people of the cast have no events, and are there before."""
    return set(comparison.differences(comparison.Compared()))


def test_no_row_of_a_managers_answer_leads_to_a_person(company: Company) -> None:
    """Rule 13: no column names a person, a day or an hour, and no event says that it was given."""
    pilot = company.running()
    actions.ask_pulse(portfolio=company.portfolio, by=company.ria)
    events, version = Event.objects.count(), pilot.version
    actions.answer_pulse_unnamed(pilot=pilot, by=company.ottilie, score=2)
    actions.describe_steps(pilot=pilot, by=company.ottilie, steps=[STEP])
    pilot.refresh_from_db()
    assert (Event.objects.count(), pilot.version) == (events, version)
    for model in (ManagerPulse, LivedWorkflow, LivedStep):
        fields = model._meta.get_fields()
        assert not [field.name for field in fields if field.related_model is Person]
        assert not [field.name for field in fields if isinstance(field, models.DateTimeField | models.TimeField)]
        assert not isinstance(model._meta.pk, models.AutoField)
    for row in (*ManagerPulse.objects.all(), *LivedWorkflow.objects.all()):
        assert row.week.weekday() == 0
        assert company.ottilie.public_id not in row.pseudonym
    assert ManagerPulse.objects.get().pseudonym != LivedWorkflow.objects.get().pseudonym


def test_the_sponsors_later_answer_takes_the_place_of_the_first(company: Company) -> None:
    pilot = _all_said(company)
    assert SponsorPulse.objects.get(pilot=pilot).score == 5
    assert Event.objects.filter(pilot=pilot, action="answer_pulse").count() == 2
