"""What managers wrote stands beside the sponsor's account once three of them did (rules 13 and 15), and on their own page for each."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from pilots import actions
from pilots.actions.friction import FrictionAnswer, report_friction
from pilots.models import Pilot
from pilots.refusals import NotYours
from readiness.queries.friction import bring_up_to_date
from tests.company import a_cast, a_person, browser_of
from tests.managers import BURDEN, UNREAD, Managers, weeks_ago

pytestmark = pytest.mark.django_db
SENTENCES = {"ana": "I read every line.", "bo": "I check them all.", "cy": "It writes, I correct."}


@pytest.fixture
def managers() -> Managers:
    return Managers()


def shared(managers: Managers, *names: str) -> Pilot:
    """One pilot that several managers live with, each of whom has written a sentence in a week that is over."""
    first, *others = names
    pilot = managers.joins(first, "Customer operations")
    people = {first: managers[first]} | a_cast(*others)
    for name in others:
        actions.add_fellow_manager(pilot=pilot, by=managers.office, person=people[name], on=weeks_ago(4))
    for name, person in people.items():
        answers = {"rework": FrictionAnswer(BURDEN, 60, SENTENCES[name])}
        report_friction(by=person, pilot=pilot, answers=answers, on=weeks_ago(1))
    return pilot


def words(managers: Managers, pilot: Pilot) -> Any:
    bring_up_to_date()
    page = browser_of(managers.reviewer).get(reverse("readiness:two-accounts", args=[pilot.key]))
    return page.context["words"]


def test_two_managers_words_are_shown_to_nobody(managers: Managers) -> None:
    pilot = shared(managers, "ana", "bo")
    found = words(managers, pilot)
    assert (found.easier, found.riskier, found.muddy) == ([], [], [])


def test_four_managers_words_are_shown_without_names(managers: Managers) -> None:
    pilot = shared(managers, "ana", "bo", "cy")
    other = a_person("di")
    actions.add_fellow_manager(pilot=pilot, by=managers.office, person=other, on=weeks_ago(4))
    answers = {"rework": FrictionAnswer(UNREAD, 30, "Some go out unread.")}
    report_friction(by=other, pilot=pilot, answers=answers, on=weeks_ago(1))
    found = words(managers, pilot)
    assert sorted(found.riskier) == sorted(SENTENCES.values())
    page = browser_of(managers.reviewer).get(reverse("readiness:two-accounts", args=[pilot.key])).content.decode()
    assert "I read every line." in page
    assert "Some go out unread." not in page


def test_a_managers_own_page_says_what_they_said_last_and_nobody_elses_does(managers: Managers) -> None:
    shared(managers, "ana", "bo", "cy")
    own = browser_of(managers["ana"]).get(reverse("readiness:my-work"))
    assert [answer.sentence for answer in own.context["mine"].answers] == [SENTENCES["ana"]]
    assert browser_of(managers.office).get(reverse("readiness:my-work")).context["mine"].answers == []


def test_who_does_not_live_with_a_pilot_reports_nothing_of_it(managers: Managers) -> None:
    pilot = shared(managers, "ana")
    with pytest.raises(NotYours):
        report_friction(by=managers.office, pilot=pilot, answers={"rework": FrictionAnswer(BURDEN)})
