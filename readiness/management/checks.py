"""What `check --deploy` looks at: whether letters leave, and are not printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from readiness.text import mail

NO_MAIL_SERVER = "readiness.E001"
LETTERS_PRINTED = "readiness.E002"


def letters_leave(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """An error where an account that is opened could never be signed in to, or where its letters are printed."""
    if not mail.can_be_sent():
        return [
            checks.Error(
                "No mail server is set, so no letter is sent: nobody can set a password or confirm an address.",
                hint="Set EMAIL_HOST.",
                id=NO_MAIL_SERVER,
            )
        ]
    if settings.EMAIL_BACKEND == mail.PRINTED and not settings.DEBUG:
        return [
            checks.Error(
                "Letters are printed on the console: whoever reads the log can set anybody’s password.",
                hint="Set EMAIL_HOST.",
                id=LETTERS_PRINTED,
            )
        ]
    return []
