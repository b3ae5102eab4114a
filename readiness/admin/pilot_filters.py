"""What the list of pilots can be narrowed to. Each stands beside the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote_plus

from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from pilots.models import GatePeriod, Unit
from pilots.rules.replay import SPONSOR
from pilots.rules.vocabulary import Court, Stage, Standing
from readiness.admin.pilot_list import AS_OF, day_of, read_for
from readiness.forms.offices import office_of
from readiness.queries.pilots import in_force
from readiness.queries.worklist import to_do
from readiness.rules import standing
from readiness.text import labels, worklist

Choices = Iterable[tuple[str, Any]]
BLANK = "\0"
"""Stands for a choice in an address. No address holds it: such requests are refused."""


FROM, TO = "stalls_from", "stalls_to"
"""The two days between which pilots stall, as they stand in an address."""


def _read_once(request: HttpRequest, name: str, rows: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    kept = read_for(request)
    if name not in kept:
        kept[name] = list(rows)
    found: list[tuple[Any, Any]] = kept[name]
    return found


class Choice(admin.SimpleListFilter):
    """A filter of which nothing is chosen unless asked, and nothing by what is no choice."""

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Any:
        """As Django gives them; the address is put together once, and each choice filled in."""
        if changelist.add_facets:
            yield from super().choices(changelist)
            return
        chosen = self.value()
        without = changelist.get_query_string(remove=[self.parameter_name])
        yield {"selected": chosen is None, "query_string": without, "display": _("All")}
        address = changelist.get_query_string({self.parameter_name: BLANK})
        for value, says in self.lookup_choices:
            there = address.replace(quote_plus(BLANK), quote_plus(str(value)))
            yield {"selected": chosen == str(value), "query_string": there, "display": says}

    def one_of(self) -> str | None:
        """What was chosen, where it is one of the choices."""
        chosen = self.value()
        known = {str(value) for value, _says in self.lookup_choices}
        return chosen if chosen in known else None


class ByStanding(Choice):
    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(name, capfirst(str(labels.STANDING[name]))) for name in Standing.values()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.filter(standing=chosen) if chosen else queryset


class ByStage(Choice):
    title = _("stage")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(name, capfirst(str(says))) for name, says in labels.STAGE.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.filter(stage_then=chosen) if chosen else queryset


class ByPortfolio(Choice):
    title = _("portfolio")
    parameter_name = "portfolio"

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return _read_once(request, "portfolio", office_of(request).own().values_list("key", "name"))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.filter(portfolio__key=chosen) if chosen else queryset


class ByFunction(Choice):
    title = _("function")
    parameter_name = "function"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        units = office_of(request).limit(Unit.objects.exclude(function=None))
        named = units.order_by("function__name").values_list("function", "function__name")
        return [(str(pk), name) for pk, name in _read_once(request, "function", named.distinct())]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.filter(period__unit__function=int(chosen)) if chosen else queryset


class BySponsor(Choice):
    title = _("sponsor")
    parameter_name = "sponsor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        now = GatePeriod.objects.filter(in_force(day_of(request)), kind__key=SPONSOR, person__isnull=False)
        there = office_of(request).limit(now, "unit__portfolio")
        named = there.order_by("person__name", "person").values_list("person", "person__name")
        return [(str(pk), name) for pk, name in _read_once(request, f"sponsor {day_of(request)}", named.distinct())]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.filter(period__sponsor=int(chosen)) if chosen else queryset


def _stages_asked(request: HttpRequest) -> list[str]:
    """The stage that is chosen beside a court: without one, only gates of running and adopted pilots wait (rule 2)."""
    return [stage for stage in request.GET.getlist("stage") if stage in Stage.values()]


class ByGate(Choice):
    """A kind of gate; the state and the court that are chosen beside it are then this gate's."""

    title = _("gate")
    parameter_name = "gate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return _read_once(request, "kind", office_of(request).kinds().values_list("key", "name"))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        asked: dict[str, Any] = {}
        kinds = dict(self.lookup_choices)
        if request.GET.get("gate") in kinds:
            asked["kind"] = request.GET["gate"]
        if request.GET.get("state") in _STATES:
            asked["state"] = _STATES[request.GET["state"]]
        if request.GET.get("court") in Court.values():
            asked |= {"court": request.GET["court"], "stages": _stages_asked(request)}
        if not asked:
            return queryset
        if set(asked) == {"kind"}:
            asked["open_only"] = True
        return queryset.with_gate(day_of(request), **asked)


_STATES: dict[str, list[str]] = {"open": list(standing.OPEN_STATES), **{name: [name] for name in labels.STATE}}


