"""A wait on somebody who is away names them, says until when, and who answers meanwhile (rule 7); wherever a wait is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Person, Pilot
from readiness.queries.pilots import pilots
from readiness.queries.reasons import moves, reasons, waited_for, waits_of
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshot_of
from readiness.text import labels, next_moves, open_gates, placards
from readiness.text import portfolio as portfolio_text
from readiness.text import reasons as reason_text
from tests.company import Company, browser_of
from tests.readiness.pages.opened import pilot_page

LEGAL, DATA, SPONSOR = "legal-sign-off", "it-data-access", "named-sponsor"


def snapshot(pilot: Pilot) -> PilotSnapshot:
    found = snapshot_of(Pilot.objects.get(pk=pilot.pk), at=today())
    assert found is not None
    return found


def gone(company: Company, *people: Person) -> str:
    for person in people:
        actions.away(person=person, by=None, starts=company.day(2), ends=company.day(-9))
    return labels.day(company.day(-9))


def legal(pilot: Pilot) -> GateSnapshot:
    return snapshot(pilot).gate(LEGAL)


def test_whoever_is_there_is_named_and_no_more(company: Company) -> None:
    gate = legal(company.running())
    assert (labels.waited_for(gate), gate.answering, gate.acting) == ("Perpetua Rask", company.perpetua, None)


def test_the_deputy_of_whoever_is_away_is_named_beside_them(company: Company) -> None:
    pilot, until = company.running(), gone(company, company.perpetua)
    gate = legal(pilot)
    assert (gate.holder, gate.answering, gate.acting) == (company.perpetua, company.jory, company.jory)
    assert labels.waited_for(gate) == f"Perpetua Rask (away until {until}; Jory Mellin acts for them)"


def test_where_the_deputy_is_away_too_the_escalation_person_acts_and_then_nobody(company: Company) -> None:
    pilot, until = company.running(), gone(company, company.perpetua, company.jory)
    assert labels.waited_for(legal(pilot)) == f"Perpetua Rask (away until {until}; Ines Thorvall acts for them)"
    gone(company, company.ines)
    assert labels.waited_for(legal(pilot)) == f"Perpetua Rask (away until {until})"


def test_a_deputy_who_carries_the_pilot_does_not_act_on_it(company: Company) -> None:
    pilot = company.pilot()
    company.accepts(SPONSOR, pilot, company.jory, ago=40)
    actions.start(pilot=pilot, by=company.ria, on=company.day(40))
    until = gone(company, company.perpetua)
    assert labels.waited_for(legal(pilot)) == f"Perpetua Rask (away until {until}; Ines Thorvall acts for them)"


def test_the_day_before_and_the_day_after_they_are_there(company: Company) -> None:
    pilot = company.running()
    actions.away(person=company.perpetua, by=None, starts=company.day(-1), ends=company.day(-1))
    days = [snapshot_of(Pilot.objects.get(pk=pilot.pk), at=company.day(-n)) for n in range(3)]
    assert [one.gate(LEGAL).acting for one in days if one] == [None, company.jory, None]


def test_whoever_is_asked_to_accept_and_is_away_is_said_to_be(company: Company) -> None:
    pilot = company.running()
    actions.nominate(gate=company.gate(pilot, "error-owner"), person=company.bastian, by=None, on=company.day(5))
    until = gone(company, company.bastian)
    assert labels.waited_for(snapshot(pilot).gate("error-owner")) == f"{company.bastian.name} (away until {until})"


ALOUD: tuple[Callable[[PilotSnapshot], str], ...] = (
    lambda one: labels.move(one.gate(LEGAL)),
    open_gates.sentence,
    lambda one: " ".join(labels.missing(one)),
    placards.placard,
    next_moves.next_move,
)


@pytest.mark.parametrize("text", ALOUD)
def test_every_sentence_about_a_wait_says_both(company: Company, text: Callable[[PilotSnapshot], str]) -> None:
    pilot = company.running(ago=150)
    gone(company, company.perpetua, company.bastian)
    said = str(text(snapshot(pilot)))
    for name in ("Perpetua Rask", company.bastian.name):
        assert said.count(name) == said.count(f"{name} (away until ")


def test_every_page_with_the_wait_says_both(company: Company) -> None:
    pilot, until = company.running(), gone(company, company.perpetua)
    Person.objects.filter(pk=company.ria.pk).update(is_staff=True)
    admin = reverse("admin:pilots_pilot_change", args=[pilot.pk])
    pages = ((company.ansel, pilot_page(pilot)), (company.ansel, reverse("readiness:my-gates")), (company.ria, admin))
    for who, path in pages:
        page = browser_of(who).get(path).content.decode()
        assert f"away until {until}; Jory Mellin acts for them" in page, path


def test_of_many_waits_on_one_person_it_is_said_until_when_they_are_away(company: Company) -> None:
    company.running()
    until = gone(company, company.perpetua)
    waits = waits_of(pilots().on(today()), at=today())
    said = f"Perpetua Rask (away until {until})"
    assert said in [portfolio_text.who(one) for one in waited_for(waits)]
    assert f"{said} to answer Legal" in [portfolio_text.move(one) for one in moves(waits)]
    assert f"With {said}." in " ".join(reason_text.note(one) for one in reasons(waits))


def test_nobody_says_whom_a_wait_is_on_but_in_the_one_place() -> None:
    """The bare name of a gate's holder in a sentence would leave out that they are away."""
    texts = (Path(settings.BASE_DIR) / "readiness" / "text").glob("*.py")
    bare = re.compile(r"(?<!right)\.holder\.name")
    assert [path.name for path in texts if re.search(bare, path.read_text())] == ["labels.py"]
