"""The page between an import and its taking back: what becomes void, what goes back, or what stands in the way."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from pilots.actions.list_effects import ListTakingBack
from pilots.models import Event, Person, Pilot
from pilots.refusals import Refused
from readiness.forms.imports import TakeBackForm
from readiness.forms.offices import office_of
from readiness.inventory import taking_back
from readiness.models.imports import ImportSession, Subject
from readiness.text import imports as import_texts
from readiness.text import taking_back as texts
from readiness.text import taking_back_lists as list_texts

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
            messages.success(
                request, list_texts.done(found) if isinstance(found, ListTakingBack) else texts.done(found)
            )
            return HttpResponseRedirect(reverse("admin:readiness_importsession_change", args=[session.pk]))
    shown = _pilots_shown(request, session) if session.subject == Subject.PILOTS else _list_shown(request, session)
    return {"session": session, "form": form, "step": "done", **shown}


def _pilots_shown(request: HttpRequest, session: ImportSession) -> dict[str, Any]:
    found = taking_back.effects(session)
    obstacles, back, void = (
        Paginator(sorted(each), ROWS_ON_A_PAGE).get_page(request.GET.get(name))
        for each, name in ((found.obstacles, "page"), (found.reversals, "page"), (found.void, "void"))
    )
    return {
        "title": texts.title(found),
        "summary": texts.summary(found),
        "button": texts.button(found),
        "instead": texts.instead(),
        "note": texts.note(),
        "thing": _("Pilot"),
        "column": _("From what it says now to what it said before"),
        "is_nothing": found.is_nothing,
        "obstacles": obstacles,
        "obstacle_lines": texts.obstacle_lines(found.obstacles, list(obstacles)),
        "back": back,
        "back_lines": texts.reversal_lines(found.reversals, list(back)),
        "void": void,
        "void_pilots": Pilot.objects.filter(pk__in=list(void)).order_by("pk"),
    }


def _list_shown(request: HttpRequest, session: ImportSession) -> dict[str, Any]:
    found = taking_back.effects_of_list(session)
    shown = request.GET.get("page")
    obstacles = Paginator(found.obstacles, ROWS_ON_A_PAGE).get_page(shown)
    back = Paginator(found.steps, ROWS_ON_A_PAGE).get_page(shown)
    return {
        "title": list_texts.title(found),
        "summary": list_texts.summary(found),
        "button": list_texts.button(found),
        "instead": list_texts.instead(),
        "note": list_texts.note(),
        "thing": capfirst(str(import_texts.ONE_OF_THEM[Subject(session.subject)])),
        "column": _("What becomes of it"),
        "is_nothing": found.is_nothing,
        "obstacles": obstacles,
        "obstacle_lines": list_texts.obstacle_lines(list(obstacles)),
        "back": back,
        "back_lines": list_texts.step_lines(list(back)),
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
