"""A kind of gate at the desk: for one's own portfolios, shown before it is kept, and one entry of the log (rules 6 and 8)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import DecisionRight, Event, Gate, GateKind, Person, Pilot, Portfolio
from pilots.refusals import Invalid, NotYours
from readiness.queries.consequences import AGREED
from readiness.queries.pilots import pilots
from readiness.text import events
from tests.company import browser_of
from tests.readiness.admin.conftest import WHEN, Record, account, agree

ADD = "/admin/pilots/gatekind/add/"
LOG = "/admin/pilots/event/"
COUNCIL: dict[str, Any] = {
    "key": "works-council",
    "name": "Council",
    "question": "Has the works council agreed?",
    "clears_by": "approval",
}


def page(kind: GateKind, name: str = "change", *more: Any) -> str:
    return reverse(f"admin:pilots_gatekind_{name}", args=[kind.pk, *more])


@pytest.fixture
def otto(elsewhere: Portfolio) -> Person:
    """Of the other portfolio's program office."""
    otto = account("otto")
    actions.give_role(portfolio=elsewhere, person=otto, role="program-office", by=None, **WHEN)
    return Person.objects.get(pk=otto.pk)


@pytest.fixture
def both(record: Record, elsewhere: Portfolio) -> tuple[Pilot, Pilot]:
    """A pilot in each portfolio."""
    return record("P-1"), record("Q-1", portfolio=elsewhere)


@pytest.fixture
def own(desk: Client, both: tuple[Pilot, Pilot], otto: Person, portfolio: Portfolio) -> GateKind:
    """The kind that Ria has added for her portfolio."""
    assert agree(desk, ADD, COUNCIL | {"for_portfolios": [portfolio.pk]}).status_code == 302
    return GateKind.objects.get(key="works-council")


# For whom it is


def test_an_office_adds_a_kind_for_its_own_portfolio(own: GateKind, both: tuple[Pilot, Pilot]) -> None:
    mine, _theirs = both
    assert not own.for_all
    assert list(Gate.objects.filter(kind=own).values_list("pilot", flat=True)) == [mine.pk]


def test_a_pilot_recorded_later_has_it_where_it_is_asked(own: GateKind, record: Record, elsewhere: Portfolio) -> None:
    later, other = record("P-2", high_impact=True), record("Q-2", portfolio=elsewhere, high_impact=True)
    assert later.gates.filter(kind=own).exists()
    assert not other.gates.filter(kind=own).exists()
    day = today()
    actions.amend(pilot=other, by=None, set={"high_impact": False}, on=day, known=day)
    assert not other.gates.filter(kind=own).exists()


def test_only_whoever_keeps_all_adds_one_for_every_portfolio(
    desk: Client, otto: Person, root: Person, both: tuple[Pilot, Pilot], ria: Person, elsewhere: Portfolio
) -> None:
    assert desk.post(ADD, COUNCIL).status_code == 422
    assert desk.post(ADD, COUNCIL | {"for_portfolios": [elsewhere.pk]}).status_code == 422
    for portfolios in (None, [elsewhere]):
        with pytest.raises(NotYours):
            actions.add_kind(key="k", name="K", question="K?", by=ria, portfolios=portfolios)
    with pytest.raises(Invalid):
        actions.add_kind(key="k", name="K", question="K?", by=ria, portfolios=[])
    assert not GateKind.objects.filter(ships=False).exists()
    assert agree(browser_of(root), ADD, COUNCIL).status_code == 302
    assert {pilot.gates.filter(kind__key="works-council").count() for pilot in both} == {1}


