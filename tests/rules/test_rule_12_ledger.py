"""Rule 12: every blocked day is charged to one court, and the parts add up to the whole."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from pilots import actions
from pilots.models import Pilot
from readiness.queries import snapshots
from readiness.rules import ledger
from tests.company import DATA, MARCH, SPONSOR, Signed, on, reading_of

DAY = timedelta(days=1)
END = MARCH + 30 * DAY


def test_rule_12_the_days_of_each_court_are_the_open_gates_counted_day_by_day(cast: Signed) -> None:
    actions.nominate(gate=cast.gate(SPONSOR), by=cast.ria, person=cast.sam, **on(MARCH + DAY))
    cast.decide(on=MARCH + 3 * DAY, outcome="changes_requested", court="outside", until=MARCH + 7 * DAY)
    cast.decide(DATA, on=MARCH + 5 * DAY)
    cast.decide(on=MARCH + 12 * DAY)
    actions.pause(pilot=cast.pilot, by=cast.ria, until=MARCH + 20 * DAY, reason="Spring.", **on(MARCH + 15 * DAY))
    counted: Counter[str] = Counter()
    for n in range((END - MARCH).days):
        status = reading_of(cast.pilot, at=MARCH + n * DAY)
        if status.stage == "running":
            counted.update(gate.court for gate in status.gates.values() if gate.court)
    charges = [charge for _, charge in snapshots.charges_of([Pilot.objects.get()], start=MARCH, end=END)]
    assert ledger.by_court(charges) == counted
    assert counted.keys() == {"nobody", "decider", "team", "outside"}
