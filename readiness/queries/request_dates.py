"""Which day a reader asks about: `?as_of=YYYY-MM-DD`, today unless said; and what no query can ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from pilots.actions.texts import FAR_OFF
from pilots.clock import today
from pilots.refusals import Invalid

FIRST_YEAR = 1900
"""Nothing was recorded before; months and quarters before a day asked for must still be days."""


def as_of(query: Mapping[str, str], name: str = "as_of") -> date:
    """The day asked for. Read it once for each request, and hand it on.

    Raises:
        Invalid: it is not a calendar date, or one that no record reaches, with the field.
    """
    written = query.get(name, "").strip()
    if not written:
        return today()
    try:
        day = date.fromisoformat(written)
    except ValueError as wrong:
        raise Invalid(
            _("“%(written)s” is not a date. Write it as 2026-11-23.") % {"written": written[:40]}, field=name
        ) from wrong
    if not FIRST_YEAR <= day.year < FAR_OFF:
        raise Invalid(_("No record reaches that day."), field=name)
    return day


def has_null(texts: Iterable[object]) -> bool:
    """Whether one of these holds a null character: nothing on record can, and not every engine can be asked for it."""
    return any("\0" in str(text) for text in texts)


LONGEST = 500
"""Characters of one parameter. Not every engine can be asked for 50,000, and nothing on record is called that."""


def too_long_in(query: QueryDict, but: str = "") -> str | None:
    """The first parameter of a query, but for one, whose name or value is longer than anything that can be meant, or None."""
    asked = ((name, said) for name, said in query.lists() if name != but)
    return next((name[:LONGEST] for name, said in asked if max(map(len, [name, *said])) > LONGEST), None)


def null_in(query: QueryDict) -> str | None:
    """The first parameter of a query with a null character in its name or a value, or None."""
    return next((name for name, said in query.lists() if has_null([name, *said])), None)
