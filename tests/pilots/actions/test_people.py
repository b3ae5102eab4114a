"""Accounts, roles, portfolios, functions and the stall clock's settings: who may set them, and what the log keeps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pilots import actions, permissions
from pilots.models import Event, Function, Person, Portfolio, StallPolicy
from pilots.refusals import EscalationRequired, Invalid, NotYours, SelfApproval
from tests.company import MARCH, SPONSOR, Signed

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
WHEN: dict[str, Any] = {"on": DAY, "known": DAY}


def account(name: str) -> Person:
    return actions.open_account(email=f"{name}@example.org", name=name.title(), by=None, **WHEN)


@pytest.fixture
def portfolio() -> Portfolio:
    return actions.open_portfolio(key="one", name="One", escalation=account("kai"), by=None, **WHEN)


@pytest.fixture
def ria(portfolio: Portfolio) -> Person:
    """Of the program office."""
    ria = account("ria")
    actions.give_role(portfolio=portfolio, person=ria, role="program-office", by=None, **WHEN)
    return ria


def test_the_office_opens_accounts_and_nobody_else_does(ria: Person) -> None:
    lena = actions.open_account(email="Lena@Example.ORG ", name=" Lena ", by=ria, **WHEN)
    assert (lena.email, lena.name) == ("lena@example.org", "Lena")
    assert not lena.has_usable_password()
    with pytest.raises(NotYours):
        actions.open_account(email="sam@example.org", name="Sam", by=lena, **WHEN)


@pytest.mark.parametrize(
    ("email", "name", "field"),
    [("RIA@example.org", "Another Ria", "email"), ("no address", "Sam", "email"), ("sam@example.org", "  ", "name")],
)
def test_an_account_is_one_address_and_a_name(ria: Person, email: str, name: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.open_account(email=email, name=name, by=ria, **WHEN)
    assert refused.value.field == field


def test_the_log_keeps_no_name_and_no_address(ria: Person) -> None:
    lena = account("lena")
    event = actions.amend_account(person=lena, by=ria, set={"name": "Lena Orr", "email": "orr@example.org"}, **WHEN)
    assert event is not None
    assert (event.data["person"], event.data["fields"]) == (lena.pk, ["name", "email"])
    written = str(list(Event.objects.values_list("data", "texts")))
    assert "Lena" not in written
    assert "example.org" not in written
    same = {"name": "Lena Orr"}
    assert actions.amend_account(person=lena, by=ria, set=same, **WHEN) is None


def test_whether_somebody_may_open_the_admin_follows_from_the_role(portfolio: Portfolio, ria: Person) -> None:
    ben = account("ben")
    for role, staff in (("reviewer", False), ("program-office", True)):
        actions.give_role(portfolio=portfolio, person=ben, role=role, by=ria, **WHEN)
        ben.refresh_from_db()
        assert ben.is_staff is staff, role
    actions.take_role(portfolio=portfolio, person=ben, role="program-office", by=ria, **WHEN)
    ben.refresh_from_db()
    assert not ben.is_staff


def test_a_role_given_twice_is_told_once(portfolio: Portfolio, ria: Person) -> None:
    ben = account("ben")
    for _ in range(2):
        actions.give_role(portfolio=portfolio, person=ben, role="reviewer", by=ria, **WHEN)
    history = Event.objects.filter(action="give_role", data__person=ben.pk)
    assert history.count() == ben.roles.count() == 1


def test_the_last_of_the_office_stays(portfolio: Portfolio, ria: Person) -> None:
    office = {"portfolio": portfolio, "role": "program-office", "by": ria, **WHEN}
    with pytest.raises(Invalid):
        actions.take_role(person=ria, **office)
    actions.give_role(person=account("ben"), **office)
    actions.take_role(person=ria, **office)
    assert not ria.roles.exists()


def test_a_role_of_one_portfolio_is_none_of_another(ria: Person) -> None:
    other = actions.open_portfolio(key="two", name="Two", by=None, **WHEN)
    with pytest.raises(NotYours):
        actions.give_role(portfolio=other, person=ria, role="program-office", by=ria, **WHEN)


def test_whoever_opens_a_portfolio_keeps_its_records(ria: Person) -> None:
    other = actions.open_portfolio(key="two", name="Two", by=ria, **WHEN)
    assert set(other.roles.values_list("person__name", "role")) == {("Ria", "program-office")}
    with pytest.raises(Invalid) as refused:
        actions.open_portfolio(key="two", name="Again", by=ria, **WHEN)
    assert refused.value.field == "key"


def test_whoever_kept_all_portfolios_goes_on_keeping_all(portfolio: Portfolio, ria: Person) -> None:
    """Otherwise the office of one portfolio could end what they keep, by opening another."""
    sam, ben = account("sam"), account("ben")
    two = actions.open_portfolio(key="two", name="Two", by=None, **WHEN)
    for there in (portfolio, two):
        actions.give_role(portfolio=there, person=sam, role="program-office", by=None, **WHEN)
    actions.give_role(portfolio=two, person=ben, role="program-office", by=None, **WHEN)
    three = actions.open_portfolio(key="three", name="Three", by=ria, **WHEN)
    assert [permissions.keeps_all(person) for person in (sam, ria, ben)] == [True, False, False]
    assert set(three.roles.values_list("person__name", flat=True)) == {"Ria", "Sam"}
    history = Event.objects.filter(portfolio=three).order_by("pk")
    assert [(event.action, event.by) for event in history] == [("open_portfolio", ria), ("give_role", ria)]


def test_no_account_is_closed_that_nobody_would_follow(portfolio: Portfolio, ria: Person) -> None:
    with pytest.raises(Invalid, match="left to keep this portfolio") as refused:
        actions.close_account(person=ria, by=ria, **WHEN)
    assert refused.value.field == "person"
    ben = account("ben")
    actions.give_role(portfolio=portfolio, person=ben, role="program-office", by=ria, **WHEN)
    actions.close_account(person=ria, by=ben, **WHEN)
    with pytest.raises(Invalid):
        actions.close_account(person=ben, by=None, **WHEN)


def test_somebody_keeps_all_portfolios(portfolio: Portfolio, ria: Person) -> None:
    first = actions.open_first_account(email="first@example.org", name="First", **WHEN)
    two = actions.open_portfolio(key="two", name="Two", by=first, **WHEN)
    assert not two.roles.filter(person=first).exists()
    assert permissions.keeps_all(ria)
    ben = account("ben")
    for there in (portfolio, two):
        actions.give_role(portfolio=there, person=ben, role="program-office", by=None, **WHEN)
    actions.close_account(person=first, by=None, **WHEN)
    actions.take_role(portfolio=two, person=ria, role="program-office", by=ben, **WHEN)
    third = account("third")
    actions.give_role(portfolio=two, person=third, role="program-office", by=ben, **WHEN)
    for leave in (
        lambda: actions.close_account(person=ben, by=None, **WHEN),
        lambda: actions.take_role(portfolio=two, person=ben, role="program-office", by=ben, **WHEN),
    ):
        with pytest.raises(Invalid, match="who keeps all portfolios"):
            leave()


def test_nobody_makes_themselves_the_escalation_person(portfolio: Portfolio, ria: Person) -> None:
    with pytest.raises(SelfApproval):
        actions.amend_portfolio(portfolio=portfolio, by=ria, set={"escalation": ria}, **WHEN)
    with pytest.raises(SelfApproval):
        actions.open_portfolio(key="two", name="Two", by=ria, escalation=ria, **WHEN)
    other = account("noor")
    event = actions.amend_portfolio(portfolio=portfolio, by=ria, set={"escalation": other}, **WHEN)
    assert event is not None
    assert Portfolio.objects.get(pk=portfolio.pk).escalation == other


def test_a_function_keeps_its_rights_under_another_name(ria: Person) -> None:
    function = actions.name_function(name="Customer operations", by=ria, **WHEN)
    with pytest.raises(Invalid):
        actions.name_function(name="Customer operations", by=ria, **WHEN)
    with pytest.raises(Invalid):
        actions.name_function(name=" ", by=ria, **WHEN)
    actions.rename_function(function=function, name="Customer care", by=ria, **WHEN)
    assert Function.objects.get().name == "Customer care"


def test_a_faster_clock_is_the_offices_a_slower_one_takes_the_escalation_person(
    portfolio: Portfolio, ria: Person
) -> None:
    clock = {"portfolio": portfolio, **WHEN}
    actions.set_stall_policy(by=ria, quiet_days=20, **clock)
    with pytest.raises(EscalationRequired):
        actions.set_stall_policy(by=ria, quiet_days=21, **clock)
    assert portfolio.escalation is not None
    actions.set_stall_policy(by=portfolio.escalation, quiet_days=21, **clock)
    assert StallPolicy.objects.get().quiet_days == 21
    with pytest.raises(NotYours):
        actions.set_stall_policy(by=account("sam"), quiet_days=5, **clock)


def test_a_clock_set_today_leaves_yesterday_as_it_was(portfolio: Portfolio, ria: Person) -> None:
    clock = {"portfolio": portfolio, "by": ria, "quiet_days": 10, **WHEN}
    with pytest.raises(Invalid) as refused:
        actions.set_stall_policy(starts=date(2026, 3, 1), **clock)
    assert refused.value.field == "starts"
    actions.set_stall_policy(starts=DAY, **clock)
    assert StallPolicy.objects.get().starts == DAY


@pytest.mark.parametrize("quiet_days", [0, 366, True, 3.5])
def test_quiet_days_are_a_number_that_can_be(portfolio: Portfolio, ria: Person, quiet_days: Any) -> None:
    with pytest.raises(Invalid) as refused:
        actions.set_stall_policy(portfolio=portfolio, by=ria, quiet_days=quiet_days, **WHEN)
    assert refused.value.field == "quiet_days"


def test_a_closed_account_is_given_nothing(portfolio: Portfolio, ria: Person) -> None:
    gone = account("gone")
    actions.close_account(person=gone, by=ria, **WHEN)
    with pytest.raises(Invalid):
        actions.give_role(portfolio=portfolio, person=gone, role="reviewer", by=ria, **WHEN)
    with pytest.raises(Invalid):
        actions.amend_portfolio(portfolio=portfolio, by=ria, set={"escalation": gone}, **WHEN)


def test_an_account_that_was_closed_late_leaves_what_it_accepted_since() -> None:
    """Rule 7: closing an account leaves every seat that the person had accepted, up to the day it is written down."""
    cast, day = Signed(), timedelta(days=1)
    gate = cast.gate(SPONSOR)
    for action, n in ((actions.nominate, 1), (actions.accept, 10)):
        when = {"on": MARCH + n * day, "known": MARCH + n * day}
        says = {"by": cast.ria, "person": cast.sam} if action is actions.nominate else {"by": cast.sam}
        action(gate=gate, **says, **when)
    actions.close_account(person=cast.sam, by=cast.ria, on=MARCH + 5 * day, known=MARCH + 12 * day)
    latest = gate.periods.get(superseded_on=None, last_day=None)
    assert (latest.person, latest.nominee) == (None, None)


def test_whoever_was_named_to_succeed_is_named_no_longer() -> None:
    cast, day = Signed(), timedelta(days=1)
    gate = cast.gate(SPONSOR)
    for person, n in ((cast.sam, 1), (cast.olga, 3)):
        when = {"on": MARCH + n * day, "known": MARCH + n * day}
        actions.nominate(gate=gate, by=cast.ria, person=person, **when)
        if person == cast.sam:
            actions.accept(gate=gate, by=person, **when)
    assert gate.periods.get(superseded_on=None, last_day=None).nominee == cast.olga
    actions.close_account(person=cast.olga, by=cast.ria, on=MARCH + 4 * day, known=MARCH + 4 * day)
    latest = gate.periods.get(superseded_on=None, last_day=None)
    assert (latest.person, latest.nominee) == (cast.sam, None)
