"""One's own API tokens: made within what one's work needs, shown once, listed, and taken back by oneself."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from pilots import actions
from pilots.models import ApiToken, Event
from tests.company import Company, browser_of

MINE = "/me/tokens/"
ASKED = {"name": "Monday review", "scope": "read", "days": "30"}


def opens(secret: str) -> int:
    asks = APIClient()
    asks.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return asks.get("/api/v1/pilots/").status_code


def secret_in(page: str) -> str:
    found = re.search(r'id="secret"[^>]*>([^<]+)<', page)
    assert found
    return unescape(found[1])


def test_a_token_is_shown_once_and_opens_the_api(company: Company) -> None:
    browser = browser_of(company.vera)
    made = browser.post(MINE, ASKED)
    assert made.status_code == 201
    secret = secret_in(made.content.decode())
    assert opens(secret) == 200
    again = browser.get(MINE).content.decode()
    assert secret not in again
    assert "Monday review" in again
    assert ApiToken.objects.get().token_key in again
    assert "no-store" in made["Cache-Control"]
    event = Event.objects.get(action="issue_token")
    assert (event.by, secret in str(event.data) + str(event.texts)) == (company.vera, False)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"scope": "write"}, "scope"),
        ({"scope": "decide"}, "scope"),
        ({"scope": ""}, "scope"),
        ({"days": "0"}, "days"),
        ({"days": "367"}, "days"),
        ({"days": "soon"}, "days"),
        ({"days": ""}, "days"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_made(
    company: Company, typed: dict[str, str], field: str
) -> None:
    answer = browser_of(company.vera).post(MINE, ASKED | typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not ApiToken.objects.exists()


def test_the_scopes_are_those_that_ones_work_needs(company: Company) -> None:
    company.running()
    scopes = {
        name: [
            word for word, _label in browser_of(company.people[name]).get(MINE).context["form"].fields["scope"].choices
        ]
        for name in ("vera", "perpetua", "ria")
    }
    assert scopes == {"vera": ["read"], "perpetua": ["read", "decide"], "ria": ["read", "decide", "write"]}


def test_one_takes_back_ones_own_and_nobody_elses(company: Company) -> None:
    secret = secret_in(browser_of(company.vera).post(MINE, ASKED).content.decode())
    revoke = f"{MINE}{ApiToken.objects.get().token_key}/revoke/"
    assert browser_of(company.ria).post(revoke).status_code == 404
    assert opens(secret) == 200
    assert browser_of(company.vera).get(revoke).status_code == 405
    assert browser_of(company.vera).post(revoke).status_code == 302
    assert opens(secret) == 401
    assert Event.objects.get(action="revoke_token").by == company.vera
    assert browser_of(company.vera).post(revoke).status_code == 404


def test_the_page_says_when_each_was_made_used_and_is_over(company: Company) -> None:
    token, secret = actions.issue_token(person=company.vera, by=company.vera, name="Script", days=9)
    browser = browser_of(company.vera)
    assert "Not used yet." in browser.get(MINE).content.decode()
    opens(secret)
    assert "Last used on" in browser.get(MINE).content.decode()
    ApiToken.objects.filter(pk=token.pk).update(expiry=timezone.now() - timedelta(days=1))
    assert "Over since" in browser.get(MINE).content.decode()
    assert "Script" not in browser_of(company.ria).get(MINE).content.decode()


def test_a_token_makes_no_token(company: Company) -> None:
    _token, secret = actions.issue_token(person=company.vera, by=company.vera)
    asks = APIClient()
    asks.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert asks.post(MINE, ASKED).status_code == 302
    assert ApiToken.objects.count() == 1


def test_whoever_has_an_address_that_waits_makes_none(company: Company) -> None:
    actions.amend_account(person=company.vera, by=None, set={"email": "other@example.org"})
    answer = browser_of(company.vera).post(MINE, ASKED)
    assert answer.status_code == 403
    assert not ApiToken.objects.exists()
