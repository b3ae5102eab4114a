"""What a placard says is open: whose it is, in a sentence that can be read aloud."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from pilots.models import GateKind, Person
from pilots.rules import rights
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.rules.standing import GateStatus
from readiness.text import open_gates

AT = date(2026, 3, 2)
KINDS = {
    "legal": ("legal-sign-off", "Legal", "approval"),
    "data": ("it-data-access", "Data access", "approval"),
    "funding": ("funding-owner", "Funding", "acceptance"),
    "sponsor": ("named-sponsor", "Sponsor", "acceptance"),
    "quality": ("quality-threshold", "Quality", "measurement"),
    "errors": ("error-owner", "Errors", "acceptance"),
    "council": ("works-council", "Works council", "acceptance"),
}


def gate(kind: str, state: str, court: str | None = None, who: str = "") -> GateSnapshot:
    key, name, clears_by = KINDS[kind]
    row = GateKind(key=key, name=name, clears_by=clears_by, question=f"{name}?")
    status = GateStatus(
        kind=key,
        state=state,
        court=court,
        holder=None,
        since=AT,
        days=0,
        good_until=None,
        seat=rights.Seat(first_day=AT, last_day=None),
    )
    holder = Person(name=who) if who else None
    nothing: Any = None
    return GateSnapshot(nothing, row, status, holder, None, None)


def said(*gates: GateSnapshot, quality: str = "none") -> str:
    found: Any = SimpleNamespace(gates=gates, status=SimpleNamespace(quality=quality))
    pilot: PilotSnapshot = found
    return open_gates.sentence(pilot)


def test_nothing_open_is_nothing_to_say() -> None:
    assert said(gate("legal", "cleared"), gate("data", "excepted")) == ""


def test_gates_that_wait_on_one_person_are_named_together() -> None:
    assert (
        said(gate("legal", "waiting", "decider", "Lena Orr"), gate("data", "waiting", "decider", "Lena Orr"))
        == "Legal and Data access wait on Lena Orr."
    )
    assert (
        said(gate("legal", "waiting", "decider", "Lena Orr"), gate("data", "waiting", "decider", "Ben Ash"))
        == "Legal waits on Lena Orr, Data access on Ben Ash."
    )


def test_what_nobody_has_agreed_to_is_one_clause() -> None:
    assert said(
        gate("funding", "unowned", "nobody"), gate("sponsor", "unowned", "nobody"), gate("errors", "unowned", "nobody")
    ) == ("There is nobody to fund the next phase, to carry it or to answer for it when it is wrong.")


def test_whoever_was_asked_is_named() -> None:
    assert said(
        gate("funding", "waiting", "decider", "Sam Lee"),
        gate("sponsor", "waiting", "decider", "Mia Roe"),
        gate("errors", "waiting", "decider", "Sam Lee"),
    ) == (
        "Sam Lee was asked to fund the next phase and to answer for it when it is wrong, and has not answered; "
        "Mia Roe was asked to carry it, and has not answered."
    )


def test_a_kind_that_an_office_added_is_said_by_its_question() -> None:
    assert said(gate("council", "unowned", "nobody")) == ("There is nobody to answer “Works council?”.")


@pytest.mark.parametrize(
    ("open_gate", "sentence"),
    [
        (gate("legal", "unowned", "nobody"), "Nobody has the right to decide on Legal."),
        (gate("legal", "refused", "team", "Lena Orr"), "Legal was refused, and the team has not answered."),
        (
            gate("legal", "changes_requested", "team", "Lena Orr"),
            "The team has not answered what was asked about Legal.",
        ),
        (gate("legal", "changes_requested", "outside", "Lena Orr"), "Legal waits on somebody outside."),
        (gate("legal", "lapsed", "decider", "Lena Orr"), "Legal has lapsed and waits on Lena Orr."),
        (gate("legal", "lapsed", "team", "Lena Orr"), "A condition on Legal was not met."),
        (gate("legal", "lapsed", "nobody"), "Nobody has the right to decide on Legal."),
        (
            gate("legal", "reconfirm", "decider", "Lena Orr"),
            "What was decided on has changed, and Lena Orr has not answered again.",
        ),
        (gate("legal", "asserted"), "Only a list says yes to Legal."),
        (gate("quality", "waiting", "decider", "Quin Day"), "Quality waits on Quin Day."),
        (
            gate("quality", "unowned", "nobody"),
            "It was measured and is good enough, and nobody has the right to say so.",
        ),
    ],
)
def test_each_way_to_be_open_is_said_in_its_own_words(open_gate: GateSnapshot, sentence: str) -> None:
    assert said(open_gate, quality="met") == sentence


@pytest.mark.parametrize("quality", ["none", "insufficient", "not_met", "stale"])
def test_what_the_team_has_to_show_follows_from_the_last_verdict(quality: str) -> None:
    found = said(gate("quality", "waiting", "team", "Quin Day"), quality=quality)
    text = str(open_gates.QUALITY[quality])
    assert found == f"{text[0].upper()}{text[1:]}."
