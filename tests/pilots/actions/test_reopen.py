"""Rule 6: a retirement by mistake is taken back, and the pilot goes on as if nothing had been."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Pilot
from pilots.refusals import EscalationRequired, NotYours, WrongStage
from readiness.queries import pilots
from readiness.rules.standing import NO_LONGER_SHOWN, Claim
from tests.company import LEGAL, Cast, browser_of, reading_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    made = Cast()
    made.runs()
    return made


def retired(cast: Cast, ago: int = 3) -> Pilot:
    actions.retire(pilot=cast.pilot, by=cast["office"], learned="The wrong line.", on=cast.day(ago))
    return cast.pilot


def reopened(cast: Cast, by: str = "office", **when: Any) -> Pilot:
    actions.reopen(pilot=cast.pilot, by=cast[by], reason="It was another one.", **when)
    return cast.pilot


def test_it_goes_on_as_if_nothing_had_been(cast: Cast) -> None:
    before = reading_of(cast.pilot, today())
    retired(cast)
    now = reading_of(reopened(cast), today())
    for name in ("stage", "since", "standing", "stalls_on", "last_movement", "decide_by", "slips", "started_on"):
        assert getattr(now, name) == getattr(before, name), name
    assert cast.pilot.stage == "running"
    call_command("rebuild_periods", "--check", stdout=StringIO())


def test_on_the_days_between_it_was_retired(cast: Cast) -> None:
    retired(cast)
    pilot = reopened(cast)
    for ago, stage in ((4, "running"), (3, "retired"), (1, "retired"), (0, "running")):
        assert reading_of(pilot, cast.day(ago)).stage == stage
        assert pilots.pilots().standing(cast.day(ago)).get(pk=pilot.pk).stage_then == stage


@pytest.mark.parametrize(("ago", "is_refused"), [(30, False), (31, True)])
def test_its_office_takes_it_back_for_thirty_days(cast: Cast, ago: int, is_refused: bool) -> None:
    retired(cast, ago)
    if is_refused:
        with pytest.raises(EscalationRequired):
            reopened(cast)
        reopened(cast, "head")
    else:
        with pytest.raises(NotYours):
            reopened(cast, "head")
        reopened(cast)
    assert cast.pilot.stage == "running"


def test_written_down_late_it_is_no_earlier(cast: Cast) -> None:
    retired(cast, 35)
    with pytest.raises(EscalationRequired):
        reopened(cast, on=cast.day(20))


def test_an_adoption_is_as_old_as_it_was_and_was_shown_as_long_as_the_facts_showed_it() -> None:
    cast = Cast()
    cast.adopted()
    retired(cast, 3)
    pilot = reopened(cast)
    now = reading_of(pilot, today())
    assert (now.standing, now.since) == ("adopted", cast.day(4))
    actions.amend(pilot=pilot, by=cast["office"], set={"tool": "Another"})
    assert reading_of(pilot, today()).claim == Claim(NO_LONGER_SHOWN, today())


def test_an_adoption_that_stopped_being_shown_meanwhile_is_claimed_since_then() -> None:
    cast = Cast()
    cast.adopted()
    retired(cast, 3)
    actions.amend(pilot=cast.pilot, by=cast["office"], set={"tool": "Another"}, on=cast.day(2))
    pilot = reopened(cast)
    assert reading_of(pilot, today()).claim == Claim(NO_LONGER_SHOWN, cast.day(2))
    row = pilots.pilots().claims(today()).get(pk=pilot.pk)
    assert row.standing == "claimed"
    call_command("rebuild_periods", "--check", stdout=StringIO())


def test_a_pause_that_ran_out_meanwhile_is_over() -> None:
    cast = Cast()
    cast.runs()
    actions.pause(pilot=cast.pilot, by=cast["office"], until=cast.day(2), reason="Holidays.", on=cast.day(9))
    retired(cast, 5)
    now = reading_of(reopened(cast), today())
    assert (now.stage, now.since) == ("running", cast.day(1))


def test_a_kind_added_meanwhile_is_asked_and_whoever_closed_their_account_has_left(cast: Cast) -> None:
    retired(cast)
    kind = actions.add_kind(key="security-review", name="Security", question="Is it safe?", by=None)
    actions.close_account(person=cast["sponsor"], by=None, on=cast.day(1))
    assert reading_of(cast.pilot, today()).gates["named-sponsor"].state == "cleared"
    pilot = reopened(cast)
    now = reading_of(pilot, today())
    assert now.gates[kind.key].state == "unowned"
    assert now.gates["named-sponsor"].state == "unowned"
    assert now.sponsor is None
    call_command("rebuild_periods", "--check", stdout=StringIO())


def test_taken_back_with_a_day_before_the_account_was_closed_the_seat_is_left_on_that_day(cast: Cast) -> None:
    retired(cast)
    actions.close_account(person=cast["sponsor"], by=None, on=cast.day(1))
    pilot = reopened(cast, on=cast.day(2))
    assert reading_of(pilot, cast.day(2)).gates["named-sponsor"].state == "cleared"
    assert reading_of(pilot, cast.day(1)).gates["named-sponsor"].state == "unowned"


def test_what_is_not_retired_says_that_there_is_nothing_to_take_back(cast: Cast) -> None:
    with pytest.raises(WrongStage) as refused:
        reopened(cast)
    assert "It is not retired" in refused.value.says


def test_no_list_corrects_the_day_of_a_retirement_that_was_taken_back(cast: Cast) -> None:
    actions.retire(pilot=cast.pilot, by=None, on=cast.day(3), known=cast.day(3))
    actions.correct_date(pilot=cast.pilot, of="retire", to=cast.day(4), source="Row 7.")
    reopened(cast)
    with pytest.raises(WrongStage):
        actions.correct_date(pilot=cast.pilot, of="retire", to=cast.day(5), source="Row 7.")


def test_the_page_the_desk_and_the_api_offer_it_to_whoever_may(cast: Cast) -> None:
    pilot = retired(cast)
    page, form = (
        reverse(f"readiness:{name}", args=args)
        for name, args in (("pilot", [pilot.key]), ("pilot-action", [pilot.key, "reopen"]))
    )
    for name, is_offered in (("office", True), ("head", True), ("manager", False), ("sponsor", False)):
        offers = [word for word, _title in browser_of(cast[name]).get(page).context["offers"]]
        assert ("reopen" in offers) is is_offered, name
    office = browser_of(cast["office"])
    assert "reopen" in office.get(reverse("admin:pilots_pilot_change", args=[pilot.pk])).content.decode()
    answer = office.post(form, {"reason": "It was another one.", "expected_version": str(pilot.version)})
    assert answer.status_code == 302
    assert cast.pilot.stage == "running"
    shown = office.get(page).content.decode()
    assert "Retirement taken back" in shown


def test_over_the_api_it_is_taken_back_and_what_was_learned_is_said_no_longer(cast: Cast, client: Client) -> None:
    pilot = retired(cast)
    client.force_login(cast["office"])
    address = reverse("readiness:api:pilot", args=[pilot.key])
    assert client.get(address).json()["learned"] == "The wrong line."
    made = client.post(f"{address}reopen/", {"reason": "It was another one."}, content_type="application/json")
    assert made.status_code == 200, made.content
    now = client.get(address).json()
    assert (now["stage"], now["learned"]) == ("running", "")
    neighbour = browser_of(cast["neighbour"])
    assert neighbour.post(f"{address}reopen/", {"reason": "Mine."}, content_type="application/json").status_code == 404


def test_decided_before_it_stays_decided(cast: Cast) -> None:
    cast.decided(LEGAL, "cleared")
    retired(cast)
    assert reading_of(reopened(cast), today()).gates[LEGAL].state == "cleared"


def charged(pilot: Pilot, first: date, before: date) -> int:
    from readiness.queries import snapshots

    return sum(charge.days for _pilot, charge in snapshots.charges_of([pilot], start=first, end=before))


def test_no_day_in_between_is_charged(cast: Cast) -> None:
    retired(cast)
    pilot = reopened(cast)
    assert charged(pilot, cast.day(3), today()) == 0
    assert charged(pilot, today(), today() + DAY) == charged(pilot, cast.day(4), cast.day(3)) > 0
