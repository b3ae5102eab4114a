"""Today, read once for each request or command and handed on."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """The calendar date in the installation's time zone."""
    return timezone.localdate()
