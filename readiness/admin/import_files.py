"""What can be downloaded of an import: an empty form to be filled in, its mapping, its report, and the rows that were not taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.text import slugify

from readiness.forms.file_answers import csv_answer
from readiness.forms.offices import Office
from readiness.inventory import own_form, sessions
from readiness.inventory.fields import FIELDS_OF
from readiness.inventory.mapping import MappingProblem, to_toml
from readiness.inventory.tables_out import lines_of
from readiness.inventory.tabular import BECAUSE
from readiness.models.imports import ImportSession, Outcome, Subject


def template(office: Office, subject: str) -> HttpResponseBase:
    """The columns of our own form for lists of a subject. Raises Http404 where there is no such."""
    if subject not in Subject.values:
        raise Http404
    if subject == Subject.PILOTS:
        every = own_form.columns_of_form(office.kinds().values_list("key", flat=True))
        columns = tuple(name for name in every if name != "version")
    else:
        columns = tuple(FIELDS_OF[subject])
    return csv_answer(subject, lines_of([columns]))


def mapping(session: ImportSession) -> HttpResponse:
    """How a list is read, as TOML. Raises Http404 where it is in our own form."""
    try:
        found = sessions.mapping_of(session)
    except MappingProblem as problem:
        raise Http404 from problem
    if found is None:
        raise Http404
    return _download(to_toml(found), f"{slugify(found.name) or 'mapping'}.toml", "application/toml")


def report(session: ImportSession) -> HttpResponse:
    """What came of an import, line by line."""
    return _download(session.report + "\n", f"{slugify(session.file_name)}-report.txt", "text/plain")


def rejected(session: ImportSession) -> HttpResponseBase:
    """The rows that were not taken, each with the reason."""
    rows = session.rows.filter(outcome=Outcome.REJECTED)
    return csv_answer(f"{slugify(session.file_name)}-rejected", lines_of(_rejected_cells(rows)))


def _download(text: str, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rejected_cells(rows: Any) -> Iterator[list[str]]:
    """The cells of rejected rows, below the columns that any of them has, and why each was not taken."""
    columns = dict.fromkeys(column for cells in rows.values_list("cells", flat=True) for column, _text in cells)
    yield [*columns, BECAUSE]
    for row in rows.iterator(chunk_size=500):
        cells = dict(row.cells)
        because = "; ".join(each["sentence"] for each in row.findings if each["kind"] == "rejected")
        yield [
            *(own_form.escape(own_form.unescape(cells.get(column, ""))) for column in columns),
            f"row {row.line}: {because}",
        ]
