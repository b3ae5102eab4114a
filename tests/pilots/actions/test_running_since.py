"""A pilot that already runs is put on record with its start: it counts from then, as a list's start does, in the office's name."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from pilots import actions
from pilots.actions.bulk_import import Batch
from pilots.actions.stages import starting
from pilots.models import Event, GatePeriod, Person, Pilot, PilotPeriod, Portfolio
from pilots.refusals import EscalationRequired, InFuture, Invalid, NotYours
from tests.company import a_portfolio, a_right, an_account, an_office_of, on, reading_of

pytestmark = pytest.mark.django_db

AT = date(2026, 3, 2)
SINCE = date(2025, 9, 1)
DAY = timedelta(days=1)
PERIOD = (
    "first_day",
    "last_day",
    "stage",
    "since",
    "started_on",
    "decide_by",
    "stall_clock_from",
    "last_movement",
    "slips",
)


@pytest.fixture
def kai() -> Person:
    return an_account("kai", day=AT - DAY)


@pytest.fixture
def portfolio(kai: Person) -> Portfolio:
    return a_portfolio("one", day=AT - DAY, escalation=kai)


@pytest.fixture
def ria(portfolio: Portfolio) -> Person:
    return an_office_of(portfolio, day=AT - DAY)


def put(portfolio: Portfolio, by: Person | None, key: str = "A-1", **more: Any) -> Pilot:
    return actions.record(portfolio=portfolio, key=key, name="Renewal drafts", by=by, **on(AT), **more)


def test_its_clock_is_that_of_an_import_of_the_same_pilot(portfolio: Portfolio, ria: Person) -> None:
    a_right("legal-sign-off", an_account("lena", day=AT - DAY), portfolio, day=AT - DAY)
    by_hand = put(portfolio, ria, started_on=SINCE)
    batch = Batch.begin(AT, AT)
    listed = batch.record(portfolio=portfolio, key="A-2", name="Renewal drafts")
    listed.go_to(SINCE)
    starting(listed)
    batch.locked_pilots.append(listed)
    (imported,) = batch.write()
    own = list(PilotPeriod.objects.filter(pilot=by_hand, superseded_on=None).values(*PERIOD))
    assert own == list(PilotPeriod.objects.filter(pilot=imported, superseded_on=None).values(*PERIOD))
    assert own[0]["last_movement"] == SINCE
    gates = ("gate__kind__key", "first_day", "last_day", "awaits", "moved")
    of = [
        list(
            GatePeriod.objects.filter(gate__pilot=pilot, superseded_on=None).order_by("gate__kind", "pk").values(*gates)
        )
        for pilot in (by_hand, imported)
    ]
    assert of[0] == of[1]
    assert reading_of(by_hand, at=AT).standing == reading_of(imported, at=AT).standing == "museum_exhibit"


def test_the_office_said_so_and_the_log_and_what_follows_from_it_verify(portfolio: Portfolio, ria: Person) -> None:
    pilot = put(portfolio, ria, started_on=SINCE, decide_by=SINCE + 70 * DAY)
    record, start = Event.objects.filter(pilot=pilot).order_by("number")
    assert (record.action, record.effective_on, record.by) == ("record", AT, ria)
    assert (start.action, start.effective_on, start.known_on, start.by) == ("start", SINCE, AT, ria)
    assert Pilot.objects.get(pk=pilot.pk).stage == "running"
    out = StringIO()
    call_command("verify_log", "--derived", stdout=out)
    call_command("rebuild_periods", stdout=out)
    assert reading_of(pilot, at=AT).decide_by == SINCE + 70 * DAY


@pytest.mark.parametrize("since", [AT, AT - DAY])
def test_it_may_have_started_on_the_day_of_its_record_or_before(portfolio: Portfolio, ria: Person, since: date) -> None:
    status = reading_of(put(portfolio, ria, started_on=since), at=AT)
    assert (status.stage, status.standing, status.decide_by) == ("running", "moving", since + timedelta(weeks=6))


def test_what_has_not_started_is_no_start_and_nothing_is_kept(portfolio: Portfolio, ria: Person) -> None:
    with pytest.raises(InFuture) as refused:
        put(portfolio, ria, started_on=AT + DAY)
    assert refused.value.field == "started_on"
    assert not Pilot.objects.exists()


def test_more_than_26_weeks_take_the_escalation_person(portfolio: Portfolio, ria: Person, kai: Person) -> None:
    half_a_year = SINCE + timedelta(weeks=26)
    put(portfolio, ria, started_on=SINCE, decide_by=half_a_year)
    with pytest.raises(EscalationRequired):
        put(portfolio, ria, "A-2", started_on=SINCE, decide_by=half_a_year + DAY)
    actions.give_role(portfolio=portfolio, person=kai, role="program-office", by=None, **on(AT))
    put(portfolio, Person.objects.get(pk=kai.pk), "A-3", started_on=SINCE, decide_by=half_a_year + DAY)


@pytest.mark.parametrize(
    ("said", "field"),
    [({"decide_by": AT}, "decide_by"), ({"started_on": SINCE, "decide_by": SINCE - DAY}, "decide_by")],
)
def test_a_date_to_decide_by_goes_with_a_start_and_not_before_it(
    portfolio: Portfolio, ria: Person, said: Any, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        put(portfolio, ria, **said)
    assert refused.value.field == field
    assert not Pilot.objects.exists()


def test_another_office_starts_nothing_here(portfolio: Portfolio) -> None:
    other = an_office_of(a_portfolio("two", day=AT - DAY), "rob", day=AT - DAY)
    with pytest.raises(NotYours):
        put(portfolio, other, started_on=SINCE)
