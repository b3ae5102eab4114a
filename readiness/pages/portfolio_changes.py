"""What stands differently since a date, on the page of the portfolio: how many by each change, and each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from pilots.refusals import Invalid
from readiness.pages import lists_out
from readiness.queries import changes as queries
from readiness.queries.changes import PilotChange, Question
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.request_dates import as_of
from readiness.rules.changes import Change
from readiness.text import portfolio as text

A_PAGE = 20
A_QUARTER = timedelta(days=91)
COUNTED = (
    Change.RECORDED,
    Change.STALLED,
    Change.LEFT_MUSEUM,
    Change.CLAIMED,
    Change.CLAIM_FELL,
    Change.DECIDED,
    Change.SPONSOR,
    Change.DECIDE_BY,
)
"""What the page counts; the others stand in the file."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many pilots there are of one change, and how, where there are several ways."""

    change: str
    number: int
    says: str
    ways: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One pilot that stands differently, in words."""

    row: PilotChange
    says: str


class Compared:
    """Some pilots on two dates: `since`, a quarter before the day that is read unless it is said, and that day.

    Nothing is counted until a date is `asked` for: it takes longer than the rest of the page.
    """

    def __init__(self, request: HttpRequest, mine: StandingQuerySet, at: date) -> None:
        self._mine, self.last, self.refused = mine, at, ""
        asked = request.GET.get("since", "")
        self.asked = bool(asked)
        self.first = date.fromordinal(max(1, at.toordinal() - A_QUARTER.days))
        try:
            self.first = as_of({"since": asked}, "since") if asked else self.first
            if self.first > at:
                raise Invalid(_("The second date lies before the first."), field="since")
        except Invalid as wrong:
            self.refused = wrong.says
            self.first = date.fromordinal(max(1, at.toordinal() - A_QUARTER.days))
        change = request.GET.get("change", "")
        self.change = change if change in Change.values() else ""
        self.each = bool(self.change) or change == "any"
        self._after = request.GET.get("after", "") or None

    @property
    def _question(self) -> Question:
        return Question(self.first, self.last, changes=[self.change] if self.change else [])

    @cached_property
    def _counts(self) -> dict[str, Any]:
        return queries.count_changes(self._mine, Question(self.first, self.last))

    @property
    def number(self) -> int:
        """How many stand differently."""
        return int(self._counts["pilots"])

    def counted(self) -> list[Counted]:
        """How many by each change, those that there are."""
        counts, ways = self._counts["changes"], {"left_museum": "left_museum", "claim_fell": "claim_fell"}
        return [
            Counted(
                change,
                counts[change],
                str(text.CHANGE[change]),
                text.ways(self._counts[ways[change]]) if change in ways else "",
            )
            for change in COUNTED
            if counts[change]
        ]

    @cached_property
    def _rows(self) -> list[PilotChange]:
        return queries.changes(self._mine, self._question, after=self._after, most=A_PAGE + 1)

    def rows(self) -> list[Changed]:
        """Each of them, by key, where they are asked for: twenty a page."""
        return [Changed(row, text.change_of(row)) for row in self._rows[:A_PAGE]] if self.each else []

    @property
    def next_after(self) -> str:
        """The last key of this page, where another follows."""
        return self._rows[A_PAGE - 1].key if self.each and len(self._rows) > A_PAGE else ""

    @property
    def begun(self) -> bool:
        """Whether this is a page that follows another."""
        return self._after is not None

    def all_rows(self) -> Iterator[Sequence[Any]]:
        """All of them for a file."""
        return lists_out.changes(queries.all_changes(self._mine, self._question))
