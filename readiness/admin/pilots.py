"""Pilots at the desk: the list, the record, and the short forms of the verbs."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.models import Event, Gate, Person, Pilot
from readiness.admin import pilot_list, pilot_page
from readiness.admin.base import OfficeTable
from readiness.admin.pilot_filters import FILTERS
from readiness.admin.pilot_forms import AmendForm, RecordForm
from readiness.admin.reference import people_offered
from readiness.forms import OF_GATE, OF_PILOT, ActForm, DecideForm, GrantExceptionForm, MeetConditionForm, shut
from readiness.forms.evidence import FileEvidenceForm
from readiness.forms.offices import office_of
from readiness.queries import pilots
from readiness.queries.snapshots import read_one
from readiness.rules import offers
from readiness.text import events as event_texts
from readiness.text import labels

PAGE = 100
OF_QUALITY = (OF_PILOT["register-threshold"], OF_PILOT["record-measurement"])
UNCHANGED = _("Nothing was changed: it says so already.")


@admin.register(Pilot)
class Pilots(OfficeTable):
    """The records of pilots."""

    adds, changes = "record", "amend"
    nothing_yet = _("No pilot is on record here yet.")
    portfolio_path = "portfolio"
    list_filter = FILTERS
    search_fields = ("key", "name", "workflow", "purpose", "tool", "manager_then", "sponsor_then")
    list_select_related = ("portfolio",)
    change_list_template = "admin/pilots/pilot/list.html"
    ordering = ("key",)

    # The list

    def get_queryset(self, request: HttpRequest) -> Any:
        return office_of(request).limit(pilots.pilots())

    def get_list_display(self, request: HttpRequest) -> Any:
        office = office_of(request)
        return pilot_list.columns(office.kinds(), one_portfolio=office.has_one)

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return list_display[:1]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return pilot_list.PilotList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        at = pilot_list.day_of(request)
        has_any = office_of(request).own().exists()
        extra = {"at": at, "is_today": at == today(), "keeps_portfolios": has_any}
        return super().changelist_view(request, extra)

    # The record

    def get_urls(self) -> list[Any]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/acts/<slug:word>/", guard(self.act_view), name="pilots_pilot_act"),
            path("<int:pk>/gates/<slug:kind>/<slug:word>/", guard(self.gate_view), name="pilots_pilot_gate"),
            path("<int:pk>/evidence/", guard(self.evidence_view), name="pilots_pilot_evidence"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        return self._add(request) if object_id is None else self._change(request, object_id)

    def _add(self, request: HttpRequest) -> HttpResponse:
        if not office_of(request).own().exists():
            messages.info(request, _("A pilot is kept in a portfolio, and none is open yet. Open one first."))
            return redirect("admin:pilots_portfolio_add")
        form = RecordForm(_typed(request), office=office_of(request))
        if request.method == "POST" and form.act():
            messages.success(request, form.done_says)
            return redirect("admin:pilots_pilot_change", form.done.pk)
        context = self._context(request, form) | {"title": form.title}
        return TemplateResponse(request, "admin/row.html", context, status=form.status)

    def _change(self, request: HttpRequest, object_id: str) -> HttpResponse:
        pilot = self.row(request, object_id)
        form = AmendForm(_typed(request), target=pilot, by=_who(request), office=True)
        if request.method == "POST" and form.act():
            says = form.done_message if form.done else UNCHANGED
            messages.success(request, says)
            return redirect("admin:pilots_pilot_change", pilot.pk)
        at = pilot_list.day_of(request)
        context = self._context(request, form) | {
            "title": pilot.name,
            "pilot": Pilot.objects.select_related("portfolio", "exceptions_to", "exceptions_deputy").get(pk=pilot.pk),
            "at": at,
            "is_today": at == today(),
        }
        context |= pilot_page.described(context["pilot"], _who(request), at)
        return TemplateResponse(request, "admin/pilots/pilot/page.html", context, status=form.status)

    # The short forms

    def act_view(self, request: HttpRequest, pk: int, word: str) -> HttpResponse:
        """A verb on a pilot."""
        if word not in OF_PILOT:
            raise Http404
        pilot = self.row(request, str(pk))
        make = partial(OF_PILOT[word], target=pilot, by=_who(request), office=True)
        self._opens(request, make, word, pilot)
        form = make(_typed(request))
        return self._act(request, pilot, form, title=form.title)

    def evidence_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Evidence for a pilot, a file or a link."""
        pilot = self.row(request, str(pk))
        form = FileEvidenceForm(_typed(request), request.FILES or None, pilot=pilot, by=_who(request))
        return self._act(request, pilot, form, title=form.title_of_form)

    def gate_view(self, request: HttpRequest, pk: int, kind: str, word: str) -> HttpResponse:
        """A verb on a gate."""
        if word not in OF_GATE:
            raise Http404
        pilot = self.row(request, str(pk))
        gates = Gate.objects.select_related("pilot__portfolio", "kind")
        gate = get_object_or_404(gates, pilot=pilot, kind__key=kind)
        more: dict[str, Any] = {}
        if OF_GATE[word] is MeetConditionForm:
            more["conditions"] = pilot_page.unmet(gate, today())
        if word in ("decide", "except"):
            more["initial"] = self._recorded_for(gate, _who(request))
        if word == "decide" and "another" in request.POST:
            return self._one_more_row(request, pilot, gate)
        make = partial(OF_GATE[word], target=gate, by=_who(request), office=True, **more)
        self._opens(request, make, word, pilot, kind)
        form = make(_typed(request))
        return self._act(request, pilot, form, gate, pilot_page.called(word))

    @staticmethod
    def _opens(request: HttpRequest, make: partial[Any], word: str, pilot: Pilot, kind: str | None = None) -> None:
        """Refuse the form of what is done in one's own name to an office that is not named for it."""
        verb = {**OF_PILOT, **OF_GATE}[word].verb
        recorded = verb in ("decide", "except_") and office_of(request).may("record_for_decider")
        if request.method == "POST" or recorded or office_of(request).may(verb):
            return
        if word not in pilot_page.offered_on(pilot, _who(request), kind):
            refused = shut(make)
            if refused is not None:
                raise PermissionDenied(refused.says)

    def _one_more_row(self, request: HttpRequest, pilot: Pilot, gate: Gate) -> HttpResponse:
        """The same form with a row for one more condition; nothing is decided, and nothing typed is lost."""
        known: Any = {"target": gate, "by": _who(request), "office": True}
        rows = DecideForm(request.POST, **known).rows + 1
        form = DecideForm(initial=request.POST.dict(), rows=rows, **known)
        return self._drawn(request, pilot, form, gate, pilot_page.called("decide"))

    @staticmethod
    def _recorded_for(gate: Gate, by: Person) -> dict[str, Any]:
        found = read_one(gate.pilot, at=today())
        for each in found.gates if found else []:
            if each.kind.pk == gate.kind_id:
                return {"for_": each.holder} if offers.records(by, each, office=True) else {}
        return {}

    def _act(
        self,
        request: HttpRequest,
        pilot: Pilot,
        form: ActForm | FileEvidenceForm,
        gate: Gate | None = None,
        title: Any = "",
    ) -> HttpResponse:
        if request.method == "POST" and form.act():
            messages.success(request, form.done_message)
            return redirect("admin:pilots_pilot_change", pilot.pk)
        return self._drawn(request, pilot, form, gate, title)

    def _drawn(
        self, request: HttpRequest, pilot: Pilot, form: ActForm | FileEvidenceForm, gate: Gate | None, title: Any
    ) -> HttpResponse:
        context = self._context(request, form) | {
            "title": title,
            "on": pilot.name,
            "row": pilot,
            "says": _said_of(gate) if gate else "",
            "agreed": pilot_page.agreed_on(pilot) if form.__class__ in OF_QUALITY else None,
            "requests": form.requests if isinstance(form, GrantExceptionForm) else [],
        }
        if form.refused and form.refused.missing:
            described = pilot_page.described(pilot, _who(request), today())
            context["missing"] = described["missing_words"]
        return TemplateResponse(request, "admin/act.html", context, status=form.status)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The log of one pilot: every act on it, newest first."""
        pilot = self.row(request, object_id)
        told = event_texts.with_people(Event.objects.filter(pilot=pilot))
        page = Paginator(told.order_by("-pk"), PAGE).get_page(request.GET.get("page"))
        context = self._context(request, None) | {"title": pilot.name, "pilot": pilot, "page": page}
        return TemplateResponse(request, "admin/pilots/pilot/history.html", context)

    def _context(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "people": people_offered() if form else [],
        }


def _said_of(gate: Gate) -> str:
    """A gate's question, and whose move it is today."""
    found = read_one(gate.pilot, at=today())
    for each in found.open_gates if found else []:
        if each.kind.pk == gate.kind_id:
            return f"{gate.kind.question} {labels.move(each)}."
    return gate.kind.question


def _typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _who(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
