"""Where answers fall by an edit, or a pilot comes to stand otherwise, it is asked before and shown afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Event, Evidence, GateKind, Person, Pilot
from readiness.queries.snapshots import snapshot_of
from tests.company import Company, browser_of
from tests.readiness.browser_forms import form_with


@pytest.fixture
def pilot(company: Company) -> Pilot:
    """Adopted, and shown to be."""
    pilot = company.all_clear(company.running())
    actions.adopt(pilot=pilot, by=company.ria, on=company.day(4))
    assert standing(pilot) == "adopted"
    return pilot


@pytest.fixture
def office(company: Company) -> Client:
    Person.objects.filter(pk=company.ria.pk).update(is_staff=True)
    return browser_of(company.ria)


def standing(pilot: Pilot) -> str:
    snapshot = snapshot_of(Pilot.objects.get(pk=pilot.pk), at=today())
    assert snapshot is not None
    return snapshot.status.standing


def page_of(pilot: Pilot) -> str:
    return reverse("admin:pilots_pilot_change", args=[pilot.pk])


def perform(pilot: Pilot, word: str) -> str:
    return reverse("readiness:pilot-action", args=[pilot.key, word])


def asks(client: Client, path: str, field: str, **typed: str) -> Any:
    """Send a form with something else typed; nothing is kept, and all that was typed stands there."""
    before = Event.objects.count()
    answer = client.post(path, form_with(field, client.get(path)) | typed)
    assert answer.status_code == 200
    assert Event.objects.count() == before
    assert form_with(field, answer).items() >= typed.items()
    assert "agreed_to" in form_with(field, answer)
    return answer


def text_after(client: Client, path: str, field: str, asked: Any) -> str:
    """Send what was asked about once more, and read what is said then."""
    answer = client.post(path, form_with(field, asked), follow=True)
    assert answer.redirect_chain
    return str(answer.content.decode())


def test_another_tool_asks_whose_answers_are_to_fall_and_tells_it_afterwards(
    company: Company, pilot: Pilot, office: Client
) -> None:
    asked = asks(office, page_of(pilot), "workflow", tool="Drafter 2", name="Renewal drafts, again")
    text = asked.content.decode()
    says = [
        f"Legal: the yes of Perpetua Rask, of {company.day(5):%-d %B %Y}, no longer holds: "
        "the tool changed from “Drafter 1” to “Drafter 2”",
        "Data access: the yes of Bastian Oake",
        "It waits on Perpetua Rask.",
        "It was adopted, and is claimed then.",
    ]
    for sentence in says:
        assert sentence in text, sentence
    assert standing(pilot) == "adopted"
    after = text_after(office, page_of(pilot), "workflow", asked)
    assert "Kept, and this followed." in after
    assert "An edit moves nothing" not in after
    for sentence in says:
        assert sentence in after, sentence
    assert standing(pilot) == "claimed"


def test_nothing_is_asked_where_nothing_falls(pilot: Pilot, office: Client) -> None:
    typed = form_with("workflow", office.get(page_of(pilot))) | {"name": "Another name", "tool": " drafter  1 "}
    answer = office.post(page_of(pilot), typed, follow=True)
    assert "An edit moves nothing: the clock runs on." in answer.content.decode()
    assert standing(pilot) == "adopted"


def test_to_have_agreed_to_one_answer_falling_is_not_to_have_agreed_to_more(pilot: Pilot, office: Client) -> None:
    asked = asks(office, page_of(pilot), "workflow", manager="hedda@example.org")
    more = form_with("workflow", asked) | {"tool": "Drafter 2"}
    answer = office.post(page_of(pilot), more)
    assert answer.status_code == 200
    assert "Legal: the yes of Perpetua Rask" in answer.content.decode()
    assert standing(pilot) == "adopted"


def test_what_was_restored_holds_again_and_is_only_told(company: Company, pilot: Pilot, office: Client) -> None:
    actions.amend(pilot=Pilot.objects.get(pk=pilot.pk), by=company.ria, set={"tool": "Drafter 2"})
    typed = form_with("workflow", office.get(page_of(pilot))) | {"tool": "Drafter 1"}
    answer = office.post(page_of(pilot), typed, follow=True)
    assert "Legal: the answer holds again." in answer.content.decode()
    assert standing(pilot) == "adopted"


def test_a_new_manager_has_to_confirm_the_rules(pilot: Pilot, office: Client) -> None:
    text = asks(office, page_of(pilot), "workflow", manager="hedda@example.org").content.decode()
    assert "Ottilie Bramm had confirmed the rules. That falls: Hedda Fjorn has to confirm them" in text
    assert "is claimed then" in text


def test_another_function_may_have_other_holders(company: Company, office: Client) -> None:
    pilot = company.running()
    other = actions.name_function(name="Field service", by=None)
    kind = GateKind.objects.get(key="legal-sign-off")
    actions.assign_right(kind=kind, portfolio=company.portfolio, function=other, holder=company.jory, by=None)
    text = asks(office, page_of(pilot), "workflow", function=str(other.pk)).content.decode()
    assert "Legal: it waits on Perpetua Rask no longer. It waits on Jory Mellin." in text


def test_high_impact_may_open_a_gate_and_end_an_adoption(company: Company, pilot: Pilot, office: Client) -> None:
    actions.add_kind(
        key="council",
        name="Works council",
        question="Has it agreed?",
        clears_by="approval",
        high_impact_only=True,
        by=None,
    )
    text = asks(office, page_of(pilot), "workflow", high_impact="True").content.decode()
    assert "Works council: it is asked for from now on." in text
    assert "is claimed then" in text


def test_another_acceptable_use_asks_legal_and_the_manager_again(pilot: Pilot, office: Client) -> None:
    path = perform(pilot, "set-rules")
    asked = asks(office, path, "trust_when", acceptable_use="Anything.")
    text = asked.content.decode()
    assert "Legal: the yes of Perpetua Rask" in text
    assert "Ottilie Bramm had confirmed the rules." in text
    assert "It was adopted, and is claimed then." in text_after(office, path, "trust_when", asked)


def test_another_threshold_asks_for_quality_again(pilot: Pilot, office: Client) -> None:
    typed = {"metric": "Share sent", "value": "0.5", "smallest_sample": "50"}
    asked = asks(office, perform(pilot, "register-threshold"), "metric", **typed)
    assert "the yes of Tove Harlan" in asked.content.decode()
    text_after(office, perform(pilot, "register-threshold"), "metric", asked)
    assert standing(pilot) == "claimed"


def test_to_roll_back_says_what_it_will_be(pilot: Pilot, office: Client) -> None:
    asked = asks(office, perform(pilot, "roll-back"), "reason", reason="Too many errors.")
    assert "It was adopted, and is" in asked.content.decode()
    text_after(office, perform(pilot, "roll-back"), "reason", asked)
    assert Pilot.objects.get(pk=pilot.pk).stage == "running"


def test_a_newer_version_of_evidence_says_beforehand_which_answers_rest_on_it(company: Company, office: Client) -> None:
    pilot = company.running()
    piece = actions.file_evidence(pilot=pilot, by=company.ria, link="https://terms.test/1")
    gate = company.gate(pilot, "legal-sign-off")
    actions.decide(gate=gate, by=company.perpetua, outcome="cleared", reason="By these terms.", pieces=[piece])
    path = f"{reverse('readiness:filing', args=[pilot.key])}?newer={piece.public_id}"
    drawn = office.get(path)
    assert "Legal: the yes of Perpetua Rask" in drawn.content.decode()
    assert Evidence.objects.count() == 1
    typed = form_with("link", drawn) | {"link": "https://terms.test/2"}
    unread = {name: value for name, value in typed.items() if name != "agreed_to"}
    assert office.post(path, unread).status_code == 200
    assert Evidence.objects.count() == 1
    answer = office.post(path, typed, follow=True)
    assert "Legal: the yes of Perpetua Rask" in answer.content.decode()
    assert Evidence.objects.count() == 2


def test_to_switch_a_gate_on_again_says_which_adoptions_fall(company: Company, pilot: Pilot, office: Client) -> None:
    legal = GateKind.objects.get(key="legal-sign-off")
    actions.switch_off(kind=legal, portfolio=company.portfolio, reason="Not here.", by=None)
    actions.amend(pilot=Pilot.objects.get(pk=pilot.pk), by=company.ria, set={"workflow": "drafting anything"})
    assert standing(pilot) == "adopted"
    path = reverse("admin:pilots_portfolio_act", args=[company.portfolio.pk, "switch-on"])
    asked = office.post(path, {"kind": str(legal.pk)})
    assert "One pilot was adopted, and is claimed then: " in asked.content.decode()
    assert standing(pilot) == "adopted"
    office.post(path, form_with("kind", asked))
    assert standing(pilot) == "claimed"


def test_a_shorter_clock_says_what_it_makes_an_exhibit(company: Company, office: Client) -> None:
    pilot = company.running(ago=60)
    path = reverse("admin:pilots_portfolio_act", args=[company.portfolio.pk, "stall-clock"])
    asked = asks(office, path, "quiet_days", quiet_days="10")
    assert f"museum exhibit then: {pilot.key}." in asked.content.decode()


def test_the_command_writes_nothing_that_lets_answers_fall_unless_told_to(pilot: Pilot, office: Client) -> None:
    words = ["set-rules", pilot.key, "--by", "ria@example.org", "acceptable_use=Anything."]
    before = Event.objects.count()
    with pytest.raises(CommandError, match=r"This would follow:\n  Legal: the yes of Perpetua Rask") as ended:
        call_command("act", *words)
    assert ended.value.returncode == 2
    assert Event.objects.count() == before
    call_command("act", *words, "--yes")
    assert standing(pilot) == "claimed"


def test_over_the_api_nobody_is_asked_and_the_answer_says_what_followed(pilot: Pilot, office: Client) -> None:
    path = reverse("readiness:api:pilot-set-rules", args=[pilot.key])
    answer = office.post(path, {"acceptable_use": "Anything."}, "application/json")
    assert answer.status_code == 200
    assert answer.json()["standing"] == "claimed"
    assert any("the yes of Perpetua Rask" in says for says in answer.json()["consequences"])
    again = office.post(path, {"trust_when": "Always."}, "application/json").json()
    assert again["consequences"] == []


def test_what_is_refused_is_refused_before_anything_is_asked(pilot: Pilot, office: Client) -> None:
    typed = form_with("workflow", office.get(page_of(pilot))) | {"tool": "Drafter 2", "name": " "}
    assert office.post(page_of(pilot), typed).status_code == 422
