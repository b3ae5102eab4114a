"""The question to a manager who lives with a pilot (rule 15): five answers, by a pseudonym of this question alone."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pilots.actions.pulses import purpose_of
from pilots.clock import today
from pilots.pseudonyms import pseudonym
from readiness.forms.both_sides import AnswerUnnamedForm
from readiness.pages.base import back_to, pilot_or_404, reader
from readiness.queries.people import is_manager_of
from readiness.queries.pulses import open_pulse, own_answer


@require_http_methods(["GET", "HEAD", "POST"])
def pulse(request: HttpRequest, key: str) -> HttpResponse:
    """Answer the question as a manager, or see when it is asked. What is answered writes no event."""
    person = reader(request)
    pilot = pilot_or_404(person, key)
    if not is_manager_of(person, pilot, at=today()):
        raise PermissionDenied
    asked = open_pulse(pilot, at=today())
    back = back_to(request, reverse("readiness:my-work"))
    if request.method == "POST":
        form = AnswerUnnamedForm(request.POST, pilot=pilot, by=person)
        if form.perform():
            messages.success(request, form.done_message)
            return redirect(back)
    else:
        before = own_answer(asked, pilot, pseudonym(person, purpose_of(asked))) if asked else None
        form = AnswerUnnamedForm(pilot=pilot, by=person, initial={"score": before})
    context = {"form": form, "pilot": pilot, "asked": asked, "back": back, "next": back, "at": today()}
    return render(request, "pages/pulse.html", context, status=form.status)
