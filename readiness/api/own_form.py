"""Pilots as a file over the API: the rows of the product's own form, as the office exports them and an import reads them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from tempfile import NamedTemporaryFile
from typing import Any

from django.utils.translation import gettext as _

from pilots import permissions
from pilots.clock import today
from pilots.models import GateKind, Person
from pilots.refusals import Invalid
from readiness.forms.file_answers import csv_answer, workbook_answer
from readiness.inventory.exporting import Export
from readiness.inventory.own_form import FormText, escape, unescape, write_xlsx
from readiness.inventory.records import FileProblem
from readiness.inventory.tables_out import lines_of
from readiness.queries.pilots import StandingQuerySet, portfolios_of


def own_form(person: Person, chosen: StandingQuerySet, form: str, at: date, known_at: date | None) -> Any:
    """These pilots as they stood on a day, by key, with the kinds of gates that a person knows.

    People are written by their addresses for whoever keeps all of these pilots, and may import them again; by their names
    for everybody else.

    Raises:
        Invalid: it is asked for what was known, or a workbook does not hold it.
    """
    if known_at is not None:
        says = _(
            "This file is made of all that is known now. Leave “known_at” out, or name the `fields` that it shall have."
        )
        raise Invalid(says, field="known_at")
    kinds = tuple(GateKind.objects.visible_to(person).order_by("position", "pk").values_list("key", flat=True))
    among = chosen.order_by().values("pk")
    rows: Any = Export(at, today(), kinds, among=among)
    if not _keeps_all(person, chosen):
        rows = ByName(rows)
    name = f"pilots-{at.isoformat()}"
    if form == "csv":
        return csv_answer(name, lines_of([rows.head], rows))
    try:
        with NamedTemporaryFile(suffix=".xlsx") as file:
            write_xlsx(rows, file.name, kinds=rows.kinds, kept=rows.kept)
            return workbook_answer(name, file.name)
    except FileProblem as problem:
        raise Invalid(str(problem), field="format") from problem


class ByName:
    """The same rows with people by their names."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.head, self.kinds, self.kept = export.head, export.kinds, export.kept
        named = ("manager", "exceptions_to", "exceptions_deputy")
        self.places = [n for n, title in enumerate(self.head) if title in named or title.endswith(":holder")]

    def __iter__(self) -> Iterator[list[FormText]]:
        names = dict(Person.objects.values_list("email", "name"))
        for rows in self.export:
            for place in self.places:
                rows[place] = escape(names.get(unescape(rows[place] or ""), ""))
            yield rows


def _keeps_all(person: Person, chosen: StandingQuerySet) -> bool:
    """Whether somebody keeps the records of every portfolio in which these pilots lie."""
    kept = permissions.portfolios_kept(person)
    if kept is None:
        return True
    return not portfolios_of(chosen).exclude(pk__in=kept).exists()
