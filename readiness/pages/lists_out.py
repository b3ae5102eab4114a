"""The lists of the pages as files: the same rows as the page shows, all of them, with the same filters and for the same eyes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from pilots.models import GateKind, Person, Unit
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Capacity
from readiness.forms.file_answers import file_of
from readiness.inventory.tables_out import AT_ONCE, form_in, in_batches
from readiness.queries.bottlenecks import Bottleneck
from readiness.queries.changes import PilotChange
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshots_by_key
from readiness.rules import deadlines
from readiness.rules.coverage import Gap
from readiness.rules.standing import STANDINGS
from readiness.rules.who_decides import SeatStatus, table
from readiness.text import labels, placards

Row = Sequence[Any]
OF_PILOT = ("key", "name", "portfolio", "function", "workflow", "sponsor", "manager")
OF_GATE = ("gate", "state", "court", "holder", "since", "days", "answer_by", "days_overdue")
EXHIBITS = (*OF_PILOT, "started_on", "on_display_since", "days_on_display", "tool", "data", "placard")
CLAIMS = (*OF_PILOT, "started_on", "claimed_since", "days_claimed", "tool", "data", "placard", "missing")
CARRIED = (*OF_PILOT, "stage", "standing", "stalls_on", *OF_GATE, "waits_on_you", "rules_wait_for_you")
QUEUE = ("why", *OF_PILOT, *OF_GATE)
RIGHTS = (
    *("portfolio", "function", "gate", "decides", "holder", "delegate", "deputy", "escalation"),
    *("answer_within_days", "orphaned", "nobody_because"),
)
HOLES = ("gate", "portfolio", "function", "why", "first_day", "last_day", "pilots", "first_pilots")
WAITS = ("gate", "court", "holder", "gates", "pilots", "frees", "days", "longest")
TREND = ("at", *STANDINGS)
CHANGES = (
    *("key", "name", "portfolio", "function", "changes", "stage_then", "stage_now", "standing_then", "standing_now"),
    *("decide_by_then", "decide_by_now", "stalls_on_then", "stalls_on_now", "sponsor_then", "sponsor_now"),
    *("left_museum", "claim_fell"),
)
Item = tuple[str, PilotSnapshot, GateSnapshot, deadlines.AnswerDue | None]
"""A gate of somebody's queue, and why it is there."""


def file_asked_for(
    request: HttpRequest, name: str, head: Row, rows: Iterable[Row], at: date, refused: str | None = None
) -> tuple[HttpResponseBase | None, str | None]:
    """The file that a list is asked for as, or None where it is asked for as a page; and what is to be said of a refusal.

    `rows` are not read where no file is asked for, or something else of the question was refused already.
    """
    if refused:
        return None, refused
    try:
        form = form_in(request.GET)
        return (None if form is None else file_of(f"{name}-{at.isoformat()}", form, head, rows)), None
    except Invalid as wrong:
        return None, wrong.says


def read(rows: StandingQuerySet, at: date) -> Iterator[PilotSnapshot]:
    """Pilots on a date in the order of a query, some at a time. Which they are is asked once, at the beginning."""
    return in_batches(rows.values_list("pk", flat=True), lambda keys: _snapshots(keys, at))


def _snapshots(keys: Sequence[int], at: date) -> list[PilotSnapshot]:
    there = snapshots_by_key(keys, at=at)
    return [there[pk] for pk in keys if pk in there]


def _of_pilot(one: PilotSnapshot) -> Row:
    pilot = one.pilot
    return (pilot.key, pilot.name, pilot.portfolio.key, one.function, pilot.workflow, one.sponsor, one.manager)


def _of_gate(gate: GateSnapshot, due: deadlines.AnswerDue | None, at: date) -> Row:
    """A gate in words; how long it has been so is empty where nobody knows it."""
    now = gate.status
    since, days = (None, None) if now.since_at_least else (now.since, now.days)
    over = max((at - due.answer_by).days, 0) if due else None
    return (gate.kind.name, now.state, now.court, gate.holder, since, days, due and due.answer_by, over)


# The museum


def exhibits(rows: StandingQuerySet, at: date) -> Iterator[Row]:
    for one in read(rows, at):
        now, pilot = one.status, one.pilot
        shown = (now.started_on, now.stalls_on, now.days_on_display)
        yield (*_of_pilot(one), *shown, pilot.tool, pilot.data, placards.placard(one))


