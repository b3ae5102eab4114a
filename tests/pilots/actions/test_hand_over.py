"""Somebody leaves, and hands over what they hold (rules 7 and 9)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.actions.hand_overs import Part
from pilots.derived import rebuild
from pilots.event_log import verify
from pilots.models import DecisionRight, Event, GatePeriod, HandOver, HandOverPart, Person, Pilot, Portfolio, Seat
from pilots.refusals import Invalid, NotYours
from tests.company import (
    LEGAL,
    MARCH,
    SPONSOR,
    a_cast,
    a_portfolio,
    a_right,
    a_running_pilot,
    gate_of,
    on,
    with_an_acceptance,
)

pytestmark = pytest.mark.django_db
MAY, JUNE = date(2025, 5, 3), date(2025, 6, 30)


class Company:
    """Sam carries and manages a pilot, and decides for Legal with a deputy; Ria keeps the portfolio."""

    def __init__(self) -> None:
        self.people = a_cast("ria", "sam", "dee", "mia", "noa")
        self.portfolio = a_portfolio(day=MARCH, office=self["ria"])
        self.right = a_right(LEGAL, self["sam"], self.portfolio, day=MARCH, deputy=self["dee"])
        self.pilot = a_running_pilot(self.portfolio, day=MARCH)
        actions.amend(pilot=self.pilot, by=self["ria"], set={"manager": self["sam"]}, **on(MARCH))
        with_an_acceptance(self.pilot, SPONSOR, self["sam"], by=self["ria"], **on(MARCH))

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def parts(self) -> list[Part]:
        sponsor = gate_of(self.pilot, SPONSOR)
        return [Part(self.right, self["dee"]), Part(sponsor, self["mia"]), Part(self.pilot, self["noa"])]

    def hand_over(self, by: str, parts: list[Part] | None = None, day: date = MAY) -> actions.HandedOver:
        given = self.parts() if parts is None else parts
        return actions.hand_over(person=self["sam"], by=self[by], last_day=JUNE, parts=given, **on(day))


@pytest.fixture
def company() -> Company:
    return Company()


def _now(pilot: Pilot) -> GatePeriod:
    return GatePeriod.objects.get(gate=gate_of(pilot, SPONSOR), superseded_on=None, last_day=None)


def _holder(day: date) -> Person | None:
    return Seat.objects.on(day).filter(kind__key=LEGAL, unit__portfolio__isnull=False).first().holder


def test_all_that_somebody_holds_is_handed_over_at_once(company: Company) -> None:
    found = company.hand_over("ria")
    assert (found.done, found.requested, found.refused) == ([0, 1, 2], [], {})
    company.pilot.refresh_from_db()
    assert company.pilot.manager == company["noa"]


def test_a_right_is_the_successors_from_the_day_after_the_last_one(company: Company) -> None:
    """Rule 7: holders are looked up by date."""
    company.hand_over("ria")
    assert (_holder(JUNE), _holder(JUNE + timedelta(days=1))) == (company["sam"], company["dee"])
    new = DecisionRight.objects.get(starts=JUNE + timedelta(days=1))
    assert new.deputy is None, "the deputy decides now, so that nobody deputises"


def test_until_the_next_person_accepts_whoever_accepted_still_holds_it(company: Company) -> None:
    """Rule 9."""
    company.hand_over("ria")
    assert (_now(company.pilot).person, _now(company.pilot).nominee) == (company["sam"], company["mia"])
    actions.accept(gate=gate_of(company.pilot, SPONSOR), by=company["mia"], **on(MAY))
    assert (_now(company.pilot).person, _now(company.pilot).nominee) == (company["mia"], None)


def test_it_is_one_entry_of_the_log_that_opens(company: Company) -> None:
    before = set(Event.objects.values_list("pk", flat=True))
    company.hand_over("ria")
    entries = Event.objects.entries().exclude(pk__in=before)
    assert [entry.action for entry in entries] == ["hand_over"]
    inside = Event.objects.parts_of_batch(entries[0].batch).order_by("pk").values_list("action", flat=True)
    assert list(inside) == ["nominate", "amend", "assign_right"]


def test_the_log_verifies_and_the_periods_are_rebuilt_the_same(company: Company) -> None:
    company.hand_over("ria")
    company.hand_over("ria", [Part(company.pilot, company["mia"])], day=MAY + timedelta(days=1))
    assert verify.verify().first is None
    assert list(rebuild.rebuild(keep=False, done=rebuild.Rebuilt())) == []


def test_what_one_may_not_do_by_oneself_is_requested_of_the_office(company: Company) -> None:
    found = company.hand_over("sam")
    assert (found.done, found.requested) == ([], [0, 1, 2])
    company.pilot.refresh_from_db()
    assert (company.pilot.manager, _now(company.pilot).nominee) == (company["sam"], None)
    assert HandOverPart.objects.filter(hand_over__person=company["sam"]).count() == 3


def test_what_was_requested_is_done_by_the_office_on_the_same_hand_over(company: Company) -> None:
    company.hand_over("sam")
    company.hand_over("ria", [Part(company.right, company["mia"])])
    hand_over = HandOver.objects.get(person=company["sam"], ended_on=None)
    successors = hand_over.parts.values_list("successor__name", flat=True)
    assert sorted(successors) == ["Mia", "Mia", "Noa"]


def test_somebody_else_hands_over_nothing_of_theirs(company: Company) -> None:
    with pytest.raises(NotYours):
        company.hand_over("mia")


def test_another_office_hands_over_nothing_of_this_one(company: Company) -> None:
    a_portfolio("q", day=MARCH, office=company["noa"])
    with pytest.raises(NotYours):
        company.hand_over("noa")
    assert not HandOver.objects.exists()


def test_what_they_do_not_hold_is_not_handed_over(company: Company) -> None:
    second = a_running_pilot(company.portfolio, "P-2", day=MARCH)
    parts = [Part(second, company["mia"]), Part(gate_of(second, SPONSOR), company["mia"])]
    parts += [Part(company.portfolio, company["mia"])]
    assert company.hand_over("ria", parts).refused.keys() == {0, 1, 2}


def test_a_right_with_an_end_keeps_its_end(company: Company) -> None:
    right = company.right
    actions.end_right(right=right, until=date(2025, 12, 31), by=company["ria"], **on(MARCH))
    company.hand_over("ria")
    days = DecisionRight.objects.filter(kind=right.kind).order_by("starts").values_list("starts", "until")
    assert list(days) == [(MARCH, JUNE), (JUNE + timedelta(days=1), date(2025, 12, 31))]


def test_a_right_that_begins_later_is_corrected(company: Company) -> None:
    july = date(2025, 7, 1)
    given = {"portfolio": company.portfolio, "holder": company["sam"], "starts": july, "by": company["ria"]}
    later = actions.assign_right(kind=company.right.kind, **given, **on(MARCH))
    company.hand_over("ria", [Part(later, company["mia"])])
    later.refresh_from_db()
    assert (later.holder, later.starts) == (company["mia"], july)


def test_a_deputy_is_replaced_and_the_holder_stays(company: Company) -> None:
    found = actions.hand_over(
        person=company["dee"],
        by=company["ria"],
        last_day=JUNE,
        parts=[Part(company.right, company["mia"])],
        **on(MAY),
    )
    assert found.done == [0]
    new = DecisionRight.objects.get(starts=JUNE + timedelta(days=1))
    assert (new.holder, new.deputy) == (company["sam"], company["mia"])


def test_an_escalation_person_is_replaced(company: Company) -> None:
    actions.amend_portfolio(portfolio=company.portfolio, by=None, set={"escalation": company["sam"]}, **on(MARCH))
    company.hand_over("ria", [Part(company.portfolio, company["mia"])])
    assert Portfolio.objects.get(pk=company.portfolio.pk).escalation == company["mia"]


@pytest.mark.parametrize(
    ("last_day", "field"), [(MAY - timedelta(days=1), "last_day"), (None, "last_day"), (date(9999, 1, 1), "last_day")]
)
def test_a_last_day_that_cannot_be_is_refused_at_its_field(company: Company, last_day: date | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.hand_over(person=company["sam"], by=company["ria"], last_day=last_day, parts=company.parts(), **on(MAY))
    assert refused.value.field == field


def test_nobody_hands_over_to_themselves(company: Company) -> None:
    assert company.hand_over("ria", [Part(company.pilot, company["sam"])]).refused.keys() == {0}


def test_whoever_stays_ends_it_and_what_was_handed_on_stays_so(company: Company) -> None:
    company.hand_over("ria")
    actions.end_hand_over(person=company["sam"], by=company["sam"], **on(MAY))
    company.pilot.refresh_from_db()
    assert company.pilot.manager == company["noa"]
    with pytest.raises(Invalid):
        actions.end_hand_over(person=company["sam"], by=company["sam"], **on(MAY))


def test_it_ends_with_the_account(company: Company) -> None:
    company.hand_over("sam")
    actions.close_account(person=company["sam"], by=None, **on(JUNE))
    assert HandOver.objects.get().ended_on == JUNE
    assert verify.verify().first is None


def test_statements_do_not_grow_with_the_pilots_but_for_what_sets_each_apart(company: Company) -> None:
    pilots = [company.pilot, *(a_running_pilot(company.portfolio, f"P-{n}", day=MARCH) for n in range(2, 8))]
    for pilot in pilots:
        actions.amend(pilot=pilot, by=None, set={"manager": company["sam"]}, **on(MARCH))

    def counted(some: list[Pilot]) -> int:
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            company.hand_over("ria", [Part(pilot, company["noa"]) for pilot in some])
            transaction.set_rollback(True)
        return sum("SAVEPOINT" not in query["sql"] for query in asked)

    assert counted(pilots[:3]) == counted(pilots)
