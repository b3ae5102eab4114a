"""The list of pilots on a date: chosen by query, described by the rules, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Case, F, Max, Q, When
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
from readiness.queries.urgency import gate_presses, next_move_presses, presses
from readiness.templatetags import wall
from readiness.text import labels, next_moves

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


def read_for(request: HttpRequest) -> dict[Any, Any]:
    """What was read for a request: once for its list, and for the views of it that are counted beside (`view_counts`)."""
    kept: dict[Any, Any] = vars(request).setdefault("_read", {})
    return kept


TICKED = "ticked"
"""Says in an address that the rows are ticked of which an action was previewed and not done; the session holds which."""


def keep_ticks(request: HttpRequest, keys: Iterable[int]) -> None:
    """Remember which rows were ticked, for whoever goes back to the list; none once it is done."""
    request.session[TICKED] = list(keys)


def ticks_of(request: HttpRequest) -> set[int]:
    """The rows that are ticked when the list is opened."""
    return set(request.session.get(TICKED, ())) if TICKED in request.GET else set()


class _Keys(list[int]):
    """Primary keys in order. Django takes a copy where they fit on one page, as it does of a queryset."""

    def _clone(self) -> _Keys:
        return self


class PilotList(ChangeList):
    """A page of pilots, each with its reading on the day asked for."""

    at: date
    asker: HttpRequest

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.at, self.asker = day_of(request), request
        super().__init__(request, *args, **kwargs)

    def _get_default_ordering(self) -> Any:
        return self.model_admin.get_ordering(self.asker)

    def get_filters_params(self, params: Any = None) -> Any:
        """All but the columns and the ticks: they narrow nothing."""
        found: Any = super().get_filters_params(params)
        for name in (COLUMNS, TICKED):
            found.pop(name, None)
        return found

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        """What has no date, name or gate comes last, whichever way it is sorted, on either engine."""
        return [_present_first(each, self.at) for each in super().get_ordering(request, queryset)]

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        chosen: Any = self.root_queryset
        kept, asked = read_for(request), (self.at, request.GET.get("standing") == Standing.VOID)
        if asked not in kept:
            kept[asked] = with_dates(chosen.standing(self.at, with_void=asked[1]))
        self.root_queryset = kept[asked]
        return super().get_queryset(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        if self._is_asked_for():
            self._go_through_once(request)
        else:
            super().get_results(request)
        rows = list(self.result_list)
        found = {r.pilot.pk: r for r in snapshots_of(rows, at=self.at)}
        ticked = ticks_of(request)
        for row in rows:
            row.then, row.ticked = found[row.pk], row.pk in ticked
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


class Rows(PilotList):
    """The pilots of a list in their order, of which none is described."""

    @classmethod
    def of(cls, table: Any, request: HttpRequest) -> Rows:
        """The list as a request asks for it."""
        columns = table.get_list_display(request)
        links = table.get_list_display_links(request, columns)
        return cls(
            request,
            table.model,
            columns,
            links,
            table.get_list_filter(request),
            None,
            table.get_search_fields(request),
            table.get_list_select_related(request),
            table.list_per_page,
            table.list_max_show_all,
            (),
            table,
            table.get_sortable_by(request),
            table.search_help_text,
        )

    def get_results(self, request: HttpRequest) -> None:
        """Nothing is read but what is asked of it."""
        self.result_list, self.result_count, self.show_all, self.multi_page = [], 0, False, False
        self.full_result_count, self.can_show_all = None, False
        self.paginator = None


SMALL = 5_000
"""Pilots that can be put in order of what presses whenever the list is opened; of more, a portfolio's office keeps a part."""


def ordering(portfolios: frozenset[int] | None) -> tuple[str, ...]:
    """What presses first, then what stalls first; by key where that would be a search through everything there is."""
    if portfolios is None and (Pilot.objects.aggregate(last=Max("pk"))["last"] or 0) > SMALL:
        return ("key",)
    return ("presses", "stalls", "key")


MAY_LACK = {"stalls", "decide_by_then", "moved_on", "function_then", "manager_then", "sponsor_then"}


OF_GATE, OF_NEXT_MOVE = "gate_", "next_move"
"""What the list is sorted by that is worked out only then."""


def _present_first(order: Any, at: date) -> Any:
    if not isinstance(order, str):
        return order
    name, descending = order.lstrip("-"), order.startswith("-")
    by: Any = F(name) if name in MAY_LACK else None
    if name == OF_NEXT_MOVE:
        by = next_move_presses(at)
    elif name.startswith(OF_GATE):
        by = gate_presses(int(name.removeprefix(OF_GATE)), at)
    return order if by is None else OrderBy(by, descending=descending, nulls_last=True)


