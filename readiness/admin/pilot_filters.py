"""What the list of pilots can be narrowed to. Each stands beside the list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote_plus

from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from pilots.models import GatePeriod, Unit
from pilots.rules.replay import SPONSOR
from pilots.rules.vocabulary import Court, Stage, Standing
from readiness.admin.pilot_list import AS_OF, day_of
from readiness.forms.offices import office_of
from readiness.queries.pilots import in_force
from readiness.rules import standing
from readiness.text import labels

Choices = Iterable[tuple[str, Any]]
BLANK = "\0"
"""Stands for a choice in an address. No address holds it: such requests are refused."""


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
        return list(office_of(request).own().values_list("key", "name"))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return queryset.filter(portfolio__key=chosen) if chosen else queryset


class ByFunction(Choice):
    title = _("function")
    parameter_name = "function"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        units = office_of(request).limit(Unit.objects.exclude(function=None))
        named = units.order_by("function__name").values_list("function", "function__name")
        return [(str(pk), name) for pk, name in named.distinct()]

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
        return [(str(pk), name) for pk, name in named.distinct()]

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
        return list(office_of(request).kinds().values_list("key", "name"))

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


FILTERS = (AsOf, ByStanding, ByStage, ByPortfolio, ByFunction, BySponsor, ByGate, ByState, ByCourt)
