"""A hand-over in progress shows, and filed evidence is offered where an office records an answer."""

from __future__ import annotations

import pytest
from django.urls import reverse

from pilots import actions
from tests.company import LEGAL, SPONSOR, Cast, browser_of

pytestmark = pytest.mark.django_db
SAYS = "to be handed over to Named, who has not answered"


@pytest.fixture
def cast() -> Cast:
    made = Cast()
    made.runs()
    return made


def shown(cast: Cast) -> list[str]:
    """The pilot's page, and its record at the desk."""
    office = browser_of(cast["office"])
    page = reverse("readiness:pilot", args=[cast.pilot.key])
    record = reverse("admin:pilots_pilot_change", args=[cast.pilot.pk])
    return [office.get(address).content.decode() for address in (page, record)]


def test_named_and_not_answered_it_shows_beside_whoever_still_holds_it(cast: Cast) -> None:
    cast.names(SPONSOR, "named")
    for page in shown(cast):
        assert SAYS in page
        assert "Sponsor" in page


@pytest.mark.parametrize("ends", ["accept", "decline", "withdraw_nomination"])
def test_answered_or_taken_back_it_shows_no_longer(cast: Cast, ends: str) -> None:
    cast.names(SPONSOR, "named")
    by = cast["office"] if ends == "withdraw_nomination" else cast["named"]
    getattr(actions, ends)(gate=cast.gate(SPONSOR), by=by)
    assert not any(SAYS in page for page in shown(cast))


def test_where_nobody_has_accepted_there_is_nothing_to_hand_over(cast: Cast) -> None:
    assert not any(SAYS in page for page in shown(cast))


def test_the_desk_offers_what_is_filed_and_the_answer_rests_on_it(cast: Cast) -> None:
    piece, office = cast.filed(), browser_of(cast["office"])
    form = reverse("admin:pilots_pilot_gate", args=[cast.pilot.pk, LEGAL, "decide"])
    begun = office.get(form).context["form"]
    assert begun.fields["pieces"].choices == [(piece.public_id, piece.title)]
    typed = {
        "expected_version": begun["expected_version"].value(),
        "outcome": "cleared",
        "reason": "As in the minutes.",
        "for_": cast["decider"].email,
        "pieces": [piece.public_id],
        "conditions-TOTAL_FORMS": "0",
        "conditions-INITIAL_FORMS": "0",
    }
    assert office.post(form, typed).status_code == 302
    decision = cast.gate(LEGAL).decisions.get()
    assert [each.evidence for each in decision.evidence_used.all()] == [piece]


def test_where_nothing_is_filed_no_list_is_drawn(cast: Cast) -> None:
    form = reverse("admin:pilots_pilot_gate", args=[cast.pilot.pk, LEGAL, "decide"])
    assert "pieces" not in browser_of(cast["office"]).get(form).context["form"].fields
