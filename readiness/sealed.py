"""Rule 8 in words: what exactly an answer is given on, and what of it changed since the last answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Decision, Event, Gate, GateKind, Pilot
from pilots.rules import gates, quality, seals
from readiness import deeds

FIELD = {
    "workflow": gettext_lazy("The work"),
    "acceptable_use": gettext_lazy("What it may be used for"),
    "tool": gettext_lazy("The tool"),
    "data": gettext_lazy("The data"),
    "threshold": gettext_lazy("What was agreed as good enough"),
    "verdict": gettext_lazy("What the last measurement says"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an answer seals, as it stands now."""

    name: str
    value: str


def facts(kind: GateKind, pilot: Pilot, agreed: Mapping[str, Any]) -> list[Fact]:
    """What an answer on a gate of this kind would be given on now.

    Args:
        agreed: the threshold and the verdict, as `agreed_on` reads them.
    """
    return [Fact(_name(name), _value(name, _now(name, pilot, agreed))) for name in kind.seals]  # fmt: skip


def changes(answer: Decision, pilot: Pilot, agreed: Mapping[str, Any]) -> list[str]:
    """What changed since an answer was given: “The tool was Drafter 1 and is Drafter 2”."""
    sealed: Mapping[str, Any] = answer.sealed or {}
    now = {name: _now(name, pilot, agreed) for name in sealed}
    return [
        _("%(field)s was “%(before)s” and is “%(after)s”.")
        % {
            "field": _name(name),
            "before": _value(name, sealed[name]),
            "after": _value(name, now[name]),
        }
        for name in seals.broken(sealed, now)
    ]


def agreed_on(pilots: Iterable[Pilot]) -> dict[int, dict[str, Any]]:
    """The threshold in force and the verdict against it, by pilot. One query."""
    found: dict[int, dict[str, Any]] = {}
    rows = Event.objects.filter(
        pilot__in=pilots, verb__in=("register_threshold", "record_measurement")
    )
    for event in rows.order_by("on", "pk"):
        if event.pilot_id is None:
            continue
        if event.verb == "register_threshold":
            agreed = quality.Threshold.of(event.data).in_words()
            found[event.pilot_id] = {"threshold": agreed, "verdict": "none"}
        else:
            found.setdefault(event.pilot_id, {})["verdict"] = event.data["verdict"]
    return found


def last_answers(of: Iterable[Gate]) -> dict[int, Decision]:
    """The last answer on each gate that a person gave, by gate. One query."""
    rows = Decision.objects.filter(gate__in=of).exclude(outcome=gates.ASSERTED)
    return {row.gate_id: row for row in rows.select_related("decider", "by").order_by("number")}  # fmt: skip


def _name(name: str) -> str:
    return str(FIELD.get(name, name.replace("_", " ").capitalize()))


def _now(name: str, pilot: Pilot, agreed: Mapping[str, Any]) -> Any:
    if name in ("threshold", "verdict"):
        return agreed.get(name, "none" if name == "verdict" else "")
    return getattr(pilot, name, "")


def _value(name: str, value: Any) -> str:
    if name == "verdict":
        return str(deeds.VERDICT.get(str(value), value))
    return str(value or "") or _("not said")
