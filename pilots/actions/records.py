"""A pilot's record: put on record, edited, corrected by a list, declared void and restored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.kinds import fit, kinds_in_force
from pilots.actions.locked_pilot import LockedPilot, action_days, lock_pilot
from pilots.actions.stages import starting
from pilots.actions.texts import need_plain, need_reason, need_text, within_reach
from pilots.clock import today
from pilots.event_log.sign import logged_transaction
from pilots.figures import written_day
from pilots.models import Event, Function, Gate, GateKind, Person, Pilot, Portfolio
from pilots.models.pilots import NOT_BOTH
from pilots.refusals import (
    InFuture,
    Invalid,
    NotYours,
    WrongStage,
)
from pilots.rules import corrections
from pilots.rules.events import CORRECT_DATE, EventRecord

__all__ = ["amend", "correct_date", "list_again", "record", "restore", "void"]


AMENDABLE = (
    *("name", "purpose", "workflow", "question", "tool", "data", "function", "manager", "high_impact"),
    *("presumed_high_impact", "high_impact_reason", "high_impact_determined_by", "high_impact_determined_on"),
)


_PEOPLE_AND_PLACES: dict[str, Any] = {"function": Function, "manager": Person}


def _plain(name: str, value: Any) -> Any:
    return value.pk if name in _PEOPLE_AND_PLACES and value is not None else value


@logged_transaction()
def record(
    *,
    portfolio: Portfolio,
    key: str,
    name: str,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
    stage: str = "planned",
    source: str = "",
    approximate: bool = False,
    listed: Mapping[str, Any] | None = None,
    started_on: date | None = None,
    decide_by: date | None = None,
    **values: Any,
) -> Pilot:
    """Put a pilot on record, with a gate of each kind that applies to it. Fields as `amend` can set them.

    Args:
        listed: what the list that it was read from says, to be compared with the next one.
        started_on: since when it runs, also long before the record: it counts from then, as a list's start does.
        decide_by: six weeks after that unless said (rule 4).

    Raises:
        NotYours: `by` is not of the portfolio's program office.
        InFuture, EscalationRequired: it has not started yet; it is to be decided more than 26 weeks after its start.
        Invalid: a value that cannot be, with the field.
    """
    on, known = action_days(on, known)
    if by is not None and (permissions.has_left(by, on) or not permissions.is_office(by, portfolio)):
        raise NotYours
    only(values, AMENDABLE)
    pilot = Pilot(
        portfolio=portfolio, key=key, name=name, stage=stage, source=source, approximate=approximate, **values
    )
    pilot.recorded_on = on
    clean(pilot)
    try:
        pilot.save()
    except IntegrityError as error:
        # Somebody else recorded it between our look and our writing.
        raise Invalid(_("A pilot with this key is on record."), field="key") from error
    kinds = kinds_in_force(GateKind.objects.all(), portfolio, on)
    Gate.objects.bulk_create(gates_for(pilot, kinds))
    locked = lock_pilot(pilot, by, on, known)
    recording(locked, stage=stage, listed=listed)
    if started_on is not None or decide_by is not None:
        _running_since(locked, started_on, decide_by)
    return pilot


def _running_since(locked: LockedPilot, started_on: date | None, decide_by: date | None) -> None:
    """Start a pilot that was just put on record, from the day since which it runs. No other action reaches before the record."""
    if started_on is None:
        raise Invalid(_("Say since when it runs: what is planned has no decide-by date yet."), field="decide_by")
    if started_on > locked.known:
        raise InFuture(field="started_on")
    within_reach(started_on, "started_on")
    locked.go_to(started_on)
    starting(locked, decide_by)


def gates_for(pilot: Pilot, kinds: Iterable[GateKind]) -> list[Gate]:
    """A gate of each kind that applies to a pilot. Nothing is saved."""
    return [Gate(pilot=pilot, kind=kind) for kind in kinds if pilot.high_impact or not kind.high_impact_only]


def recording(locked: LockedPilot, *, stage: str, listed: Mapping[str, Any] | None = None) -> Event:
    """Write the record of a locked pilot."""
    facts = {field: _plain(field, getattr(locked.pilot, field)) for field in AMENDABLE}
    changes = [{"field": field, "from": None, "to": value} for field, value in facts.items() if value not in (None, "")]
    pilot = locked.pilot
    data = {
        "set": facts,
        "stage": stage,
        "key": pilot.key,
        "portfolio": pilot.portfolio_id,
        "recorded_on": pilot.recorded_on,
        "source": pilot.source,
        "approximate": pilot.approximate,
        "gates": [[gate.public_id, gate.kind.key] for gate in locked.gates.values()],
    }
    return locked.write("record", data=data | {"listed": listed} if listed else data, changes=changes)


def only(values: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    """Refuse a field that cannot be set."""
    for name in values:
        if name not in allowed:
            raise Invalid(_("“%(name)s” is not a field that can be set.") % {"name": name}, field=name)


def clean(pilot: Pilot, *, known_to_be_there: Iterable[str] | None = None) -> None:
    """Refuse a value that cannot be. Rows that a caller has in hand already need not be looked up again."""
    if not str(pilot.name or "").strip():
        raise Invalid(_("Give the pilot a name."), field="name")
    if pilot.presumed_high_impact and pilot.high_impact:
        raise Invalid(str(NOT_BOTH), field="presumed_high_impact")
    if pilot.high_impact_determined_on is not None and pilot.high_impact_determined_on > today():
        raise Invalid(_("That day has not come."), field="high_impact_determined_on")
    try:
        if known_to_be_there is None:
            pilot.full_clean(validate_unique=pilot._state.adding)
        else:
            pilot.clean_fields(exclude=set(known_to_be_there))
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Invalid(_(" ").join(sentences), field=field) from error
    for field, value in vars(pilot).items():
        if isinstance(value, str):
            need_plain(value, field)


def _differs(now: Any, then: Any) -> bool:
    """Whether a field is to say something else. What an older record does not hold is as good as an empty text."""
    return bool(now != then and not (now is None and then == ""))


@logged_transaction()
def amend(
    *,
    pilot: Pilot,
    by: Person | None,
    set: Mapping[str, Any],
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event | None:
    """Edit a pilot's record. It moves nothing, and may break a seal (rules 3 and 8). Returns None where nothing changed."""
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("amend")
    only(set, AMENDABLE)
    changes = [
        {"field": name, "from": locked.state.fields.get(name), "to": _plain(name, value)}
        for name, value in set.items()
        if _differs(locked.state.fields.get(name), _plain(name, value))
    ]
    if not changes:
        return None
    pilot = locked.pilot
    for name, value in set.items():
        setattr(pilot, name, value)
    clean(pilot, known_to_be_there=locked.in_hand)
    event = locked.write("amend", data={"set": {c["field"]: c["to"] for c in changes}}, changes=changes)
    if any(change["field"] == "high_impact" for change in changes):
        fit(locked, GateKind.objects.filter(high_impact_only=True))
    return event


