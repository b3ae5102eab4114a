"""Secrets in addresses: what a letter's link opens, a log must not."""

from __future__ import annotations

import logging
import re
from typing import Any

SLASH = "(?:/|%(?:25)*2[Ff])"
PART = rf"(?:(?!{SLASH})[^?#&\s\"'<>])+"
SECRET = re.compile(
    rf"({SLASH}(?:accounts{SLASH}(?:password{SLASH}reset{SLASH}key|confirm-email)|me{SLASH}address{SLASH}link|listen{SLASH}link){SLASH})"
    rf"{PART}"
)
"""The beginning of each address that ends in a secret, and the secret; also where the address is part of another's query."""
MASK = r"\1…"


def mask_secrets(text: str) -> str:
    """A text without the secrets of the addresses in it."""
    return SECRET.sub(MASK, text)


def mask_event(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A step of structlog: no value of a line holds a secret."""
    return {name: mask_secrets(value) if isinstance(value, str) else value for name, value in event.items()}


class SecretMaskingFilter(logging.Filter):
    """For lines that are printed as they come, such as those of the development server."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask_secrets(record.getMessage()), ()
        return True
