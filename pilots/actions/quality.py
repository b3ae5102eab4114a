"""Actions on quality: agreed before it is measured, then measured (rule 10)."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import LockedPilot, lock_pilot
from pilots.actions.texts import need_plain
from pilots.event_log.sign import logged_transaction
from pilots.figures import written_day
from pilots.models import Event, Person, Pilot
from pilots.refusals import Invalid
from pilots.rules import quality
from pilots.rules.events import in_order

__all__ = ["record_measurement", "register_threshold"]


MOST = 2**53
"""A count above this is a slip of the hand, and no float holds it exactly."""


def _number(value: object, field: str) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Invalid(_("Give a number, such as 0.9."), field=field)
    return number


def _whole(value: object, field: str, sentence: str) -> int:
    """A count of one at least. A fraction, a truth value and an astronomical number are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(sentence, field=field)
    if not 1 <= value <= MOST or value != int(value):
        raise Invalid(sentence, field=field)
    return int(value)


@logged_transaction()
def register_threshold(
    *,
    pilot: Pilot,
    by: Person,
    metric: str,
    direction: str,
    value: float,
    kind: str,
    smallest_sample: int,
    source: str = "",
    measured_by: Person | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Register what is good enough: a new version each time, with no measurement yet.

    Args:
        direction: `at_least` or `at_most`.
        kind: `proportion` (0 to 1) or `mean`.
        source: where the figures come from.
        measured_by: who measures; where that is said, whoever records a result may be somebody else.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("register_threshold")
    _before_any_measurement(locked)
    data = _threshold(metric, direction, value, kind, smallest_sample)
    data["source"] = need_plain(source.strip(), "source")
    if measured_by is not None and measured_by.closed_by(locked.on):
        raise Invalid(_("This account is closed."), field="measured_by")
    data["measured_by"] = measured_by and measured_by.pk
    old = locked.state.threshold
    changes = [
        {"field": "threshold", "from": old.in_words() if old else None, "to": quality.Threshold.of(data).in_words()}
    ]
    return locked.write("register_threshold", data=data, changes=changes)


def _threshold(metric: str, direction: str, value: float, kind: str, smallest_sample: int) -> dict[str, Any]:
    """What is good enough, as the rules read it; refused where it cannot be measured."""
    if not str(metric or "").strip():
        raise Invalid(_("Name what is measured."), field="metric")
    metric = need_plain(str(metric).strip(), "metric")
    if direction not in ("at_least", "at_most"):
        raise Invalid(_("Say at least or at most."), field="direction")
    if kind not in ("proportion", "mean"):
        raise Invalid(_("Say proportion or mean."), field="kind")
    value = _number(value, "value")
    if kind == "proportion" and not 0 <= value <= 1:
        raise Invalid(_("A proportion lies between 0 and 1."), field="value")
    smallest_sample = _whole(
        smallest_sample, "smallest_sample", _("The smallest sample is a whole number, one at least.")
    )
    return {
        "metric": metric,
        "direction": direction,
        "value": value,
        "kind": kind,
        "smallest_sample": smallest_sample,
    }


def _before_any_measurement(locked: LockedPilot) -> None:
    """Refuse to agree, after the fact, on what a measurement that is on record is held against."""
    measured = [event.effective_on for event in locked.events if event.action == "record_measurement"]
    if measured and max(measured) >= locked.on and locked.on < locked.known:
        raise Invalid(
            _("It was measured on %(day)s already. What is good enough counts from a day after that.")
            % {"day": written_day(max(measured))},
            field="on",
        )


@logged_transaction()
def record_measurement(
    *,
    pilot: Pilot,
    by: Person,
    value: float,
    sample: int,
    deviation: float | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Record a measurement; its verdict against the threshold in force is stored with it.

    Args:
        sample: how many were measured.
        deviation: for means, the sample's standard deviation.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("record_measurement")
    threshold = locked.state.threshold
    if threshold is None:
        raise Invalid(
            _("Register a threshold first: what is good enough is agreed before it is measured."), field="value"
        )
    value = _number(value, "value")
    if threshold.kind == "proportion" and not 0 <= value <= 1:
        raise Invalid(_("A proportion lies between 0 and 1."), field="value")
    sample = _whole(sample, "sample", _("The sample is a whole number, one at least."))
    if threshold.kind == "mean" and deviation is None:
        raise Invalid(_("A mean needs the sample’s standard deviation."), field="deviation")
    if deviation is not None:
        deviation = _number(deviation, "deviation")
        if deviation < 0:
            raise Invalid(_("A standard deviation is never below zero."), field="deviation")
    verdict = quality.verdict(threshold, value, sample, deviation)
    data = {
        "value": value,
        "sample": sample,
        "deviation": deviation,
        "verdict": verdict,
        "kind": threshold.kind,
        "self_measured": _measures(locked) in locked.state.team,
    }
    return locked.write("record_measurement", data=data)


def _measures(locked: LockedPilot) -> int | None:
    """Who measures: whoever was agreed on with the threshold in force, else whoever records it."""
    agreed = [
        event
        for event in in_order(locked.events)
        if event.action == "register_threshold" and event.effective_on <= locked.on
    ]
    said: int | None = agreed[-1].data.get("measured_by") if agreed else None
    if said is None and locked.by is not None:
        return locked.by.pk
    return said
