"""What an exception was asked for on, held against what it would be granted on (rule 8)."""

from __future__ import annotations

from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import LockedPilot
from pilots.models import Function, Person, Pilot
from pilots.refusals import ChangedMeanwhile
from pilots.rules.gates import GateState

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
