"""The page between an import and its taking back: what becomes void, what goes back, or what stands in the way."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from pilots.models import Event, Person, Pilot
from pilots.refusals import Refused
from readiness.forms.imports import TakeBackForm
from readiness.forms.offices import office_of
from readiness.inventory import taking_back
from readiness.models.imports import ImportSession
from readiness.text import taking_back as texts

ROWS_ON_A_PAGE = 50


def page_of(request: HttpRequest, session: ImportSession) -> dict[str, Any] | HttpResponse:
    """What the page shows, or where it leads once it is done."""
    if not taking_back.can_be_taken_back(session):
        raise Http404
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, Person)
        try:
            found = taking_back.take_back(session, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error("reason" if refused.field == "reason" else None, refused.says)
        else:
            messages.success(request, texts.done(found))
            return HttpResponseRedirect(reverse("admin:readiness_importsession_change", args=[session.pk]))
    return _shown(request, session, form)


def _shown(request: HttpRequest, session: ImportSession, form: TakeBackForm) -> dict[str, Any]:
    found = taking_back.effects(session)
    obstacles, back, void = (
        Paginator(sorted(each), ROWS_ON_A_PAGE).get_page(request.GET.get(name))
        for each, name in ((found.obstacles, "page"), (found.reversals, "page"), (found.void, "void"))
    )
    return {
        "session": session,
        "form": form,
        "title": texts.title(found),
        "summary": texts.summary(found),
        "button": texts.button(found),
        "is_nothing": found.is_nothing,
        "obstacles": obstacles,
        "obstacle_lines": texts.obstacle_lines(found.obstacles, list(obstacles)),
        "back": back,
        "back_lines": texts.reversal_lines(found.reversals, list(back)),
        "void": void,
        "void_pilots": Pilot.objects.filter(pk__in=list(void)).order_by("pk"),
        "step": "done",
    }


def import_of_event(request: HttpRequest, session: ImportSession | None, public_id: str) -> HttpResponse:
    """From a line of the log to its import; whoever reads the line and not the import stays in the log."""
    if session is not None:
        return HttpResponseRedirect(reverse("admin:readiness_importsession_change", args=[session.pk]))
    own = Event.objects.filter(pilot=None, action="import_list", data__session=public_id)
    event = office_of(request).limit(own).order_by("pk").first()
    if event is None:
        raise Http404
    return HttpResponseRedirect(reverse("admin:pilots_event_change", args=[event.pk]))
