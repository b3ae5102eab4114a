"""Many gates at once: decided alike with their differences in sight, and a meeting's minutes in one form."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import Decision, DecisionEvidence, Evidence, Pilot
from tests.company import Company, browser_of

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MANY, MINUTES = "readiness:decide-many", "readiness:minutes"


def two(company: Company) -> list[Pilot]:
    return [company.running("A-1", "First"), company.running("A-2", "Second", tool="Drafter 2")]


def ids(company: Company, pilots: list[Pilot], kind: str = "legal-sign-off") -> list[str]:
    return [company.gate(pilot, kind).public_id for pilot in pilots]


def send(client: Client, gates: list[str], **typed: Any) -> Any:
    drawn = client.get(reverse(MANY), {"gate": gates}).context["form"]
    return client.post(reverse(MANY), {"gate": gates, "expected_version": drawn["expected_version"].value(), **typed})


def test_where_gates_differ_is_shown_before_one_answer_is_signed_for_all(company: Company) -> None:
    pilots = two(company)
    page = browser_of(company.perpetua).get(reverse(MANY), {"gate": ids(company, pilots)})
    assert page.context["names"] == ["The tool"]
    assert [each.differs for each in page.context["alike"]] == [
        [("The tool", "Drafter 1")],
        [("The tool", "Drafter 2")],
    ]
    assert "The data" in [fact.name for fact in page.context["same"]]
    answer = send(browser_of(company.perpetua), ids(company, pilots), outcome="cleared", reason="Standard terms.")
    assert answer.status_code == 302
    assert Decision.objects.filter(outcome="cleared", decider=company.perpetua).count() == 2


def test_where_one_is_refused_none_is_written_and_the_text_stays(company: Company) -> None:
    pilots = two(company)
    page = send(browser_of(company.perpetua), ids(company, pilots), outcome="cleared", reason="")
    assert page.status_code == 422
    client, gates = browser_of(company.perpetua), ids(company, pilots)
    drawn = client.get(reverse(MANY), {"gate": gates}).context["form"]["expected_version"].value()
    actions.decide(gate=company.gate(pilots[1], "legal-sign-off"), by=company.jory, outcome="refused", reason="No.")
    sent = {"gate": gates, "expected_version": drawn, "outcome": "cleared", "reason": "Mine."}
    late = client.post(reverse(MANY), sent)
    assert late.status_code == 412
    assert "Mine." in late.content.decode()
    assert not Decision.objects.filter(outcome="cleared").exists()
    again = late.context["form"]["expected_version"].value()
    assert client.post(reverse(MANY), sent | {"expected_version": again}).status_code == 302


def test_gates_of_two_kinds_and_gates_one_may_not_see_are_not_decided_together(company: Company) -> None:
    [one, other] = two(company)
    mixed = [*ids(company, [one]), *ids(company, [other], "it-data-access")]
    back = reverse("readiness:my-decisions")
    assert browser_of(company.perpetua).get(reverse(MANY), {"gate": mixed})["Location"] == back
    hidden = browser_of(company.noam).get(reverse(MANY), {"gate": ids(company, [one])})
    assert hidden.status_code == 404


def test_whoever_decides_nothing_opens_no_answer_for_many(company: Company) -> None:
    gates = {"gate": ids(company, two(company))}
    assert browser_of(company.ottilie).get(reverse(MANY), gates).status_code == 403
    assert browser_of(company.jory).get(reverse(MANY), gates).status_code == 200


def test_the_office_enters_the_minutes_of_a_meeting_in_one_form(company: Company) -> None:
    two(company)
    typed = {
        "on": company.day(1).isoformat(),
        "evidence": "https://minutes.test/7",
        "answers.1.pilot": "A-1",
        "answers.1.kind": "legal-sign-off",
        "answers.1.outcome": "cleared",
        "answers.1.for_": "Perpetua Rask",
        "answers.1.reason": "Standard terms.",
        "answers.2.pilot": "A-2",
        "answers.2.kind": "it-data-access",
        "answers.2.outcome": "refused",
        "answers.2.for_": "bastian@example.org",
        "answers.2.reason": "No list of the data.",
    }
    refused = browser_of(company.ria).post(reverse(MINUTES), typed | {"evidence": ""})
    assert refused.status_code == 422
    assert refused.context["form"].errors.as_data()["evidence"][0].code == "evidence_required"
    assert browser_of(company.ria).post(reverse(MINUTES), typed).status_code == 302
    found = Decision.objects.filter(by=company.ria, recorded_for=True)
    assert {(d.decider, d.outcome) for d in found} == {(company.perpetua, "cleared"), (company.bastian, "refused")}


def minutes_of(company: Company) -> dict[str, Any]:
    return {
        "on": company.day(1).isoformat(),
        "file": SimpleUploadedFile("Minutes of the board.pdf", PDF),
        "answers.1.pilot": "A-1",
        "answers.1.kind": "legal-sign-off",
        "answers.1.outcome": "cleared",
        "answers.1.for_": "Perpetua Rask",
        "answers.1.reason": "Standard terms.",
        "answers.2.pilot": "A-2",
        "answers.2.kind": "legal-sign-off",
        "answers.2.outcome": "cleared",
        "answers.2.for_": "Perpetua Rask",
        "answers.2.reason": "Standard terms.",
    }


def test_the_minutes_as_a_file_are_one_piece_that_every_answer_rests_on(company: Company) -> None:
    two(company)
    assert browser_of(company.ria).post(reverse(MINUTES), minutes_of(company)).status_code == 302
    [piece] = Evidence.objects.all()
    assert (piece.title, piece.effective_on) == ("Minutes of the board.pdf", company.day(1))
    rests = DecisionEvidence.objects.filter(evidence=piece)
    assert {use.decision.gate.pilot.key for use in rests} == {"A-1", "A-2"}


def test_a_file_that_is_not_what_it_says_is_refused_at_its_field_and_keeps_the_rows(company: Company) -> None:
    two(company)
    wrong = minutes_of(company) | {"file": SimpleUploadedFile("minutes.pdf", b"MZ\x90\x00")}
    page = browser_of(company.ria).post(reverse(MINUTES), wrong)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["file"]
    assert page.context["form"].rows[1]["reason"].value() == "Standard terms."
    late = minutes_of(company) | {"answers.2.for_": "bastian@example.org"}
    assert browser_of(company.ria).post(reverse(MINUTES), late).status_code == 403
    assert not Evidence.objects.exists()
    assert not Decision.objects.filter(recorded_for=True).exists()


def test_one_answer_for_many_rests_on_what_is_filed_for_any_of_them(company: Company) -> None:
    pilots = two(company)
    piece = actions.file_evidence(pilot=pilots[1], by=company.ria, link="https://terms.test/1")
    gates = ids(company, pilots)
    answer = send(
        browser_of(company.perpetua), gates, outcome="cleared", reason="Standard terms.", pieces=[piece.public_id]
    )
    assert answer.status_code == 302
    rests = DecisionEvidence.objects.filter(evidence=piece)
    assert {use.decision.gate.pilot for use in rests} == set(pilots)


def test_each_row_of_the_minutes_says_its_own_refusal_and_nothing_is_written(company: Company) -> None:
    two(company)
    typed = {
        "evidence": "https://minutes.test/7",
        "answers.1.pilot": "A-1",
        "answers.1.kind": "legal-sign-off",
        "answers.1.outcome": "cleared",
        "answers.1.for_": "Perpetua Rask",
        "answers.1.reason": "Standard terms.",
        "answers.2.pilot": "A-2",
        "answers.2.kind": "it-data-access",
        "answers.2.outcome": "cleared",
        "answers.2.for_": "Perpetua Rask",
        "answers.2.reason": "Fine.",
    }
    page = browser_of(company.ria).post(reverse(MINUTES), typed)
    assert page.context["form"].rows[1].errors.as_data()["for_"][0].code == "not_yours"
    assert list(page.context["form"].all_errors) == ["answers.2.for_"]
    assert not Decision.objects.filter(recorded_for=True).exists()
    unknown = browser_of(company.ria).post(reverse(MINUTES), typed | {"answers.2.pilot": "Z-9"})
    assert unknown.context["form"].rows[1].errors.as_data()["pilot"][0].code == "not_found"


def test_what_is_wrong_with_the_meeting_stands_there_once(company: Company) -> None:
    two(company)
    typed = minutes_of(company) | {"file": "", "evidence": "https://minutes.test/7"}
    page = browser_of(company.ria).post(reverse(MINUTES), typed | {"on": company.day(-1).isoformat()})
    assert {name: len(says) for name, says in page.context["form"].errors.items()} == {"on": 1}
    assert page.context["form"].refused.code == "in_future"


def test_what_every_gate_refuses_is_said_once(company: Company) -> None:
    page = send(browser_of(company.perpetua), ids(company, two(company)), outcome="cleared", reason="")
    says = page.context["form"].errors["reason"]
    assert says == ["Say why, in a sentence. It is kept in the log. Nothing was written."]
    assert 'class="refusal"' in page.content.decode()


def test_minutes_are_for_the_office_and_for_deciders(company: Company) -> None:
    two(company)
    assert browser_of(company.perpetua).get(reverse(MINUTES)).status_code == 200
    assert browser_of(company.vera).get(reverse(MINUTES)).status_code == 403
    more = browser_of(company.ria).post(reverse(MINUTES), {"another": "1", "answers.1.pilot": "A-1"})
    assert more.context["form"].rows[4]["pilot"].value() is None
    assert more.context["form"].rows[0]["pilot"].value() == "A-1"