class OfTheGate(Choice):
    """Chosen beside a kind of gate, and asked together with it: one gate must be all that is said."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset


class ByState(OfTheGate):
    title = _("state of the gate")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        named = [(name, capfirst(str(says))) for name, says in labels.STATE.items()]
        return [("open", _("Open, in any way")), *named]


class ByCourt(OfTheGate):
    title = _("court")
    parameter_name = "court"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(name, capfirst(str(labels.COURT[name]))) for name in Court.values()]


class OnlyGate(Choice):
    title = _("the only gate that waits")
    parameter_name = "only"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return _read_once(request, "kind", office_of(request).kinds().values_list("key", "name"))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.waiting_on_only(day_of(request), chosen) if chosen else queryset


class ToDo(Choice):
    """A line of the worklist: its count is of exactly these rows."""

    title = _("what is to be done")
    parameter_name = "worklist"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(worklist.FILTERS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return to_do(queryset, chosen, day_of(request)) if chosen else queryset


class Lacks(Choice):
    title = _("what is not said")
    parameter_name = "lacks"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(LACKING.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.lacking(chosen) if chosen else queryset


LACKING = {
    "workflow": _("no workflow"),
    "manager": _("no manager"),
    "function": _("no function"),
    "sponsor": _("no sponsor"),
    "question": _("no question"),
    "purpose": _("no purpose"),
    "tool": _("no tool"),
    "data": _("no data"),
}


class Stalls(Choice):
    """The day on which they stall: within a time that moves along, in a month, or between two days."""

    title = _("stall date")
    parameter_name = "stalls"
    further_parameters = FROM, TO
    template = "admin/stalls_filter.html"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in (FROM, TO):
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]
        self.days = days_between(self.value(), self.used_parameters, day_of(request))

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name, FROM, TO]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(SOON.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.stalling(day_of(request), *self.days) if self.days else queryset

    def choices(self, changelist: Any) -> Any:
        """The choices, and beside them what the form of two days carries along: all else that the list is asked for."""
        self.carried = [(n, v) for n, v in changelist.params.items() if n not in (self.parameter_name, FROM, TO)]
        yield from super().choices(changelist)

    @property
    def chosen_days(self) -> dict[str, str]:
        """The two days that were typed."""
        return {name: str(self.used_parameters.get(name, "")) for name in (FROM, TO)}


SOON = {"14-days": _("in the next 14 days"), "this-month": _("this month"), "next-month": _("next month")}


def days_between(word: str | None, typed: Mapping[str, Any], at: date) -> tuple[date, date] | None:
    """The first and the last day that a choice, a month as 2026-12, or two typed days stand for; None for no choice."""
    if word == "14-days":
        return at, at + timedelta(days=14)
    if word in ("this-month", "next-month"):
        first = at.replace(day=1)
        return _month(first if word == "this-month" else _month(first)[1] + timedelta(days=1))
    if word:
        try:
            return _month(date.fromisoformat(f"{word}-01"))
        except ValueError:
            return None
    ends = [day_typed(typed.get(name)) for name in (FROM, TO)]
    if ends == [None, None]:
        return None
    return ends[0] or date(1900, 1, 1), ends[1] or date(9000, 1, 1)


def _month(first: date) -> tuple[date, date]:
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1) if first < date(9000, 1, 1) else first
    return first, following - timedelta(days=1)


def day_typed(written: Any) -> date | None:
    """A day as it was typed into an address; None for what is none."""
    try:
        found = date.fromisoformat(str(written or ""))
    except ValueError:
        return None
    return found if date(1900, 1, 1) <= found <= date(9000, 1, 1) else None


def months(at: date) -> list[tuple[str, date]]:
    """This month and the five after it, as an address and a list of links have them."""
    out = []
    first = at.replace(day=1)
    for _number in range(6):
        out.append((f"{first:%Y-%m}", first))
        first = _month(first)[1] + timedelta(days=1)
    return out


class AsOf(admin.SimpleListFilter):
    """The day as of which the list is read; the list itself reads it (`pilot_list.day_of`)."""

    title = _("as of a day")
    parameter_name = AS_OF
    template = "admin/as_of_filter.html"

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset

    def choices(self, changelist: Any) -> Any:
        """What the form of the day carries along: all else that the list is asked for."""
        return [{"name": name, "value": value} for name, value in changelist.params.items() if name != AS_OF]


FILTERS = (
    AsOf,
    ByStanding,
    Stalls,
    ByStage,
    ByPortfolio,
    ByFunction,
    BySponsor,
    ByGate,
    ByState,
    ByCourt,
    OnlyGate,
    ToDo,
    Lacks,
)
