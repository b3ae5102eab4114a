"""The reader's own page: what they hold, carry, owe and manage; and the form by which whoever leaves hands it over."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pilots.actions.hand_overs import IN_RIGHT
from pilots.clock import today
from pilots.models import DecisionRight, Person
from readiness.forms.hand_overs import EndHandOver, HandOver
from readiness.forms.offices import office_of
from readiness.pages.base import reader
from readiness.queries.responsibilities import responsibilities
from readiness.text.hand_overs import CAPACITIES, part_text, summary


class IAmLeaving(HandOver):
    """The reader's own."""

    title = _("I am leaving")


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """What the reader holds, carries, owes and manages."""
    found = responsibilities(reader(request), today())
    context = {
        "found": found,
        "at": found.at,
        "rights": [(right, CAPACITIES[capacity]) for right, capacity in found.rights],
        "parts": [part_text(part) for part in found.parts],
        "summary": summary(found.parts) if found.hand_over else "",
    }
    return render(request, "pages/me.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def leaving(request: HttpRequest) -> HttpResponse:
    """Hand over everything: proposed, looked at, and done or requested of the office."""
    data = request.POST if request.method == "POST" else None
    form = IAmLeaving(data, row=reader(request), office=office_of(request))
    if request.method == "POST" and form.perform():
        messages.success(request, form.done_message)
        return redirect("readiness:me")
    context = {"form": form, "at": today(), "people": _near(form)}
    return render(request, "pages/leaving.html", context, status=form.status)


def _near(form: HandOver) -> list[Person]:
    """Whoever else the rights name that the reader has: other names they know themselves."""
    rights = [held.thing for held in form.held if isinstance(held.thing, DecisionRight)]
    people = {who for right in rights for name in IN_RIGHT if (who := getattr(right, name)) is not None}
    return sorted((who for who in people if who != form.row and who.closed_on is None), key=str)


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """End the reader's own handing over."""
    form = EndHandOver(request.POST, row=reader(request), office=office_of(request))
    if form.perform():
        messages.success(request, form.done_message)
    elif form.refused:
        messages.error(request, form.refused.says)
    return redirect("readiness:me")
