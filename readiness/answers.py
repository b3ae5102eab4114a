"""Rule 7: by when a decider was to have answered, and whom an overdue gate escalates to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pilots.models import Decision, Gate, Person
from pilots.rules.gates import ASSERTED
from readiness import standing, working_days
from readiness.reading import GateOn, PilotOn


@dataclass(frozen=True, slots=True)
class Asked:
    """What a decider was asked: since when they have been, the last day for an answer, and whom it goes to after that."""

    since: date
    answer_by: date
    escalates_to: Person | None

    def is_overdue(self, at: date) -> bool:
        """Whether the last day for an answer is over."""
        return at > self.answer_by


def asked(gate: GateOn, found: PilotOn) -> Asked | None:
    """What the decider of an open gate was asked; None where it is not a decider's move, or no right says by when.

    Days are working days of the portfolio's calendar, from the day after the gate came to the decider. Starting asks all
    deciders, so nobody is asked before the start. Read the pilots with their portfolio and its escalation person.
    """
    if gate.reading.court != standing.DECIDER or gate.answer_within is None:
        return None
    since = max(gate.reading.since, found.reading.started_on or gate.reading.since)
    portfolio = found.pilot.portfolio
    days = working_days.calendar(portfolio.calendar)
    return Asked(
        since,
        working_days.after(since, gate.answer_within, days),
        gate.escalation or portfolio.escalation,
    )


def last_answers(of: Iterable[Gate]) -> dict[int, Decision]:
    """The last answer on each gate that a person gave, by the gate's primary key. One query."""
    rows = Decision.objects.filter(gate__in=of).exclude(outcome=ASSERTED)
    return {row.gate_id: row for row in rows.select_related("decider", "by").order_by("number")}  # fmt: skip
