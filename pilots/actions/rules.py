"""Actions on the known rules and the risk (rule 11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import LockedPilot, lock_pilot
from pilots.actions.texts import need_plain
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Person, Pilot
from pilots.refusals import Invalid
from pilots.rules import adoption, seals

__all__ = ["accept_risk", "confirm_rules", "set_rules"]


_PEOPLE = ("exceptions_to", "exceptions_deputy")


@logged_transaction()
def set_rules(
    *,
    pilot: Pilot,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
    **rules: Any,
) -> Event | None:
    """State rules by which people can work with the pilot, any of the seven. A changed rule must be confirmed again."""
    return ruling(lock_pilot(pilot, by, on, known, expected_version), rules)


def ruling(locked: LockedPilot, rules: Mapping[str, Any]) -> Event | None:
    """State rules of a locked pilot. Returns None where nothing changed."""
    locked.require("set_rules")
    values = {}
    for name, value in rules.items():
        if name not in adoption.RULES:
            raise Invalid(_("“%(name)s” is not one of the rules.") % {"name": name}, field=name)
        if name == "matters_more" and value not in ("speed", "accuracy"):
            raise Invalid(_("Say speed or accuracy."), field=name)
        if value is None or not str(value).strip():
            raise Invalid(_("A rule that says nothing is no rule."), field=name)
        need_plain(str(value), name)
        values[name] = value.pk if name in _PEOPLE else value
    before = locked.state.rules
    changed = {name: value for name, value in values.items() if not seals.same(before.get(name), value)}
    if not changed:
        return None
    changes = [{"field": name, "from": before.get(name), "to": value} for name, value in changed.items()]
    return locked.write("set_rules", data={"set": changed}, changes=changes)


@logged_transaction()
def accept_risk(
    *,
    pilot: Pilot,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Accept a pilot's risk in one's own name."""
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require_role("accept_risk")
    locked.require_confirmed_address()
    locked.require_stage("accept_risk")
    return locked.write("accept_risk")


@logged_transaction()
def confirm_rules(
    *,
    pilot: Pilot,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """The pilot's manager confirms, in their own name, that they can work by the rules as they stand."""
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require_role("confirm_rules")
    locked.require_confirmed_address()
    locked.require_stage("confirm_rules")
    return locked.write("confirm_rules")
