"""Rule 9: the office takes a nomination back that nobody has answered; whoever accepted before still holds the gate."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.refusals import NothingAsked, NotNamed, WrongGate, WrongStage
from readiness.text import events as event_texts
from tests.company import ERROR, FUNDING, LEGAL, SPONSOR, Cast, browser_of, reading_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    made = Cast()
    made.runs()
    return made


def withdrawn(cast: Cast, kind: str) -> None:
    actions.withdraw_nomination(gate=cast.gate(kind), by=cast["office"])


def test_nobody_held_it_so_it_is_nobodys(cast: Cast) -> None:
    assert reading_of(cast.pilot, today()).gates[ERROR].holder == cast["named"].pk
    withdrawn(cast, ERROR)
    gate = reading_of(cast.pilot, today()).gates[ERROR]
    assert (gate.state, gate.court, gate.holder) == ("unowned", "nobody", None)
    with pytest.raises(NotNamed):
        actions.accept(gate=cast.gate(ERROR), by=cast["named"])
    call_command("rebuild_periods", "--check", stdout=StringIO())


def test_a_hand_over_is_over_and_whoever_accepted_still_holds_it(cast: Cast) -> None:
    cast.names(SPONSOR, "named")
    withdrawn(cast, SPONSOR)
    gate = reading_of(cast.pilot, today()).gates[SPONSOR]
    assert (gate.state, gate.holder) == ("cleared", cast["sponsor"].pk)


@pytest.mark.parametrize("kind", [FUNDING, SPONSOR])
def test_where_nobody_is_asked_there_is_nothing_to_take_back(cast: Cast, kind: str) -> None:
    with pytest.raises(NothingAsked):
        withdrawn(cast, kind)


def test_what_was_declined_is_answered(cast: Cast) -> None:
    actions.decline(gate=cast.gate(ERROR), by=cast["named"])
    with pytest.raises(NothingAsked):
        withdrawn(cast, ERROR)


def test_it_is_for_gates_that_are_accepted_and_pilots_that_have_not_ended(cast: Cast) -> None:
    with pytest.raises(WrongGate):
        withdrawn(cast, LEGAL)
    actions.retire(pilot=cast.pilot, by=None)
    with pytest.raises(WrongStage):
        withdrawn(cast, ERROR)


def test_it_is_no_movement_and_the_log_names_who(cast: Cast) -> None:
    before = reading_of(cast.pilot, today()).last_movement
    withdrawn(cast, ERROR)
    assert reading_of(cast.pilot, today()).last_movement == before
    event = cast.pilot.events.get(action="withdraw_nomination")
    assert event_texts.what(event) == "Errors: Named is named no longer"


def test_the_page_offers_it_to_the_office_while_somebody_is_named(cast: Cast) -> None:
    gate, office = cast.gate(ERROR), browser_of(cast["office"])
    form = reverse("readiness:gate-action", args=[gate.public_id, "withdraw-nomination"])
    page = reverse("readiness:pilot", args=[cast.pilot.key])
    assert form in office.get(page).content.decode()
    assert form not in browser_of(cast["sponsor"]).get(page).content.decode()
    begun = office.get(form)
    token = begun.context["form"]["expected_version"].value()
    assert office.post(form, {"expected_version": token}).status_code == 302
    assert form not in office.get(page).content.decode()


def test_the_desk_and_the_api_do_it_too(cast: Cast) -> None:
    gate, office = cast.gate(ERROR), browser_of(cast["office"])
    record = office.get(reverse("admin:pilots_pilot_change", args=[cast.pilot.pk])).content.decode()
    assert reverse("admin:pilots_pilot_gate", args=[cast.pilot.pk, ERROR, "withdraw-nomination"]) in record
    address = f"/api/v1/gates/{gate.public_id}/withdraw-nomination/"
    assert browser_of(cast["neighbour"]).post(address, {}, content_type="application/json").status_code == 404
    assert browser_of(cast["sponsor"]).post(address, {}, content_type="application/json").status_code == 403
    assert office.post(address, {}, content_type="application/json").status_code == 201
    again = office.post(address, {}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_asked")
