"""Rule 7: by when a decider was to have answered, and whom an overdue gate escalates to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pilots.models import Decision, Gate, Person
from pilots.rules.vocabulary import Court, Outcome
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.rules import ledger, working_days


@dataclass(frozen=True, slots=True)
class AnswerDue:
    """What a decider was asked: since when they have been, the last day for an answer, and whom it goes to after that."""

    since: date
    answer_by: date
    escalates_to: Person | None

    def is_overdue(self, at: date) -> bool:
        """Whether the last day for an answer is over."""
        return at > self.answer_by


def answer_due(gate: GateSnapshot, snapshot: PilotSnapshot) -> AnswerDue | None:
    """What the decider of an open gate was asked; None where nobody is asked, or no right says by when.

    A decider is asked from the first day of the unbroken stretch on which the gate was the decider's move and its days were
    charged (rule 12); another holder, and another state of it, do not begin a new one. From the day after, they have the
    working days of the right, by the portfolio's calendar. Paused days are charged to nobody and not counted here either:
    a pause neither lets an answer fall due nor gives anybody all of their days again.
    """
    if gate.status.court != Court.DECIDER or gate.answer_within is None:
        return None
    since = _first_asked(gate, snapshot)
    if since > snapshot.at:
        return None
    days = working_days.calendar(snapshot.pilot.portfolio.calendar)
    return AnswerDue(
        since, working_days.add(since, gate.answer_within, days, snapshot.pauses), escalation(gate, snapshot)
    )


def _first_asked(gate: GateSnapshot, snapshot: PilotSnapshot) -> date:
    since = ledger.with_decider(
        gate.kind.as_rule(),
        gate.history,
        gate.status.seat,
        start=snapshot.asks_from,
        at=snapshot.at,
    )
    while working_days.lies_in(since, snapshot.pauses):
        since += ledger.DAY
    return since


def escalation(gate: GateSnapshot, snapshot: PilotSnapshot) -> Person | None:
    """Whom a gate goes to above its decider: of the right, else of the portfolio; None where neither has an account then."""
    above = (gate.escalation, snapshot.pilot.portfolio.escalation)
    return next((who for who in above if who and not who.closed_by(snapshot.at)), None)


def last_answers(of: Iterable[Gate]) -> dict[int, Decision]:
    """The last answer on each gate that a person gave, by the gate's primary key. One query."""
    rows = Decision.objects.filter(gate__in=of).exclude(outcome=Outcome.ASSERTED)
    return {row.gate_id: row for row in rows.select_related("decider", "by", "event").order_by("pk")}
