"""The guided set-up: what is missing in the order in which it can be done, several at once, and invitations that set a password."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from pilots import actions
from pilots.clock import today
from pilots.models import DecisionRight, Event, Function, GateKind, Person, Portfolio, StallPolicy
from tests.company import browser_of
from tests.readiness.admin.conftest import WHEN, account

PAGE = "/admin/set-up/"
LINK = "Set-up: something is missing"
STEPS = ("portfolio", "functions", "people", "roles", "rights", "escalation", "policy", "pilots", "invitations")


@pytest.fixture
def first(root: Person) -> Client:
    """The browser of the one account of an empty installation."""
    return browser_of(root)


def send(client: Client, step: str, **typed: Any) -> Any:
    return client.post(PAGE, {"step": step} | typed)


def states(client: Client) -> dict[str, bool]:
    return {step.key: step.done for step in client.get(PAGE).context["steps"]}


def open_step(client: Client, **asked: str) -> list[str]:
    return [step.key for step in client.get(PAGE, asked).context["steps"] if step.form is not None]


def test_an_empty_installation_begins_with_a_portfolio_and_every_missing_step_says_what_it_costs(first: Client) -> None:
    answer = first.get(PAGE)
    steps = answer.context["steps"]
    assert tuple(step.key for step in steps) == STEPS
    assert [step.key for step in steps if step.done] == ["policy"]
    assert [step.key for step in steps if step.form is not None] == ["portfolio"]
    assert all(step.says for step in steps)
    page = answer.content.decode()
    assert "1 of 9 steps is done." in page
    assert "Nothing here blocks your work" in page


def test_a_step_that_another_has_to_come_before_says_which_and_leads_nowhere(first: Client) -> None:
    answer = first.get(PAGE)
    says = {step.key: (step.lacks, [str(label) for label, _address in step.links]) for step in answer.context["steps"]}
    for key in ("roles", "rights", "escalation"):
        assert says[key] == ("A portfolio comes first.", [])
    assert says["invitations"] == ("People come first.", [])
    assert says["people"] == ("", ["Do this"])
    assert ": ." not in answer.content.decode()
    send(first, "portfolio", key="claims", name="Claims")
    assert "Without one: Claims." in first.get(PAGE).content.decode()


def test_a_later_step_can_be_done_first(first: Client) -> None:
    assert open_step(first, step="people") == ["people"]
    assert send(first, "people", lines="Lena <lena@example.org>").status_code == 302
    assert Person.objects.filter(email="lena@example.org").exists()


def test_from_nothing_to_everything_in_the_order_in_which_it_can_be_done(first: Client, root: Person) -> None:
    assert LINK in first.get("/admin/").content.decode()
    send(first, "portfolio", key="claims", name="Claims")
    assert open_step(first) == ["functions"]
    send(first, "functions", lines="Legal\nClaims handling\n\n  IT  ")
    send(first, "people", lines="Lena Lind <lena@example.org>, legal\nIvan, ivan@example.org\nkai@example.org;IT")
    people = {person.email: person for person in Person.objects.exclude(pk=root.pk)}
    assert people["lena@example.org"].function == Function.objects.get(name="Legal")
    assert (people["ivan@example.org"].name, people["ivan@example.org"].function) == ("Ivan", None)
    claims = Portfolio.objects.get()
    send(first, "roles", **{f"office-{claims.pk}": "ivan@example.org"})
    send(first, "rights", **{f"holder-everywhere-{kind.key}": "lena@example.org" for kind in decided()})
    assert send(first, "escalation", **{f"escalation-{claims.pk}": "Lena Lind"}).status_code == 302
    done = states(first)
    assert not done["invitations"], "three people cannot sign in yet"
    assert not done["pilots"]
    assert all(done[step] for step in STEPS if step not in ("invitations", "pilots"))
    claims.refresh_from_db()
    assert claims.escalation == people["lena@example.org"]
    assert DecisionRight.objects.filter(portfolio=None, holder__email="lena@example.org").count() == 3
    by_root = ("open_portfolio", "name_function", "open_account", "give_role", "assign_right", "amend_portfolio")
    assert set(Event.objects.filter(by=root).values_list("action", flat=True)) == set(by_root)


def decided() -> Any:
    return GateKind.objects.exclude(clears_by="acceptance")


def test_lines_that_are_refused_stay_and_each_says_why_and_the_others_are_done(first: Client) -> None:
    typed = "Lena <lena@example.org>\nno address here\nIvan <ivan@example.org>, Rocketry\nLena <lena@example.org>"
    answer = send(first, "people", lines=typed)
    assert answer.status_code == 422
    assert list(Person.objects.filter(email__endswith="example.org").exclude(name="Root")) == [
        Person.objects.get(email="lena@example.org")
    ]
    form = next(step.form for step in answer.context["steps"] if step.form is not None)
    assert form["lines"].value().splitlines() == typed.splitlines()[1:]
    says = form.errors["lines"]
    assert "Write it as Name <address>, function." in says[0]
    assert "No function is called “Rocketry”." in says[1]
    assert "ena@example.org" in says[2]
    assert "1 account is open." in answer.content.decode()


@pytest.mark.parametrize("lines", ["", "  \n ", "x\n" * 501])
def test_nothing_and_too_much_are_refused(first: Client, lines: str) -> None:
    assert send(first, "functions", lines=lines).status_code == 422
    assert not Function.objects.exists()


def test_a_right_that_is_refused_keeps_all_that_was_typed_and_nothing_is_assigned(
    first: Client, portfolio: Portfolio, lena: Person
) -> None:
    legal, data = "holder-everywhere-legal-sign-off", "holder-everywhere-it-data-access"
    answer = send(first, "rights", **{legal: "lena@example.org", data: "Lena", f"deputy-{data}": "lena@example.org"})
    assert answer.status_code == 422
    assert not DecisionRight.objects.exists()
    form = next(step.form for step in answer.context["steps"] if step.form is not None)
    assert list(form.errors) == [data]
    assert form[legal].value() == "lena@example.org"


def test_an_office_of_one_portfolio_is_shown_its_own_holes_and_assigns_there(
    desk: Client, portfolio: Portfolio, elsewhere: Portfolio, lena: Person
) -> None:
    names = set(next(step.form for step in desk.get(PAGE, {"step": "rights"}).context["steps"] if step.form).fields)
    assert f"holder-{portfolio.pk}-legal-sign-off" in names
    assert not any(f"-{elsewhere.pk}-" in name or "everywhere" in name for name in names)
    send(desk, "rights", **{f"holder-{portfolio.pk}-legal-sign-off": "lena@example.org"})
    right = DecisionRight.objects.get()
    assert (right.portfolio, right.kind.key) == (portfolio, "legal-sign-off")
    found = desk.get(PAGE).context["steps"]
    assert not any(str(elsewhere) in f"{step.says} {step.lacks}" for step in found)


def test_nobody_names_themselves_the_escalation_person(first: Client, root: Person) -> None:
    own = actions.open_portfolio(key="own", name="Own", by=None, **WHEN)
    answer = send(first, "escalation", **{f"escalation-{own.pk}": "root@example.org"})
    assert answer.status_code == 422
    assert "Nobody names themselves" in answer.content.decode()


def test_the_desks_first_page_links_to_the_set_up_only_while_something_is_missing(
    desk: Client, ria: Person, portfolio: Portfolio, operations: Function, lena: Person
) -> None:
    for kind in decided():
        assert LINK in desk.get("/admin/").content.decode()
        actions.assign_right(kind=kind, portfolio=portfolio, holder=lena, by=None, **WHEN)
    assert LINK in desk.get("/admin/").content.decode(), "nobody else can sign in"
    actions.set_password(person=lena, password="long enough to be one", by=lena)
    assert LINK not in desk.get("/admin/").content.decode()
    assert {step for step, done in states(desk).items() if not done} == {"pilots", "invitations"}


def test_an_invitation_sets_the_password_and_goes_only_to_who_has_none(
    desk: Client, ria: Person, lena: Person, kai: Person
) -> None:
    actions.set_password(person=kai, password="long enough to be one", by=kai)
    step = next(s for s in desk.get(PAGE, {"step": "invitations"}).context["steps"] if s.form)
    assert [person for person, _says in step.form.fields["people"].choices] == [str(lena.pk)]
    answer = desk.post(PAGE, {"step": "invitations", "people": [lena.pk]}, follow=True)
    assert "Invitations were sent: 1." in answer.content.decode()
    (letter,) = mail.outbox
    assert letter.to == ["lena@example.org"]
    assert letter.body.startswith("Dear Lena,\n\nRia has opened an account for you at Lived In.")
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", letter.body)
    assert found is not None
    visitor = Client()
    form = visitor.get(found[1], follow=True)
    assert form.status_code == 200
    chosen = {"password1": "a pass phrase of hers", "password2": "a pass phrase of hers"}
    visitor.post(form.redirect_chain[-1][0], chosen)
    lena.refresh_from_db()
    assert lena.check_password("a pass phrase of hers")
    again = Client().get(found[1], follow=True)
    assert "password1" not in again.content.decode(), "the link works once"


def test_an_invitation_can_be_sent_again_and_to_nobody_else(desk: Client, lena: Person, kai: Person) -> None:
    actions.set_password(person=kai, password="long enough to be one", by=kai)
    for _again in range(2):
        desk.post(PAGE, {"step": "invitations", "people": [lena.pk]})
    assert len(mail.outbox) == 2
    refused = desk.post(PAGE, {"step": "invitations", "people": [kai.pk]})
    assert refused.status_code == 422
    assert desk.post(PAGE, {"step": "invitations"}).status_code == 422
    assert len(mail.outbox) == 2


@override_settings(EMAIL_BACKEND="readiness.text.mail.NoLetters")
def test_letters_that_cannot_be_sent_are_said(desk: Client, lena: Person) -> None:
    answer = desk.post(PAGE, {"step": "invitations", "people": [lena.pk]}, follow=True)
    assert "The letters could not be sent" in answer.content.decode()


def test_its_statements_do_not_grow_with_what_is_there(desk: Client, portfolio: Portfolio) -> None:
    def number() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert desk.get(PAGE).status_code == 200
        return len(asked)

    account("one")
    actions.name_function(name="one", by=None, **WHEN)
    few = number()
    for name in ("two", "three", "four"):
        account(name)
        actions.name_function(name=name, by=None, **WHEN)
    assert number() <= few


def test_a_step_that_is_none_is_shown_as_the_page(desk: Client, portfolio: Portfolio) -> None:
    assert desk.post(PAGE, {"step": "nothing"}).status_code == 200
    assert desk.post(PAGE, {"step": "pilots"}).status_code == 200


def test_the_rules_of_the_clock_are_set_in_place(desk: Client, portfolio: Portfolio, ria: Person) -> None:
    page = desk.get(PAGE, {"step": "policy"}).content.decode()
    assert f'name="quiet-{portfolio.pk}" value="30"' in page
    typed = {f"quiet-{portfolio.pk}": "20", f"warning-{portfolio.pk}": "7"}
    assert send(desk, "policy", **typed).status_code == 302
    policy = StallPolicy.objects.get(portfolio=portfolio)
    assert (policy.quiet_days, policy.warning_days, policy.starts) == (20, 7, today())
    assert send(desk, "policy", **typed).status_code == 302
    assert Event.objects.filter(action="set_stall_policy", by=ria).count() == 1, "what says so already is left"


@pytest.mark.parametrize(("quiet", "status"), [("0", 422), ("many", 422), ("", 422), ("60", 422), ("9" * 30, 422)])
def test_a_clock_that_cannot_be_or_takes_the_escalation_person_is_refused_at_its_field(
    desk: Client, portfolio: Portfolio, quiet: str, status: int
) -> None:
    answer = send(desk, "policy", **{f"quiet-{portfolio.pk}": quiet, f"warning-{portfolio.pk}": "7"})
    assert answer.status_code == status
    form = next(step.form for step in answer.context["steps"] if step.form is not None)
    assert f"quiet-{portfolio.pk}" in form.errors
    assert not StallPolicy.objects.exists()
