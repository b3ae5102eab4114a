"""Invitations through a real mail server: the letter's link sets the password, once, and is over after its days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from allauth.account.forms import default_token_generator
from django.conf import settings
from django.test import Client

from pilots.models import Person

PAGE = "/admin/set-up/"
CHOSEN = {"password1": "a pass phrase of hers", "password2": "a pass phrase of hers"}


class Post:
    """A mail server on this machine: keeps what it is given, and refuses whom it has to."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], EmailMessage]] = []
        self.refuses = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address == self.refuses:
            return "550 Nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append((list(envelope.rcpt_tos), letter))
        return "250 OK"

    def link(self) -> str:
        """Where the last letter leads."""
        (*_earlier, (_to, letter)) = self.letters
        found = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", letter.get_content())
        assert found is not None, letter.get_content()
        return found[1]


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    kept = Post()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        host, port = free.getsockname()
    server = Controller(kept, hostname=host, port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
    yield kept
    server.stop()


def invite(desk: Client, *people: Person) -> str:
    answer = desk.post(PAGE, {"step": "invitations", "people": [person.pk for person in people]}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def opens(link: str) -> str:
    """The address of the form that a link leads a stranger to; empty where it leads to none."""
    page = Client().get(link, follow=True)
    assert page.status_code == 200
    return page.redirect_chain[-1][0] if b"password1" in page.content and page.redirect_chain else ""


def test_the_link_of_the_letter_sets_the_password_once(post: Post, desk: Client, lena: Person) -> None:
    assert "Invitations were sent: 1." in invite(desk, lena)
    ((to, letter),) = post.letters
    assert (to, letter["To"]) == (["lena@example.org"], "lena@example.org")
    assert "Your account at Lived In" in letter["Subject"]
    visitor = Client()
    form = visitor.get(post.link(), follow=True)
    assert visitor.post(form.redirect_chain[-1][0], CHOSEN).status_code == 302
    lena.refresh_from_db()
    assert lena.check_password(CHOSEN["password1"])
    assert opens(post.link()) == "", "it works once"


def test_the_link_is_over_after_its_days(
    post: Post, desk: Client, lena: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite(desk, lena)
    now, life = datetime.now(), timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)  # noqa: DTZ005
    monkeypatch.setattr(type(default_token_generator), "_now", lambda _self: now + life - timedelta(minutes=1))
    assert opens(post.link())
    monkeypatch.setattr(type(default_token_generator), "_now", lambda _self: now + life + timedelta(minutes=1))
    assert opens(post.link()) == ""
    lena.refresh_from_db()
    assert not lena.has_usable_password()


def test_an_earlier_letter_works_until_a_password_is_set(post: Post, desk: Client, lena: Person) -> None:
    invite(desk, lena)
    first = post.link()
    invite(desk, lena)
    assert len(post.letters) == 2
    assert opens(first)
    visitor = Client()
    form = visitor.get(post.link(), follow=True)
    visitor.post(form.redirect_chain[-1][0], CHOSEN)
    assert opens(first) == ""


def test_what_the_server_refuses_is_said_and_nobody_is_told_that_it_was_sent(
    post: Post, desk: Client, lena: Person
) -> None:
    post.refuses = "lena@example.org"
    says = invite(desk, lena)
    assert "The letters could not be sent" in says
    assert "Invitations were sent" not in says
    assert post.letters == []


def test_of_several_letters_the_one_that_is_refused_keeps_back_no_other(
    post: Post, desk: Client, lena: Person, kai: Person
) -> None:
    post.refuses = "kai@example.org"
    says = invite(desk, kai, lena)
    assert "Invitations were sent: 1." in says
    assert "1 letter was not taken by the mail server." in says
    assert [to for to, _letter in post.letters] == [["lena@example.org"]]


def test_a_server_that_is_gone_is_said(post: Post, desk: Client, lena: Person, settings: Any) -> None:
    settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = 9, 2
    assert "The letters could not be sent" in invite(desk, lena)
