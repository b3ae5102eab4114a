"""Many gates at once: alike decided once, and the minutes of one meeting. All or nothing (rules 2 and 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilots.actions.decisions import decide
from pilots.actions.event_batch import event_batch, log_batch
from pilots.actions.evidence import file_evidence
from pilots.actions.exception_requests import except_
from pilots.actions.locked_pilot import action_days, lock_all
from pilots.actions.reference import concerns
from pilots.event_log.sign import logged_transaction
from pilots.files import Upload
from pilots.models import Decision, Evidence, Gate, Person
from pilots.refusals import EvidenceRequired, Invalid, Refused
from pilots.rules.vocabulary import Outcome

__all__ = ["decide_many", "record_minutes"]


NAMED_IN_A_SENTENCE = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer on one gate, as `decide` and `except_` take it; `outcome` may be `excepted`, with `until` and `confirmed`."""

    gate: Gate
    outcome: str
    reason: str | None = None
    for_: Person | None = None
    conditions: Sequence[Mapping[str, Any]] = ()
    until: date | None = None
    court: str = ""
    would_change: str = ""
    expected_version: int | None = None
    confirmed: bool = False


@logged_transaction()
def decide_many(
    *,
    gates: Iterable[Gate],
    by: Person | None,
    outcome: str,
    reason: str | None = None,
    conditions: Sequence[Mapping[str, Any]] = (),
    until: date | None = None,
    court: str = "",
    for_: Person | None = None,
    evidence: str = "",
    pieces: Iterable[Evidence] = (),
    would_change: str = "",
    cites: Decision | None = None,
    confirmed: bool = False,
    on: date | None = None,
    known: date | None = None,
    expected_version: Mapping[int, int] | None = None,
) -> list[Decision]:
    """Answer several gates of one kind alike. Each gets its own decision, and those after the first cite it.

    Args:
        cites: an earlier answer that each of them cites, instead of the first of them.
        expected_version: of each gate that the person saw, by its primary key, as `pilots.concurrency.gate_version` counts it.
        confirmed: of exceptions, as `except_` takes it.

    Raises:
        Invalid: no gate at all, or gates of several kinds.
        Refused: as the first gate that refuses; `rows` holds every refusal by the gate's place. Nothing is written.
    """
    versions = expected_version or {}
    alike = (outcome, reason, for_, conditions, until, court, would_change)
    entries = [Entry(gate, *alike, versions.get(gate.pk), confirmed) for gate in dict.fromkeys(gates)]
    if len({entry.gate.kind_id for entry in entries}) > 1:
        raise Invalid(_("Choose gates of one kind: what is decided on differs between kinds."), field="gates")
    shown = {"evidence": evidence, "pieces": list(pieces)}
    with event_batch(len(entries)) as batch:
        done = _all_or_none(entries, lambda entry, first: _decide(entry, by, on, known, cites or first, **shown))
    data = {"kind": done[0].gate.kind.key, "outcome": outcome}
    _log(batch, "decide_many", by, on, known, data, done, changes=concerns(kind=done[0].gate.kind))
    return done


@logged_transaction()
def record_minutes(
    *,
    by: Person | None,
    entries: Iterable[Entry],
    on: date | None = None,
    evidence: str = "",
    pieces: Iterable[Evidence] = (),
    file: Upload | None = None,
    file_name: str = "",
    known: date | None = None,
) -> list[Decision]:
    """Record one meeting's answers on many gates of any kinds, resting on the minutes as their evidence.

    Args:
        on: the day of the meeting.
        entries: an answer each; `for_` names the decider for whom the program office records it.
        file: the minutes themselves, as `file_evidence` takes them: one piece, on which every answer rests.

    Raises:
        EvidenceRequired: no minutes.
        Invalid: a file that is not taken, or one for answers in several portfolios.
        Refused: as the first entry that is refused; `rows` holds every refusal by the entry's place. Nothing is written.
    """
    entries, pieces = list(entries), list(pieces)
    if not (evidence.strip() or pieces or file is not None):
        raise EvidenceRequired(_("Add the minutes: a link or a file."), field="evidence")
    with event_batch(len(entries)) as batch:
        if file is not None and entries:
            pieces.append(_file(entries, by, file, file_name, on, known))
        shown = {"evidence": evidence, "pieces": pieces}
        done = _all_or_none(entries, lambda entry, first: _decide(entry, by, on, known, None, **shown))
    _log(batch, "record_minutes", by, on, known, {}, done)
    return done


