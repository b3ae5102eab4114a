"""One action on several rows of a list, with a page between: all of them, or none where one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.busy import refused_when_busy
from pilots.refusals import Refused
from readiness.forms.base import ActionForm, PilotForm

MOST = 100
"""Rows at once; more cannot be read on one page."""


def perform_on_several(table: Any, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
    """Ask for what the action needs, once for all of them; then do it to each."""
    word = request.POST["action"]
    made: type[ActionForm] = table.object_actions[word]
    rows = list(table.get_queryset(request).filter(pk__in=chosen.order_by().values("pk")[: MOST + 1]))
    if len(rows) > MOST:
        messages.error(request, _("Choose %(n)s at most.") % {"n": MOST})
        return None
    if not all(table.may_do(request, row, word) and table.fits(row, word) for row in rows):
        messages.error(request, _("Nothing was done: on some of these it is not yours to do, or does not fit now."))
        return None
    sent = "confirmed_on_several" in request.POST
    forms = [made(_typed(request, row) if sent else None, **table.form_options(made, request, row)) for row in rows]
    refusals: list[tuple[Any, str]] = []
    if sent:
        refusals = _perform_all(forms, rows)
        if not refusals:
            says = ngettext(
                "Done on one, and written into the log.", "Done on %(n)s, each written into the log.", len(rows)
            )
            messages.success(request, says % {"n": len(rows)})
            return None
    shown = next((form for form in forms if form.refused), forms[0])
    page: HttpResponse = table.render_action_form(
        request,
        shown,
        rows=[
            (row, form["expected_version"].value() if isinstance(form, PilotForm) else "")
            for row, form in zip(rows, forms, strict=True)
        ],
        refusals=refusals,
        word=word,
        checkbox=ACTION_CHECKBOX_NAME,
    )
    return page


def _typed(request: HttpRequest, row: Any) -> Any:
    """What was typed for all, with what was seen of this row."""
    typed = request.POST.copy()
    typed["expected_version"] = typed.get(f"seen-{row.pk}", "")
    return typed


def _perform_all(forms: Sequence[ActionForm], rows: Sequence[Any]) -> list[tuple[Any, str]]:
    """Do all of it, or none. Why not, by row."""
    try:
        _perform_or_roll_back(forms)
    except Refused as busy:
        return [(rows[0], busy.says)]
    wrong = [(row, form) for row, form in zip(rows, forms, strict=True) if form.refused or form.all_errors]
    return [(row, "; ".join(says for each in form.all_errors.values() for says in each)) for row, form in wrong]


@refused_when_busy
def _perform_or_roll_back(forms: Sequence[ActionForm]) -> None:
    with transaction.atomic():
        done = [form.perform() for form in forms]
        transaction.set_rollback(not all(done))
