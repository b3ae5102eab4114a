"""Rule 7: a right is corrected on its first day while nothing was decided under it; then the next one is assigned."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.derived import load
from pilots.models import DecisionRight, GateKind
from pilots.refusals import Invalid, NotYours, Overlap
from tests.company import DATA, LEGAL, Cast, browser_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    made = Cast()
    made.runs()
    return made


def assigned(cast: Cast, **says: Any) -> DecisionRight:
    """A right of today, which ended the one before."""
    given = {"holder": cast["deputy"], "by": cast["office"]} | says
    return actions.assign_right(kind=GateKind.objects.get(key=DATA), portfolio=cast.portfolio, **given)


def holder(cast: Cast) -> int | None:
    return load.seats_on(cast.portfolio.pk, cast.function.pk, today())[DATA].holder


def test_all_that_can_be_mistyped_is_corrected_and_seats_follow(cast: Cast) -> None:
    right = assigned(cast)
    assert holder(cast) == cast["deputy"].pk
    until = today() + 30 * DAY
    says = {"holder": cast["outsider"], "deputy": cast["head"], "escalate_to": None}
    actions.correct_right(right=right, by=cast["office"], set=says | {"answer_within_days": 3, "until": until})
    right = DecisionRight.objects.get(pk=right.pk)
    assert (right.holder, right.deputy, right.answer_within_days, right.until) == (
        cast["outsider"],
        cast["head"],
        3,
        until,
    )
    assert holder(cast) == cast["outsider"].pk
    call_command("rebuild_periods", "--check", stdout=StringIO())
    with pytest.raises(CommandError) as troubles:
        call_command("verify_log", "--derived", stdout=StringIO())
    assert "decisionright" not in str(troubles.value)


def test_nothing_that_changes_nothing_is_written(cast: Cast) -> None:
    assert actions.correct_right(right=assigned(cast), by=cast["office"], set={"holder": cast["deputy"]}) is None


@pytest.mark.parametrize(("ago", "is_refused"), [(0, False), (1, True), (-5, False)])
def test_up_to_and_on_its_first_day(cast: Cast, ago: int, is_refused: bool) -> None:
    right = assigned(cast, starts=cast.day(ago))
    if not is_refused:
        assert actions.correct_right(right=right, by=cast["office"], set={"holder": cast["outsider"]}) is not None
        return
    with pytest.raises(Invalid) as refused:
        actions.correct_right(right=right, by=cast["office"], set={"holder": cast["outsider"]})
    assert "Assign the next one" in refused.value.says


def test_once_something_was_decided_under_it_it_stays(cast: Cast) -> None:
    right = assigned(cast)
    actions.decide(gate=cast.gate(DATA), by=cast["deputy"], outcome="cleared", reason="As agreed.")
    with pytest.raises(Invalid) as refused:
        actions.correct_right(right=right, by=cast["office"], set={"holder": cast["outsider"]})
    assert "Assign the next one, from tomorrow on" in refused.value.says


def test_what_was_decided_before_it_or_on_another_kind_is_not_under_it(cast: Cast) -> None:
    cast.decided(DATA, "cleared")
    cast.decided(LEGAL, "cleared", on=today())
    assert actions.correct_right(right=assigned(cast), by=cast["office"], set={"holder": cast["outsider"]}) is not None


def test_what_was_delegated_stays(cast: Cast) -> None:
    right = assigned(cast)
    actions.delegate(right=right, to=cast["outsider"], until=today() + DAY, by=cast["office"])
    with pytest.raises(Invalid):
        actions.correct_right(right=right, by=cast["office"], set={"holder": cast["outsider"]})


def test_what_cannot_be_is_refused_at_its_field(cast: Cast) -> None:
    right = assigned(cast, until=today() + 5 * DAY)
    assigned(cast, starts=today() + 6 * DAY)
    for says, field in (
        ({"holder": None}, "holder"),
        ({"deputy": cast["deputy"]}, "deputy"),
        ({"until": today() - DAY}, "until"),
        ({"answer_within_days": 0}, "answer_within_days"),
        ({"starts": today()}, "starts"),
    ):
        with pytest.raises(Invalid) as refused:
            actions.correct_right(right=right, by=cast["office"], set=says)
        assert refused.value.field == field
    with pytest.raises(Overlap):
        actions.correct_right(right=right, by=cast["office"], set={"until": None})
    right = DecisionRight.objects.get(pk=right.pk)
    assert (right.holder, right.until) == (cast["deputy"], today() + 5 * DAY)


def test_no_other_office_corrects_it_nor_one_that_keeps_less_than_it_reaches(cast: Cast) -> None:
    right = assigned(cast)
    with pytest.raises(NotYours):
        actions.correct_right(right=right, by=cast["neighbour"], set={"holder": cast["outsider"]})
    everywhere = actions.assign_right(kind=GateKind.objects.get(key=DATA), holder=cast["deputy"], by=None)
    with pytest.raises(NotYours):
        actions.correct_right(right=everywhere, by=cast["office"], set={"holder": cast["outsider"]})


def test_the_desk_offers_it_on_that_day_only_and_does_it(cast: Cast) -> None:
    right, office = assigned(cast), browser_of(cast["office"])
    change = reverse("admin:pilots_decisionright_change", args=[right.pk])
    form = reverse("admin:pilots_decisionright_act", args=[right.pk, "correct"])
    assert form in office.get(change).content.decode()
    old = cast.rights[LEGAL]
    assert "correct/do" not in office.get(reverse("admin:pilots_decisionright_change", args=[old.pk])).content.decode()
    assert office.get(form).status_code == 200
    typed = {"holder": cast["outsider"].email, "initial-holder": cast["deputy"].email, "answer_within_days": "10"}
    assert office.post(form, typed).status_code == 302
    assert holder(cast) == cast["outsider"].pk
    log = office.get(reverse("admin:pilots_decisionright_history", args=[right.pk])).content.decode()
    assert "corrected on its first day" in log


def test_the_api_corrects_the_latest_of_a_reach(cast: Cast) -> None:
    assigned(cast)
    says = {"kind": DATA, "portfolio": cast.portfolio.key, "holder": cast["outsider"].email}
    how = {"content_type": "application/json"}
    assert browser_of(cast["sponsor"]).patch("/api/v1/rights/", says, **how).status_code == 403
    made = browser_of(cast["office"]).patch("/api/v1/rights/", says, **how)
    assert (made.status_code, made.json()["holder"]["id"]) == (200, cast["outsider"].public_id)
    late = browser_of(cast["office"]).patch("/api/v1/rights/", says | {"kind": LEGAL}, **how)
    assert (late.status_code, "Assign the next one" in late.json()["detail"]) == (422, True)