def with_dates(rows: Any) -> Any:
    """The pilots with what the list is sorted and searched by: how they press, the clock of those it runs for, the day
    they last moved, and who and where they were on that day."""
    running = Q(stage_then__in=[Stage.RUNNING, Stage.PAUSED])
    return rows.annotate(
        stalls=Case(When(running, then=F("stall_clock_from"))),
        moved_on=F("period__last_movement"),
        presses=presses(),
        slips_then=F("period__slips"),
        decide_by_then=F("period__decide_by"),
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
def days_quiet(row: Any) -> str:
    now = _snapshot(row).status
    if now.stage != Stage.RUNNING:
        return "–"
    return str(_("start not known")) if now.days_quiet is None else labels.count(now.days_quiet)


@admin.display(description=_("Stalls on"), ordering="stalls", empty_value="–")
def stalls_on(row: Any) -> SafeString | str | None:
    snapshot = _snapshot(row)
    when = snapshot.status.stalls_on
    if when is None:
        return None
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        when.isoformat(),
        labels.ago(when, snapshot.at),
        labels.about(when) if snapshot.standing_is_about else labels.day(when),
    )


@admin.display(description=_("Manager"), ordering="manager_then", empty_value="–")
def manager(row: Any) -> Person | None:
    return _snapshot(row).manager


@admin.display(description=_("Sponsor"), ordering="sponsor_then", empty_value="–")
def sponsor(row: Any) -> Person | None:
    return _snapshot(row).sponsor


def gate_column(kind: GateKind) -> Callable[[Any], SafeString | str]:
    """A column with the mark of the gate of one kind; a dash where a pilot has none."""

    @admin.display(description=kind.name, ordering=f"{OF_GATE}{kind.pk}")
    def unit(row: Any) -> SafeString | str:
        for gate in _snapshot(row).gates:
            if gate.kind.pk == kind.pk:
                return wall.mark(gate.status.state, gate.status.court)
        return format_html(
            '<span aria-hidden="true">–</span><span class="said">{}</span>', _("not asked of this pilot")
        )

    unit.__name__ = f"{OF_GATE}{kind.pk}"
    return unit


@admin.display(description=_("Slips"), ordering="slips_then")
def slips(row: Any) -> int:
    return _snapshot(row).status.slips


@admin.display(description=_("Decide by"), ordering="decide_by_then", empty_value="–")
def decide_by(row: Any) -> str | None:
    when = _snapshot(row).status.decide_by
    return labels.day(when) if when else None


@admin.display(description=_("Workflow"), ordering="workflow", empty_value="–")
def workflow(row: Any) -> str | None:
    found: str = row.workflow
    return found or None


@admin.display(description=_("Next move"), ordering=OF_NEXT_MOVE, empty_value="–")
def next_move(row: Any) -> str | None:
    return next_moves.next_move(_snapshot(row)) or None


COLUMNS, BETWEEN = "columns", "."
"""Under which name an address says which columns are shown, and what stands between them."""
CHOOSABLE: dict[str, Any] = {
    "portfolio": portfolio,
    "function": function,
    "standing": standing,
    "gates": None,
    "days_quiet": days_quiet,
    "decide_by": decide_by,
    "stalls_on": stalls_on,
    "slips": slips,
    "manager": manager,
    "sponsor": sponsor,
    "workflow": workflow,
    "next_move": next_move,
}
"""The columns that can be chosen, in their order; all gates are one of them."""
USUAL = ("function", "standing", "gates", "days_quiet", "stalls_on", "slips", "next_move")


def columns_chosen(request: HttpRequest, *, one_portfolio: bool) -> list[str]:
    """The names of the columns that an address asks for; the usual ones where it asks for none."""
    asked = request.GET.get(COLUMNS, "").split(BETWEEN)
    chosen = [name for name in CHOOSABLE if name in asked]
    # Where there is but one portfolio, nothing is said by naming it in every row.
    return chosen or [*(() if one_portfolio else ("portfolio",)), *USUAL]


def columns(kinds: Iterable[GateKind], chosen: Iterable[str]) -> list[Any]:
    """These columns, after the pilot itself, in their order."""
    gates = [gate_column(kind) for kind in kinds]
    out: list[Any] = [pilot]
    for name in chosen:
        out += gates if name == "gates" else [CHOOSABLE[name]]
    return out