def _log(
    batch: str,
    action: str,
    by: Person | None,
    on: date | None,
    known: date | None,
    data: dict[str, Any],
    done: Iterable[Decision],
    **more: Any,
) -> None:
    """Write what stands for these answers: one event for each portfolio, in whose log it is written."""
    portfolios = {decision.gate.pilot.portfolio_id: decision.gate.pilot.portfolio for decision in done}
    log_batch(batch, action, by, *action_days(on, known), data, portfolios=portfolios.values(), **more)


def _file(
    entries: list[Entry], by: Person | None, file: Upload, file_name: str, on: date | None, known: date | None
) -> Evidence:
    """File the minutes as one piece. It is given to the first pilot, and used by all."""
    if len({entry.gate.pilot.portfolio_id for entry in entries}) > 1:
        raise Invalid(
            _(
                "A file belongs to one portfolio, and these answers are of several. Record them portfolio by portfolio, or give a link."
            ),
            field="file",
        )
    lock_all(entry.gate.pilot_id for entry in entries)
    return file_evidence(
        pilot=entries[0].gate.pilot, by=by, file=file, file_name=file_name, effective_on=on, known=known
    )


def _decide(
    entry: Entry, by: Person | None, on: date | None, known: date | None, cites: Decision | None, **shown: Any
) -> Decision:
    says: dict[str, Any] = {
        "gate": entry.gate,
        "by": by,
        "reason": entry.reason,
        "until": entry.until,
        "for_": entry.for_,
        "cites": cites,
        "on": on,
        "known": known,
        "expected_version": entry.expected_version,
        **shown,
    }
    if entry.outcome == Outcome.EXCEPTED:
        return except_(confirmed=entry.confirmed, **says)
    return decide(
        outcome=entry.outcome, conditions=entry.conditions, court=entry.court, would_change=entry.would_change, **says
    )


def _all_or_none(entries: list[Entry], do: Callable[[Entry, Decision | None], Decision]) -> list[Decision]:
    """Do every entry, or refuse with all that stands in the way. Each is tried by itself, so that each says its own."""
    if not entries:
        raise Invalid(_("Choose a gate at least."), field="gates")
    lock_all(entry.gate.pilot_id for entry in entries)
    done: list[Decision] = []
    refused: dict[int, Refused] = {}
    for place, entry in enumerate(entries):
        try:
            with transaction.atomic():
                done.append(do(entry, done[0] if done else None))
        except Refused as refusal:
            refused[place] = refusal
    if refused:
        raise _refusal(entries, refused)
    return done


def _refusal(entries: list[Entry], refused: dict[int, Refused]) -> Refused:
    """One refusal for all, of the first one's code, that names each gate and why; what all of them say is said once."""
    first = next(iter(refused.values()))
    fields = {refusal.field for refusal in refused.values()}
    field = first.field if len(fields) == 1 else None
    said = {(refusal.code, refusal.says, refusal.field) for refusal in refused.values()}
    if len(said) == 1 and len(refused) == len(entries):
        says = _("%(says)s Nothing was written.") % {"says": first.says}
        return type(first)(says, field=field, missing=first.missing, rows=refused)
    named = [
        f"{entries[place].gate.pilot.key}, {entries[place].gate.kind.name}: {refusal.says}"
        for place, refusal in refused.items()
    ]
    more = len(named) - NAMED_IN_A_SENTENCE
    if more > 0:
        named[NAMED_IN_A_SENTENCE:] = [_("And %(n)d more.") % {"n": more}]
    says = " ".join([*named, _("Nothing was written.")])
    return type(first)(says, field=field, missing=first.missing, rows=refused)
