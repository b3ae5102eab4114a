"""Letters with the three questions leave through a real mail server, and a link in one works once."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client

from pilots.models import FrictionReport, Pilot
from readiness.text import feedback_letters
from tests.managers import BURDEN, Managers

pytestmark = pytest.mark.django_db


class MailServer:
    """A mail server that takes one connection at a time and keeps what it is given: RFC 5321, no more than a sender needs."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as wire:
                self._talk(wire)

    def _talk(self, wire: Any) -> None:
        self._say(wire, "220 here")
        while line := wire.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self._say(wire, "354 go on")
                lines = iter(wire.readline, b".\r\n")
                letter = b"".join(each[1:] if each.startswith(b"..") else each for each in lines)
                self.letters.append(message_from_bytes(letter, policy=policy.default))  # type: ignore[arg-type]
            self._say(wire, "221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    @staticmethod
    def _say(wire: Any, text: str) -> None:
        wire.write(f"{text}\r\n".encode())
        wire.flush()


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    found = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", found.port, False
    settings.EMAIL_HOST_USER = ""
    yield found
    found.close()


def test_a_letter_reaches_the_manager_and_its_link_works_once(server: MailServer) -> None:
    managers = Managers()
    managers.joins("ottilie")
    sent = feedback_letters.send(Pilot.objects.select_related("manager"), managers.office, "http://testserver{}".format)
    assert sent == (1, 0)
    (letter,) = server.letters
    assert letter["To"] == "ottilie@example.org"
    text = letter.get_content()
    (path,) = re.findall(r"http://testserver(/listen/link/\S+)", text)
    assert Client().post(path, {"rework": BURDEN}).status_code == 302
    assert Client().post(path, {"rework": BURDEN}).status_code == 410
    assert FrictionReport.objects.filter(point=BURDEN).count() == 1


def test_where_no_letter_can_leave_it_is_said_and_nothing_breaks(settings: Any) -> None:
    managers = Managers()
    managers.joins("ottilie")
    settings.EMAIL_BACKEND = "readiness.text.mail.NoLetters"
    assert feedback_letters.send(Pilot.objects.select_related("manager"), managers.office, str) == (0, 1)
