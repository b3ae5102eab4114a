"""Letters that leave the installation, and what there is where none can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

PRINTED = "django.core.mail.backends.console.EmailBackend"
"""Letters on the console: for development. A log that holds a letter holds the link in it."""
NONE = "readiness.text.mail.NoLetters"


class NoMailServer(Exception):
    """A letter was to be sent, and no mail server is set."""


class NoLetters(BaseEmailBackend):
    """Where no mail server is set outside development: nothing is sent, nothing is printed, and whoever asked sees that."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> NoReturn:
        raise NoMailServer("No mail server is set: give EMAIL_HOST.")


def can_be_sent() -> bool:
    """Whether letters leave at all."""
    return settings.EMAIL_BACKEND != NONE


def absolute(path: str) -> str:
    """An address of ours for a letter that no request asks for: at the first of the hosts that are served."""
    host = settings.ALLOWED_HOSTS[0].removeprefix(".")
    return ("http://127.0.0.1:8000" if settings.DEBUG else f"https://{host}") + path
