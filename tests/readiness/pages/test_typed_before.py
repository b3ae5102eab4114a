"""A session that has ended leads back to the same form, with what was typed in it; of what managers answer nothing is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import Decision, Person
from readiness.forms import typed_before
from tests.company import Company, browser_of
from tests.readiness.pages.opened import gate_event

LEGAL = "legal-sign-off"


def ended(person: Person) -> Client:
    """A browser in which somebody was shown a page, and whose session is over."""
    client = browser_of(person)
    assert client.get(reverse("readiness:museum")).status_code in (200, 403)
    del client.cookies[settings.SESSION_COOKIE_NAME]
    return client


def signs_in_again(person: Person, address: str, **typed: str) -> Any:
    """Send a form after the session ended, sign in, and open what the sign-in leads to."""
    client = ended(person)
    sent = client.post(address, typed)
    assert sent.status_code == 302
    assert f"next={address}" in sent["Location"]
    client.force_login(person)
    return client, client.get(address)


def test_what_was_typed_stands_in_the_form_again_and_nothing_is_done(company: Company) -> None:
    pilot = company.running()
    queue = reverse("readiness:my-decisions")
    address = gate_event(company, pilot, LEGAL, "decide")
    version = browser_of(company.perpetua).get(address).context["form"]["expected_version"].value()
    typed = {"outcome": "cleared", "reason": "My own words.", "next": queue, "expected_version": version}
    client, page = signs_in_again(company.perpetua, address, **typed)
    text = page.content.decode()
    assert "Your session had ended. What you typed is kept" in text
    assert (page.context["form"]["reason"].value(), page.context["next"]) == ("My own words.", queue)
    assert not Decision.objects.filter(gate__pilot=pilot, outcome="cleared").exists()
    assert page.context["form"]["expected_version"].value() == version
    assert client.get(address).context["form"]["reason"].value() is None
    assert client.post(address, typed)["Location"] == queue


def test_it_is_kept_for_an_hour_and_for_its_own_address(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    pilot = company.running()
    address = gate_event(company, pilot, LEGAL, "decide")
    client = ended(company.perpetua)
    client.post(address, {"outcome": "refused", "reason": "My own words."})
    client.force_login(company.perpetua)
    assert "My own words." not in client.get(reverse("readiness:my-decisions")).content.decode()
    monkeypatch.setattr(typed_before, "SECONDS", -1)
    assert "My own words." not in client.get(address).content.decode()


def test_a_stale_form_says_so_after_the_sign_in_too(company: Company) -> None:
    pilot = company.running()
    address = gate_event(company, pilot, LEGAL, "decide")
    client, _page = signs_in_again(
        company.perpetua, address, outcome="refused", reason="My own words.", expected_version="1"
    )
    actions.decide(gate=company.gate(pilot, LEGAL), by=company.jory, outcome="cleared", reason="Fine.")
    sent = {"outcome": "refused", "reason": "My own words.", "expected_version": "1"}
    refused = client.post(address, sent)
    assert refused.status_code == 412
    assert "Jory Mellin: Legal: cleared" in refused.content.decode()
    assert "My own words." in refused.content.decode()


def test_of_what_managers_answer_nothing_is_kept(company: Company) -> None:
    pilot = company.running()
    own = [reverse(f"readiness:{name}", args=[pilot.key]) for name in ("pulse", "own-steps")]
    for address in (reverse("readiness:listen"), *own):
        client = ended(company.ottilie)
        assert client.post(address, {"rework": "x", "rework_words": "Every line.", "score": "3"}).status_code == 302
        assert typed_before.KEY not in client.session


@pytest.mark.parametrize("name", ["account_change_password", "account_reauthenticate", "mfa_activate_totp"])
def test_nor_passwords_and_codes(company: Company, name: str) -> None:
    client = ended(company.perpetua)
    client.post(reverse(name), {"oldpassword": "Old", "password": "Old", "password1": "New", "code": "123456"})
    assert typed_before.KEY not in client.session


def test_it_comes_back_to_nobody_else_and_nothing_is_kept_of_a_stranger(company: Company) -> None:
    address = gate_event(company, company.running(), LEGAL, "decide")
    typed = {"outcome": "refused", "reason": "My own words."}
    client = ended(company.perpetua)
    client.post(address, typed)
    client.force_login(company.jory)
    page = client.get(address)
    assert page.status_code == 200
    assert "My own words." not in page.content.decode()
    assert typed_before.KEY not in client.session
    stranger = Client()
    assert stranger.post(address, typed).status_code == 302
    assert typed_before.KEY not in stranger.session


def test_several_gates_and_ones_own_absence_come_back_too(company: Company) -> None:
    one, other = company.running("A-1", "One"), company.running("A-2", "Other")
    client = ended(company.perpetua)
    ids = [company.gate(pilot, LEGAL).public_id for pilot in (one, other)]
    together = reverse("readiness:decide-many")
    client.post(together, {"gate": ids, "outcome": "cleared", "reason": "Both alike."})
    client.force_login(company.perpetua)
    page = client.get(together)
    assert page.status_code == 200
    assert page.context["form"]["reason"].value() == "Both alike."
    away = reverse("readiness:my-away")
    _client, page = signs_in_again(company.perpetua, away, starts="2031-01-01", ends="2031-01-09")
    assert 'value="2031-01-09"' in page.content.decode()
