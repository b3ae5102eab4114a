"""Letters that ask sponsors for their accounts before a review (rule 15): who is asked, about what, and how often."""

from __future__ import annotations

import smtplib
from datetime import date
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from pilots import actions
from pilots.models import Absence, Event, Pilot
from readiness.models import AccountRequest
from tests.company import SPONSOR, Company, browser_of, gate_of

pytestmark = pytest.mark.django_db

SAYS = {"asked": "Ottilie.", "easier": "a", "riskier": "b", "muddy": "c"}


@pytest.fixture
def company() -> Company:
    return Company()


def ask() -> str:
    out = StringIO()
    call_command("ask_accounts", stdout=out)
    return out.getvalue()


def account(company: Company, pilot: Pilot, *, ago: int = 0, basis: str = "sat") -> None:
    actions.give_account(pilot=pilot, by=company.ansel, basis=basis, on=company.day(ago), **SAYS)


def test_one_letter_asks_about_all_that_a_sponsor_carries_and_says_where_to_answer(
    company: Company, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = [".lived-in.example"]
    first, second = company.running("A-1", ago=200), company.running("A-2", ago=200)
    account(company, second, ago=91)
    actions.schedule_review(portfolio=company.portfolio, by=company.ria, held_on=company.day(-40))
    events = Event.objects.count()
    assert "1 sponsor asked" in ask()
    [letter] = mail.outbox
    assert letter.to == [company.ansel.email]
    for pilot in (first, second):
        assert f"https://lived-in.example/pilots/{pilot.key}/two-accounts/#write" in letter.body
    assert "You have given no account of it yet." in letter.body
    assert "91 days ago" in letter.body
    assert "is reviewed on" in letter.body
    assert Event.objects.count() == events


def test_daily_asks_and_a_pilot_is_asked_about_once_a_quarter(company: Company, frozen: Any) -> None:
    company.running("A-1")
    year = company.day().year + 1
    frozen(date(year, 1, 1))
    for _again in range(2):
        call_command("daily", stdout=StringIO())
    assert len(mail.outbox) == 1
    frozen(date(year, 3, 31))
    call_command("daily", stdout=StringIO())
    assert len(mail.outbox) == 1
    frozen(date(year, 4, 1))
    call_command("daily", stdout=StringIO())
    assert len(mail.outbox) == 2


def test_an_account_that_holds_asks_nothing_until_a_review_is_near(company: Company) -> None:
    pilot = company.running("A-1")
    account(company, pilot, basis="summary")
    actions.schedule_review(portfolio=company.portfolio, by=company.ria, held_on=company.day(-15))
    assert "0 sponsors asked" in ask()
    actions.schedule_review(portfolio=company.portfolio, by=company.ria, held_on=company.day(-14))
    assert "1 sponsor asked" in ask()
    assert "rests on a summary" in mail.outbox[0].body


def test_nobody_is_asked_who_could_not_answer(company: Company) -> None:
    pilot = company.running("A-1")
    away = Absence.objects.create(person=company.ansel, starts=company.day(1), ends=company.day())
    assert "0 sponsors asked" in ask()
    away.delete()
    company.ansel.pending_email = "other@example.org"
    company.ansel.save()
    assert "0 sponsors asked" in ask()
    company.ansel.pending_email = None
    company.ansel.save()
    actions.leave(gate=gate_of(pilot, SPONSOR), by=company.ansel, reason="Another task.")
    assert "0 sponsors asked" in ask()
    assert mail.outbox == []


def test_of_pilots_that_nobody_lives_with_no_account_is_asked(company: Company) -> None:
    pilot = company.running("A-1")
    actions.retire(pilot=pilot, by=company.ria, learned="Nobody needs it.")
    assert "0 sponsors asked" in ask()


def test_a_letter_that_could_not_be_sent_is_tried_again(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.running("A-1")

    def refuse(*_args: Any, **_more: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        assert "1 letter could not be sent" in ask()
    assert not AccountRequest.objects.exists()
    assert "1 sponsor asked" in ask()


def test_while_a_letter_goes_nothing_is_locked_and_it_is_on_record(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.running("A-1")
    there: list[tuple[int, int]] = []
    before = len(connection.savepoint_ids)

    def look(*_args: Any, **_more: Any) -> int:
        there.append((AccountRequest.objects.count(), len(connection.savepoint_ids)))
        return 1

    monkeypatch.setattr("django.core.mail.EmailMessage.send", look)
    assert "1 sponsor asked" in ask()
    assert there == [(1, before)], "one request on record, and no transaction of the command's own is open"


def test_the_letter_is_in_the_language_of_the_installation_whoever_runs_the_command(company: Company) -> None:
    company.running("A-1")
    with translation.override("de"):
        ask()
    assert "You have given no account of it yet." in mail.outbox[0].body
    assert mail.outbox[0].subject.startswith("Your account of")


def test_without_a_mail_server_it_says_so(company: Company, settings: Any) -> None:
    company.running("A-1")
    settings.EMAIL_BACKEND = "readiness.text.mail.NoLetters"
    assert "no mail server is set" in ask()
    assert not AccountRequest.objects.exists()


def test_office_and_reviewer_see_the_letter_and_nobody_else_does(company: Company) -> None:
    pilot, other = company.running("A-1"), company.running("A-2")
    address = f"/pilots/{pilot.key}/two-accounts/"
    for person in (company.ria, company.vera):
        page = browser_of(person).get(address).content.decode()
        assert f"mailto:{company.ansel.email}" in page
        assert f"/pilots/{other.key}/two-accounts/#write" in page
        assert quote(person.name) in page.partition("mailto:")[2]
    for person in (company.ansel, company.ottilie):
        assert "mailto:" not in browser_of(person).get(address).content.decode()
    assert "mailto:" not in browser_of(company.ria).get(address, {"as_of": company.day(1)}).content.decode()
    account(company, pilot)
    assert "mailto:" not in browser_of(company.ria).get(address).content.decode()
