"""What a page says of all, of none, or of a number holds against a count of its own, in worlds as different as they get."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Person, Pilot
from pilots.rules.vocabulary import Standing
from readiness.demo.sample import playing
from readiness.queries.snapshots import PilotSnapshot, snapshots_of
from readiness.rules.standing import STANDINGS
from readiness.text import labels
from tests.company import Company, browser_of
from tests.readiness.pages.opened import pilot_page

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


def nothing(_company: Company) -> None:
    """Nothing is on record."""


def listed(company: Company) -> None:
    """An inventory: pilots that nobody sponsors, running since long ago, called adopted, planned."""
    for number, ago in enumerate((300, 200, 60, 0)):
        day = company.day(40)
        pilot = actions.record(
            portfolio=company.portfolio,
            key=f"L-{9 - number}",
            name=f"Listed {number}",
            by=None,
            source=f"list.csv, row {number}",
            function=company.function,
            on=day,
            known=day,
        )
        if ago:
            actions.start(pilot=pilot, by=None, on=company.day(ago), known=day)
        if number == 0:
            actions.retire(pilot=pilot, by=None, on=day, known=day)
    for number, ago in enumerate((12, 35, 20)):
        actions.record_claim(
            pilot=company.pilot(f"C-{number}", f"Claimed {number}"), on=company.day(ago), known=company.day(1)
        )


def decided(company: Company) -> None:
    """Everything is decided: ready, adopted, stalled although all is clear."""
    company.all_clear(company.running("D-1", "Ready"))
    adopted = company.all_clear(company.running("D-2", "Adopted"))
    actions.adopt(pilot=adopted, by=company.ansel)
    company.all_clear(company.running("D-3", "Clear, and stalled", ago=200), ago=100)


def refused(company: Company) -> None:
    """Everything is refused, and stalled since."""
    for number, ago in enumerate((200, 150)):
        pilot = company.running(f"R-{number}", f"Refused {number}", ago=ago)
        for kind, who in (("legal-sign-off", company.perpetua), ("it-data-access", company.bastian)):
            gate, on = company.gate(pilot, kind), company.day(ago - 5)
            actions.decide(gate=gate, by=who, outcome="refused", reason="No.", would_change="Less data.", on=on)


def sample(company: Company) -> None:
    """The sample beside the company."""
    company.function.name = "A function that the sample has not"
    company.function.save()
    playing.play(today())


WORLDS = (nothing, listed, decided, refused, sample)


@pytest.fixture(scope="module", params=WORLDS, ids=lambda world: world.__name__)
def world(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Company]:
    """Each is made once, and only looked at."""
    make: Callable[[Company], None] = request.param
    with django_db_blocker.unblock(), transaction.atomic():
        company = Company()
        make(company)
        Person.objects.filter(pk=company.ria.pk).update(is_staff=True, is_superuser=True)
        yield company
        transaction.set_rollback(True)


def everything() -> list[PilotSnapshot]:
    return snapshots_of(Pilot.objects.select_related("portfolio", "function").order_by("key"), at=today())


def standing(name: str) -> list[PilotSnapshot]:
    return [one for one in everything() if one.status.standing == name]


def office() -> Person:
    return Person.objects.get(email="ria@example.org")


def say(path: str, who: Person | None = None) -> str:
    text = unescape(re.sub(r"<[^>]+>", " ", browser_of(who or office()).get(path).content.decode()))
    return " ".join(text.split())


def opening(path: str, name: str, who: Person | None = None) -> str:
    return str(browser_of(who or office()).get(path).context[name])


def test_the_portfolio_counts_what_stands_there(world: Company) -> None:
    found, says = everything(), opening(reverse("readiness:portfolio"), "opening")
    if not found:
        assert says == "No pilot is on record here."
        return
    adopted, stalled, soon = (len(standing(name)) for name in ("adopted", Standing.EXHIBIT, "at_risk"))
    assert says.startswith(f"Of {len(found):,} pilots, {labels.how_many(adopted)} ")
    assert f" and {labels.how_many(stalled)} " in says
    assert (f"{labels.how_many(soon)} more stall" in says) == bool(soon)


def test_the_museum_says_of_all_only_what_is_so_of_each(world: Company) -> None:
    hung, says = standing(Standing.EXHIBIT), opening(reverse("readiness:museum"), "says")
    if hung:
        assert says.startswith(f"{labels.number(len(hung))} pilot")
        assert re.search("adopted.*retired.*nothing has moved", says)
        for one in hung:
            assert one.status.stage == "running", "it is adopted, or retired"
            assert one.status.last_movement < (one.status.stalls_on or today()), "it moved since"
        assert not re.search("refused|decided", says), "of some it is so"
    else:
        runs = any(one.status.stage == "running" for one in everything())
        assert says == f"Nothing is on display: {'no pilot that runs has stalled' if runs else 'no pilot runs'}."


def test_claims_hang_in_one_order_on_the_page_in_the_command_and_over_the_api(world: Company) -> None:
    claims = sorted(standing(Standing.CLAIMED), key=lambda one: (one.status.claim.since, one.pilot.pk))  # type: ignore[union-attr]
    keys = [one.pilot.key for one in claims]
    page = browser_of(office()).get(reverse("readiness:claims"))
    number = {0: "Nothing is claimed", 1: "One pilot is"}.get(len(keys), f"{labels.number(len(keys))} pilots are")
    assert page.context["says"].startswith(number)
    assert [work.snapshot.pilot.key for work in page.context["hung"]] == keys
    out = StringIO()
    call_command("exhibits", stdout=out)
    second_room = out.getvalue().split("The second room: ")[1]
    printed = [line.split("  ")[0] for line in second_room.splitlines() if re.match(r"[A-Z]+-\d+  ", line)]
    assert printed == keys
    assert second_room.startswith(f"{len(keys)} claim")
    over_api = browser_of(office()).get("/api/v1/pilots/", {"standing": Standing.CLAIMED}).json()["results"]
    assert [one["key"] for one in over_api] == keys


def test_exhibits_hang_in_one_order_too(world: Company) -> None:
    hung = sorted(standing(Standing.EXHIBIT), key=lambda one: (one.status.stalls_on or today(), one.pilot.pk))
    keys = [one.pilot.key for one in hung]
    page = browser_of(office()).get(reverse("readiness:museum"))
    assert [work.snapshot.pilot.key for work in page.context["hung"]] == keys[:9]
    for path, asked in (("/api/v1/exhibits/", {}), ("/api/v1/pilots/", {"standing": Standing.EXHIBIT})):
        assert [one["key"] for one in browser_of(office()).get(path, asked).json()["results"]] == keys


def test_the_gates_of_a_pilot_stand_in_one_order(world: Company) -> None:
    for one in everything():
        order = [gate.kind.key for gate in one.gates]
        asked = browser_of(office()).get(f"/api/v1/pilots/{one.pilot.key}/").json()
        assert [gate["kind"] for gate in asked["gates"]] == order
        assert asked["blocked_by"] == [kind for kind in order if one.gate(kind).status.is_open]


def test_the_admin_counts_what_is_on_record(world: Company) -> None:
    found, stalled, soon = everything(), len(standing(Standing.EXHIBIT)), len(standing("at_risk"))
    text = say(reverse("admin:index"))
    if not found:
        assert "No pilot is on record here yet." in text
    elif stalled:
        assert f"Pilots on record: {len(found)}. {'One' if stalled == 1 else stalled} of them " in text
    else:
        assert "none is an exhibit" in text or "it is no exhibit" in text
    assert ("at risk of it" in text) == bool(soon)


def test_holes_are_denied_only_where_somebody_is_there_for_each_gate(world: Company) -> None:
    text = say(reverse("readiness:rights"))
    running = standing_in("running")
    held = all(gate.holder for one in running for gate in one.gates)
    assert ("No pilot that you may see runs" in text) == (not running)
    if "Every gate of every running pilot" in text:
        assert running
        assert held
    if running and not held:
        assert re.search(r"Next month nobody (can decide|is named for) (one|\d+) gate", text)


def standing_in(stage_then: str) -> list[PilotSnapshot]:
    return [one for one in everything() if one.status.stage == stage_then]


def test_a_decider_reads_how_many_wait_on_them(world: Company) -> None:
    for who in Person.objects.filter(rights_held__isnull=False, closed_on=None).distinct():
        page = browser_of(who).get(reverse("readiness:my-decisions"))
        says, count = page.context["opening"], page.context["page"].paginator.count
        assert (says == "Nothing waits on you today.") == (
            not count and not page.context["named"] and not page.context["escalated"]
        )
        if count:
            assert says.startswith(f"{labels.number(count)} decision")


def test_a_sponsor_reads_what_is_so_of_all_they_carry(world: Company) -> None:
    for who in {one.sponsor for one in everything() if one.sponsor}:
        carried = [one for one in everything() if one.sponsor == who and one.status.stage != "retired"]
        says = opening(reverse("readiness:my-gates"), "opening", who)
        if "every gate is clear" in says:
            assert all(gate.status.state == "cleared" for one in carried for gate in one.gates)
        if says.startswith("Nothing that is open waits"):
            others = [
                gate
                for one in carried
                for gate in one.open_gates
                if gate.status.court == "decider" and gate.holder not in (None, who)
            ]
            assert not others
        if says.startswith("You carry no pilot"):
            assert not carried


def test_a_pilots_page_says_what_is_so_of_its_gates_and_rules(world: Company) -> None:
    for one in everything():
        text, now = say(pilot_page(one.pilot)), one.status
        many = len(now.blocked_by)
        assert ("One gate is open." if many == 1 else f"{many} gates are open.") in text
        if "every gate is clear" in text:
            assert all(gate.status.state == "cleared" for gate in one.gates)
        if "with what was learned" in text:
            assert one.pilot.learned
        if "The manager has not confirmed them." in text:
            assert one.manager
        assert not re.search(r"since before [^.]*\b0 days\b", text)
        assert now.standing in STANDINGS
