"""An action on several rows of a reference table, with a page between: each refused by itself, and the rest done."""

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

from readiness.forms.base import ActionForm, PilotForm

MOST = 100
"""Rows at once; more cannot be read on one page."""


def perform_on_several(table: Any, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
    """Ask for what the action needs, once for all of them; then do it to each that it fits."""
    word = request.POST["action"]
    made: type[ActionForm] = table.object_actions[word]
    rows = list(table.get_queryset(request).filter(pk__in=chosen.order_by().values("pk")[: MOST + 1]))
    if len(rows) > MOST:
        messages.error(request, _("Choose %(n)s at most.") % {"n": MOST})
        return None
    shut = [row for row in rows if not (table.may_do(request, row, word) and table.fits(row, word))]
    rows = [row for row in rows if row not in shut]
    refusals = [(row, _("It is not yours to do, or does not fit now.")) for row in shut]
    if not rows:
        _warn(request, refusals)
        return None
    sent = "confirmed_on_several" in request.POST
    forms = [made(_typed(request, row) if sent else None, **table.form_options(made, request, row)) for row in rows]
    if sent:
        wrong = _perform_each(forms, rows)
        refusals += wrong
        if len(wrong) < len(rows):
            _say_done(request, len(rows) - len(wrong))
            _warn(request, refusals)
            return None
    page: HttpResponse = table.render_action_form(
        request,
        next((form for form in forms if form.refused), forms[0]),
        rows=[
            (row, form["expected_version"].value() if isinstance(form, PilotForm) else "")
            for row, form in zip(rows, forms, strict=True)
        ],
        refusals=refusals,
        word=word,
        checkbox=ACTION_CHECKBOX_NAME,
    )
    return page


def _say_done(request: HttpRequest, number: int) -> None:
    says = ngettext("Done on one, and written into the log.", "Done on %(n)s, each written into the log.", number)
    messages.success(request, says % {"n": number})


def _warn(request: HttpRequest, refusals: Sequence[tuple[Any, str]]) -> None:
    if refusals:
        messages.warning(request, " ".join(f"{row}: {why}" for row, why in refusals))


def _typed(request: HttpRequest, row: Any) -> Any:
    """What was typed for all, with what was seen of this row."""
    typed = request.POST.copy()
    typed["expected_version"] = typed.get(f"seen-{row.pk}", "")
    return typed


def _perform_each(forms: Sequence[ActionForm], rows: Sequence[Any]) -> list[tuple[Any, str]]:
    """Do it to each. Why not, by row, of those that were refused."""
    with transaction.atomic():
        for form in forms:
            form.perform()
    wrong = [(row, form) for row, form in zip(rows, forms, strict=True) if form.refused or form.all_errors]
    return [(row, "; ".join(says for each in form.all_errors.values() for says in each)) for row, form in wrong]
