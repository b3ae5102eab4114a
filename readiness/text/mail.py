"""Letters that leave the installation, and what there is where none can."""

from __future__ import annotations

from collections.abc import Sequence
from smtplib import SMTPException, SMTPServerDisconnected
from typing import NamedTuple, NoReturn

import structlog
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import ngettext

PRINTED = "django.core.mail.backends.console.EmailBackend"
"""Letters on the console: for development. A log that holds a letter holds the link in it."""
NONE = "readiness.text.mail.NoLetters"

logger = structlog.get_logger(__name__)


class NoMailServer(Exception):
    """A letter was to be sent, and no mail server is set."""


NOT_SENT = (OSError, SMTPException, NoMailServer)
"""What a letter that could not be sent raises."""


class NoLetters(BaseEmailBackend):
    """Where no mail server is set outside development: nothing is sent, nothing is printed, and whoever asked sees that."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> NoReturn:
        raise NoMailServer("No mail server is set: give EMAIL_HOST.")


class Delivery(NamedTuple):
    """How many letters the mail server took, and how many it did not."""

    sent: int
    failed: int


def send_letters(letters: Sequence[EmailMessage]) -> Delivery:
    """Send letters over one connection. One that is refused keeps none of the others back; a server that is gone, all the rest.

    The log says why a letter was not sent, and not to whom.
    """
    sent = 0
    if not letters:
        return Delivery(0, 0)
    try:
        with mail.get_connection() as connection:
            for letter in letters:
                letter.connection = connection
                sent += _send(letter)
    except NOT_SENT as error:
        logger.error("letter_not_sent", because=type(error).__name__)
    return Delivery(sent, len(letters) - sent)


def _send(letter: EmailMessage) -> int:
    """1 where the server took a letter, 0 where it refused this one. Where it is gone the error goes on."""
    try:
        return letter.send()
    except SMTPServerDisconnected:
        raise
    except SMTPException as error:
        logger.error("letter_not_sent", because=type(error).__name__)
        return 0


def not_sent(letters: int) -> str:
    """That the mail server did not take some of the letters."""
    says = ngettext(
        "%(n)d letter was not taken by the mail server. Send it again later.",
        "%(n)d letters were not taken by the mail server. Send them again later.",
        letters,
    )
    return says % {"n": letters}


def can_be_sent() -> bool:
    """Whether letters leave at all."""
    return settings.EMAIL_BACKEND != NONE


def absolute(path: str) -> str:
    """An address of ours for a letter that no request asks for: at the first of the hosts that are served."""
    host = settings.ALLOWED_HOSTS[0].removeprefix(".")
    return ("http://127.0.0.1:8000" if settings.DEBUG else f"https://{host}") + path
