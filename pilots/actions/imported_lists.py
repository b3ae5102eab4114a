"""Imports in the log: that a list was imported, that it was taken back as a whole, and that a later list restores its pilots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import ForeignKey
from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.acceptances import nominate, withdraw_nomination
from pilots.actions.decisions import end_assertion
from pilots.actions.event_batch import current_batch, event_batch, log_batch
from pilots.actions.import_effects import (
    NAMED_IN_A_SENTENCE,
    SENTENCES,
    Brought,
    Reversal,
    TakingBack,
    in_parts,
    taking_back,
)
from pilots.actions.kinds import fit
from pilots.actions.locked_pilot import LockedPilot, action_days, lock_all, lock_pilot
from pilots.actions.locked_together import Days, locked_together
from pilots.actions.records import amend, voiding
from pilots.actions.reference import concerns, log, only_office
from pilots.actions.texts import need_plain, need_reason, need_text
from pilots.event_log.sign import logged_transaction
from pilots.languages import installation_language
from pilots.models import Event, Gate, GateKind, Person, Pilot, Portfolio
from pilots.refusals import NothingAsked, WrongGate, WrongStage
from pilots.rules import adoption

__all__ = ["import_list", "restore_listed", "take_back_import"]


@logged_transaction()
def import_list(
    *,
    session: str,
    file_name: str,
    checksum: str,
    counts: Mapping[Portfolio | None, Mapping[str, int]],
    by: Person | None,
    of: str = "",
    reason: str = "",
    events: tuple[int, int] | None = None,
    on: date | None = None,
    known: date | None = None,
) -> list[Event]:
    """Write down that a list was imported: one event for each portfolio that it concerned, in whose log it is written.

    Within a batch it is one line in a list, over all that the rows did.

    Args:
        session: the public id of the import.
        counts: rows by what came of them, for each portfolio; under None those of a list of what lies in none.
        of: what stands in its rows; empty: pilots.
        reason: why the office changed by it what was on record; empty where nobody said it.
        events: the first and the last one that it wrote on a pilot; None where it wrote none.

    Raises:
        NotYours: `by` is not of the program office of each of them.
        Invalid: a text that cannot be kept.
    """
    on, known = action_days(on, known)
    for portfolio in counts:
        only_office(by, portfolio, on)
    says: dict[str, Any] = {"session": need_text(session, "session"), "checksum": need_plain(checksum, "checksum")}
    if of:
        says["of"] = need_text(of, "of")
    if events is not None:
        says["events"] = list(events)
    more: dict[str, Any] = {
        "changes": concerns(file=need_text(file_name, "file_name")),
        "reason": need_plain(reason, "reason"),
    }
    written, batch = [], current_batch()
    for portfolio, of_each in counts.items():
        data = says | {"counts": dict(of_each)}
        if batch:
            written += log_batch(batch, "import_list", by, on, known, data, portfolios=[portfolio], **more)
        else:
            written.append(log("import_list", by, on, known, data, portfolio=portfolio, **more))
    return written


@logged_transaction()
def take_back_import(
    *,
    imported: Event,
    brought: Brought,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
) -> TakingBack:
    """Take an import back as a whole, while nothing was decided on what it brought. All of it, or nothing.

    The pilots that it put on record become void, marked as taken back; those on record before go back to what they said:
    fields, rules, gates that a list said yes to, nominations. One event of each portfolio stands for all of it.

    Raises:
        NotYours: `by` is not of the program office of each portfolio.
        WrongStage: it was taken back, or something stands in the way; the sentence names the pilots and why.
    """
    on, known = action_days(on, known)
    for portfolio in Portfolio.objects.filter(pk__in=_portfolios(imported, brought)):
        only_office(by, portfolio, on)
    reason, session = need_reason(reason), imported.data["session"]
    locked = [pilot for part in in_parts(brought.pilots) for pilot in lock_all(part)]
    if Event.objects.filter(pilot=None, action="take_back_import", data__session=session).exists():
        raise WrongStage(_("This import was taken back already."))
    found = taking_back(brought)
    if found.obstacles:
        raise WrongStage(_refusal_text(found, locked))
    if found.is_nothing:
        raise WrongStage(_("This import changed nothing that could be taken back."))
    assert by is not None
    pilots = {pilot.pk: pilot for pilot in locked}
    with event_batch() as batch:
        _void_all([pilots[pk] for pk in found.void], by, reason, session, on, known)
        for pk, reversal in found.reversals.items():
            _reverse(pilots[pk], reversal, imported, by, on, known)
    written = Portfolio.objects.filter(events__batch=batch).distinct().order_by("pk")
    data = {
        "session": session,
        "import": imported.public_id,
        "events": [brought.first, brought.last],
        "by": brought.by,
    }
    log_batch(batch, "take_back_import", by, on, known, data, portfolios=written, reason=reason)
    return found


@logged_transaction()
def restore_listed(*, pilot: Pilot, on: date | None = None, known: date | None = None) -> Event:
    """Restore a pilot that is void because the import that made it was taken back: a later list names it.

    Raises:
        WrongStage: it is not void, or people declared it so.
    """
    locked = lock_pilot(pilot, None, on, known)
    locked.require("restore_listed")
    if not was_taken_back(locked):
        raise WrongStage(_("People declared it void: no list restores it."))
    event = locked.write("restore", data={"listed": True})
    fit(locked, GateKind.objects.all())
    return event


def was_taken_back(locked: LockedPilot) -> bool:
    """Whether a pilot is void because the import that made it was taken back."""
    last = next((event for event in reversed(locked.events) if event.action == "void"), None)
    return last is not None and "taken_back" in last.data


def _portfolios(imported: Event, brought: Brought) -> set[int]:
    """The portfolios that taking it back is about."""
    of_pilots = (
        Pilot.objects.filter(pk__in=part).order_by().values_list("portfolio", flat=True).distinct()
        for part in in_parts(brought.pilots)
    )
    own = {imported.portfolio_id} if imported.portfolio_id else set()
    return own.union(*of_pilots)


def _refusal_text(found: TakingBack, locked: list[Pilot]) -> str:
    """The pilots that stand in the way, and why."""
    keys = {pilot.pk: pilot.key for pilot in locked}
    named = [f"{keys[pk]}: {SENTENCES[obstacle.because]}." for pk, obstacle in sorted(found.obstacles.items())]
    more = len(named) - NAMED_IN_A_SENTENCE
    if more > 0:
        named[NAMED_IN_A_SENTENCE:] = [_("And %(n)d more.") % {"n": more}]
    return " ".join([*named, _("An import is taken back as a whole: nothing was.")])


def _void_all(pilots: list[Pilot], by: Person, reason: str, session: str, on: date, known: date) -> None:
    """Declare void what the import made, so many at once that they fit into memory."""
    by_key = {pilot.pk: pilot for pilot in pilots}
    for part in in_parts(sorted(by_key)):
        with locked_together(part, by, Days(on, known, "void")):
            for pk in part:
                voiding(lock_pilot(by_key[pk], by, on, known), reason, data={"taken_back": session})


def _reverse(pilot: Pilot, reversal: Reversal, imported: Event, by: Person, on: date, known: date) -> None:
    """Bring one pilot back to what it said before the import."""
    if reversal.fields:
        before = {name: _value(name, change["to"]) for name, change in reversal.fields.items()}
        amend(pilot=pilot, by=by, set=before, on=on, known=known)
    if reversal.rules:
        _rules(lock_pilot(pilot, by, on, known), reversal.rules)
    with installation_language():
        file = next((change["to"] for change in imported.changes if change["field"] == "file"), _("A list"))
        source = _("%(file)s: the import was taken back.") % {"file": file}
    gates = Gate.objects.filter(pk__in={*reversal.asserted, *reversal.named}).select_related("pilot", "kind")
    for gate in gates.order_by("pk"):
        try:
            if gate.pk in reversal.named:
                _name(gate, reversal.named[gate.pk][1], by, on, known)
            else:
                end_assertion(gate=gate, source=source, on=on, known=known)
        except (NothingAsked, WrongGate):
            continue  # The list said it where it counted for nothing: a person had answered, or the gate is off.


def _rules(locked: LockedPilot, changes: Mapping[str, dict[str, Any]]) -> None:
    """State the rules of before; one that was not stated is not stated again."""
    locked.require("set_rules")
    people = ("exceptions_to", "exceptions_deputy")
    assert changes.keys() <= set(adoption.RULES)
    said = {name: change["to"] or (None if name in people else "") for name, change in changes.items()}
    locked.write("set_rules", data={"set": said}, changes=list(changes.values()))


def _name(gate: Gate, person: int | None, by: Person, on: date, known: date) -> None:
    """Name whoever was named before; nobody, where nobody was or they have left."""
    before = Person.objects.filter(pk=person).first() if person else None
    if before is None or permissions.has_left(before, on):
        withdraw_nomination(gate=gate, by=by, on=on, known=known)
    else:
        nominate(gate=gate, by=by, person=before, on=on, known=known)


def _value(name: str, value: Any) -> Any:
    """What a field said before, as `amend` takes it."""
    column: Any = Pilot._meta.get_field(name)
    if value is None:
        return None if column.null else ""
    if isinstance(column, ForeignKey):
        return column.remote_field.model._default_manager.get(pk=value)
    return column.to_python(value)
