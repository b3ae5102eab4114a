"""Something of everything that a browser may meet."""

from __future__ import annotations

from pilots import actions
from pilots.models import Pilot
from tests.company import SPONSOR, Stage, with_a_result, with_a_threshold, with_an_acceptance

LONG = "Wiedervorlagebenachrichtigung" * 8 + "abcd"
"""A name of 236 characters without one place to break."""


def furnish(stage: Stage) -> Pilot:
    """Something of everything: an exhibit with a measured, moved threshold, a claim, a plan, and a name that does not break."""
    # Written down on its days: what is known never goes back, and a stalled pilot's date cannot be moved.
    began = {"on": stage.day(120), "known": stage.day(120)}
    pilot = stage.pilot("CO-014", "Renewal drafts", ago=120, known=stage.day(120))
    actions.start(pilot=pilot, by=stage.ria, **began)
    with_an_acceptance(pilot, SPONSOR, stage.ansel, by=stage.ria, **began)
    actions.move_decide_by(
        pilot=pilot, by=stage.ria, to=stage.day(60), reason="Legal’s calendar.", on=stage.day(85), known=stage.day(85)
    )
    stage.measured(pilot, ago=100)
    with_a_threshold(pilot, by=stage.ria, smallest_sample=100, on=stage.day(95))
    with_a_result(pilot, by=stage.ria, value=0.84, sample=300, on=stage.day(94))
    stage.rules(pilot)
    stage.running("CO-015", LONG, ago=30, workflow=LONG, tool=LONG)
    actions.record_claim(pilot=stage.pilot("CO-016", "Said to be adopted", ago=30), on=stage.day(20))
    stage.pilot("CO-017", "Planned")
    in_every_state(stage)
    return pilot


def in_every_state(stage: Stage) -> None:
    """A pilot whose gates are to be confirmed again, on conditions and asserted; another that was let past, and refused."""
    changed = stage.all_clear(stage.running("CO-018", "Changed since", ago=60))
    actions.decide(
        gate=stage.gate(changed, "it-data-access"),
        by=stage.bastian,
        outcome="conditional",
        reason="If it is listed.",
        conditions=[{"text": "List the fields", "owner": stage.hedda.email, "due": stage.day(-20)}],
    )
    actions.amend(pilot=changed, by=stage.ria, set={"tool": "Drafter 2"})
    past = stage.running("CO-019", "Let past", ago=60)
    legal = stage.gate(past, "legal-sign-off")
    actions.ask_exception(gate=legal, by=stage.ria, reason="Six weeks.", until=stage.day(-40))
    actions.except_(gate=legal, by=stage.perpetua, reason="Six weeks.", until=stage.day(-40))
    data = stage.gate(past, "it-data-access")
    actions.decide(gate=data, by=stage.bastian, outcome="changes_requested", reason="A list.", court="team")
    actions.record_residents(pilot=past, by=stage.ria, week=stage.day(7), people=31, visitors=12)
