"""An answer that was given before on the same tool and data stands beside the form, for whoever may see it, and can be cited."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Decision, Person, Pilot
from pilots.refusals import Invalid
from readiness.queries.precedents import Precedent, precedents
from readiness.queries.snapshots import snapshot_of
from readiness.text.sealed_values import Seals
from tests.company import DATA, LEGAL, Company, a_portfolio, browser_of, gate_of
from tests.readiness.pages.opened import gate_event, post

QUEUE = reverse("readiness:my-decisions")


def found(person: Person, pilot: Pilot, kind: str = LEGAL) -> list[Precedent]:
    snapshot = snapshot_of(Pilot.objects.get(pk=pilot.pk), at=today())
    assert snapshot is not None
    gate = snapshot.gate(kind)
    return precedents(person, gate, Seals([gate.gate], at=today()).to_seal(gate.gate.pk), at=today())


def answered(company: Company, key: str, outcome: str = "cleared", **facts: Any) -> Decision:
    pilot = company.running(key, f"Pilot {key}", **facts)
    return actions.decide(gate=company.gate(pilot, LEGAL), by=company.perpetua, outcome=outcome, reason=f"So, {key}.")


def test_the_same_tool_and_data_are_a_precedent_whatever_their_case_and_spacing(company: Company) -> None:
    before = answered(company, "A-1", tool="DRAFTER  1", data="Shared mailbox")
    answered(company, "A-2", tool="Drafter 2")
    answered(company, "A-3", data="Letters")
    pilot = company.running("A-9", "Now", workflow="drafting reminders")
    [precedent] = found(company.perpetua, pilot)
    assert precedent.decision == before
    assert precedent.differing == ["workflow"]


def test_the_most_alike_comes_first_and_a_no_counts_as_well(company: Company) -> None:
    alike = answered(company, "A-1", "refused")
    other = answered(company, "A-2", workflow="drafting reminders")
    pilot = company.running("A-9", "Now")
    assert [each.decision for each in found(company.perpetua, pilot)] == [alike, other]


def test_what_was_taken_back_or_answered_by_somebody_without_a_seat_is_none(company: Company) -> None:
    gate = answered(company, "A-1").gate
    actions.decide(gate=gate, by=company.perpetua, outcome="withdrawn", reason="Read it again.")
    pilot = company.running("A-9", "Now")
    assert found(company.perpetua, pilot) == []
    answered(company, "A-2")
    assert len(found(company.jory, pilot)) == 1
    assert found(company.bastian, pilot, DATA) == []


def test_nothing_is_shown_of_a_pilot_that_one_may_not_see(company: Company) -> None:
    elsewhere = a_portfolio("other", day=company.day(60))
    hidden = actions.record(
        portfolio=elsewhere,
        key="H-1",
        name="Hidden",
        tool="Drafter 1",
        data="shared mailbox",
        by=None,
        on=company.day(50),
    )
    actions.start(pilot=hidden, by=None, on=company.day(50))
    actions.assign_right(
        kind=gate_of(hidden).kind, holder=company.perpetua, portfolio=elsewhere, by=None, on=company.day(60)
    )
    actions.decide(gate=gate_of(hidden), by=company.perpetua, outcome="cleared", reason="Fine there.")
    pilot = company.running("A-9", "Now")
    assert [each.decision.gate.pilot.key for each in found(company.perpetua, pilot)] == ["H-1"]
    assert found(company.jory, pilot) == []
    assert "Hidden" not in browser_of(company.jory).get(QUEUE).content.decode()


def test_a_pilot_that_names_no_tool_has_no_precedent(company: Company) -> None:
    answered(company, "A-1", tool="")
    assert found(company.perpetua, company.running("A-9", "Now", tool="")) == []


def test_a_precedent_stands_beside_the_form_and_is_cited_in_the_log(company: Company) -> None:
    before = answered(company, "A-1")
    pilot = company.running("A-9", "Now")
    client = browser_of(company.perpetua)
    text = client.get(QUEUE).content.decode()
    assert "Answered before" in text
    assert "So, A-1." in text
    address = gate_event(company, pilot, LEGAL, "decide")
    post(client, address, outcome="cleared", reason="As before.", cites=before.public_id)
    cited = Decision.objects.get(gate__pilot=pilot, outcome="cleared")
    assert cited.cites == before
    page = browser_of(company.ria).get(reverse("readiness:pilot", args=[pilot.key])).content.decode()
    assert "It cites an earlier answer of Perpetua Rask," in page


def test_what_is_no_precedent_is_not_cited(company: Company) -> None:
    other = answered(company, "A-1", tool="Another")
    pilot = company.running("A-9", "Now")
    address = gate_event(company, pilot, LEGAL, "decide")
    post(browser_of(company.perpetua), address, outcome="cleared", reason="Yes.", cites=other.public_id)
    assert Decision.objects.get(gate__pilot=pilot, outcome="cleared").cites is None


def test_an_answer_cites_none_of_another_kind(company: Company) -> None:
    before = answered(company, "A-1")
    pilot = company.running("A-9", "Now")
    with pytest.raises(Invalid):
        actions.decide(
            gate=company.gate(pilot, DATA), by=company.bastian, outcome="cleared", reason="Yes.", cites=before
        )
