"""Rule 7: a closed account is opened again for the same person, and no seat comes back by itself."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.derived import load
from pilots.models import GateKind, Person, Seat
from pilots.refusals import Invalid, NotNamed, NotYours, ReasonRequired
from readiness.rules import who_decides
from tests.company import LEGAL, SPONSOR, Cast, browser_of, reading_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    made = Cast()
    made.runs()
    return made


def closed(cast: Cast, name: str, ago: int = 5) -> Person:
    actions.close_account(person=cast[name], by=None, on=cast.day(ago))
    return cast[name]


def reopened(cast: Cast, name: str, **says: Any) -> Person:
    actions.reopen_account(**{"person": cast[name], "by": cast["office"], "reason": "The wrong person."} | says)
    return cast[name]


def seats_over_time() -> list[tuple[Any, ...]]:
    names = ("kind", "unit", "first_day", "last_day", "holder", "deputy", "escalation", "capacity", "orphaned")
    return sorted(Seat.objects.values_list(*names), key=str)


def test_it_is_the_same_person_who_signs_in_again(cast: Cast) -> None:
    before = cast["decider"]
    closed(cast, "decider")
    now = reopened(cast, "decider")
    assert (now.public_id, now.email, now.name) == (before.public_id, before.email, before.name)
    assert (now.closed_on, now.is_active) == (None, True)


def test_the_seats_stay_with_whom_they_passed_to_also_of_the_days_between(cast: Cast) -> None:
    closed(cast, "decider")
    before = seats_over_time()
    reopened(cast, "decider")
    assert seats_over_time() == before
    seat = load.seats_on(cast.portfolio.pk, cast.function.pk, today())[LEGAL]
    assert (seat.holder, seat.orphaned) == (cast["deputy"].pk, True)
    assert len(who_decides.orphans([cast.portfolio], at=today())) == 3
    answer = who_decides.who_decides(GateKind.objects.get(key=LEGAL), cast.portfolio, cast.function, at=today())
    assert answer.seat.decides is not None
    assert answer.seat.decides.person == cast["deputy"]


def test_a_right_assigned_anew_is_theirs_and_a_second_closing_takes_it(cast: Cast) -> None:
    closed(cast, "decider")
    reopened(cast, "decider")
    kind = GateKind.objects.get(key=LEGAL)
    actions.assign_right(kind=kind, portfolio=cast.portfolio, holder=cast["decider"], by=cast["office"])
    assert load.seats_on(cast.portfolio.pk, cast.function.pk, today())[LEGAL].holder == cast["decider"].pk
    assert load.seats_on(cast.portfolio.pk, cast.function.pk, cast.day(3))[LEGAL].holder == cast["deputy"].pk
    closed(cast, "decider", 0)
    assert load.seats_on(cast.portfolio.pk, cast.function.pk, today())[LEGAL].holder is None
    before = seats_over_time()
    reopened(cast, "decider")
    assert seats_over_time() == before


def test_what_they_had_accepted_is_not_theirs_again(cast: Cast) -> None:
    closed(cast, "sponsor")
    reopened(cast, "sponsor")
    assert reading_of(cast.pilot, today()).gates[SPONSOR].state == "unowned"
    with pytest.raises(NotNamed):
        actions.accept(gate=cast.gate(SPONSOR), by=cast["sponsor"])


def test_a_delegate_is_one_again_when_it_is_delegated_anew(cast: Cast) -> None:
    closed(cast, "delegate")
    reopened(cast, "delegate")
    assert load.seats_on(cast.portfolio.pk, cast.function.pk, today())[LEGAL].delegate is None


def test_closed_while_a_pilot_was_retired_the_seat_is_left_when_that_is_taken_back(cast: Cast) -> None:
    actions.retire(pilot=cast.pilot, by=cast["office"], learned="Wrong line.", on=cast.day(5))
    closed(cast, "sponsor", 3)
    reopened(cast, "sponsor")
    actions.reopen(pilot=cast.pilot, by=cast["office"], reason="It was another one.")
    assert reading_of(cast.pilot, today()).gates[SPONSOR].state == "unowned"


def test_who_closed_it_and_when_stays_in_the_log_beside_why_it_is_open(cast: Cast) -> None:
    closed(cast, "outsider")
    reopened(cast, "outsider")
    page = reverse("admin:pilots_person_history", args=[cast["outsider"].pk])
    shown = browser_of(cast["office"]).get(page).content.decode()
    assert "ccount closed" in shown
    assert "ccount opened again" in shown
    assert "The wrong person." in shown


def test_what_cannot_be_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        reopened(cast, "outsider")
    closed(cast, "outsider")
    with pytest.raises(ReasonRequired):
        reopened(cast, "outsider", reason=" ")
    with pytest.raises(NotYours):
        reopened(cast, "outsider", by=cast["manager"])
    actions.erase_person(person=cast["outsider"], by=cast["office"], reason="Asked for by law.")
    with pytest.raises(Invalid) as refused:
        reopened(cast, "outsider")
    assert "erased" in refused.value.says


def test_no_office_opens_what_has_a_role_beyond_its_portfolios(cast: Cast) -> None:
    actions.give_role(portfolio=cast.elsewhere, person=cast["outsider"], role="reviewer", by=None)
    closed(cast, "outsider", 0)
    with pytest.raises(NotYours):
        reopened(cast, "outsider")


def test_the_desk_offers_it_of_a_closed_account_only(cast: Cast) -> None:
    person, office = cast["outsider"], browser_of(cast["office"])
    change = reverse("admin:pilots_person_change", args=[person.pk])
    form = reverse("admin:pilots_person_act", args=[person.pk, "reopen"])
    assert form not in office.get(change).content.decode()
    closed(cast, "outsider")
    assert form in office.get(change).content.decode()
    assert office.get(form).status_code == 200
    assert office.post(form, {"reason": "Closed by mistake."}).status_code == 302
    assert cast["outsider"].closed_on is None


def test_the_log_proves_it(cast: Cast) -> None:
    closed(cast, "decider")
    reopened(cast, "decider")
    call_command("rebuild_periods", "--check", stdout=StringIO())
    with pytest.raises(CommandError) as troubles:
        call_command("verify_log", "--derived", stdout=StringIO())
    assert "departure" not in str(troubles.value)
    assert f"person {cast['decider'].pk}:" not in str(troubles.value)
