"""What reaches beyond the portfolios that somebody keeps takes whoever keeps all of them (section 7): on every road."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from pilots import actions
from pilots.models import Absence, ApiToken, DecisionRight, Function, GateKind, Person, Portfolio
from pilots.refusals import NotYours
from tests.company import ERROR, FUNDING, LEGAL, Cast, browser_of, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Cast]:
    room = override_settings(EVIDENCE_ROOT=tmp_path_factory.mktemp("evidence"))
    with django_db_blocker.unblock(), room, transaction.atomic():
        yield Cast()
        transaction.set_rollback(True)


def newcomer(cast: Cast) -> Person:
    """Somebody who holds nothing at all yet."""
    return cast["outsider"]


def reviews(cast: Cast, who: Person) -> None:
    actions.give_role(portfolio=cast.portfolio, person=who, role="reviewer", by=None)


def escalates(cast: Cast, who: Person) -> None:
    ours = Portfolio.objects.get(pk=cast.portfolio.pk)
    actions.amend_portfolio(portfolio=ours, set={"escalation": who}, by=None)


def right(cast: Cast, **says: Any) -> None:
    kind = GateKind.objects.get(key=LEGAL)
    says = {"portfolio": cast.portfolio, "holder": cast["decider"], "function": cast.function} | says
    actions.assign_right(kind=kind, by=None, **says)


def decides(cast: Cast, who: Person) -> None:
    right(cast, holder=who)


def deputises(cast: Cast, who: Person) -> None:
    right(cast, deputy=who)


def is_escalated_to(cast: Cast, who: Person) -> None:
    right(cast, escalate_to=who)


def decides_everywhere(cast: Cast, who: Person) -> None:
    right(cast, holder=who, portfolio=None, function=None)


def decides_for_a_while(cast: Cast, who: Person) -> None:
    right(cast)
    given = DecisionRight.objects.get(function=cast.function)
    actions.delegate(right=given, to=who, until=cast.day(-9), by=None)


def is_named(cast: Cast, who: Person) -> None:
    actions.nominate(gate=cast.gate(FUNDING), person=who, by=None)


def has_accepted(cast: Cast, who: Person) -> None:
    is_named(cast, who)
    actions.accept(gate=cast.gate(FUNDING), by=who)


def is_to_succeed(cast: Cast, who: Person) -> None:
    actions.accept(gate=cast.gate(ERROR), by=cast["named"])
    actions.nominate(gate=cast.gate(ERROR), person=who, by=None)


def manages(cast: Cast, who: Person) -> None:
    actions.amend(pilot=cast.pilot, set={"manager": who}, by=cast["office"])


def decides_exceptions(cast: Cast, who: Person) -> None:
    actions.set_rules(pilot=cast.pilot, by=cast["office"], exceptions_to=who)


HOLDS = (
    reviews,
    escalates,
    decides,
    deputises,
    is_escalated_to,
    decides_everywhere,
    decides_for_a_while,
    is_named,
    has_accepted,
    is_to_succeed,
    manages,
    decides_exceptions,
)


def amend(cast: Cast, who: Person, by: Person) -> Any:
    return actions.amend_account(person=who, by=by, set={"email": "mine@cast.example"})


def rename(cast: Cast, who: Person, by: Person) -> Any:
    return actions.amend_account(person=who, by=by, set={"name": "Somebody"})


def close(cast: Cast, who: Person, by: Person) -> Any:
    return actions.close_account(person=who, by=by)


def away(cast: Cast, who: Person, by: Person) -> Any:
    return actions.away(person=who, by=by, starts=cast.day(), ends=cast.day(-9))


def back(cast: Cast, who: Person, by: Person) -> Any:
    absence = actions.away(person=who, by=None, starts=cast.day(), ends=cast.day(-9))
    return actions.back(absence=absence, by=by)


def revoke(cast: Cast, who: Person, by: Person) -> Any:
    token, _key = actions.issue_token(person=who, by=None)
    return actions.revoke_token(token=token, by=by)


ACTS = (amend, rename, close, away, back, revoke)
EventRecord = Callable[[Cast, Person, Person], Any]
Hold = Callable[[Cast, Person], None]


@pytest.mark.parametrize("action", ACTS, ids=lambda action: action.__name__)
@pytest.mark.parametrize("holds", HOLDS, ids=lambda holds: holds.__name__)
def test_an_office_changes_nobodys_account_who_holds_something_elsewhere(
    cast: Cast, holds: Hold, action: EventRecord
) -> None:
    with taken_back():
        who = newcomer(cast)
        with taken_back():
            action(cast, who, cast["neighbour"])
        who.refresh_from_db()
        holds(cast, who)
        who.refresh_from_db()
        with pytest.raises(NotYours) as refused, transaction.atomic():
            action(cast, who, cast["neighbour"])
        assert "beyond the portfolios that you keep" in refused.value.says
        who.refresh_from_db()
        action(cast, who, cast.keeper())


def test_its_own_office_changes_whoever_holds_something_there_alone(cast: Cast) -> None:
    for action in ACTS:
        with taken_back():
            action(cast, cast["manager"], cast["office"])


def test_what_is_over_does_not_bind_an_account_for_good(cast: Cast) -> None:
    with taken_back():
        right(cast, holder=cast["outsider"], starts=cast.day(9), on=cast.day(9), known=cast.day(9), until=cast.day(1))
        amend(cast, cast["outsider"], cast["neighbour"])


def test_a_superusers_account_is_changed_by_superusers_only(cast: Cast) -> None:
    with taken_back():
        root = Person.objects.create_superuser("root@cast.example", None, name="Root")
        with pytest.raises(NotYours):
            amend(cast, root, cast.keeper())
        amend(cast, root, Person.objects.create_superuser("other@cast.example", None, name="Other"))


def test_a_name_that_was_signed_elsewhere_is_erased_by_whoever_keeps_all(cast: Cast) -> None:
    with taken_back():
        cast.runs()
        cast.decided(LEGAL, "cleared")
        gone = cast["decider"]
        actions.close_account(person=gone, by=None)
        says = {"person": gone, "reason": "Asked for by law."}
        with pytest.raises(NotYours):
            actions.erase_person(by=cast["neighbour"], **says)
        said = [gone.email, "--reason", "By law.", "--by", cast["neighbour"].email]
        with pytest.raises(CommandError, match="not_yours"):
            call_command("erase", "person", *said, stdout=StringIO())
        actions.erase_person(by=cast.keeper(), **says)


def test_a_function_that_others_use_is_renamed_by_whoever_keeps_all(cast: Cast) -> None:
    with taken_back():
        with pytest.raises(NotYours):
            actions.rename_function(function=cast.function, name="Service", by=cast["neighbour"])
        mine = actions.name_function(name="Claims", by=cast["neighbour"])
        actions.rename_function(function=mine, name="Claims and more", by=cast["neighbour"])
        actions.rename_function(function=Function.objects.get(pk=cast.function.pk), name="Service", by=cast.keeper())


# At the desk, on pages, over the API


def there(name: str, *args: Any) -> str:
    return reverse(f"admin:pilots_{name}", args=args)


def test_the_desk_offers_another_office_nothing_to_change_and_says_why(cast: Cast) -> None:
    with taken_back():
        client, who = browser_of(cast["neighbour"]), cast["decider"]
        page = client.get(there("person_change", who.pk)).content.decode()
        assert "Whoever keeps all of them changes or closes this account" in page
        assert 'name="email"' not in page
        assert "/close/do/" not in page
        typed = {"name": who.name, "email": "mine@cast.example", "function": ""}
        for address, says in (("person_change", typed), ("person_act", {"on": ""})):
            args = (who.pk, "close") if address == "person_act" else (who.pk,)
            answer = client.post(there(address, *args), says)
            assert answer.status_code == 403
            assert "beyond the portfolios that you keep" in answer.content.decode()
        absent = {"person": who.email, "starts": str(cast.day()), "ends": str(cast.day(-3))}
        answer = client.post(there("absence_add"), absent)
        assert answer.status_code == 403
        assert "beyond the portfolios that you keep" in answer.content.decode()
        assert str(cast.day(-3)) in answer.content.decode()
        assert not Absence.objects.filter(person=who).exists()
        who.refresh_from_db()
        assert (who.email, who.pending_email, who.closed_on) == ("decider@cast.example", None, None)


def test_an_address_that_was_not_changed_does_not_stop_the_form(cast: Cast) -> None:
    """Every field is sent: the office of another portfolio still corrects whoever holds nothing elsewhere."""
    with taken_back():
        who = cast["outsider"]
        typed = {"name": "Noam", "email": who.email, "function": ""}
        answer = browser_of(cast["neighbour"]).post(there("person_change", who.pk), typed)
        assert answer.status_code == 302
        who.refresh_from_db()
        assert (who.name, who.pending_email) == ("Noam", None)


def test_closing_shows_what_falls_and_asks_before(cast: Cast) -> None:
    with taken_back():
        cast.runs()
        has_accepted(cast, cast["named"])
        actions.issue_token(person=cast["named"], by=None)
        client, who = browser_of(cast["office"]), cast["named"]
        page = client.get(there("person_act", who.pk, "close")).content.decode()
        for each in ("Accepted; the gate opens", "Named, and has not answered", cast.pilot.name, "API tokens"):
            assert each in page
        answer = client.post(there("person_act", who.pk, "close"), {"on": ""})
        assert answer.status_code == 422
        assert "Read what falls with the account" in answer.content.decode()
        who.refresh_from_db()
        assert who.closed_on is None
        assert client.post(there("person_act", who.pk, "close"), {"on": "", "agreed": "on"}).status_code == 302
        who.refresh_from_db()
        assert who.closed_on is not None
        assert not ApiToken.objects.filter(user=who).exists()


def test_a_right_for_every_portfolio_is_refused_over_the_api_and_from_the_command_line(cast: Cast) -> None:
    with taken_back():
        office = cast["office"]
        answer = browser_of(office).post("/api/v1/rights/", {"kind": LEGAL, "holder": office.email}, "application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
        with pytest.raises(CommandError, match="portfolio"):
            call_command("assign_right", LEGAL, "--holder", office.email, "--by", office.email, stdout=StringIO())
