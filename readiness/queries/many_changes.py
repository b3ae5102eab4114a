"""What would become of many pilots: the action is done, what is so then is held against what was so before, and it is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pilots.actions.many import DoneToMany
from pilots.clock import today
from pilots.models import GatePeriod, Pilot
from readiness.queries.snapshots import PilotSnapshot, snapshots_of
from readiness.text import labels

SHOWN = 100
"""Pilots of which a page shows what becomes of them."""

Perform = Callable[[Sequence[Pilot]], DoneToMany]


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one pilot: for each head what it was and what it is then, where that is another."""

    pilot: Pilot
    values: Sequence[tuple[str, str, str]]


@dataclass(slots=True)
class Rehearsal:
    """What an action on many would do: to whom, what becomes of the first of them, and who is refused."""

    done: DoneToMany
    heads: list[Any] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def rehearse(pilots: Sequence[Pilot], perform: Perform) -> Rehearsal:
    """Do it, look, and take it back. What becomes of each is looked at for the first of them only."""
    with _taken_back():
        done = perform(pilots)
    wanted = set(done.done[:SHOWN])
    shown = [pilot for pilot in pilots if pilot.pk in wanted]
    if not shown:
        return Rehearsal(done)
    before = _described(shown)
    with _taken_back():
        perform(shown)
        after = _described(shown)
    return _compared(done, shown, before, after)


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


Said = Mapping[str, tuple[Any, str]]
"""What is said of a pilot, by a key, with its head."""


def _described(rows: Sequence[Pilot]) -> dict[int, dict[str, tuple[Any, str]]]:
    fresh = Pilot.objects.in_bulk([row.pk for row in rows])
    now = GatePeriod.objects.filter(gate__pilot__in=fresh, last_day=None, superseded_on=None, nominee__isnull=False)
    named = {(pilot, kind): name for pilot, kind, name in now.values_list("gate__pilot", "kind", "nominee__name")}
    return {each.pilot.pk: _said_of(each, named) for each in snapshots_of(fresh.values(), at=today())}


def _said_of(snapshot: PilotSnapshot, named: Mapping[tuple[int, int], str]) -> dict[str, tuple[Any, str]]:
    now, pilot = snapshot.status, snapshot.pilot
    said: dict[str, tuple[Any, str]] = {
        "standing": (_("Standing"), str(labels.STANDING[now.standing])),
        "decide_by": (_("Decide by"), labels.day(now.decide_by) if now.decide_by else ""),
        "stalls_on": (_("Stalls on"), labels.day(now.stalls_on) if now.stalls_on else ""),
        "slips": (_("Slips"), f"{now.slips}"),
        "paused_until": (_("Paused until"), labels.day(now.paused_until) if now.paused_until else ""),
        "function": (_("Function"), str(snapshot.function or "")),
        "high_impact": (_("High impact"), _yes_or_no(pilot.high_impact)),
        "manager": (_("Manager"), str(snapshot.manager or "")),
        **{name: (head, str(getattr(pilot, name))) for name, head in TEXTS.items()},
    }
    for gate in snapshot.gates:
        state = str(labels.STATE[gate.status.state])
        asked = named.get((pilot.pk, gate.kind.pk))
        who = [str(gate.holder)] if gate.holder else []
        if asked and who != [asked]:
            who.append(_("%(who)s is asked") % {"who": asked})
        said[f"gate {gate.kind.pk}"] = (gate.kind.name, ", ".join([state, *who]))
    return said


def _yes_or_no(value: bool | None) -> str:
    return str(_("not stated") if value is None else _("yes") if value else _("no"))


TEXTS = {
    "workflow": _("Workflow"),
    "question": _("Question"),
    "purpose": _("Purpose"),
    "tool": _("Tool"),
    "data": _("Data"),
    "learned": _("What was learned"),
}


def _of(said: Said, key: str) -> str:
    return said[key][1] if key in said else ""


def _compared(
    done: DoneToMany, shown: Sequence[Pilot], before: Mapping[int, Said], after: Mapping[int, Said]
) -> Rehearsal:
    """The heads of which something becomes another for any of them, and what does for each."""
    heads: dict[str, Any] = {}
    for pilot in shown:
        for key, (head, now) in after.get(pilot.pk, {}).items():
            if _of(before[pilot.pk], key) != now:
                heads.setdefault(key, head)
    changes = []
    for pilot in shown:
        earlier, later = before[pilot.pk], after.get(pilot.pk, {})
        values = [(str(head), _of(earlier, key), _of(later, key)) for key, head in heads.items()]
        changes.append(Change(pilot, values))
    return Rehearsal(done, list(heads.values()), changes)
