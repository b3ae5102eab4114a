"""Deciding many alike, the minutes of a meeting, and what differs, in words."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from pilots import actions, concurrency
from pilots.actions.bulk_decisions import Entry
from pilots.event_log import triggers, verify
from pilots.models import Decision, Event, GateKind, Person, Pilot, Portfolio
from pilots.refusals import ChangedMeanwhile, EvidenceRequired, Invalid, NotYours, ReasonRequired, WrongStage
from readiness.text.sealed_values import differences, differences_between
from tests.company import (
    DATA,
    LEGAL,
    MARCH,
    QUALITY,
    a_cast,
    a_portfolio,
    a_right,
    a_running_pilot,
    gate_of,
    on,
    with_a_result,
    with_a_threshold,
)

pytestmark = pytest.mark.django_db
MAY = date(2025, 5, 3)


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings: Any) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


@pytest.fixture
def cast() -> dict[str, Person]:
    return a_cast("ria", "lena", "max", "mia")


@pytest.fixture
def portfolio(cast: dict[str, Person]) -> Portfolio:
    made = a_portfolio(day=MARCH, office=cast["ria"])
    for kind, holder in ((LEGAL, "lena"), (DATA, "max"), (QUALITY, "max")):
        a_right(kind, cast[holder], made, day=MARCH)
    return made


def a_pilot(portfolio: Portfolio, number: int, **more: Any) -> Pilot:
    says = {"name": f"Drafts {number}", "workflow": "Drafting", "tool": "Drafter 1", "data": "Mails"} | more
    return a_running_pilot(portfolio, f"P-{number}", day=MARCH, **says)


@pytest.fixture
def three(portfolio: Portfolio) -> list[Pilot]:
    return [a_pilot(portfolio, number) for number in (1, 2, 3)]


def decide_many(pilots: list[Pilot], by: Person, **more: Any) -> list[Decision]:
    says: dict[str, Any] = {"outcome": "cleared", "reason": "The same terms apply."}
    return actions.decide_many(gates=[gate_of(pilot) for pilot in pilots], by=by, **(says | on(MARCH) | more))


# Many alike -----------------------------------------------------------------------------------------------------------


def test_each_gate_gets_its_own_decision_citing_the_first(three: list[Pilot], cast: dict[str, Person]) -> None:
    made = decide_many([three[2], three[0], three[1]], cast["lena"])
    assert [one.gate.pilot.key for one in made] == ["P-3", "P-1", "P-2"]
    assert [one.cites for one in made] == [None, made[0], made[0]]
    assert len({one.checksum for one in made}) == 3


def test_many_alike_and_minutes_are_one_entry_of_the_log_each(three: list[Pilot], cast: dict[str, Person]) -> None:
    made = decide_many(three, cast["lena"])
    history = Event.objects.get(action="decide_many")
    assert (history.pilot, history.portfolio, history.data["count"]) == (None, three[0].portfolio, 3)
    assert {one.event.batch for one in made} == {history.batch}
    entries = [Entry(gate=gate_of(pilot, DATA), outcome="cleared", reason="As said.") for pilot in three[:2]]
    actions.record_minutes(by=cast["max"], entries=entries, evidence="https://example.org/minutes", **on(MARCH))
    minutes = Event.objects.get(action="record_minutes")
    assert minutes.data["count"] == 2
    assert Event.objects.of_batch(minutes.batch).count() == 2
    # One answer by itself stands for itself.
    [alone] = actions.decide_many(
        gates=[gate_of(three[2], DATA)], by=cast["max"], outcome="cleared", reason="Agreed.", **on(MARCH)
    )
    assert alone.event.batch == ""
    assert Event.objects.filter(action="decide_many").count() == 1


def test_what_is_refused_leaves_no_entry_and_the_next_act_is_of_no_batch(
    three: list[Pilot], cast: dict[str, Person]
) -> None:
    with pytest.raises(NotYours):
        decide_many(three, cast["max"])
    assert not Event.objects.exclude(batch="").exists()
    event = actions.amend(pilot=three[0], by=cast["ria"], set={"tool": "Drafter 2"}, **on(MARCH))
    assert event is not None
    assert event.batch == ""


def test_the_chain_covers_what_is_cited(three: list[Pilot], cast: dict[str, Person]) -> None:
    _first, second, third = decide_many(three, cast["lena"])
    assert verify.verify().first is None
    triggers.lift()
    models.QuerySet(Decision).filter(pk=third.pk).update(cites=second)
    broken = verify.verify().first
    assert broken is not None
    assert broken.event == third.event_id


def test_a_refusal_names_the_gate_and_why_and_nothing_is_written(
    portfolio: Portfolio, three: list[Pilot], cast: dict[str, Person]
) -> None:
    over = three[1]
    actions.retire(pilot=over, by=None, **on(MARCH))
    before = Event.objects.count()
    with pytest.raises(WrongStage) as refused:
        decide_many(three, cast["lena"])
    assert list(refused.value.rows) == [1]
    assert "P-2, Legal: " in refused.value.says
    assert Event.objects.count() == before
    assert not Decision.objects.exists()


def test_many_are_decided_only_by_whoever_may_decide_each(three: list[Pilot], cast: dict[str, Person]) -> None:
    with pytest.raises(NotYours) as refused:
        decide_many(three, cast["max"])
    assert list(refused.value.rows) == [0, 1, 2]


def test_gates_of_several_kinds_are_not_alike(three: list[Pilot], cast: dict[str, Person]) -> None:
    with pytest.raises(Invalid):
        actions.decide_many(
            gates=[gate_of(three[0]), gate_of(three[1], DATA)],
            by=cast["lena"],
            outcome="cleared",
            reason="Yes.",
            **on(MARCH),
        )
    with pytest.raises(Invalid):
        actions.decide_many(gates=[], by=cast["lena"], outcome="cleared", reason="Yes.", **on(MARCH))


def test_somebody_elses_answer_meanwhile_is_not_decided_over(three: list[Pilot], cast: dict[str, Person]) -> None:
    saw = concurrency.of_gates([gate_of(pilot) for pilot in three])
    actions.decide(gate=gate_of(three[2]), by=cast["lena"], outcome="refused", reason="No.", **on(MARCH))
    with pytest.raises(ChangedMeanwhile) as refused:
        decide_many(three, cast["lena"], expected_version=saw)
    assert list(refused.value.rows) == [2]


def test_many_exceptions_are_granted_at_once(three: list[Pilot], cast: dict[str, Person]) -> None:
    for pilot in three:
        actions.ask_exception(gate=gate_of(pilot), by=cast["ria"], reason="Soon.", **on(MARCH))
    made = decide_many(three, cast["lena"], outcome="excepted", until=MARCH + timedelta(days=30))
    assert [one.cites for one in made] == [None, made[0], made[0]]


# Minutes --------------------------------------------------------------------------------------------------------------


def test_one_meetings_decisions_are_recorded_with_one_piece_of_evidence(
    portfolio: Portfolio, three: list[Pilot], cast: dict[str, Person]
) -> None:
    minutes = actions.file_evidence(
        portfolio=portfolio,
        by=cast["ria"],
        file=io.BytesIO(b"Minutes of 3 March"),
        file_name="minutes.txt",
        **on(MARCH),
    )
    made = actions.record_minutes(
        by=cast["ria"],
        entries=[
            Entry(gate_of(three[0]), "cleared", "Fine.", cast["lena"]),
            Entry(gate_of(three[0], DATA), "refused", "No.", cast["max"], would_change="A contract."),
            Entry(gate_of(three[1], DATA), "changes_requested", "Show the fields.", cast["max"]),
        ],
        pieces=[minutes],
        **on(MARCH),
    )
    assert [one.outcome for one in made] == ["cleared", "refused", "changes_requested"]
    assert all(one.recorded_for and one.by == cast["ria"] for one in made)
    assert all(one.evidence_checksums == {minutes.public_id: minutes.checksum} for one in made)
    assert minutes.uses.count() == 3


def test_each_row_of_minutes_says_its_own_refusal_and_none_is_written(
    three: list[Pilot], cast: dict[str, Person]
) -> None:
    with pytest.raises(ReasonRequired) as refused:
        actions.record_minutes(
            by=cast["ria"],
            entries=[
                Entry(gate_of(three[0]), "cleared", "Fine.", cast["lena"]),
                Entry(gate_of(three[1]), "cleared", "", cast["lena"]),
                Entry(gate_of(three[2]), "cleared", "Fine.", cast["mia"]),
            ],
            evidence="https://example.org/minutes",
            **on(MARCH),
        )
    codes = {place: each.code for place, each in refused.value.rows.items()}
    assert codes == {1: "reason_required", 2: "not_yours"}
    assert not Decision.objects.exists()


def test_minutes_need_the_minutes(three: list[Pilot], cast: dict[str, Person]) -> None:
    with pytest.raises(EvidenceRequired):
        actions.record_minutes(
            by=cast["ria"], entries=[Entry(gate_of(three[0]), "cleared", "Fine.", cast["lena"])], **on(MARCH)
        )


# In words -------------------------------------------------------------------------------------------------------------


def says(pilot: Pilot, at: date, kind: str = LEGAL) -> list[str]:
    found = differences([gate_of(pilot, kind)], at=at)
    return [each.says for of in found.values() for each in of]


def test_what_changed_is_said_with_its_day(three: list[Pilot], cast: dict[str, Person]) -> None:
    pilot = three[0]
    decide_many([pilot], cast["lena"])
    actions.amend(pilot=pilot, by=None, set={"tool": "Drafter 2"}, **on(MAY))
    later = MAY + timedelta(days=5)
    actions.amend(pilot=pilot, by=None, set={"data": ""}, **on(later))
    actions.set_rules(pilot=pilot, by=None, acceptable_use="Renewals", **on(later))
    assert says(pilot, MAY - timedelta(days=1)) == []
    assert says(pilot, MAY) == ["the tool changed from “Drafter 1” to “Drafter 2” on 3 May 2025"]
    assert sorted(says(pilot, later)) == [
        "the data was “Mails” and was taken out on 8 May 2025",
        "the tool changed from “Drafter 1” to “Drafter 2” on 3 May 2025",
        "what it may be used for, not said when it was decided, became “Renewals” on 8 May 2025",
    ]
    actions.amend(pilot=pilot, by=None, set={"tool": "DRAFTER 1"}, **on(later + timedelta(days=1)))
    assert len(says(pilot, later + timedelta(days=1))) == 2


def test_the_day_is_that_of_the_value_that_stands(three: list[Pilot], cast: dict[str, Person]) -> None:
    decide_many(three[:1], cast["lena"])
    for days, tool in ((0, "Drafter 2"), (3, "Drafter 3")):
        actions.amend(pilot=three[0], by=None, set={"tool": tool}, **on(MAY + timedelta(days=days)))
    assert says(three[0], MAY + timedelta(days=9)) == ["the tool changed from “Drafter 1” to “Drafter 3” on 6 May 2025"]


def test_people_are_named(portfolio: Portfolio, three: list[Pilot], cast: dict[str, Person]) -> None:
    kind = GateKind.objects.get(key=LEGAL)
    kind.seals = [*kind.seals, "manager"]
    kind.save()
    decide_many(three[:1], cast["lena"])
    actions.amend(pilot=three[0], by=None, set={"manager": cast["mia"]}, **on(MAY))
    assert says(three[0], MAY) == ["the manager, not said when it was decided, became “Mia” on 3 May 2025"]


def test_a_worse_measurement_and_another_threshold_are_said(three: list[Pilot], cast: dict[str, Person]) -> None:
    pilot = three[0]
    agreed: dict[str, Any] = {"metric": "right", "smallest_sample": 100}
    with_a_threshold(pilot, by=cast["ria"], value=0.8, **agreed, **on(MARCH))
    with_a_result(pilot, by=cast["ria"], **on(MARCH))
    actions.decide(gate=gate_of(pilot, QUALITY), by=cast["max"], outcome="cleared", reason="Met.", **on(MARCH))
    with_a_result(pilot, by=cast["ria"], value=0.5, **on(MAY))
    assert says(pilot, MAY, QUALITY) == ["the latest measurement, of 3 May 2025, did not meet it"]
    day = MAY + timedelta(days=1)
    with_a_result(pilot, by=cast["ria"], **on(day))
    assert says(pilot, day, QUALITY) == [
        "the measurement of 3 May 2025 did not meet it, and nobody has decided on it again"
    ]
    day = MAY + timedelta(days=2)
    with_a_threshold(pilot, by=cast["ria"], value=0.7, **agreed, **on(day))
    assert says(pilot, day, QUALITY) == [
        "the threshold changed from “right: at least 80%, measured on 100 or more”"
        " to “right: at least 70%, measured on 100 or more” on 5 May 2025",
        "nothing has been measured against the new threshold",
    ]


def test_a_newer_version_of_the_evidence_is_said(three: list[Pilot], cast: dict[str, Person]) -> None:
    piece = actions.file_evidence(
        pilot=three[0], by=cast["lena"], link="https://a.org", title="Assessment", **on(MARCH)
    )
    decide_many(three[:1], cast["lena"], pieces=[piece])
    actions.replace_evidence(evidence=piece, by=cast["lena"], link="https://b.org", **on(MAY))
    assert says(three[0], MAY) == ["the evidence “Assessment” was replaced by a newer version on 3 May 2025"]


def test_differences_take_as_many_queries_for_many_gates_as_for_one(
    three: list[Pilot], cast: dict[str, Person]
) -> None:
    decide_many(three, cast["lena"])
    for pilot in three:
        actions.amend(pilot=pilot, by=None, set={"tool": "Drafter 2"}, **on(MAY))
    counts = []
    for some in (three[:1], three):
        chosen = [gate_of(pilot) for pilot in some]
        with CaptureQueriesContext(connection) as took:
            assert len(differences(chosen, at=MAY)) == len(some)
        counts.append(len(took))
    assert counts[0] == counts[1] <= 4


def test_what_is_decided_alike_is_shown_side_by_side(portfolio: Portfolio, three: list[Pilot]) -> None:
    other = a_pilot(portfolio, 4, tool="Other")
    chosen = [gate_of(three[0]), gate_of(three[1]), gate_of(other)]
    found = {row.field: row for row in differences_between(chosen, at=MARCH)}
    assert list(found) == ["workflow", "acceptable_use", "tool", "data"]
    assert {name for name, row in found.items() if row.differs} == {"tool"}
    assert [found["tool"].values[each.pk] for each in chosen] == ["Drafter 1", "Drafter 1", "Other"]
