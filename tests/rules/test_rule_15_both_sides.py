"""Rule 15: the sponsor's account, and the same question to both sides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from pilots import actions
from pilots.models import Pulse, SponsorAccount
from pilots.rules import pulses as pulse_rule
from readiness.queries import both_sides
from readiness.queries.pulses import portfolios_to_ask
from readiness.queries.sponsor_accounts import accounts_of
from readiness.rules.pulses import Answers, alignment, of_counts
from readiness.rules.sponsor_accounts import Account, Narrated, due_before, letter_due, narrated
from tests.company import Company, a_portfolio, a_running_pilot

DAY = date(2026, 11, 23)
SPONSOR, BEFORE = 7, 8


@pytest.mark.parametrize(
    ("account", "says"),
    [
        (None, Narrated.MISSING),
        (Account(BEFORE, DAY, "sat"), Narrated.MISSING),
        (Account(SPONSOR, DAY - timedelta(days=91), "sat"), Narrated.OLD),
        (Account(SPONSOR, DAY - timedelta(days=90), "sat"), None),
        (Account(SPONSOR, DAY, "spoke"), None),
        (Account(SPONSOR, DAY, "summary"), Narrated.SUMMARY),
        (Account(SPONSOR, DAY - timedelta(days=91), "summary"), Narrated.OLD),
    ],
)
def test_rule_15_says_narrated_where_an_account_is_missing_old_or_from_a_summary(
    account: Account | None, says: Narrated | None
) -> None:
    assert narrated(account, sponsor=SPONSOR, at=DAY) == says


def test_an_account_is_asked_for_before_each_review() -> None:
    given = Account(SPONSOR, DAY - timedelta(days=30), "sat")
    assert not due_before(given, sponsor=SPONSOR, last_review=None, at=DAY)
    assert not due_before(given, sponsor=SPONSOR, last_review=DAY - timedelta(days=31), at=DAY)
    assert due_before(given, sponsor=SPONSOR, last_review=DAY - timedelta(days=30), at=DAY)


def test_the_gap_is_the_sponsors_answer_less_the_managers_median() -> None:
    assert of_counts(DAY, 4, {1: 1, 2: 2}).gap == 2
    assert of_counts(DAY, 4, {1: 2, 2: 2}).gap == 2.5
    assert of_counts(DAY, None, {1: 3}).gap is None


@pytest.mark.parametrize("counts", [{}, {1: 1}, {1: 1, 5: 1}])
def test_under_three_managers_nothing_of_theirs_is_shown(counts: dict[int, int]) -> None:
    found = of_counts(DAY, 4, counts)
    assert (found.managers, found.answers, found.gap) == (None, None, None)


def test_the_alignment_of_a_function_rests_on_what_its_pilots_show_one_by_one() -> None:
    shown = [Answers(DAY, 4, 2, 3), Answers(DAY, 3, 3, 4), Answers(DAY, 5, None, None)]
    found = alignment(shown)
    assert found is not None
    assert (found.gap, found.pilots) == (1, 2)
    assert alignment(shown[2:]) is None


def test_it_is_asked_on_one_tuesday_a_quarter_that_the_draw_says() -> None:
    for draw in range(40):
        days = [date(2026, 10, 1) + timedelta(days=n) for n in range(92)]
        asked: date | None = None
        for day in days:
            if pulse_rule.is_due(day, draw, asked):
                assert asked is None
                asked = day
        assert asked == pulse_rule.drawn(days[0], draw)
        assert asked is not None
        assert asked.weekday() == pulse_rule.TUESDAY
    assert len({pulse_rule.drawn(DAY, draw) for draw in range(40)}) == 13


def test_a_tuesday_that_was_missed_is_made_good_on_the_next() -> None:
    drawn = pulse_rule.drawn(DAY, 0)
    assert not pulse_rule.is_due(drawn + timedelta(days=1), 0, None)
    assert pulse_rule.is_due(drawn + timedelta(days=7), 0, None)


def test_answers_are_taken_up_to_the_sunday_of_the_week_after() -> None:
    for day in (date(2026, 11, 9) + timedelta(days=n) for n in range(7)):
        assert pulse_rule.last_day(day) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("ago", "basis", "reviewed", "next_in", "due"),
    [
        (None, "", None, None, True),
        (90, "sat", None, None, False),
        (91, "sat", None, None, True),
        (10, "summary", None, 15, False),
        (10, "summary", None, 14, True),
        (10, "spoke", 10, 14, True),
        (10, "spoke", 11, 14, False),
        (10, "spoke", 10, 15, False),
    ],
)
def test_a_letter_asks_where_it_is_missing_or_aged_or_a_review_is_near(
    ago: int | None, basis: str, reviewed: int | None, next_in: int | None, due: bool
) -> None:
    at = date(2026, 10, 22)

    def day(days: int | None) -> date | None:
        return None if days is None else at - timedelta(days=days)

    latest = None if ago is None else Account(1, at - timedelta(days=ago), basis)
    ahead = None if next_in is None else at + timedelta(days=next_in)
    asks = {"last_review": day(reviewed), "next_review": ahead, "at": at}
    assert letter_due(latest, sponsor=1, **asks) is due
    assert letter_due(latest, sponsor=2, **asks)


@pytest.mark.django_db
def test_the_command_asks_each_portfolio_once_a_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio = a_portfolio(day=date(2026, 9, 1))
    a_portfolio("empty", day=date(2026, 9, 1))
    a_running_pilot(portfolio, day=date(2026, 9, 1))
    days = [date(2026, 10, 1) + timedelta(days=n) for n in range(92)]
    due = [day for day in days if portfolios_to_ask(day)]
    assert due[0].weekday() == 1
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args, **_kwargs: due[0])
    for _twice in range(2):
        call_command("ask_pulses")
    [pulse] = Pulse.objects.all()
    assert (pulse.portfolio, pulse.asked_on, pulse.occasion) == (portfolio, due[0], "quarter")
    assert [day for day in days if portfolios_to_ask(day)] == []


@pytest.mark.django_db
def test_the_rule_in_sql_counts_what_the_rule_says_of_each() -> None:
    company = Company()
    says = {"asked": "Ottilie.", "easier": "a", "riskier": "b", "muddy": "c"}
    given: dict[str, list[tuple[int, str]]] = {
        "A-1": [],
        "A-2": [(10, "sat")],
        "A-3": [(91, "sat")],
        "A-4": [(90, "spoke")],
        "A-5": [(20, "sat"), (10, "summary")],
        "A-6": [(20, "summary"), (10, "spoke")],
    }
    for key, accounts in given.items():
        pilot = company.running(key, ago=120)
        for ago, basis in accounts:
            actions.give_account(pilot=pilot, by=company.ansel, basis=basis, on=company.day(ago), **says)
    at = company.day()
    pilots: Any = both_sides.readable(company.ria, at=at)
    one_by_one = [accounts_of(pilot, company.ansel.pk, at=at).narrated for pilot in pilots]
    found = both_sides.narration(pilots, at=at)
    assert (found.pilots, found.narrated) == (6, sum(1 for each in one_by_one if each is not None)) == (6, 3)


@pytest.mark.django_db
def test_an_account_is_never_edited_and_the_latest_counts() -> None:
    company = Company()
    pilot = company.running()
    says = {"asked": "Ottilie.", "easier": "a", "riskier": "b", "muddy": "c"}
    actions.give_account(pilot=pilot, by=company.ansel, basis="summary", on=company.day(3), **says)
    actions.give_account(pilot=pilot, by=company.ansel, basis="sat", **says | {"easier": "The first draft."})
    found = accounts_of(pilot, company.ansel.pk, at=company.day())
    assert found.latest is not None
    assert (found.latest.easier, found.narrated) == ("The first draft.", None)
    assert accounts_of(pilot, company.ansel.pk, at=company.day(1)).narrated == Narrated.SUMMARY
    with pytest.raises(PermissionError):
        SponsorAccount.objects.update(basis="spoke")
    with pytest.raises(PermissionError):
        found.latest.save()
