"""One count for one wait: whoever tells for how long a gate has been as it is tells the same, or no more than is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Person, Pilot
from readiness.queries.snapshots import GateSnapshot, snapshot_of
from readiness.text import labels, letters
from tests.company import Company, browser_of
from tests.readiness.pages.opened import pilot_page

pytestmark = pytest.mark.thorough

LEGAL, SPONSOR = "legal-sign-off", "named-sponsor"
NUMBER = re.compile(r"\b(\d+) days?\b")


def legal(pilot: Pilot) -> GateSnapshot:
    snapshot = snapshot_of(
        Pilot.objects.select_related("portfolio__escalation", "function").get(pk=pilot.pk), at=today()
    )
    assert snapshot is not None
    return snapshot.gate(LEGAL)


def text_of(company: Company, who: Person, path: str) -> str:
    page = unescape(re.sub(r"<[^>]+>", " ", browser_of(who).get(path).content.decode()))
    return " ".join(page.split())


def texts_of(company: Company, pilot: Pilot) -> Iterator[tuple[str, str]]:
    """Every place that tells the wait of the pilot's Legal gate, and what stands there."""
    Person.objects.filter(pk=company.ria.pk).update(is_staff=True)
    office = Person.objects.get(pk=company.ria.pk)
    row = re.compile(r"Has Legal said yes to this use\?.*?Has IT approved")
    for name, path in (
        ("the pilot's page", pilot_page(pilot)),
        ("the admin", reverse("admin:pilots_pilot_change", args=[pilot.pk])),
    ):
        snapshot = row.search(text_of(company, office, path))
        assert snapshot is not None, name
        yield name, snapshot[0]
    gates = text_of(company, company.ansel, reverse("readiness:my-gates"))
    yield "my gates", gates
    yield "the sponsor's opening", browser_of(company.ansel).get(reverse("readiness:my-gates")).context["opening"]
    yield "my decisions", text_of(company, company.perpetua, reverse("readiness:my-decisions"))
    yield (
        "the decider's opening",
        browser_of(company.perpetua).get(reverse("readiness:my-decisions")).context["opening"],
    )
    yield "the board", text_of(company, company.vera, reverse("readiness:portfolio"))
    gate = legal(pilot)
    decide = reverse("readiness:gate-action", args=[gate.gate.public_id, "decide"])
    yield "the form", text_of(company, company.perpetua, decide)
    admin = reverse("admin:pilots_pilot_gate", args=[pilot.pk, LEGAL, "decide"])
    yield "the admin's form", text_of(company, office, admin)
    snapshot = snapshot_of(pilot, at=today())
    assert snapshot is not None
    letter = letters.to_decider(company.ansel, company.perpetua, [(snapshot, gate)])
    yield "the letter", letter.body


def started_later(company: Company) -> Pilot:
    """On record for 31 days, and started 25 days ago: since then the decider has been asked."""
    pilot = company.pilot(ago=31)
    actions.start(pilot=pilot, by=company.ria, on=company.day(25))
    company.accepts(SPONSOR, pilot, company.ansel, ago=25)
    pilot.refresh_from_db()
    return pilot


def listed(company: Company, ago: int) -> Pilot:
    """Read from a list, and running since long before."""
    day = company.day(ago)
    pilot = actions.record(
        portfolio=company.portfolio,
        key="L-1",
        name="Read from a list",
        by=None,
        source="list.csv, row 2",
        function=company.function,
        manager=company.ottilie,
        on=day,
        known=day,
    )
    actions.start(pilot=pilot, by=None, on=company.day(ago + 300), known=day)
    company.accepts(SPONSOR, pilot, company.ansel, ago=ago)
    pilot.refresh_from_db()
    return pilot


def test_every_place_tells_the_same_days_of_one_wait(company: Company) -> None:
    pilot = started_later(company)
    assert legal(pilot).status.days == 31
    wrong = {name: text for name, text in texts_of(company, pilot) if not re.search(r"\b31\b", text)}
    assert wrong == {}
    body = dict(texts_of(company, pilot))["the letter"]
    assert NUMBER.findall(body.split("\n")[2])[0] == "31"
    assert "25 days" not in body


@pytest.mark.parametrize("ago", [0, 12])
def test_of_a_gate_that_was_open_before_its_record_no_place_tells_a_number(company: Company, ago: int) -> None:
    pilot = listed(company, ago)
    status = legal(pilot).status
    assert (status.since_at_least, status.days) == (True, ago)
    wanted = f"since before {labels.day(company.day(ago))}"
    wrong = {name: text for name, text in texts_of(company, pilot) if wanted not in text or f"Legal, {ago} day" in text}
    assert wrong == {}
    zero = {name: text for name, text in texts_of(company, pilot) if re.search(r"\b0 days\b", text)}
    assert zero == {}


def test_the_api_says_since_when_wherever_it_says_for_how_long(company: Company) -> None:
    pilot = listed(company, 12)
    client = browser_of(company.vera)
    whole = client.get(f"/api/v1/pilots/{pilot.key}/").json()["gates"][0]
    board = client.get("/api/v1/portfolio/board/").json()["results"][0]["gates"][whole["kind"]]
    gates = client.get("/api/v1/gates/").json()["results"]
    one = next(gate for gate in gates if gate["id"] == whole["id"])
    same = ("state", "since", "since_at_least", "days")
    assert {n: board[n] for n in same} == {n: whole[n] for n in same} == {n: one[n] for n in same}
    assert whole["since_at_least"] is True


def test_whoever_is_named_late_is_told_since_when_and_not_since_when_it_was_open(company: Company) -> None:
    pilot = company.running(ago=40)
    gate = company.gate(pilot, "error-owner")
    actions.nominate(gate=gate, by=company.ria, person=company.noam, on=company.day(30))
    actions.nominate(gate=gate, by=company.ria, person=company.hedda, on=company.day(3))
    text = text_of(company, company.hedda, reverse("readiness:my-decisions"))
    assert f"Named {labels.day(company.day(3))} , 3 days ago." in text
