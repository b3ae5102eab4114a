"""Pilots in the admin: the list, the record, and the short forms of what can be done to one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.models import Gate, Person, Pilot
from readiness.admin import list_export, list_views, pilot_list, pilot_page
from readiness.admin.base import ActionModelAdmin
from readiness.admin.bulk import chosen_pilots, preview_or_do
from readiness.admin.friction import ASK_TITLE, ask_managers
from readiness.admin.pilot_filters import FILTERS
from readiness.forms import (
    OF_GATE,
    OF_PILOT,
    RESTS_ON_EVIDENCE,
    DecideForm,
    GrantExceptionForm,
    MeetConditionForm,
    PilotForm,
    shut,
)
from readiness.forms.base import ActionForm
from readiness.forms.evidence import FileEvidenceForm
from readiness.forms.new_pilot import NewPilotForm
from readiness.forms.offices import office_of
from readiness.forms.records import AmendForm, Typed
from readiness.forms.together import TOGETHER, TogetherForm
from readiness.forms.typed_before import typed_before
from readiness.models.saved_views import forget_view
from readiness.queries import evidence, pilots
from readiness.queries.hand_overs import with_hand_over
from readiness.queries.snapshots import snapshot_of
from readiness.rules import offers
from readiness.text import labels
from readiness.text.nouns import question

LIST = "admin:pilots_pilot_changelist"
RECORD = "pilots_pilot_change"
WHOLE = ("portfolio", "function", "manager", "exceptions_to", "exceptions_deputy")
"""The rows that a record names."""
OF_QUALITY = (OF_PILOT["register-threshold"], OF_PILOT["record-measurement"])
UNCHANGED = _("Nothing was changed: it says so already.")


@admin.register(Pilot)
class Pilots(ActionModelAdmin):
    """The records of pilots."""

    add_form, change_form = NewPilotForm, AmendForm
    add_form_template = "admin/pilots/pilot/add_form.html"
    object_actions = OF_PILOT
    together: ClassVar[Mapping[str, type[TogetherForm]]] = TOGETHER
    action_path = "<int:object_id>/acts/<slug:word>/"
    nothing_yet = _("No pilot is on record here yet.")
    list_filter = FILTERS
    search_fields = ("key", "name", "workflow", "purpose", "tool", "manager_then", "sponsor_then")
    list_select_related = ("portfolio",)
    ordering = ("key",)

    # The list

    def get_list_display(self, request: HttpRequest) -> Any:
        office = office_of(request)
        return pilot_list.columns(office.kinds(), pilot_list.columns_chosen(request, one_portfolio=office.has_one))

    def get_ordering(self, request: HttpRequest) -> Any:
        """What presses first, where that is not a search through everything there is."""
        kept = vars(request)
        if "_ordering" not in kept:
            kept["_ordering"] = pilot_list.ordering(office_of(request).portfolios)
        return kept["_ordering"]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return [pilot_list.pilot]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return pilot_list.PilotList

    # Many at once

    def get_actions(self, request: HttpRequest) -> Any:
        """Django's actions of a list: what can be done to many together."""
        allowed = {word: made for word, made in self.together.items() if office_of(request).allowed(made.action)}
        exports = {
            f"export-{form}": (list_export.export_chosen(form), f"export-{form}", list_export.TITLES[form])
            for form in list_export.FORMS
        }
        asks = {"ask-managers": (ask_managers, "ask-managers", ASK_TITLE)}
        return {word: (chosen_pilots, word, made.title) for word, made in allowed.items()} | asks | exports

    def export_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """The list with its filters, as a file."""
        if form not in list_export.FORMS:
            raise Http404
        return list_export.export(self, request, self.get_changelist_instance(request).queryset, form)

    def many_view(self, request: HttpRequest, word: str) -> HttpResponse:
        """The page between: what becomes of those that were chosen, and the button that does it."""
        if word not in self.together:
            raise Http404
        if not office_of(request).allowed(self.together[word].action):
            raise PermissionDenied
        return preview_or_do(self, request, word) if request.method == "POST" else self.back_to_list(request)

    def list_address(self, request: HttpRequest) -> str:
        """The address of the list as it was, with its filters."""
        filters = dict(parse_qsl(self.get_preserved_filters(request))).get("_changelist_filters", "")
        kept = urlencode([(name, value) for name, value in parse_qsl(filters) if name != pilot_list.TICKED])
        return f"{reverse('admin:pilots_pilot_changelist')}?{kept}".rstrip("?")

    def cancel_address(self, request: HttpRequest) -> str:
        """The same, with the rows ticked that were."""
        there = self.list_address(request)
        return f"{there}{'&' if '?' in there else '?'}{pilot_list.TICKED}=1"

    @admin.display(description=_("Choose"))
    def action_checkbox(self, obj: Any) -> Any:
        box: SafeString = super().action_checkbox(obj)
        return format_html("<input checked{}", SafeString(box.removeprefix("<input"))) if obj.ticked else box

    def back_to_list(self, request: HttpRequest) -> HttpResponse:
        """The way back to the list as it was."""
        return redirect(self.list_address(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if "column" in request.GET:
            return redirect(list_views.with_columns(request))
        if request.method == "POST":
            # An action on many leads to a page of its own: nothing of the list is drawn.
            return super().changelist_view(request)
        at = pilot_list.day_of(request)
        office = office_of(request)
        says = {"at": at, "is_today": at == today()}
        return super().changelist_view(request, says | list_views.drawn(self, request, office, at))

    def keep_view(self, request: HttpRequest) -> HttpResponse:
        """Keep the list as it is looked at, under a name."""
        return redirect(list_views.keep(request, office_of(request)) if request.method == "POST" else LIST)

    def forget_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Forget a view of one's own."""
        if request.method == "POST" and not forget_view(owner=_person(request), pk=pk):
            raise Http404
        return redirect(LIST)

    # The record

    def get_object(self, request: HttpRequest, object_id: Any, from_field: str | None = None) -> Any:
        """The record with all that its page names, read once where it is only looked at."""
        kept: dict[Any, Any] = vars(request).setdefault("_pilots", {})
        if request.method != "GET":
            return super().get_object(request, object_id, from_field)
        if object_id not in kept:
            kept[object_id] = super().get_object(request, object_id, from_field)
        return kept[object_id]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = office_of(request).limit(pilots.pilots())
        return _with_all(rows) if _is_of_record(request) else rows

    def form_options(self, form: type[ActionForm], request: HttpRequest, obj: Any) -> dict[str, Any]:
        if issubclass(form, PilotForm):
            return {"target": obj, "by": request.user, "office": True}
        return super().form_options(form, request, obj)

    def get_urls(self) -> list[Any]:
        guard = self.admin_site.admin_view
        return [
            path("<int:object_id>/gates/<slug:kind>/<slug:word>/", guard(self.gate_view), name="pilots_pilot_gate"),
            path("views/keep/", guard(self.keep_view), name="pilots_pilot_keep_view"),
            path("views/<int:pk>/forget/", guard(self.forget_view), name="pilots_pilot_forget_view"),
            path("export/<slug:form>/", guard(self.export_view), name="pilots_pilot_export"),
            path("many/<slug:word>/", guard(self.many_view), name="pilots_pilot_many"),
            path("<int:object_id>/evidence/", guard(self.evidence_view), name="pilots_pilot_evidence"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        if self.has_add_permission(request) and not office_of(request).own().exists():
            messages.info(request, _("A pilot is kept in a portfolio, and none is open yet. Open one first."))
            return redirect("admin:pilots_portfolio_add")
        return super().add_view(request, form_url, extra_context)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        (_none, first), *more = super().get_fieldsets(request, obj)
        says = _("Standing, dates and gates follow from what people did. They cannot be typed.")
        return [(None, first) if obj is None else (AmendForm.title, first | {"description": says}), *more]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The record, between what follows from facts: read, and never typed."""
        if (obj := context["original"]) is not None:
            whole = obj if request.method == "GET" else _with_all(Pilot.objects).get(pk=obj.pk)
            at = pilot_list.day_of(request)
            about = pilot_page.described(whole, _person(request), at)
            context |= {"pilot": whole, "at": at, "is_today": at == today(), **about}
            if request.method == "GET":
                context |= list_views.neighbours(self, request, obj.pk)
        return super().render_change_form(request, context, *args, **kwargs)

    def offered(self, request: HttpRequest, obj: Any, context: dict[str, Any]) -> list[str]:
        return [word for word, _title in context["pilot_acts"]]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """As everywhere; another one is added to the same portfolio."""
        form = vars(request)["_admin_form"]
        if "_addanother" not in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.say_done(request, form, obj)
        return self._redirect(request, f"{self._url('add')}?portfolio={form.done.portfolio_id}")

    def may_do(self, request: HttpRequest, obj: Any, word: str) -> bool:
        return self.has_change_permission(request, obj)

    def say_done(self, request: HttpRequest, form: ActionForm, obj: Any) -> None:
        unchanged = isinstance(form, AmendForm) and not form.done
        messages.success(request, UNCHANGED if unchanged else form.done_message)
        if isinstance(form, Typed) and "_continue" not in request.POST and (found := form.ask()) is not None:
            messages.info(request, question(found), extra_tags="question")

    # The short forms

    def action_view(self, request: HttpRequest, object_id: str, word: str) -> HttpResponse:
        """An action on a pilot."""
        if word not in OF_PILOT:
            raise Http404
        pilot = self._pilot(request, object_id)
        make = partial(OF_PILOT[word], target=pilot, by=_person(request), office=True)
        self._opens(request, make, word, pilot)
        return self.perform(request, make(_typed(request)), pilot)

    def evidence_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Evidence for a pilot, a file or a link."""
        pilot = self._pilot(request, object_id)
        form = FileEvidenceForm(_typed(request), request.FILES or None, pilot=pilot, by=_person(request))
        return self.perform(request, form, pilot, title=form.title_of_form)

    def gate_view(self, request: HttpRequest, object_id: str, kind: str, word: str) -> HttpResponse:
        """An action on a gate."""
        if word not in OF_GATE:
            raise Http404
        pilot = self._pilot(request, object_id)
        gates = Gate.objects.select_related("pilot__portfolio", "kind")
        gate = get_object_or_404(gates, pilot=pilot, kind__key=kind)
        more: dict[str, Any] = {}
        if OF_GATE[word] is MeetConditionForm:
            more["conditions"] = pilot_page.unmet(gate, today())
        if word in ("decide", "except"):
            more["initial"] = self._recorded_for(gate, _person(request))
        if word in RESTS_ON_EVIDENCE:
            more["filed"] = evidence.to_choose(_person(request), pilot)
        make = partial(OF_GATE[word], target=gate, by=_person(request), office=True, **more)
        extra = {"title": pilot_page.called(word), "gate": gate}
        if word == "decide" and "another" in request.POST:
            form = DecideForm.with_one_more_row(request.POST, **make.keywords)
            return self.render_action_form(request, form, pilot, **extra)
        self._opens(request, make, word, pilot, kind)
        return self.perform(request, make(_typed(request)), pilot, **extra)

    def render_action_form(
        self, request: HttpRequest, form: ActionForm, obj: Any = None, **extra: Any
    ) -> TemplateResponse:
        """What the action is judged against stands above its form."""
        if (gate := extra.pop("gate", None)) is not None:
            extra["says"] = _said_of(gate)
        if form.__class__ in OF_QUALITY and obj is not None:
            extra["agreed"] = pilot_page.agreed_on(obj)
        if isinstance(form, GrantExceptionForm):
            extra["requests"] = form.requests
        if obj is not None and form.refused and form.refused.missing:
            extra["missing"] = pilot_page.described(obj, _person(request), today())["missing_words"]
        return super().render_action_form(request, form, obj, **extra)

    def _pilot(self, request: HttpRequest, object_id: str) -> Pilot:
        if not self.has_change_permission(request):
            raise PermissionDenied
        pilot: Pilot = self.get_object(request, object_id)
        return pilot

    @staticmethod
    def _opens(request: HttpRequest, make: partial[Any], word: str, pilot: Pilot, kind: str | None = None) -> None:
        """Refuse the form of what is done in one's own name to an office that is not named for it."""
        action = {**OF_PILOT, **OF_GATE}[word].action
        recorded = action in ("decide", "except_") and office_of(request).allowed("record_for_decider")
        if request.method == "POST" or recorded or office_of(request).allowed(action):
            return
        if word not in pilot_page.offered_on(pilot, _person(request), kind):
            refused = shut(make)
            if refused is not None:
                raise PermissionDenied(refused.says)

    @staticmethod
    def _recorded_for(gate: Gate, by: Person) -> dict[str, Any]:
        snapshot = snapshot_of(gate.pilot, at=today())
        for each in snapshot.gates if snapshot else []:
            if each.kind.pk == gate.kind_id:
                return {"for_": each.holder} if offers.records(by, each, office=True) else {}
        return {}

    def history_of(self, obj: Pilot) -> Q:
        return Q(pilot=obj)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().history_view(request, object_id, {"on_pilot": True, **(extra_context or {})})


def _with_all(rows: Any) -> Any:
    """Pilots with all that the page of one draws: what they name, and whether there is more to be read."""
    return evidence.with_evidence(with_hand_over(rows)).select_related(*WHOLE)


def _said_of(gate: Gate) -> str:
    """A gate's question, and whose move it is today."""
    snapshot = snapshot_of(gate.pilot, at=today())
    for each in snapshot.open_gates if snapshot else []:
        if each.kind.pk == gate.kind_id:
            return f"{gate.kind.question} {labels.move(each)}."
    return gate.kind.question


def _typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else typed_before(request)


def _is_of_record(request: HttpRequest) -> bool:
    """Whether a request is for the page of one record."""
    return request.resolver_match is not None and request.resolver_match.url_name == RECORD


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
