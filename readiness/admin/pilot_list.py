"""The list of pilots on a date: chosen by query, described by the rules, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Case, F, Q, When
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.models import GateKind, Person, Pilot
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Stage, Standing
from readiness.queries import request_dates
from readiness.queries.snapshots import PilotSnapshot, snapshots_of
from readiness.queries.urgency import presses
from readiness.templatetags import wall
from readiness.text import labels

AS_OF = "as_of"


def day_of(request: HttpRequest) -> date:
    """The day that the list is asked for; read once for each request. What is no date is reported, and today is shown."""
    kept: dict[str, Any] = vars(request)
    if "_at" not in kept:
        try:
            kept["_at"] = request_dates.as_of(request.GET, AS_OF)
        except Invalid as wrong:
            messages.error(request, wrong.says)
            kept["_at"] = today()
    at: date = kept["_at"]
    return at


class _Keys(list[int]):
    """Primary keys in order. Django takes a copy where they fit on one page, as it does of a queryset."""

    def _clone(self) -> _Keys:
        return self


class PilotList(ChangeList):
    """A page of pilots, each with its reading on the day asked for."""

    at: date

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.at = day_of(request)
        super().__init__(request, *args, **kwargs)

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        """What has no date or name comes last, whichever way it is sorted, on either engine."""
        return [_present_first(each) for each in super().get_ordering(request, queryset)]

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        chosen: Any = self.root_queryset
        with_void = request.GET.get("standing") == Standing.VOID
        self.root_queryset = with_dates(chosen.standing(self.at, with_void=with_void))
        return super().get_queryset(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        if self._is_asked_for():
            self._go_through_once(request)
        else:
            super().get_results(request)
        rows = list(self.result_list)
        found = {r.pilot.pk: r for r in snapshots_of(rows, at=self.at)}
        for row in rows:
            row.then = found[row.pk]
        self.result_list = rows

    def _is_asked_for(self) -> bool:
        """Whether pilots have to be searched, chosen or sorted, and not only read by their keys."""
        return bool(self.query or self.has_active_filters or ORDER_VAR in self.params)

    def _go_through_once(self, request: HttpRequest) -> None:
        """Which pilots they are, in order, is how many as well; only those of the page are read."""
        chosen = self.queryset
        self.queryset = _Keys(chosen.values_list("pk", flat=True))
        super().get_results(request)
        self.queryset = chosen
        page = list(self.result_list)
        rows = Pilot.objects.in_bulk(page)
        self.result_list = [rows[pk] for pk in page]


MAY_LACK = {"stalls", "moved_on", "function_then", "manager_then", "sponsor_then"}


def _present_first(order: Any) -> Any:
    if isinstance(order, str) and order.lstrip("-") in MAY_LACK:
        name = order.lstrip("-")
        return OrderBy(F(name), descending=order.startswith("-"), nulls_last=True)
    return order


def with_dates(rows: Any) -> Any:
    """The pilots with what the list is sorted and searched by: how they press, the clock of those it runs for, the day
    they last moved, and who and where they were on that day."""
    running = Q(stage_then__in=[Stage.RUNNING, Stage.PAUSED])
    return rows.annotate(
        stalls=Case(When(running, then=F("stall_clock_from"))),
        moved_on=F("period__last_movement"),
        presses=presses(),
        function_then=F("period__unit__function__name"),
        manager_then=F("period__manager__name"),
        sponsor_then=F("period__sponsor__name"),
    )


# The columns


def _snapshot(row: Any) -> PilotSnapshot:
    snapshot: PilotSnapshot = row.then
    return snapshot


@admin.display(description=_("Pilot"), ordering="key")
def pilot(row: Any) -> SafeString:
    return format_html('<bdi class="work">{}</bdi> <small>{}</small>', row.name, row.key)


@admin.display(description=_("Portfolio"), ordering="portfolio__name")
def portfolio(row: Any) -> str:
    return str(row.portfolio)


@admin.display(description=_("Function"), ordering="function_then", empty_value="–")
def function(row: Any) -> str | None:
    found = _snapshot(row).function
    return str(found) if found else None


@admin.display(description=_("Standing"), ordering="presses")
def standing(row: Any) -> str:
    return wall.standing_words(_snapshot(row).status.standing)


@admin.display(description=_("Days quiet"), ordering="-moved_on")
def days_quiet(row: Any) -> int | str:
    now = _snapshot(row).status
    if now.stage != Stage.RUNNING:
        return "–"
    return str(_("start not known")) if now.days_quiet is None else now.days_quiet


@admin.display(description=_("Stalls on"), ordering="stalls", empty_value="–")
def stalls_on(row: Any) -> SafeString | str | None:
    when = _snapshot(row).status.stalls_on
    if when is None:
        return None
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        when.isoformat(),
        labels.ago(when, _snapshot(row).at),
        labels.day(when),
    )


@admin.display(description=_("Manager"), ordering="manager_then", empty_value="–")
def manager(row: Any) -> Person | None:
    return _snapshot(row).manager


@admin.display(description=_("Sponsor"), ordering="sponsor_then", empty_value="–")
def sponsor(row: Any) -> Person | None:
    return _snapshot(row).sponsor


def gate_column(kind: GateKind) -> Callable[[Any], SafeString | str]:
    """A column with the mark of the gate of one kind; a dash where a pilot has none."""

    @admin.display(description=kind.name)
    def unit(row: Any) -> SafeString | str:
        for gate in _snapshot(row).gates:
            if gate.kind.pk == kind.pk:
                return wall.mark(gate.status.state, gate.status.court)
        return format_html(
            '<span aria-hidden="true">–</span><span class="said">{}</span>', _("not asked of this pilot")
        )

    unit.__name__ = f"gate_{kind.pk}"
    return unit


def columns(kinds: Iterable[GateKind], *, one_portfolio: bool) -> list[Any]:
    """All columns, in their order. Where there is but one portfolio, nothing is said by naming it in every row."""
    gates = [gate_column(kind) for kind in kinds]
    where = [function] if one_portfolio else [portfolio, function]
    return [pilot, *where, standing, *gates, days_quiet, stalls_on, manager, sponsor]
