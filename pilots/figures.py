"""Figures and days as people write them in the language that they read."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _


def grouped(number: int) -> str:
    """A whole number, in groups of three: “3,608” in English, “3.608” in German."""
    return f"{number:,}".replace(",", str(get_format("THOUSAND_SEPARATOR")))


def decimal(written: str) -> str:
    """A number that was written with a point, with the mark of the language: “4.5”, “4,5” in German."""
    return written.replace(".", str(get_format("DECIMAL_SEPARATOR")))


def percent(share: float, digits: int) -> str:
    """A share, from 0 to 1, in so many digits at most: “85.5%”, “85,5 %” in German."""
    return _("%(number)s%%") % {"number": decimal(f"{100 * share:.{digits}g}")}


def written_day(when: date) -> str:
    """A date: “3 March 2026”, “3. März 2026” in German."""
    return date_format(when, _("j F Y"))
