"""Whatever is signed is shown: an exception is granted with the request in view, and with what changed since (rule 8)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import Decision, Event, Gate, Person, Pilot
from pilots.refusals import ChangedMeanwhile
from readiness.queries.exception_requests import changed_since, exception_requests
from tests.company import Company, browser_of

LEGAL, QUALITY = "legal-sign-off", "quality-threshold"
WHY = "The contract is at the printer’s."
CONFIRM = "I have seen what changed since it was asked for"


def asked(company: Company, key: str = "CO-014", **values: Any) -> Gate:
    """A running pilot of which Ottilie asked Legal to be let past, ten days ago."""
    pilot = company.running(key, f"Drafts {key}", **values)
    gate = company.gate(pilot, LEGAL)
    actions.ask_exception(gate=gate, by=company.ottilie, reason=WHY, until=company.day(-40), on=company.day(10))
    return gate


def moved(company: Company, gate: Gate) -> None:
    """The data became another since it was asked for."""
    actions.amend(
        pilot=Pilot.objects.get(pk=gate.pilot_id), by=company.ria, set={"data": "health records"}, on=company.day(2)
    )


def is_shown(page: str, company: Company, *, changed: bool) -> None:
    """Who asked, when, why, until when; on what, and what is so now."""
    for says in ("Ottilie Bramm asks to be let past", WHY, words(company.day(10)), words(company.day(-40)), "Asked on"):
        assert says in page, says
    difference = "The data was “shared mailbox” when it was asked for, and is “health records” now."
    assert (difference in page) is changed
    assert (CONFIRM in page) is changed


def words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def granting(company: Company, **more: Any) -> dict[str, Any]:
    return {"reason": "As asked.", "until": company.day(-30).isoformat(), **more}


def seen_on(client: Client, path: str) -> str:
    return str(client.get(path).context["form"]["expected_version"].value())


@pytest.mark.parametrize("changed", [False, True])
def test_the_queue_shows_what_is_asked_for_before_it_is_granted(company: Company, changed: bool) -> None:
    gate = asked(company)
    if changed:
        moved(company, gate)
    page = browser_of(company.perpetua).get(reverse("readiness:my-decisions")).content.decode()
    is_shown(page, company, changed=changed)


@pytest.mark.parametrize("changed", [False, True])
def test_so_does_the_page_of_the_act(company: Company, changed: bool) -> None:
    gate = asked(company)
    if changed:
        moved(company, gate)
    page = (
        browser_of(company.perpetua)
        .get(reverse("readiness:gate-action", args=[gate.public_id, "except"]))
        .content.decode()
    )
    is_shown(page, company, changed=changed)


@pytest.mark.parametrize("changed", [False, True])
def test_so_does_the_admin(company: Company, changed: bool) -> None:
    gate = asked(company)
    if changed:
        moved(company, gate)
    Person.objects.filter(pk=company.ria.pk).update(is_staff=True)
    path = reverse("admin:pilots_pilot_gate", args=[gate.pilot_id, LEGAL, "except"])
    is_shown(browser_of(company.ria).get(path).content.decode(), company, changed=changed)


def test_a_grant_on_other_facts_is_refused_at_the_box_and_signed_once_it_is_ticked(company: Company) -> None:
    gate = asked(company)
    moved(company, gate)
    client, path = browser_of(company.perpetua), reverse("readiness:gate-action", args=[gate.public_id, "except"])
    typed = granting(company, expected_version=seen_on(client, path))
    refused = client.post(path, typed)
    assert refused.status_code == 412
    assert "health records" in refused.context["form"].errors["confirmed"][0]
    assert refused.context["form"]["reason"].value() == "As asked."
    assert not Decision.objects.filter(outcome="excepted").exists()
    assert client.post(path, typed | {"confirmed": "on"}).status_code == 302
    grant = Decision.objects.get(outcome="excepted")
    assert grant.sealed["data"] == "health records"
    assert Event.objects.get(decision=grant).data["confirmed"] == ["data"]


def test_confirming_an_older_difference_confirms_no_newer_one(company: Company) -> None:
    gate = asked(company)
    moved(company, gate)
    client, path = browser_of(company.perpetua), reverse("readiness:gate-action", args=[gate.public_id, "except"])
    typed = granting(company, expected_version=seen_on(client, path), confirmed="on")
    actions.amend(pilot=Pilot.objects.get(pk=gate.pilot_id), by=company.ria, set={"tool": "Drafter 9"})
    assert client.post(path, typed).status_code == 412
    assert not Decision.objects.filter(outcome="excepted").exists()


def test_an_earlier_asker_is_shown_too_and_only_the_latest_request_is_compared(company: Company) -> None:
    gate = asked(company)
    moved(company, gate)
    actions.ask_exception(gate=gate, by=company.ria, reason="For these too.", on=company.day(1))
    found = exception_requests([gate], at=company.day())[gate.pk]
    assert [(each.by, bool(each.facts)) for each in found] == [(company.ottilie, False), (company.ria, True)]
    assert not changed_since(found)
    page = browser_of(company.perpetua).get(reverse("readiness:my-decisions")).content.decode()
    assert WHY in page
    assert "For these too." in page


def test_a_no_in_between_takes_no_request_off_the_page(company: Company) -> None:
    gate = asked(company)
    actions.decide(gate=gate, by=company.perpetua, outcome="refused", reason="Not yet.", on=company.day(5))
    actions.answer(gate=gate, by=company.ottilie, text="It is at the printer’s.", on=company.day(4))
    wait = browser_of(company.perpetua).get(reverse("readiness:my-decisions")).context["answer"]
    assert wait.requests
    assert wait.grant is not None


def test_over_the_api_the_gate_says_what_was_asked_and_the_problem_says_what_changed(company: Company) -> None:
    gate = asked(company)
    moved(company, gate)
    client = browser_of(company.perpetua)
    shown = client.get(reverse("readiness:api:gate", args=[gate.public_id])).json()
    [request] = shown["exception_requests"]
    assert (request["by"]["name"], request["reason"], request["on"]) == (
        "Ottilie Bramm",
        WHY,
        company.day(10).isoformat(),
    )
    facts = {fact["field"]: (fact["then"], fact["now"], fact["changed"]) for fact in request["facts"]}
    assert facts["data"] == ("shared mailbox", "health records", True)
    assert facts["tool"] == ("Drafter 1", "Drafter 1", False)
    path = reverse("readiness:api:gate-decisions", args=[gate.public_id])
    sent = granting(company, outcome="excepted")
    refused = client.post(path, sent, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "changed_meanwhile")
    assert "health records" in refused.json()["errors"]["confirmed"][0]
    assert client.post(path, sent | {"confirmed": True}, "application/json").status_code == 201


def test_as_of_a_past_day_the_api_shows_the_request_as_it_was_then(company: Company) -> None:
    gate = asked(company)
    moved(company, gate)
    client, path = browser_of(company.perpetua), reverse("readiness:api:gate", args=[gate.public_id])
    before = client.get(path, {"as_of": company.day(5).isoformat()}).json()["exception_requests"]
    assert not any(fact["changed"] for fact in before[0]["facts"])
    assert client.get(path, {"as_of": company.day(11).isoformat()}).json()["exception_requests"] == []


def test_the_command_takes_confirmed_and_tells_the_difference(company: Company) -> None:
    gate = asked(company)
    moved(company, gate)
    words = ["except", "CO-014", "--gate", LEGAL, "--by", "perpetua@example.org", "reason=As asked."]
    words.append(f"until={company.day(-30).isoformat()}")
    for more in ([], ["confirmed=no"]):
        with pytest.raises(CommandError, match=r"changed_meanwhile \(confirmed\): .*health records"):
            call_command("act", *words, *more)
    call_command("act", *words, "confirmed=yes")
    assert Decision.objects.filter(outcome="excepted").exists()


def test_many_alike_are_let_past_with_every_request_in_view(company: Company) -> None:
    gates = [asked(company, "A-1"), asked(company, "A-2")]
    moved(company, gates[1])
    client, path = browser_of(company.perpetua), reverse("readiness:decide-many")
    ids = [gate.public_id for gate in gates]
    drawn = client.get(path, {"gate": ids})
    is_shown(drawn.content.decode(), company, changed=True)
    form = drawn.context["form"]
    assert "excepted" in dict(form.fields["outcome"].choices)
    typed = granting(company, outcome="excepted", gate=ids, expected_version=form["expected_version"].value())
    refused = client.post(path, typed)
    assert refused.status_code == 412
    assert "A-2" in refused.context["form"].errors["confirmed"][0]
    assert client.post(path, typed | {"confirmed": "on"}).status_code == 302
    assert Decision.objects.filter(outcome="excepted").count() == 2


def test_where_nobody_asked_many_cannot_be_let_past(company: Company) -> None:
    gates = [asked(company, "A-1"), company.gate(company.running("A-2", "Drafts A-2"), LEGAL)]
    drawn = browser_of(company.perpetua).get(
        reverse("readiness:decide-many"), {"gate": [gate.public_id for gate in gates]}
    )
    assert "excepted" not in dict(drawn.context["form"].fields["outcome"].choices)


def in_minutes(company: Company, **more: str) -> dict[str, str]:
    row = {"pilot": "CO-014", "kind": LEGAL, "outcome": "excepted", "for_": "Perpetua Rask", "reason": "As asked."}
    typed = {f"answers.1.{part}": value for part, value in row.items()} | {
        "answers.1.until": company.day(-30).isoformat()
    }
    return {"on": company.day().isoformat(), "evidence": "https://minutes.test/7", **typed, **more}


def test_minutes_show_what_was_asked_before_they_let_anything_past(company: Company) -> None:
    asked(company)
    client, path = browser_of(company.ria), reverse("readiness:minutes")
    first = client.post(path, in_minutes(company))
    assert not Decision.objects.filter(outcome="excepted").exists()
    is_shown(first.content.decode(), company, changed=False)
    assert first.context["form"].rows[0]["reason"].value() == "As asked."
    again = in_minutes(company, shown=first.context["form"]["shown"].value())
    assert client.post(path, again).status_code == 302
    assert Decision.objects.get(outcome="excepted").recorded_for


def test_minutes_on_other_facts_are_confirmed_row_by_row(company: Company) -> None:
    gate = asked(company)
    moved(company, gate)
    client, path = browser_of(company.ria), reverse("readiness:minutes")
    first = client.post(path, in_minutes(company))
    is_shown(first.content.decode(), company, changed=True)
    again = in_minutes(company, shown=first.context["form"]["shown"].value())
    refused = client.post(path, again)
    assert refused.context["form"].rows[0].errors.as_data()["confirmed"][0].code == "changed_meanwhile"
    assert client.post(path, again | {"answers.1.confirmed": "on"}).status_code == 302


def test_a_request_on_quality_remembers_the_threshold_and_no_more(company: Company) -> None:
    pilot = company.running()
    company.measured(pilot)
    gate = company.gate(pilot, QUALITY)
    event = actions.ask_exception(gate=gate, by=company.ottilie, reason=WHY, on=company.day(3))
    assert set(event.data["sealed"]) == {"threshold"}


def test_nobody_but_whoever_sees_the_pilot_reads_a_request(company: Company) -> None:
    gate = asked(company)
    assert browser_of(company.noam).get(reverse("readiness:api:gate", args=[gate.public_id])).status_code == 404


def test_the_action_names_who_is_meant_and_quotes_no_key(company: Company) -> None:
    """What a kind seals may be a person or a function: the refusal says their names."""
    gate = asked(company)
    type(gate.kind).objects.filter(pk=gate.kind_id).update(seals=["manager", "function", "data"])
    actions.ask_exception(gate=company.gate(gate.pilot, LEGAL), by=company.ria, reason="Again.", on=company.day(5))
    pilot = Pilot.objects.get(pk=gate.pilot_id)
    actions.amend(pilot=pilot, by=company.ria, set={"manager": company.hedda, "function": None}, on=company.day(4))
    with pytest.raises(ChangedMeanwhile) as refused:
        actions.except_(gate=gate, by=company.perpetua, reason="As asked.", until=company.day(-9))
    assert "Ottilie Bramm" in refused.value.says
    assert "Hedda Fjorn" in refused.value.says
    assert f"“{company.function.name}”, and was taken out since" in refused.value.says
