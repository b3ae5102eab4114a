"""Rule 8 to read: whoever signs reads all of what they sign on, however long it is."""

from __future__ import annotations

import pytest
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Pilot
from readiness.text import sealed_values
from tests.company import LEGAL, Company, browser_of
from tests.readiness.pages.opened import pilot_page

LONG = " ".join(f"record {number} of the archive" for number in range(60))


@pytest.fixture
def long(company: Company) -> Pilot:
    return company.running("L-1", "Long", data=f"{LONG}, names left out")


def test_the_form_shows_all_of_a_fact(company: Company, long: Pilot) -> None:
    page = browser_of(company.perpetua).get(reverse("readiness:my-decisions")).content.decode()
    assert f"{LONG}, names left out" in page
    gate = company.gate(long, LEGAL)
    form = browser_of(company.perpetua).get(reverse("readiness:gate-action", args=[gate.public_id, "decide"]))
    assert f"{LONG}, names left out" in form.content.decode()


def test_several_at_once_differ_in_view(company: Company, long: Pilot) -> None:
    other = company.running("L-2", "Longer", data=f"{LONG}, names kept")
    gates = [company.gate(pilot, LEGAL) for pilot in (long, other)]
    data = next(one for one in sealed_values.differences_between(gates, at=today()) if one.field == "data")
    assert data.differs
    assert len(set(data.values.values())) == 2


def test_a_change_at_the_end_of_a_long_text_can_be_seen(company: Company, long: Pilot) -> None:
    gate = company.gate(long, LEGAL)
    actions.decide(gate=gate, by=company.perpetua, outcome="cleared", reason="Fine.", on=company.day(20))
    actions.amend(pilot=long, by=company.ria, set={"data": f"{LONG}, names kept"}, on=company.day(10))
    [difference] = sealed_values.differences([gate], at=today())[gate.pk]
    assert difference.before != difference.after
    assert "names kept" in browser_of(company.perpetua).get(pilot_page(long)).content.decode()
