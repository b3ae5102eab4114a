"""Reference tables at the desk: each opens, each act is an action's, and what is another office's stays theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import (
    Absence,
    DecisionRight,
    Event,
    Function,
    GateKind,
    Person,
    Pilot,
    Portfolio,
    PortfolioRole,
    StallPolicy,
)
from tests.company import browser_of
from tests.readiness.admin.conftest import WHEN, account, agree

TABLES = ["portfolio", "function", "person", "gatekind", "decisionright", "absence"]


def there(table: str, name: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:pilots_{table}_{name}", args=args)


@pytest.fixture
def rows(portfolio: Portfolio, operations: Function, lena: Person, legal: GateKind) -> dict[str, Any]:
    """A row of each table."""
    absence = actions.away(person=lena, by=None, starts=today(), ends=today())
    return {
        "portfolio": portfolio,
        "function": operations,
        "person": lena,
        "gatekind": legal,
        "decisionright": DecisionRight.objects.get(),
        "absence": absence,
    }


NOT_NOW = {"confirm-address"}
"""Acts that are on offer only where something waits."""


@pytest.mark.parametrize("table", TABLES)
def test_list_form_and_acts_of_each_table_open(desk: Client, rows: dict[str, Any], table: str) -> None:
    from django.contrib import admin

    row = rows[table]
    offered = set(admin.site._registry[type(row)].object_actions) - NOT_NOW  # type: ignore[attr-defined]
    addresses = [there(table), there(table, "add"), there(table, "change", row.pk)]
    addresses += [there(table, "act", row.pk, word) for word in offered]
    for address in addresses:
        answer = desk.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert text.count("<script") == text.count('<script src="/static/readiness/')
        assert " style=" not in text
        assert "password" not in text.lower().replace('href="/accounts/password/change/">password</a>', "").replace(
            "a link to set a password is sent", ""
        )


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_deleted(desk: Client, root: Person, rows: dict[str, Any], table: str) -> None:
    for client in (desk, browser_of(root)):
        gone = there(table, "delete", rows[table].pk)
        assert client.post(gone, {"post": "yes"}).status_code == 403
    assert type(rows[table]).objects.filter(pk=rows[table].pk).exists()


@pytest.mark.parametrize("table", TABLES)
def test_an_act_that_does_not_exist_is_not_there(desk: Client, rows: dict[str, Any], table: str) -> None:
    assert desk.get(there(table, "act", rows[table].pk, "vanish")).status_code == 404
    assert desk.get(there(table, "change", 999_999)).status_code == 404


def test_an_account_is_opened_without_a_password(desk: Client, ria: Person) -> None:
    asked = {"name": "Mia Brandt", "email": "Mia@example.org"}
    assert desk.post(there("person", "add"), asked).status_code == 302
    mia = Person.objects.get(email="mia@example.org")
    assert not mia.has_usable_password()
    assert Event.objects.filter(action="open_account", by=ria).count() == 1
    again = desk.post(there("person", "add"), asked)
    assert again.status_code == 422
    assert "email" in again.context["form"].errors


def test_an_account_is_corrected_and_closed_by_verbs(desk: Client, lena: Person, ria: Person) -> None:
    asked = {
        "name": "Lena Orr",
        "email": lena.email,
        "function": "",
        "is_superuser": "on",
        "is_staff": "on",
        "password": "x",
    }
    assert desk.post(there("person", "change", lena.pk), asked).status_code == 302
    lena.refresh_from_db()
    assert (lena.name, lena.is_staff, lena.is_superuser) == ("Lena Orr", False, False)
    assert desk.post(there("person", "act", lena.pk, "close"), {}).status_code == 302
    lena.refresh_from_db()
    assert lena.closed_on == today()
    assert Event.objects.filter(action="close_account", by=ria).exists()
    assert desk.post(there("person", "change", lena.pk), asked).status_code == 403


def test_a_role_opens_the_desk_and_taking_it_shuts_it(desk: Client, lena: Person, portfolio: Portfolio) -> None:
    asked = {"portfolio": portfolio.pk, "role": "program-office"}
    desk.post(there("person", "act", lena.pk, "give-role"), asked)
    assert Person.objects.get(pk=lena.pk).is_staff
    desk.post(there("person", "act", lena.pk, "take-role"), asked)
    assert not Person.objects.get(pk=lena.pk).is_staff


def test_nobody_gives_a_role_in_a_portfolio_that_is_not_theirs(desk: Client, ria: Person, elsewhere: Portfolio) -> None:
    asked = {"portfolio": elsewhere.pk, "role": "program-office"}
    answer = desk.post(there("person", "act", ria.pk, "give-role"), asked)
    assert answer.status_code == 422
    assert not PortfolioRole.objects.filter(portfolio=elsewhere).exists()


def test_an_address_that_reaches_further_is_not_changed(desk: Client, root: Person, elsewhere: Portfolio) -> None:
    other = account("jory")
    actions.give_role(portfolio=elsewhere, person=other, role="program-office", by=None, **WHEN)
    for person in (root, other):
        asked = {"name": person.name, "email": "mine@example.org", "function": ""}
        answer = desk.post(there("person", "change", person.pk), asked)
        assert answer.status_code == 403
        assert desk.post(there("person", "act", person.pk, "close"), {}).status_code == 403
        person.refresh_from_db()
        assert person.email != "mine@example.org"
        assert person.closed_on is None


def test_a_portfolio_is_renamed_and_its_clock_set_with_a_day(desk: Client, portfolio: Portfolio, kai: Person) -> None:
    asked = {"name": "First", "escalation": "kai@example.org", "calendar": "DE"}
    assert desk.post(there("portfolio", "change", portfolio.pk), asked).status_code == 302
    portfolio.refresh_from_db()
    assert (portfolio.name, portfolio.calendar, portfolio.key) == ("First", "DE", "one")
    clock = there("portfolio", "act", portfolio.pk, "stall-clock")
    assert desk.post(clock, {"quiet_days": "21", "warning_days": "7"}).status_code == 302
    assert StallPolicy.objects.get().quiet_days == 21
    slower = desk.post(clock, {"quiet_days": "60", "warning_days": "7"})
    assert slower.status_code == 403
    assert "quiet_days" in slower.context["form"].errors


def test_another_offices_portfolio_is_not_there(desk: Client, elsewhere: Portfolio) -> None:
    assert desk.get(there("portfolio", "change", elsewhere.pk)).status_code == 404
    assert desk.get(there("portfolio", "act", elsewhere.pk, "stall-clock")).status_code == 404
    assert ">Two<" not in desk.get(there("portfolio")).content.decode()


def test_a_portfolio_is_opened_by_who_then_keeps_it(desk: Client, ria: Person) -> None:
    asked = {"key": "three", "name": "Three", "escalation": "", "calendar": ""}
    assert desk.post(there("portfolio", "add"), asked).status_code == 302
    assert ria.roles.filter(portfolio__key="three", role="program-office").exists()


def test_what_ships_keeps_its_key_and_how_it_clears(desk: Client, legal: GateKind) -> None:
    asked = {
        "name": "Law",
        "question": legal.question,
        "valid_for": "180",
        "position": legal.position,
        "key": "x",
        "clears_by": "acceptance",
        "ships": "",
        "seals": ["data"],
    }
    before = (legal.key, legal.clears_by, legal.ships, legal.seals)
    assert desk.post(there("gatekind", "change", legal.pk), asked).status_code == 302
    legal.refresh_from_db()
    assert (legal.key, legal.clears_by, legal.ships, legal.seals) == before
    assert (legal.name, legal.valid_for) == ("Law", 180)


def test_a_kind_of_gate_can_be_added_and_is_asked_of_every_pilot(desk: Client, running: Pilot) -> None:
    asked = {
        "key": "security-review",
        "name": "Security",
        "question": "Has Security said yes to this use?",
        "clears_by": "approval",
        "valid_for": "365",
        "seals": ["tool"],
    }
    assert agree(desk, there("gatekind", "add"), asked).status_code == 302
    kind = GateKind.objects.get(key="security-review")
    assert (kind.ships, kind.seals) == (False, ["tool"])
    assert running.gates.filter(kind=kind).exists()
    assert "Security" in desk.get("/admin/pilots/pilot/").content.decode()


def test_a_kind_can_be_switched_off_for_a_portfolio_visibly(
    desk: Client, legal: GateKind, portfolio: Portfolio
) -> None:
    off = there("gatekind", "act", legal.pk, "switch-off")
    unsaid = desk.post(off, {"portfolio": portfolio.pk, "reason": ""})
    assert unsaid.status_code == 422
    assert agree(desk, off, {"portfolio": portfolio.pk, "reason": "No contracts here."}).status_code == 302
    for address in (there("gatekind", "change", legal.pk), there("portfolio", "change", portfolio.pk)):
        assert "No contracts here." in desk.get(address).content.decode()


def test_a_right_is_assigned_anew_and_the_past_keeps_its_holder(
    desk: Client, legal: GateKind, lena: Person, kai: Person
) -> None:
    right = DecisionRight.objects.get()
    asked = {"holder": "kai@example.org", "answer_within_days": "5"}
    answer = desk.post(there("decisionright", "change", right.pk), asked)
    assert answer.status_code == 302
    right.refresh_from_db()
    assert (right.holder, right.until) == (lena, today() - timedelta(days=1))
    new = DecisionRight.objects.exclude(pk=right.pk).get()
    assert (new.holder, new.starts, new.kind) == (kai, today(), legal)


def test_an_overlap_says_both_names(desk: Client, legal: GateKind, portfolio: Portfolio, kai: Person) -> None:
    asked = {"kind": legal.pk, "portfolio": portfolio.pk, "holder": "kai@example.org", "starts": "2026-01-01"}
    answer = desk.post(there("decisionright", "add"), asked)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Kai would hold it" in text
    assert "but Lena holds it" in text


def test_a_right_everywhere_is_seen_by_all_and_changed_by_who_keeps_all(
    desk: Client, lena: Person, elsewhere: Portfolio, legal: GateKind
) -> None:
    kind = GateKind.objects.get(key="it-data-access")
    broad = actions.assign_right(kind=kind, holder=lena, by=None, **WHEN)
    narrow = actions.assign_right(kind=kind, portfolio=elsewhere, holder=lena, by=None, **WHEN)
    assert desk.get(there("decisionright", "change", broad.pk)).status_code == 200
    assert desk.post(there("decisionright", "change", broad.pk), {"holder": "kai@example.org"}).status_code == 403
    assert desk.post(there("decisionright", "act", broad.pk, "end"), {"until": "2026-12-31"}).status_code == 403
    assert desk.get(there("decisionright", "change", narrow.pk)).status_code == 404


def test_an_absence_is_recorded_and_ended(desk: Client, lena: Person, ria: Person) -> None:
    asked = {"person": "Lena", "starts": today().isoformat(), "ends": (today() + timedelta(days=9)).isoformat()}
    assert desk.post(there("absence", "add"), asked).status_code == 302
    absence = Absence.objects.get()
    assert absence.person == lena
    wrong = asked | {"ends": "2026-01-01"}
    assert "ends" in desk.post(there("absence", "add"), wrong).context["form"].errors
    assert desk.post(there("absence", "act", absence.pk, "back"), {}).status_code == 302
    assert not Absence.objects.exists()
    assert Event.objects.filter(action="back", by=ria).exists()


def test_the_way_from_a_person_to_their_absence_names_them(desk: Client, lena: Person) -> None:
    page = desk.get(there("person", "change", lena.pk)).content.decode()
    link = f"{there('absence', 'add')}?person=lena%40example.org"
    assert link in page
    assert 'value="lena@example.org"' in desk.get(link).content.decode()


def test_a_function_is_named_and_renamed(desk: Client, operations: Function) -> None:
    assert desk.post(there("function", "add"), {"name": "Finance"}).status_code == 302
    assert desk.post(there("function", "change", operations.pk), {"name": "Service"}).status_code == 302
    assert set(Function.objects.values_list("name", flat=True)) == {"Finance", "Service"}
    assert Event.objects.filter(action__in=("name_function", "rename_function"), by__isnull=False).count() == 2


def test_people_cannot_be_asked_for_by_their_password(desk: Client) -> None:
    answer = desk.get(there("person"), {"password__startswith": "a"})
    assert answer.status_code == 400


def test_people_are_offered_by_name_while_one_is_typed_and_whoever_left_is_not(desk: Client, lena: Person) -> None:
    typed = {"app_label": "pilots", "model_name": "pilot", "field_name": "manager", "term": "len"}
    there = "/admin/autocomplete/"
    assert desk.get(there, typed).json()["results"] == [{"id": "lena@example.org", "text": "Lena"}]
    actions.close_account(person=lena, by=None)
    assert desk.get(there, typed).json()["results"] == []
    assert browser_of(lena).get(there, typed).status_code == 302


def test_workflows_are_offered_while_one_is_typed_and_none_of_another_portfolio(
    desk: Client, running: Pilot, elsewhere: Portfolio, ria: Person
) -> None:
    def offered(typed: str) -> list[str]:
        return [each["id"] for each in desk.get("/admin/workflows/", {"term": typed}).json()["results"]]

    actions.record(portfolio=elsewhere, key="X-1", name="One", workflow="Drafting secret letters", by=None, **WHEN)
    for number in range(2):
        actions.record(
            portfolio=running.portfolio, key=f"W-{number}", name="One", workflow="Drafting notices", by=ria, **WHEN
        )
    assert offered("draft") == sorted({running.workflow, "Drafting notices"})
    assert offered("SECRET") == offered("") == []


@pytest.mark.parametrize("table", [*TABLES, "pilot"])
def test_every_row_has_a_history_from_the_event_log(
    desk: Client, rows: dict[str, Any], running: Pilot, table: str
) -> None:
    row = running if table == "pilot" else rows[table]
    answer = desk.get(there(table, "history", row.pk))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert 'class="log"' in text or table == "gatekind"
    assert desk.get(there(table, "history", 999_999)).status_code == 404


@pytest.mark.parametrize("button", ["_save", "_continue", "_addanother"])
def test_the_buttons_lead_where_djangos_do_and_the_filters_of_the_list_are_kept(
    desk: Client, operations: Function, button: str
) -> None:
    kept = "?_changelist_filters=q%3Doperations"
    page = there("function", "change", operations.pk)
    assert "?_changelist_filters=q%3Dop" in desk.get(there("function"), {"q": "op"}).content.decode()
    answer = desk.post(page + kept, {"name": "Service", button: "yes"})
    to = {
        "_save": there("function") + "?q=operations",
        "_continue": page + kept,
        "_addanother": there("function", "add") + kept,
    }
    assert answer["Location"] == to[button]
