"""Exceptions: requested, held against what they were asked for on, and granted by somebody else (rules 7, 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from pilots.actions.cited_evidence import cited
from pilots.actions.decisions import decider_of, sign_answer
from pilots.actions.guards import lock_gate, require_expected_gate, require_kind
from pilots.actions.locked_pilot import LockedPilot
from pilots.actions.texts import need_reason
from pilots.event_log.sign import logged_transaction
from pilots.models import Decision, Event, Evidence, Function, Gate, Person, Pilot
from pilots.refusals import (
    ChangedMeanwhile,
    EndRequired,
    EndTooLate,
    Invalid,
    NothingAsked,
)
from pilots.rules import stalls
from pilots.rules.gates import GateState
from pilots.rules.vocabulary import Outcome

__all__ = ["ask_exception", "except_"]

ROWS: dict[str, Any] = {
    "function": Function,
    "manager": Person,
    "exceptions_to": Person,
    "exceptions_deputy": Person,
}
"""The sealed fields that hold a primary key."""
QUOTED_AT_MOST = 160
"""Characters of a value that a refusal quotes."""


def require_confirmation(locked: LockedPilot, gate: GateState, *, confirmed: bool) -> tuple[str, ...]:
    """Refuse a grant on other facts than the latest request's, unless it is confirmed. Returns the fields that changed.

    Raises:
        ChangedMeanwhile: with the difference in words; its field is `confirmed`.
    """
    changed = locked.state.changed_since_request(gate)
    if not changed or confirmed:
        return changed
    now = locked.state.facts_for_exception(gate.kind)
    differences = "; ".join(_difference(name, gate.requested[name], now.get(name)) for name in changed)
    raise ChangedMeanwhile(
        _("It was asked for on something else: %(differences)s. Confirm it with that in view, or do not grant it.")
        % {"differences": differences},
        field="confirmed",
    )


def _difference(name: str, before: Any, after: Any) -> str:
    says = {"field": _field(name), "before": _quoted(name, before), "after": _quoted(name, after)}
    if not says["before"]:
        return _("%(field)s was not said, and is “%(after)s” now") % says
    if not says["after"]:
        return _("%(field)s was “%(before)s”, and was taken out since") % says
    return _("%(field)s was “%(before)s”, and is “%(after)s” now") % says


def _field(name: str) -> str:
    if name == "threshold":
        return _("threshold")
    return str(getattr(Pilot._meta.get_field(name), "verbose_name", name))


def _quoted(name: str, value: Any) -> str:
    if name in ROWS:
        value = ROWS[name].objects.filter(pk=value or None).first()
    elif isinstance(value, bool):
        value = _("yes") if value else _("no")
    return Truncator(" ".join(str(value or "").split())).chars(QUOTED_AT_MOST)


@logged_transaction()
def ask_exception(
    *,
    gate: Gate,
    by: Person,
    reason: str | None = None,
    until: date | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Ask to be let past an open gate until a date. Whoever grants it gives the end that binds.

    The request remembers what it was asked on, as an exception would seal it (rule 8).
    """
    locked, row, state = lock_gate(gate, by, on, known)
    require_kind("ask_exception", state)
    locked.require_role("ask_exception")
    require_expected_gate(locked, row, expected_version)
    locked.require_stage("ask_exception")
    reason = need_reason(reason)
    if until is not None and until < locked.on:
        raise Invalid(_("The end lies before the asking."), field="until")
    sealed = locked.state.to_seal(state.kind, Outcome.EXCEPTED)
    return locked.write("ask_exception", gate=row, reason=reason, data={"until": until, "sealed": sealed})


@logged_transaction()
def except_(
    *,
    gate: Gate,
    by: Person | None,
    reason: str | None = None,
    until: date | None = None,
    for_: Person | None = None,
    evidence: str = "",
    pieces: Iterable[Evidence] = (),
    cites: Decision | None = None,
    confirmed: bool = False,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Decision:
    """Let a pilot past an open gate until a date, asked for by somebody else, for at most 90 days.

    Args:
        confirmed: it is granted although what it was asked on is another now, with the difference in view (rule 8).

    Raises:
        ChangedMeanwhile: a sealed fact is another than at the latest request, and that is not confirmed. Its field is `confirmed`.
        Refused: with the code that `SCENARIOS.md` names for it.
    """
    locked, row, state = lock_gate(gate, by, on, known)
    require_kind("except_", state)
    decider, capacity = decider_of(locked, state, for_, askers=state.askers)
    require_expected_gate(locked, row, expected_version)
    changed = require_confirmation(locked, state, confirmed=confirmed)
    locked.require_stage("except_")
    shown = cited(locked, evidence, pieces, needed=for_ is not None)
    if not state.askers:
        raise NothingAsked
    reason, until = need_reason(reason), _end(locked, until)
    return sign_answer(
        locked,
        row,
        state,
        outcome=Outcome.EXCEPTED,
        reason=reason,
        decider=decider,
        capacity=capacity,
        recorded_for=for_ is not None,
        until=until,
        shown=shown,
        cites=cites,
        good_until=until,
        action="except",
        data={"confirmed": list(changed)} if changed else None,
    )


def _end(locked: LockedPilot, until: date | None) -> date:
    """The last day of an exception, or a refusal (rule 8)."""
    if until is None:
        raise EndRequired(field="until")
    if until < locked.on:
        raise Invalid(_("The end lies before the day of the decision."), field="until")
    if until > locked.on + stalls.LONGEST_EXCEPTION:
        raise EndTooLate(field="until")
    return until
