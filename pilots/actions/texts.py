"""What a typed text or day must be, whichever action takes it."""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext as _

from pilots.figures import grouped
from pilots.refusals import (
    Invalid,
    ReasonRequired,
)

FAR_OFF = 9000
"""The first year that is too far off for any day to be planned in."""

LONG_AGO = 1900
"""The first year that a day can lie in. An earlier one is a slip of the keyboard, and no calendar has the day before the first."""


LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character, as JSON can say it; no file and no database holds one."""


LONGEST_TEXT = 10_000
"""Characters of a text that is kept for good. More than anybody reads before they answer is a document, and filed as one."""


def within_reach(day: date | None, field: str) -> None:
    """Refuse a day that no calendar reaches beyond: a year typed as 9999 is no open end, and one typed as 25 no start."""
    if day is not None and day.year >= FAR_OFF:
        raise Invalid(_("That day is too far off."), field=field)
    if day is not None and day.year < LONG_AGO:
        raise Invalid(_("That day lies too far back. Is the year written with four digits?"), field=field)


def need_plain(text: str, field: str) -> str:
    """A text that can be kept, or a refusal: not every engine keeps a null character, and nobody reads without end."""
    if "\0" in text:
        raise Invalid(_("A text cannot hold a null character."), field=field)
    if LONE_SURROGATE.search(text):
        raise Invalid(_("This text holds half of a character. Write it again."), field=field)
    if len(text) > LONGEST_TEXT:
        raise Invalid(
            _(
                "This text has %(n)s characters, and %(most)s are kept at most. Say it in fewer, or file the rest as evidence."
            )
            % {"n": grouped(len(text)), "most": grouped(LONGEST_TEXT)},
            field=field,
        )
    return text


def need_reason(reason: str | None, field: str = "reason") -> str:
    """A reason that says something, or a refusal."""
    if not (reason or "").strip():
        raise ReasonRequired(field=field)
    return need_plain(str(reason).strip(), field)


def need_text(text: str | None, field: str) -> str:
    """A text that says something, or a refusal."""
    if not (text or "").strip():
        raise Invalid(_("An empty text says nothing."), field=field)
    return need_plain(str(text).strip(), field)
