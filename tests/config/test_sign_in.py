"""How people get in: one address, one row; a letter, a password, a second factor; and who cannot lock whom out."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import ApiToken, Event, Person

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD, NEXT = "lena@example.org", "a long one, 7731", "another long one, 7732"


@pytest.fixture(autouse=True)
def nobody_has_tried_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def lena() -> Person:
    """Her account was opened at the desk, as all are: without a password."""
    root = Person.objects.create_superuser("root@example.org", None, name="Root")
    desk = Client()
    desk.force_login(root)
    typed = {"name": "Lena Voss", "email": EMAIL, "function": ""}
    assert desk.post(reverse("admin:pilots_person_add"), typed).status_code == 302
    return Person.objects.get(email=EMAIL)


def asks_for_a_letter(email: str = EMAIL) -> None:
    assert Client().post("/accounts/password/reset/", {"email": email}).status_code == 302


def sets_password_by_letter(password: str = PASSWORD, **ticks: str) -> Client:
    asks_for_a_letter()
    link = re.search(r"http://testserver(\S+)", mail.outbox[-1].body)
    assert link is not None
    client = Client()
    form = client.get(link.group(1), follow=True)
    there = form.redirect_chain[-1][0]
    answer = client.post(there, {"password1": password, "password2": password, **ticks})
    assert answer.status_code == 302, answer.content.decode()
    return client


def signs_in(client: Client, email: str = EMAIL, password: str = PASSWORD, **kwargs: Any) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password}, **kwargs)


def code_of(secret: str) -> str:
    """What the telephone shows now."""
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


# One address, one row


def test_the_letter_that_sets_the_password_verifies_the_one_address(lena: Person) -> None:
    assert not EmailAddress.objects.filter(user=lena).exists()
    sets_password_by_letter()
    (row,) = EmailAddress.objects.filter(user=lena)
    assert (row.email, row.verified, row.primary) == (EMAIL, True, True)


def test_the_row_of_an_address_of_before_goes_with_it(lena: Person) -> None:
    sets_password_by_letter()
    actions.amend_account(person=lena, by=None, set={"email": "orr@example.org"})
    assert signs_in(Client()).status_code == 302
    lena.refresh_from_db()
    actions.confirm_address(person=lena, by=lena)
    assert not EmailAddress.objects.filter(email=EMAIL).exists()
    assert signs_in(Client()).status_code == 200
    assert signs_in(Client(), "Orr@Example.org").status_code == 302
    asks_for_a_letter()
    assert "/password/reset/key/" not in mail.outbox[-1].body


def test_a_row_that_the_package_kept_signs_nobody_in(lena: Person) -> None:
    actions.set_password(person=lena, password=PASSWORD, by=None)
    EmailAddress.objects.create(user=lena, email="of-before@example.org", verified=True, primary=True)
    assert signs_in(Client(), "of-before@example.org").status_code == 200
    asks_for_a_letter("of-before@example.org")
    assert "/password/reset/key/" not in mail.outbox[-1].body
    sets_password_by_letter()
    (row,) = EmailAddress.objects.filter(user=lena)
    assert row.email == EMAIL


def test_a_strangers_request_changes_nothing(lena: Person) -> None:
    sets_password_by_letter()
    before = list(Person.objects.values()), list(EmailAddress.objects.values()), Event.objects.count()
    asks_for_a_letter()
    asks_for_a_letter("nobody@example.org")
    assert (list(Person.objects.values()), list(EmailAddress.objects.values()), Event.objects.count()) == before
    assert signs_in(Client()).status_code == 302


def test_a_closed_account_is_as_one_that_is_not_there(lena: Person) -> None:
    sets_password_by_letter()
    actions.close_account(person=lena, by=None)
    wrong = signs_in(Client(), "nobody@example.org").content.decode().replace("nobody@example.org", EMAIL)
    bare = re.compile(r'value="[^"]{64}"')
    assert bare.sub("", signs_in(Client()).content.decode()) == bare.sub("", wrong)
    asks_for_a_letter()
    assert "/password/reset/key/" not in mail.outbox[-1].body


# A second factor


def turns_on_a_second_factor(client: Client) -> str:
    there = "/accounts/2fa/totp/activate/"
    asks_again = client.get(there)
    assert asks_again["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(asks_again["Location"], {"password": PASSWORD, "next": there})["Location"] == there
    assert client.get(there).status_code == 200
    secret = client.session["mfa.totp.secret"]
    answer = client.post(there, {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return str(secret)


def test_an_account_made_at_the_desk_turns_on_a_second_factor_and_signs_in_with_it(lena: Person) -> None:
    sets_password_by_letter()
    client = Client()
    signs_in(client)
    asks_for_a_letter()  # which a stranger may do at any time
    secret = turns_on_a_second_factor(client)
    assert Authenticator.objects.filter(user=lena, type="totp").exists()
    cache.clear()  # a code is good once
    again = Client()
    half_way = signs_in(again)
    assert half_way["Location"].startswith("/accounts/2fa/authenticate/")
    assert again.get("/my/away/").status_code == 302
    assert again.post(half_way["Location"], {"code": "000000"}).status_code == 200
    assert again.post(half_way["Location"], {"code": code_of(secret)}).status_code == 302
    assert again.get("/my/away/").status_code == 200


def test_so_does_an_account_whose_password_no_letter_set() -> None:
    actions.open_first_account(email=EMAIL, name="First", password=PASSWORD)
    client = Client()
    signs_in(client)
    turns_on_a_second_factor(client)


def test_the_desk_is_entered_by_the_same_door(lena: Person) -> None:
    answer = Client().get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    posted = Client().post("/admin/login/", {"username": EMAIL, "password": PASSWORD})
    assert posted["Location"].startswith("/accounts/login/")


# Wrong passwords


def test_a_stranger_locks_nobody_out(lena: Person) -> None:
    sets_password_by_letter()
    for _ in range(8):
        stranger = signs_in(Client(), password="wrong", REMOTE_ADDR="198.51.100.7")
    assert "Too many failed login attempts" in stranger.content.decode()
    right_but_late = signs_in(Client(), REMOTE_ADDR="198.51.100.7")
    assert right_but_late.status_code == 200
    assert signs_in(Client(), REMOTE_ADDR="203.0.113.9").status_code == 302


def test_a_household_is_one_address(lena: Person) -> None:
    sets_password_by_letter()
    for n in range(6):
        signs_in(Client(), password="wrong", REMOTE_ADDR=f"2001:db8:7:1::{n + 1}")
    assert signs_in(Client(), REMOTE_ADDR="2001:db8:7:1::ffff").status_code == 200
    assert signs_in(Client(), REMOTE_ADDR="2001:db8:7:2::1").status_code == 302


def test_failed_and_limited_are_told_apart_in_the_log_without_what_was_typed(
    lena: Person, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for _ in range(6):
            signs_in(Client(), password="correct horse")
    events = [record.msg["event"] for record in caplog.records if record.name == "config.accounts"]
    assert events == ["sign_in_failed"] * 5 + ["sign_in_limited"]
    assert EMAIL not in caplog.text
    assert "correct horse" not in caplog.text


def test_whoever_asks_too_often_reads_so_on_a_page_of_ours(lena: Person) -> None:
    for _ in range(6):
        answer = Client().post("/accounts/password/reset/", {"email": EMAIL})
    assert answer.status_code == 429
    assert "That was tried too often." in answer.content.decode()


def test_a_stranger_stops_nobodys_letters(lena: Person) -> None:
    for _ in range(6):
        stranger = Client().post("/accounts/password/reset/", {"email": EMAIL}, REMOTE_ADDR="198.51.100.7")
    assert stranger.status_code == 429
    sent = len(mail.outbox)
    asked = Client().post("/accounts/password/reset/", {"email": EMAIL.upper()}, REMOTE_ADDR="203.0.113.9")
    assert (asked.status_code, len(mail.outbox)) == (302, sent + 1)


# A password is changed


@pytest.mark.parametrize(("ticks", "left"), [({}, 0), ({"keep_tokens": "on"}, 1)])
def test_tokens_end_with_a_changed_password_unless_they_are_kept_on_that_page(
    lena: Person, ticks: dict[str, str], left: int
) -> None:
    sets_password_by_letter()
    client = Client()
    signs_in(client)
    there = "/accounts/password/change/"
    assert "keep_tokens" not in client.get(there).content.decode()
    actions.issue_token(person=lena, by=None)
    assert "keep_tokens" in client.get(there).content.decode()
    typed = {"oldpassword": PASSWORD, "password1": NEXT, "password2": NEXT}
    wrong = client.post(there, typed | {"oldpassword": "no"} | ticks)
    assert wrong.status_code == 200
    assert ("checked" in wrong.content.decode()) == bool(ticks)
    assert client.post(there, typed | ticks).status_code == 302
    assert ApiToken.objects.filter(user=lena).count() == left
    assert Event.objects.filter(action="set_password", by=lena).count() == 2
    assert client.get("/my/away/").status_code == 200


def test_tokens_end_with_a_password_set_by_letter_too(lena: Person) -> None:
    actions.issue_token(person=lena, by=None)
    sets_password_by_letter(keep_tokens="on")
    assert ApiToken.objects.filter(user=lena).exists()
    sets_password_by_letter(NEXT)
    assert not ApiToken.objects.filter(user=lena).exists()


# No mail server


def test_where_no_letter_can_be_sent_the_page_says_so_to_everybody_alike(lena: Person, settings: Any) -> None:
    settings.EMAIL_BACKEND = "readiness.text.mail.NoLetters"
    for email in (EMAIL, "nobody@example.org"):
        page = Client().post("/accounts/password/reset/", {"email": email})
        assert "no mail server is set" in page.content.decode()
        assert f'value="{email}"' in page.content.decode()


def test_a_mail_server_that_is_down_is_said_and_nothing_typed_is_lost(lena: Person, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    for email in (EMAIL, "nobody@example.org"):
        page = Client().post("/accounts/password/reset/", {"email": email})
        assert page.status_code == 503
        assert "The letter could not be sent" in page.content.decode()
        assert f'value="{email}"' in page.content.decode()
