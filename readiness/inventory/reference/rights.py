"""Decision rights that a list assigns, corrects or ends. A right is never edited: the past keeps its holder (rule 7)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilots import actions
from pilots.models import DecisionRight, Function, GateKind, Portfolio
from pilots.refusals import NotYours
from readiness.inventory.fields import FIELDS_OF
from readiness.inventory.reference.directory import Directory
from readiness.inventory.reference.row_report import RowReport
from readiness.inventory.reference.rows import ReferenceRow
from readiness.models.imports import Subject

PEOPLE = ("holder", "deputy", "escalate_to")
HELD = (*PEOPLE, "answer_within_days")
FIELDS = FIELDS_OF[Subject.RIGHTS]


class Rights:
    """Applies rows of rights: each is one gate, for a portfolio and a function or all of them, from a day.

    A row that says what is on record changes nothing. Of a right that is in force, or starts on the day that the row gives,
    an end is set; on its first day it is corrected. Any other difference is a right that follows, from the day that the row
    gives or that of the record.
    """

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def identity(self, row: ReferenceRow) -> str:
        names = ("gate", "portfolio", "function", "starts")
        return "\x1f".join(row.text(name).casefold() for name in names)

    def called(self, row: ReferenceRow) -> tuple[str, str]:
        where = [text for text in (row.text("portfolio"), row.text("function")) if text]
        return row.text("gate"), ", ".join(where) or _("everywhere")

    def apply(self, row: ReferenceRow, report: RowReport) -> None:
        """Assign, correct or end one right."""
        kind, portfolio, function = self._reach(row)
        stated = self._stated(row)
        starts: date | None = row.values.get("starts")
        report.name = f"{kind.name}: {portfolio or _('every portfolio')}, {function or _('every function')}"
        alike = DecisionRight.objects.filter(kind=kind, portfolio=portfolio, function=function)
        found = self._on_record(alike, starts)
        differing = {} if found is None else _differing(found, stated)
        if found is None:
            where = {"kind": kind, "portfolio": portfolio, "function": function}
            self._assign({**where, **stated}, starts, report)
        elif differing.keys() == {"until"} and differing["until"] is not None and found.starts < self.directory.at:
            self._end(found, differing["until"], report)
        elif differing:
            self._change(found, stated, differing, starts, report)

    def _reach(self, row: ReferenceRow) -> tuple[GateKind, Portfolio | None, Function | None]:
        directory = self.directory
        kind = directory.kind(row.text("gate"))
        portfolio = directory.portfolio(row.text("portfolio")) if row.text("portfolio") else None
        function = directory.function(row.text("function")) if row.text("function") else None
        if portfolio is None and not directory.keeps_all:
            sentence = _("A right for every portfolio is assigned by whoever keeps all of them. Name a portfolio.")
            raise NotYours(sentence, field="portfolio")
        return kind, portfolio, function

    def _stated(self, row: ReferenceRow) -> dict[str, Any]:
        """What the row states of the right, with the people whom it names. Raises Invalid where one is not known."""
        stated: dict[str, Any] = {}
        for name in PEOPLE:
            if name in row.values:
                text = row.text(name)
                stated[name] = self.directory.person(text, name) if text else None
        for name in ("answer_within_days", "until"):
            if name in row.values and (name == "until" or row.values[name] is not None):
                stated[name] = row.values[name]
        return stated

    def _on_record(self, alike: Any, starts: date | None) -> DecisionRight | None:
        """The right of the same reach that the row is about: that of the day which it gives, or the one in force."""
        rows = alike.select_related("kind", "portfolio", "function", *PEOPLE).order_by("-starts", "-pk")
        if starts is not None:
            return next(iter(rows.filter(starts=starts)), None)
        at = self.directory.at
        return next(
            (right for right in rows if right.starts <= at and (right.until is None or right.until >= at)), None
        )

    def _assign(self, stated: dict[str, Any], starts: date | None, report: RowReport) -> None:
        at = self.directory.at
        actions.assign_right(by=self.directory.by, starts=starts or at, on=at, known=at, **stated)
        report.is_new = True

    def _end(self, right: DecisionRight, until: date, report: RowReport) -> None:
        before, at = right.until, self.directory.at
        actions.end_right(right=right, until=until, by=self.directory.by, on=at, known=at)
        report.change("until", FIELDS["until"].label, before, until)

    def _change(
        self,
        right: DecisionRight,
        stated: dict[str, Any],
        differing: dict[str, Any],
        starts: date | None,
        report: RowReport,
    ) -> None:
        """Correct a right on its first day, or before; else assign the one that follows it."""
        at, by = self.directory.at, self.directory.by
        before = {name: getattr(right, name) for name in differing}
        if right.starts >= at or starts is not None:
            actions.correct_right(right=right, by=by, set=differing, on=at, known=at)
        else:
            held = {name: getattr(right, name) for name in HELD} | {"until": None} | stated
            where: dict[str, Any] = {"kind": right.kind, "portfolio": right.portfolio, "function": right.function}
            actions.assign_right(by=by, starts=at, on=at, known=at, **where, **held)
            report.change("starts", FIELDS["starts"].label, right.starts, at)
        for name, value in differing.items():
            report.change(name, FIELDS[name].label, before[name], value)


def _differing(right: DecisionRight, stated: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stated.items() if getattr(right, name) != value}