def claims(rows: StandingQuerySet, at: date) -> Iterator[Row]:
    for one in read(rows, at):
        now, pilot = one.status, one.pilot
        since = now.claim.since if now.claim else None
        shown = (now.started_on, since, (at - since).days if since else None)
        lacks = "; ".join(map(str, labels.missing(one)))
        yield (*_of_pilot(one), *shown, pilot.tool, pilot.data, placards.placard(one), lacks)


# The board


def board_head(kinds: Iterable[GateKind]) -> Row:
    of_gates = (f"{kind.key}:{part}" for kind in kinds for part in ("state", "court", "days"))
    return (*OF_PILOT, "stage", "standing", "stalls_on", *of_gates)


def board(rows: StandingQuerySet, kinds: Sequence[GateKind], at: date) -> Iterator[Row]:
    for one in read(rows, at):
        by_kind = {gate.kind.pk: gate for gate in one.gates}
        now = one.status
        columns: list[Any] = [*_of_pilot(one), now.stage, now.standing, now.stalls_on]
        for gate in (by_kind.get(kind.pk) for kind in kinds):
            columns += (None, None, None) if gate is None else _on_board(gate)
        yield columns


def _on_board(gate: GateSnapshot) -> Row:
    now = gate.status
    return (now.state, now.court, None if now.since_at_least else now.days)


# Somebody's own


def carried(rows: StandingQuerySet, person: Person, at: date, *, confirms: Any) -> Iterator[Row]:
    """The open gates of the pilots that somebody carries or lives with; a pilot without one is a row of its own."""
    for one in read(rows, at):
        now = one.status
        first = (*_of_pilot(one), now.stage, now.standing, now.stalls_on)
        word = confirms(person, one)
        for gate in one.open_gates:
            mine = gate.answering == person
            yield (*first, *_of_gate(gate, deadlines.answer_due(gate, one), at), mine, word)
        if not one.open_gates:
            yield (*first, *(None for _name in OF_GATE), False, word)


def queue(items: Iterable[Item], at: date) -> Iterator[Row]:
    for why, one, gate, due in items:
        yield (why, *_of_pilot(one), *_of_gate(gate, due, at))


# Rights


def rights(units: Sequence[Unit], kinds: Sequence[GateKind], at: date) -> Iterator[Row]:
    """Each kind of gate in each place: who decides, who else may, and why nobody does or has to."""
    for n in range(0, len(units), AT_ONCE):
        for row in table(units[n : n + AT_ONCE], kinds, at=at):
            for seat in row.seats:
                yield (row.unit.portfolio.key, row.unit.function, seat.kind.name, *_of_seat(seat))


def _of_seat(seat: SeatStatus) -> Row:
    sits = {one.capacity: one.person for one in seat.sitting}
    there = (sits.get(capacity) for capacity in (Capacity.HOLDER, Capacity.DELEGATE, Capacity.DEPUTY))
    return (
        *(seat.decides and seat.decides.person, *there, seat.escalation and seat.escalation.person),
        *(seat.answer_within_days, seat.orphaned, _nobody_because(seat)),
    )


def _nobody_because(seat: SeatStatus) -> str:
    if not seat.asked:
        return _("not asked here")
    if seat.switched_off:
        return _("switched off here")
    return str(labels.HOLE[seat.hole]) if seat.hole else ""


def holes(gaps: Iterable[Gap]) -> Iterator[Row]:
    """The holes, each with the first of its pilots by key."""
    for gap in gaps:
        named = " ".join(pilot.key for pilot in gap.pilots)
        days = (gap.first, gap.last, gap.number, named)
        yield (gap.kind.name, gap.portfolio.key, gap.function, str(labels.HOLE[gap.why]), *days)


# The portfolio


def waits(found: Iterable[Bottleneck]) -> Iterator[Row]:
    """The open gates by kind, court and holder."""
    for one in found:
        numbers = (one.gates, one.pilots, one.frees, one.days, one.longest)
        yield (one.kind and one.kind.name, one.court, one.holder, *map(int, numbers))


def trend(points: Iterable[tuple[date, Mapping[str, int]]]) -> Iterator[Row]:
    """How many stood where on each of some days."""
    for day, counts in points:
        yield (day, *(counts[standing] for standing in STANDINGS))


def changes(found: Iterable[PilotChange]) -> Iterator[Row]:
    """The pilots that stand differently on two days."""
    for row in found:
        then, now = row.then, row.now
        yield (
            *(row.key, row.name, row.portfolio, row.function, " ".join(row.changes)),
            *(then and then.stage, now.stage, then and then.standing, now.standing),
            *(then and then.decide_by, now.decide_by, then and then.stalls_on, now.stalls_on),
            *(row.sponsor_then, row.sponsor_now, row.left_museum, row.claim_fell),
        )
