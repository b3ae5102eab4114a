"""While somebody is away (rule 7): their own days, and who decides for them meanwhile; said by themselves, without the office."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from pilots import actions
from pilots.models import Absence, DecisionRight, Delegation, Event
from tests.company import Company, browser_of

AWAY, DELEGATE = reverse("readiness:my-away"), reverse("readiness:my-delegate")
QUEUE = reverse("readiness:my-decisions")


def legal(company: Company) -> DecisionRight:
    return DecisionRight.objects.get(holder=company.perpetua)


def given(company: Company, **typed: Any) -> dict[str, str]:
    """A delegation of Legal, as it is typed."""
    says = {"right": legal(company).pk, "to": "tove@example.org", "starts": company.day(-3), "until": company.day(-9)}
    return {name: str(value) for name, value in {**says, **typed}.items()}


def days(company: Company, first: int, last: int) -> dict[str, str]:
    return {"starts": str(company.day(-first)), "ends": str(company.day(-last))}


def test_the_queue_leads_to_where_somebody_says_that_they_are_away(company: Company) -> None:
    client = browser_of(company.perpetua)
    assert f'href="{AWAY}"' in client.get(QUEUE).content.decode()
    actions.away(person=company.perpetua, by=None, starts=company.day(), ends=company.day(-9))
    assert "You are away until" in client.get(QUEUE).content.decode()


def test_both_are_offered_to_a_holder_and_the_absence_alone_to_others(company: Company) -> None:
    hers = browser_of(company.perpetua).get(AWAY).content.decode()
    assert f'action="{AWAY}"' in hers
    assert f'action="{DELEGATE}"' in hers
    deputys = browser_of(company.jory).get(AWAY).content.decode()
    assert f'action="{AWAY}"' in deputys
    assert f'action="{DELEGATE}"' not in deputys


def test_somebody_says_when_they_are_away_and_is_sent_back_with_a_word(company: Company) -> None:
    client = browser_of(company.perpetua)
    answer = client.post(AWAY, {**days(company, 3, 9), "next": AWAY}, follow=True)
    assert answer.redirect_chain == [(AWAY, 302)]
    assert [str(m) for m in answer.context["messages"]] == [
        "Recorded. The deputy covers; where there is none, the hole is shown."
    ]
    absence = Absence.objects.get()
    assert (absence.person, absence.starts, absence.ends) == (company.perpetua, company.day(-3), company.day(-9))
    assert reverse("readiness:my-back", args=[absence.pk]) in answer.content.decode()


def test_nobody_says_it_of_somebody_else(company: Company) -> None:
    browser_of(company.jory).post(AWAY, {**days(company, 3, 9), "person": "perpetua@example.org"})
    assert Absence.objects.get().person == company.jory


def test_whoever_is_away_is_back_today_and_what_had_not_begun_is_taken_off(company: Company) -> None:
    client = browser_of(company.perpetua)
    now = actions.away(person=company.perpetua, by=None, starts=company.day(2), ends=company.day(-9))
    coming = actions.away(person=company.perpetua, by=None, starts=company.day(-20), ends=company.day(-29))
    for absence in (now, coming):
        assert client.post(reverse("readiness:my-back", args=[absence.pk])).status_code == 302
    assert [absence.ends for absence in Absence.objects.all()] == [company.day(1)]


def test_the_absence_of_somebody_else_is_not_there(company: Company) -> None:
    theirs = actions.away(person=company.jory, by=None, starts=company.day(), ends=company.day(-9))
    there = reverse("readiness:my-back", args=[theirs.pk])
    assert browser_of(company.perpetua).post(there).status_code == 404
    assert Absence.objects.get().ends == company.day(-9)


def test_an_absence_that_is_over_is_not_taken_back(company: Company) -> None:
    over = actions.away(person=company.jory, by=None, starts=company.day(9), ends=company.day(3))
    answer = browser_of(company.jory).post(reverse("readiness:my-back", args=[over.pk]))
    assert answer.status_code == 422
    assert "This absence is over." in answer.content.decode()


def test_a_holder_lets_somebody_else_decide_and_the_log_names_both(company: Company) -> None:
    client = browser_of(company.perpetua)
    answer = client.post(DELEGATE, {**given(company), "next": AWAY}, follow=True)
    assert "You stay the holder, and the log names you both." in answer.content.decode()
    assert "Tove Harlan decides for you too" in answer.content.decode()
    row, event = Delegation.objects.get(), Event.objects.get(action="delegate")
    assert (row.right, row.to, event.by) == (legal(company), company.tove, company.perpetua)
    named = {change["field"]: change["to"] for change in event.changes}
    assert (named["holder"], named["delegate"]) == (company.perpetua.pk, company.tove.pk)


def test_a_delegation_of_a_right_that_passed_on_is_no_longer_in_force(company: Company) -> None:
    right = legal(company)
    actions.delegate(right=right, to=company.tove, by=None, until=company.day(-9))
    assert "decides for you too" in browser_of(company.perpetua).get(AWAY).content.decode()
    actions.assign_right(kind=right.kind, portfolio=right.portfolio, holder=company.hedda, by=None)
    assert "decides for you too" not in browser_of(company.perpetua).get(AWAY).content.decode()


@pytest.mark.parametrize(
    ("typed", "status", "field", "says"),
    [
        ({"to": ""}, 422, "to", "Missing. A name, not a team."),
        ({"to": "Nobody Atall"}, 422, "to", "No active account matches."),
        ({"to": "jory@example.org"}, 422, "to", "This person decides already."),
        ({"starts": "soon"}, 422, "starts", "This is not a date."),
        ({"until": ""}, 422, "until", "Give the last day until which this holds."),
        ({"right": "0"}, 422, "right", "This is no right that you hold."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_is_kept(
    company: Company, typed: dict[str, str], status: int, field: str, says: str
) -> None:
    answer = browser_of(company.perpetua).post(DELEGATE, given(company, **typed) | {"next": QUEUE})
    form, page = answer.context["delegation"], answer.content.decode()
    assert answer.status_code == status
    assert says in form.errors[field][0]
    assert form["to"].value() == typed.get("to", "tove@example.org")
    assert form["until"].value() == typed.get("until", str(company.day(-9)))
    assert f'<input type="hidden" name="next" value="{QUEUE}">' in page
    assert not Delegation.objects.exists()


def test_a_right_of_somebody_else_is_no_choice(company: Company) -> None:
    theirs = DecisionRight.objects.get(holder=company.bastian)
    answer = browser_of(company.perpetua).post(DELEGATE, given(company, right=theirs.pk))
    assert (answer.status_code, Delegation.objects.count()) == (422, 0)


def test_whoever_holds_no_right_has_nothing_to_give_the_deputy_included(company: Company) -> None:
    for person in (company.jory, company.noam, company.ria):
        assert browser_of(person).get(DELEGATE).status_code == 403
        assert browser_of(person).post(DELEGATE, given(company)).status_code == 403
    assert not Delegation.objects.exists()


def test_days_that_are_missing_or_the_wrong_way_round_are_said_at_their_field(company: Company) -> None:
    client = browser_of(company.noam)
    nothing = client.post(AWAY, {}).context["absence"].errors
    assert nothing["starts"] == nothing["ends"] == ["Missing. Give a day."]
    answer = client.post(AWAY, days(company, 9, 3))
    assert answer.status_code == 422
    assert answer.context["absence"].errors["ends"] == ["The absence would end before it starts."]


def test_nobody_is_sent_to_another_house(company: Company) -> None:
    typed = {**days(company, 3, 9), "next": "https://elsewhere.example/"}
    assert browser_of(company.noam).post(AWAY, typed)["Location"] == AWAY


def test_it_costs_the_same_for_any_number_of_rows(company: Company) -> None:
    client = browser_of(company.perpetua)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(AWAY)
        return len(asked)

    actions.away(person=company.perpetua, by=None, starts=company.day(-1), ends=company.day(-1))
    actions.delegate(right=legal(company), to=company.tove, by=None, until=company.day())
    few = cost()
    for ago in range(-2, -12, -1):
        day = company.day(ago)
        actions.away(person=company.perpetua, by=None, starts=day, ends=day)
        actions.delegate(right=legal(company), to=company.tove, by=None, starts=day, until=day)
    assert cost() == few


def test_the_api_names_the_delegate_of_a_gate_beside_its_holder(company: Company) -> None:
    pilot = company.running()
    actions.delegate(right=legal(company), to=company.tove, by=None, until=company.day(-9))
    client = APIClient()
    client.force_login(company.ria)
    gate = company.gate(pilot, "legal-sign-off")
    said = client.get(reverse("readiness:api:gate", args=[gate.public_id])).json()
    assert (said["holder"]["name"], said["delegate"]["name"]) == ("Perpetua Rask", "Tove Harlan")
    later = client.get(reverse("readiness:api:gate", args=[company.gate(pilot, "it-data-access").public_id])).json()
    assert later["delegate"] is None
