"""`manage.py first_account`: how somebody gets into a new installation, and how nobody gets in beside them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import Event, Person
from pilots.refusals import NotYours

pytestmark = pytest.mark.django_db
RIA, PASSWORD = "ria.koenig@example.org", "seventeen lifts, one staircase"


def first_account(capsys: Any, email: str = RIA, *more: str) -> str:
    """The path of the link that it prints."""
    call_command("first_account", email, *more)
    printed = capsys.readouterr().out
    found = re.search(r"^https?://[^/]+(/\S+)$", printed, re.M)
    assert found, printed
    return found[1]


def sets(client: Client, path: str, password: str = PASSWORD) -> Any:
    """Set a password on the page behind the link."""
    page = client.get(path, follow=True)
    where = page.redirect_chain[-1][0] if page.redirect_chain else path
    return client.post(where, {"password1": password, "password2": password}, follow=True)


def enters(email: str, password: str = PASSWORD) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": email, "password": password})
    return client.get("/admin/").status_code == 200


def test_its_link_sets_a_password_once_and_whoever_set_it_opens_accounts_at_the_desk(capsys: Any) -> None:
    path = first_account(capsys)
    assert not Person.objects.get().has_usable_password()
    sets(Client(), path)
    assert enters(RIA)
    sets(Client(), path, "another one, typed by a stranger")
    assert enters(RIA)
    assert not enters(RIA, "another one, typed by a stranger")
    assert str(Person.objects.get()) == "Ria Koenig"
    actions.open_account(email="sam@example.org", name="Sam", by=Person.objects.get())


def test_it_is_written_in_the_log_without_a_name(capsys: Any) -> None:
    first_account(capsys)
    written = Event.objects.filter(pilot=None, by=None).exclude(action="begin_log")
    assert [event.action for event in written] == ["open_account", "make_administrator"]
    assert "ria" not in str([[e.changes, e.data, e.reason] for e in written]).lower()


def test_nothing_secret_is_said_on_the_command_line_and_a_weak_password_is_not_taken(capsys: Any) -> None:
    path = first_account(capsys, RIA, "--name", "Ria König")
    assert str(Person.objects.get()) == "Ria König"
    sets(Client(), path, "1234")
    assert not enters(RIA, "1234")
    with pytest.raises(CommandError):
        call_command("first_account", RIA, "--password", PASSWORD)


def test_run_again_before_a_password_is_set_it_prints_another_link_and_opens_nothing_more(capsys: Any) -> None:
    first_account(capsys)
    events = Event.objects.count()
    sets(Client(), first_account(capsys))
    assert (Person.objects.count(), Event.objects.filter(action="make_administrator").count()) == (1, 1)
    assert Event.objects.count() >= events
    assert enters(RIA)


def test_an_address_that_was_mistyped_keeps_nothing_and_its_link_opens_nothing(capsys: Any) -> None:
    mistyped = "ria.konig@example.org"
    wrong = first_account(capsys, mistyped)
    right = first_account(capsys)
    assert list(Person.objects.filter(is_superuser=True).values_list("email", flat=True)) == [RIA]
    assert not Person.objects.get(email=mistyped).is_staff
    sets(Client(), wrong)
    assert not Person.objects.get(email=mistyped).has_usable_password()
    sets(Client(), right)
    assert enters(RIA)
    sets(Client(), wrong)
    assert not enters(mistyped)
    assert Event.objects.filter(action="unmake_administrator").count() == 1


def test_it_refuses_where_somebody_who_keeps_all_records_can_sign_in(capsys: Any) -> None:
    sets(Client(), first_account(capsys))
    with pytest.raises(CommandError, match="not_yours: Somebody can sign in already") as refused:
        call_command("first_account", "mallory@example.org")
    assert refused.value.returncode == 2
    assert not Person.objects.filter(email="mallory@example.org").exists()


def test_an_office_of_every_portfolio_counts_as_one_that_keeps_all() -> None:
    sam = actions.open_account(email="sam@example.org", name="Sam", by=None, password=PASSWORD)
    one, two = (actions.open_portfolio(key=key, name=key, by=None) for key in ("one", "two"))
    actions.give_role(portfolio=one, person=sam, role="program-office", by=None)
    call_command("first_account", RIA)
    actions.give_role(portfolio=two, person=sam, role="program-office", by=None)
    with pytest.raises(NotYours):
        actions.open_first_account(email="mallory@example.org", name="Mallory")


def test_an_account_that_is_there_is_given_the_keeping_and_a_closed_one_is_not() -> None:
    sam = actions.open_account(email="sam@example.org", name="Sam", by=None, password=PASSWORD)
    call_command("first_account", "Sam@example.org")
    sam = Person.objects.get()
    assert (sam.is_superuser, str(sam)) == (True, "Sam")
    actions.open_account(email="ben@example.org", name="Ben", by=None)
    Person.objects.filter(email="ben@example.org").update(is_superuser=True)
    actions.close_account(person=sam, by=None)
    with pytest.raises(CommandError, match="closed"):
        call_command("first_account", "sam@example.org")


@pytest.mark.parametrize("email", ["", "nothing", "a@b", "@example.org", "x" * 400 + "@example.org", "a\0@example.org"])
def test_what_is_no_address_is_refused_in_a_sentence(email: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("first_account", email)
    assert refused.value.returncode == 2
    assert Person.objects.count() == 0


def test_in_production_the_link_leads_to_the_first_host_over_tls(capsys: Any, settings: Any) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = False, [".lived-in.example", "other.example"]
    call_command("first_account", RIA)
    assert "\nhttps://lived-in.example/accounts/" in capsys.readouterr().out