ANSWERS = frozenset({"decide", "accept_risk", "record_measurement"})
"""What people say of a pilot that its office alone does not take away: decisions and acceptances, the risk, a measurement."""


@logged_transaction()
def void(
    *,
    pilot: Pilot,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Declare void a pilot that was recorded by mistake: from that day it is in no list, count or queue (rule 6)."""
    return voiding(lock_pilot(pilot, by, on, known, expected_version), reason)


def voiding(locked: LockedPilot, reason: str | None, *, data: Mapping[str, Any] | None = None) -> Event:
    """Declare a locked pilot void."""
    locked.require("void")
    reason = need_reason(reason)
    locked.require_within_limits("void", exceeded=_is_answered(locked))
    return locked.write("void", reason=reason, data=data)


@logged_transaction()
def restore(
    *,
    pilot: Pilot,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Bring back a pilot that was declared void: it stands as if it had not been, and no day in between is charged.

    Seats of accounts closed meanwhile are left; gates of kinds added meanwhile are opened.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("restore")
    reason = need_reason(reason)
    locked.require_within_limits("restore", exceeded=_is_answered(locked))
    event = locked.write("restore", reason=reason)
    fit(locked, GateKind.objects.all())
    return event


def _is_answered(locked: LockedPilot) -> bool:
    """Whether a person has decided, accepted, declined or accepted the risk, or a measurement stands."""
    return any(event.action in ANSWERS and event.by is not None for event in locked.events)


@logged_transaction()
def list_again(*, pilot: Pilot, listed: Mapping[str, Any], on: date | None = None, known: date | None = None) -> Event:
    """Record what a newer list says of a pilot, to be compared with the next one. By itself it changes nothing."""
    locked = lock_pilot(pilot, None, on, known)
    locked.require_stage("list_again")
    return locked.write("list_again", data={"listed": dict(listed)})


CORRECTABLE: Mapping[str, str] = {"start": "started_on", "record_claim": "adopted_on", "retire": "retired_on"}
"""What a list says a day of, and what that day is called."""


@logged_transaction()
def correct_date(
    *,
    pilot: Pilot,
    of: str,
    to: date,
    source: str,
    approximate: bool | None = None,
    on: date | None = None,
    known: date | None = None,
) -> Event:
    """Record that a list says another day now of what it said before: no movement, and no slip (section 9).

    Args:
        of: `start`, `record_claim` or `retire`; the last one, which must be the list's.
        to: the day from which it counts, as is known from now on.
        source: the sentence that names file and row.
        approximate: whether the list gives a month or a year only; left as it is where it does not say.

    Raises:
        WrongStage: no list has said that of this pilot, or a person has since.
        InFuture: the day has not come.
        Invalid: what came before or after it says otherwise.
    """
    locked = lock_pilot(pilot, None, on, known)
    locked.require_stage("correct_date")
    field = CORRECTABLE[of]
    wrong = _to_correct(locked, of, to)
    if approximate is not None:
        pilot.approximate = approximate
    was = wrong.effective_on if wrong.data.get("start_known", True) else None
    return locked.write(
        CORRECT_DATE,
        data={"of": of, "to": to, "approximate": pilot.approximate},
        reason=need_text(source, "source"),
        changes=[{"field": field, "from": was, "to": to}],
    )


def _to_correct(locked: LockedPilot, of: str, to: date) -> EventRecord:
    """The event of a list whose day becomes another, or a refusal."""
    field = CORRECTABLE[of]
    wrong = corrections.said_by_a_list(corrections.corrected(locked.events), of)
    if wrong is None or (of == "retire" and corrections.is_taken_back(locked.events, wrong)):
        raise WrongStage(_("No list has said that of this pilot, or a person has said it since."))
    if to > locked.on:
        raise InFuture(field=field)
    within_reach(to, field)
    between = corrections.keeps_its_place(corrections.corrected(locked.events), replace(wrong, effective_on=to))
    if between is not None:
        raise Invalid(
            _("It does not go with what is on record of %(day)s.") % {"day": written_day(between.effective_on)},
            field=field,
        )
    decide_by = wrong.data.get("decide_by")
    if of == "start" and not wrong.data.get("decide_by_follows") and decide_by and decide_by < to:
        raise Invalid(_("The decide-by date lies before the start."), field=field)
    return wrong