def test_for_another_office_it_is_not_there(own: GateKind, otto: Person, both: tuple[Pilot, Pilot]) -> None:
    client = browser_of(otto)
    for address in (page(own), page(own, "act", "switch-off"), page(own, "act", "switch-on")):
        assert client.get(address).status_code == 404, address
    for address in (
        reverse("admin:pilots_gatekind_changelist"),
        reverse("admin:pilots_pilot_changelist"),
        reverse("admin:pilots_decisionright_add"),
        reverse("admin:pilots_portfolio_act", args=[both[1].portfolio_id, "switch-off"]),
        "/admin/",
        LOG,
        "/portfolio/",
        "/museum/",
        "/rights/",
        "/minutes/",
        "/api/v1/schema/",
        "/api/v1/rights/",
        "/api/v1/events/",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert "Council" not in text, address
        assert "works-council" not in text, address


@pytest.mark.parametrize("query", ["pilots/?gate=", "gates/?kind=", "decisions/?kind=", "portfolio/waits/?kind="])
def test_the_api_knows_it_for_whoever_may_see_it(own: GateKind, ria: Person, otto: Person, query: str) -> None:
    address = f"/api/v1/{query}works-council"
    assert browser_of(ria).get(address).status_code == 200
    refused = browser_of(otto).get(address)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("There is no such kind of gate. There are: legal-sign-off,")
    assert "works-council" not in refused.json()["detail"]


def test_nobody_is_given_the_right_to_decide_it_where_it_is_not_asked(
    own: GateKind, root: Person, lena: Person, portfolio: Portfolio, elsewhere: Portfolio
) -> None:
    for wrong in (elsewhere, None):
        with pytest.raises(Invalid) as refused:
            actions.assign_right(kind=own, portfolio=wrong, holder=lena, by=root)
        assert refused.value.field == "portfolio"
    actions.assign_right(kind=own, portfolio=portfolio, holder=lena, by=root)
    assert DecisionRight.objects.filter(kind=own).count() == 1


def test_where_it_is_not_asked_nobody_is_missing(own: GateKind, root: Person, elsewhere: Portfolio) -> None:
    seats = browser_of(root).get("/api/v1/rights/").json()["results"]
    assert {seat["portfolio"] for seat in seats if seat["kind"] == "works-council"} == {"one"}
    rights = browser_of(root).get("/rights/").content.decode()
    assert "not asked here" in rights
    asked = f"/rights/?kind=works-council&portfolio=two&on={today()}"
    assert "nobody has to. This gate is not asked in that portfolio." in browser_of(root).get(asked).content.decode()


def test_whoever_keeps_not_all_reads_the_six_and_switches_them_at_home(
    desk: Client, otto: Person, ria: Person, portfolio: Portfolio, elsewhere: Portfolio
) -> None:
    legal = GateKind.objects.get(key="legal-sign-off")
    assert desk.get(page(legal)).status_code == 200
    typed = {"name": "Law", "question": legal.question, "position": legal.position}
    assert desk.post(page(legal), typed).status_code == 403
    with pytest.raises(NotYours):
        actions.amend_kind(kind=legal, by=ria, set={"name": "Law"})
    off = page(legal, "act", "switch-off")
    assert desk.post(off, {"portfolio": elsewhere.pk, "reason": "No."}).status_code == 422
    assert agree(desk, off, {"portfolio": portfolio.pk, "reason": "No contracts here."}).status_code == 302


def test_its_own_office_words_it_anew(own: GateKind, desk: Client) -> None:
    assert (
        desk.post(page(own), {"name": "Works", "question": own.question, "position": own.position}).status_code == 302
    )
    assert Event.objects.get(action="amend_kind").portfolio == Portfolio.objects.get(key="one")


# What would come of it


@pytest.fixture
def standing(record: Record, portfolio: Portfolio, lena: Person) -> dict[str, Pilot]:
    """A pilot that is ready, and two that only a list calls adopted; of the ready one all gates are clear."""
    day = today()
    when: dict[str, Any] = {"on": day, "known": day}
    ready, claimed = record("R-1"), record("C-1")
    for kind in GateKind.objects.exclude(key="legal-sign-off"):
        actions.switch_off(kind=kind, portfolio=portfolio, by=None, reason="Not here.", **when)
    legal = GateKind.objects.get(key="legal-sign-off")
    actions.assign_right(kind=legal, portfolio=portfolio, holder=lena, by=None, **when)
    actions.start(pilot=ready, by=None, **when)
    gate = ready.gates.select_related("pilot", "kind").get(kind=legal)
    actions.decide(gate=gate, by=lena, outcome="cleared", reason="Agreed.", **when)
    actions.record_claim(pilot=claimed, **when)
    return {"ready": ready, "claimed": claimed}


def counts() -> dict[str, int]:
    return {name: number for name, number in pilots().counts(today()).items() if number}


def test_what_would_come_of_it_is_shown_before_it_is_kept(desk: Client, standing: dict[str, Pilot]) -> None:
    assert counts() == {"ready": 1, "claimed": 1}
    shown = desk.post(ADD, COUNCIL)
    text = shown.content.decode()
    assert shown.status_code == 200
    assert "2 pilots have this gate, open, from today." in text
    assert "One pilot was ready, and is moving then: R-1." in text
    assert "Nothing is kept yet." in text
    assert 'value="works-council"' in text
    assert not GateKind.objects.filter(ships=False).exists()
    assert counts() == {"ready": 1, "claimed": 1}
    agreed = COUNCIL | {AGREED: shown.context["form"].consequences.token}
    kept = desk.post(ADD, agreed, follow=True).content.decode()
    assert "One pilot was ready, and is moving then: R-1." in kept
    assert counts() == {"moving": 1, "claimed": 1}


def test_what_is_otherwise_by_then_is_asked_again(desk: Client, standing: dict[str, Pilot], record: Record) -> None:
    expected_version = desk.post(ADD, COUNCIL).context["form"].consequences.token
    record("N-1")
    again = desk.post(ADD, COUNCIL | {AGREED: expected_version})
    assert again.status_code == 200
    assert "3 pilots have this gate" in again.content.decode()
    assert not GateKind.objects.filter(ships=False).exists()


def test_switching_off_and_on_is_shown_too(desk: Client, standing: dict[str, Pilot], portfolio: Portfolio) -> None:
    kind = actions.add_kind(**{k: v for k, v in COUNCIL.items() if k != "clears_by"}, by=None)
    off, on = (page(kind, "act", word) for word in ("switch-off", "switch-on"))
    asked = {"portfolio": portfolio.pk, "reason": "A mistake."}
    assert "One pilot was moving, and is ready then: R-1." in desk.post(off, asked).content.decode()
    assert counts() == {"moving": 1, "claimed": 1}
    agree(desk, off, asked)
    assert counts() == {"ready": 1, "claimed": 1}
    assert "One pilot was ready, and is moving then: R-1." in desk.post(on, asked).content.decode()
    agree(desk, reverse("admin:pilots_portfolio_act", args=[portfolio.pk, "switch-on"]), {"kind": kind.pk})
    assert counts() == {"moving": 1, "claimed": 1}


# One entry


def test_the_log_has_one_entry_that_opens_to_each_pilot(
    own: GateKind, desk: Client, record: Record, portfolio: Portfolio
) -> None:
    for number in range(3):
        record(f"P-1{number}")
    agree(desk, page(own, "act", "switch-off"), {"portfolio": portfolio.pk, "reason": "A mistake."})
    head = Event.objects.get(action="switch_off", pilot=None)
    text = desk.get(LOG).content.decode()
    assert text.lower().count("gate switched off") == 1 + text.lower().count(">gate switched off</a>")
    assert "on 4 pilots" in text
    opened = desk.get(reverse("admin:pilots_event_change", args=[head.pk])).content.decode()
    assert "4 events on pilots of yours" in opened
    assert opened.count("Council: gate switched off") == 4
    assert "on 4 pilots" in desk.get("/admin/").content.decode()
    # What was done to one is found where it is looked for.
    assert "Council: gate switched off" in desk.get(LOG, {"q": "P-11"}).content.decode()


def test_an_office_opens_what_was_done_to_its_own(
    root: Person, otto: Person, both: tuple[Pilot, Pilot], desk: Client
) -> None:
    kind = actions.add_kind(key="security", name="Security", question="Secure?", by=root)
    head = Event.objects.get(action="add_kind")
    assert (kind.for_all, head.portfolio) == (True, None)
    for client, mine, theirs in ((desk, "P-1", "Q-1"), (browser_of(otto), "Q-1", "P-1")):
        opened = client.get(reverse("admin:pilots_event_change", args=[head.pk]))
        assert [event.pilot.key for event in opened.context["page"].object_list] == [mine]
        assert theirs not in opened.content.decode()


def test_the_log_asks_no_more_for_more(own: GateKind, desk: Client, record: Record, portfolio: Portfolio) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(LOG).status_code == 200
        return len(queries)

    asked()
    few = asked()
    for number in range(6):
        record(f"P-1{number}")
    actions.switch_off(kind=own, portfolio=portfolio, by=None, reason="A mistake.")
    actions.switch_on(kind=own, portfolio=portfolio, by=None)
    assert asked() == few


def test_the_changes_over_the_api_are_one_entry_that_opens(
    own: GateKind, ria: Person, otto: Person, both: tuple[Pilot, Pilot]
) -> None:
    client, day = browser_of(ria), today().isoformat()
    rows = client.get(f"/api/v1/events/?from={day}").json()["results"]
    [entry] = [row for row in rows if row["batch"]]
    assert (entry["verb"], entry["pilot"], entry["pilots"]) == ("add_kind", None, 1)
    each = client.get(f"/api/v1/events/?from={day}&batch={entry['batch']}").json()["results"]
    assert [(row["verb"], row["pilot"]) for row in each] == [("open_gate", "P-1")]
    of_one = client.get(f"/api/v1/events/?from={day}&pilot=P-1").json()["results"]
    assert [row["verb"] for row in of_one] == ["open_gate"]
    assert not browser_of(otto).get(f"/api/v1/events/?batch={entry['batch']}").json()["results"]


def test_every_act_on_many_is_told_in_words() -> None:
    assert {"decide_many", "record_minutes", "add_kind", "switch_off", "switch_on"} <= events.ACTIONS.keys()
