"""Both sides of a portfolio: what is narrated, how far sponsors and managers lie apart, and what is already carried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from readiness.pages import lists_out
from readiness.pages.base import day_of, page_of, reader
from readiness.queries import both_sides as queries
from readiness.queries.both_sides import Apart
from readiness.queries.load import loads
from readiness.rules.load import Load
from readiness.text import both_sides as text
from readiness.text import load as load_text

A_PAGE = 50
"""Functions of either table on a page."""
LOAD = ("function", "managers", "pilots", "net_minutes_a_week", "of_pilots")


@require_safe
def both_sides(request: HttpRequest) -> HttpResponseBase:
    """Both sides of the pilots of which the reader reads what groups of managers say; each table as a file too."""
    person = reader(request)
    at, refused = day_of(request)
    pilots = queries.readable(person, at=at)
    quarters, every, functions = queries.apart(pilots, at=at)
    by_function, others = loads(pilots, at=at)
    table: tuple[str, Sequence[str], Iterator[list[Any]]]
    if request.GET.get("list") == "load":
        table = "load", LOAD, _load_rows(by_function, others)
    else:
        table = "apart", _apart_head(quarters), _apart_rows(every, functions)
    file, refused = lists_out.file_asked_for(request, *table, at, refused)
    if file is not None:
        return file
    narration = queries.narration(pilots, at=at)
    carried = load_text.rows(by_function, others)
    page = page_of(request, range(max(len(functions), len(carried))), A_PAGE)
    first = (page.number - 1) * A_PAGE
    context = {
        "at": at,
        "refused": refused,
        "narration": narration,
        "opening": text.narration_opening(narration),
        "quarters": quarters,
        "every": text.gaps(every),
        "functions": [text.gaps(row) for row in functions[first : first + A_PAGE]],
        "loads": carried[first : first + A_PAGE],
        "page": page,
        "no_workflow": text.no_workflow(queries.without_workflow(pilots)),
    }
    return render(request, "pages/both_sides.html", context)


def _apart_head(quarters: Sequence[date]) -> Sequence[str]:
    return ("function", *(f"{what}_from_{quarter}" for quarter in quarters for what in ("gap", "pilots")))


def _apart_rows(every: Apart, functions: Sequence[Apart]) -> Iterator[list[Any]]:
    """The gaps of functions as rows of a file, as far as they are shown; all pilots together last, under no name."""
    for row in [*functions, every]:
        figures = [(found.gap, found.pilots) if found else (None, None) for found in row.quarters]
        yield [row.function, *(figure for pair in figures for figure in pair)]


def _load_rows(by_function: Mapping[str, Load], others: Load | None) -> Iterator[list[Any]]:
    """What is carried as rows of a file; the small functions together last."""
    rows = [*by_function.items(), *([(str(load_text.OTHERS), others)] if others else [])]
    for name, load in rows:
        yield [name, load.managers, load.pilots, load.net, load.known_of if load.net is not None else None]
