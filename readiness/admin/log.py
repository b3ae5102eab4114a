"""Decisions and events in the admin: read, searched, and never touched by anybody."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.formats import time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from pilots.models import Decision, Event, Person
from pilots.models.events import PARTS
from pilots.refusals import Invalid
from readiness.admin import log_export
from readiness.admin.base import ActionModelAdmin
from readiness.admin.pilot_filters import Choice, Choices, day_typed
from readiness.forms.offices import office_of
from readiness.inventory.tables_out import FORMS
from readiness.templatetags import wall
from readiness.text import events, labels, sealed_values


class ByAction(Choice):
    title = _("event")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(action, str(says)) for action, says in events.ACTIONS.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.filter(action=chosen) if chosen else queryset


class ByKind(Choice):
    title = _("gate")
    parameter_name = "gate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(office_of(request).kinds().values_list("key", "name"))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.filter(gate__kind__key=chosen) if chosen else queryset


class ByOutcome(Choice):
    title = _("answer")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(labels.OUTCOME.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.filter(outcome=chosen) if chosen else queryset


class ByPersonAndDay(Choice):
    """Who acted, or whom it concerns, and the days on which it was written down."""

    title = _("person and day")
    parameter_name = "who"
    further_parameters = ("from_day", "to_day")
    template = "admin/log_filter.html"
    carried: list[tuple[str, str]] = []

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.further_parameters:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]
        self.days = [day_typed(self.used_parameters.get(name)) for name in self.further_parameters]
        self.people = _people(self.value() or "")

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name, *self.further_parameters]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return []

    @property
    def asks(self) -> bool:
        return bool(self.value() or any(self.days))

    @property
    def person(self) -> str:
        """Whoever was meant, as they are called."""
        return ", ".join(str(person) for person in self.people)

    @property
    def unknown(self) -> bool:
        """Whether somebody was asked for whom nobody knows."""
        return bool(self.value()) and not self.people

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        first, last = self.days
        if first is not None:
            queryset = queryset.filter(known_on__gte=first)
        if last is not None:
            queryset = queryset.filter(known_on__lte=last)
        if not self.value():
            return queryset
        keys = [person.pk for person in self.people]
        acting = Q(by__in=keys) | Q(decision__decider__in=keys)
        return queryset.filter(acting | Q(data__person__in=keys))

    def choices(self, changelist: Any) -> Any:
        """None; what its form carries along is all else that the list is asked for."""
        mine = self.expected_parameters()
        self.carried = [(name, value) for name, value in changelist.params.items() if name not in mine]
        return []


def _people(written: str) -> list[Person]:
    """The people of an address, or of a name; some may share one."""
    written = written.strip()
    if not written or "\0" in written:
        return []
    return list(Person.objects.with_address(written)[:1]) or list(Person.objects.with_name(written)[:5])


class ReadOnly(ActionModelAdmin):
    """Rows that nobody adds, changes or deletes here, a superuser included. Each has a page of its own to be read."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, or all of it with its filters as the file that is asked for (`format=csv`)."""
        form = request.GET.get("format")
        if form in FORMS:
            asked = request.GET.copy()
            for name in ("format", "p"):
                asked.pop(name, None)
            vars(request)["GET"] = asked
            try:
                file: Any = log_export.export(request, self.get_changelist_instance(request).queryset, form)
                return cast(HttpResponse, file)
            except (IncorrectLookupParameters, Invalid) as wrong:
                if isinstance(wrong, Invalid):
                    messages.error(request, wrong.says)
        return super().changelist_view(request, {"goes_out": True} | (extra_context or {}))

    def what_stands_beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What its page draws."""
        return {}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return []

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        row = context["original"]
        context |= {"row": row, **self.what_stands_beside(request, row)}
        return super().render_change_form(request, context, *args, **kwargs)


def _hour(row: Any) -> SafeString | str:
    """The time of day at which an event was written down, where that was the day itself."""
    written = localtime(row.written_at) if isinstance(row, Event) else None
    if written is None or written.date() != row.effective_on:
        return ""
    return format_html(" <small>{}</small>", time_format(written, "H:i"))


@admin.display(description=_("When"), ordering="effective_on")
def when(row: Any) -> SafeString:
    if row.known_on == row.effective_on:
        return format_html("{}{}", wall.day(row.effective_on), _hour(row))
    return format_html("{} <small>{} {}</small>", wall.day(row.effective_on), _("known"), wall.day(row.known_on))


@admin.display(description=_("Pilot"))
def of_pilot(row: Any) -> SafeString | str:
    found = row.gate.pilot if isinstance(row, Decision) else row.pilot
    if isinstance(row, Event) and events.opens_list(row):
        (text,) = events.texts([row])
        return format_html('<a href="{}">{}</a>', text.address, text.opens)
    if found is None:
        stands = isinstance(row, Event) and row.batch and row.action not in (*PARTS, "hand_over")
        return events.on_many(row) if stands else "–"
    return format_html('<bdi class="work">{}</bdi> <small>{}</small>', found.name, found.key)


@admin.display(description=_("Gate"))
def of_gate(row: Decision) -> str:
    return row.gate.kind.name


@admin.display(description=_("Answer"))
def outcome(row: Decision) -> str:
    return events.answer(row)


@admin.display(description=_("Who"))
def decider(row: Decision) -> str:
    who = str(row.decider) if row.decider else _("a list that was read")
    if row.recorded_for:
        return _("%(who)s, recorded by %(by)s") % {"who": who, "by": row.by}
    return str(who)


@admin.display(description=_("As"))
def capacity(row: Decision) -> str:
    return str(row.get_capacity_display())


@admin.display(description=_("Reason"))
def reason(row: Any) -> str:
    if row.reason is None:
        return _("erased by law on %(day)s") % {"day": labels.day(row.erased_on)}
    return Truncator(row.reason).chars(200)


@admin.display(description=_("Evidence"))
def evidence(row: Decision) -> str:
    return Truncator(row.evidence or "").chars(120)


TEXTS = ("event__texts__reason", "event__texts__evidence")


@admin.register(Decision)
class Decisions(ReadOnly):
    """Every answer, newest first."""

    portfolio_path = "gate__pilot__portfolio"
    list_display = (when, of_pilot, of_gate, outcome, decider, capacity, reason, evidence)
    list_filter = (ByKind, ByOutcome)
    search_fields = ("gate__pilot__key", "gate__pilot__name", "decider__name", "by__name", *TEXTS)
    list_select_related = ("gate__pilot", "gate__kind", "decider", "by", "event")
    ordering = ("-pk",)

    def called(self, obj: Decision) -> str:
        return _("%(gate)s: %(outcome)s on %(day)s") % {
            "gate": obj.gate.kind.name,
            "outcome": events.answer(obj),
            "day": labels.day(obj.effective_on),
        }

    def what_stands_beside(self, request: HttpRequest, row: Decision) -> dict[str, Any]:
        used = row.evidence_used.select_related("evidence").order_by("pk")
        return {
            "sealed": sealed_values.sealed_in(row),
            "pieces": [use.evidence for use in used],
            "term": row.good_until or row.until,
        }


@admin.display(description=_("What"))
def what(row: Any) -> str:
    text: events.EventText = row.text
    return text.what


@admin.display(description=_("Who"))
def who(row: Any) -> str:
    text: events.EventText = row.text
    return text.who


@admin.display(description=_("Whom, and what"))
def changed(row: Any) -> str:
    return Truncator("; ".join(row.text.changes)).chars(300)


class Log(ChangeList):
    """A page of the log, each event with its text: names are looked up once a page.

    An event on many pilots is one row, that opens to what was done to each; a search, or a filter by gate, finds each. What a
    list did to accounts, roles, rights and the like is found by a person and by what was done, too.
    """

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not any(request.GET.get(name) for name in ("q", "gate")):
            log: Any = self.root_queryset
            by_part = any(request.GET.get(name) for name in ("who", "action"))
            self.root_queryset = log.filter(Q(batch="") | Q(pilot=None)) if by_part else log.entries()
        return super().get_queryset(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        for row, text in zip(rows, events.texts(rows), strict=True):
            row.text = text
        self.result_list = rows


@admin.register(Event)
class Events(ReadOnly):
    """The log: every event, newest first."""

    portfolio_path = "portfolio"
    shared = True
    list_display = (when, what, changed, who, of_pilot, reason)
    list_filter = (ByPersonAndDay, ByAction, ByKind)
    search_fields = ("pilot__key", "pilot__name", "by__name", "texts__reason")
    list_select_related = ("pilot", "gate__kind", "by", "decision__decider")
    ordering = ("-pk",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return Log

    def called(self, obj: Event) -> str:
        says = {"what": events.what(obj), "who": events.who(obj), "day": labels.day(obj.effective_on)}
        return _("%(what)s, %(who)s, %(day)s") % says

    def what_stands_beside(self, request: HttpRequest, row: Event) -> dict[str, Any]:
        if not row.batch or row.pilot_id or row.action in PARTS:
            return {}
        of_each = office_of(request).limit(Event.objects.parts_of_batch(row.batch), shared=True)
        if row.portfolio_id:
            of_each = of_each.filter(portfolio=row.portfolio_id)
        each = events.with_people(of_each).order_by("pk")
        return {"page": Paginator(each, self.list_per_page).get_page(request.GET.get("page"))}
