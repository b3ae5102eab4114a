"""The language of what reaches others or is kept: that of the installation, whoever acts and whatever language they read."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation


def installation_language() -> translation.override:
    """Within it a sentence is put together as the log keeps it, or as a letter says it to somebody whose language is not known."""
    return translation.override(settings.LANGUAGE_CODE)
