"""Periods and seats follow from decisions, events and rights, and a command proves it (rule 1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models

from pilots import actions
from pilots.event_log import triggers
from pilots.models import Decision, Event, GatePeriod, Pilot, PilotPeriod, Portfolio, Seat
from tests.company import DATA, MARCH, SPONSOR, Signed

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Signed:
    """A pilot with a history: answers, an edit that broke a seal, and an answer written down late."""
    cast = Signed()
    cast.decide(on=MARCH + DAY)
    cast.decide(DATA, on=MARCH + 2 * DAY, outcome="refused")
    actions.amend(pilot=cast.pilot, by=cast.ria, set={"tool": "Drafter 2"}, on=MARCH + 5 * DAY, known=MARCH + 5 * DAY)
    when = {"on": MARCH + 4 * DAY, "known": MARCH + 8 * DAY}
    actions.nominate(gate=cast.gate(SPONSOR), by=cast.ria, person=cast.sam, **when)
    actions.accept(gate=cast.gate(SPONSOR), by=cast.sam, **when)
    return cast


def rebuild(capsys: Any, *asked: str) -> tuple[int, str]:
    try:
        call_command("rebuild_periods", *asked)
    except CommandError as error:
        return error.returncode, capsys.readouterr().out + str(error)
    return 0, capsys.readouterr().out


def rows() -> list[Any]:
    found = [list(model.objects.order_by("pk").values()) for model in (PilotPeriod, GatePeriod, Seat)]
    for row in (row for of_model in found for row in of_model):
        del row["id"]
    return [sorted(of_model, key=repr) for of_model in found]


def test_a_rebuild_leaves_the_same_rows(cast: Signed, capsys: Any) -> None:
    before = rows()
    status, said = rebuild(capsys)
    assert status == 0
    assert "1 pilots and 1 units derived again" in said
    assert rows() == before


def test_a_difference_is_told_by_row_and_column_and_put_right(cast: Signed, capsys: Any) -> None:
    before = rows()
    bent = GatePeriod.objects.filter(gate=cast.gate(DATA)).latest("first_day")
    GatePeriod.objects.filter(pk=bent.pk).update(state="cleared", awaits="nothing")
    status, said = rebuild(capsys)
    assert status == 1
    assert f"gate_id {bent.gate_id}" in said
    assert "state cleared → refused" in said
    assert "awaits nothing → team" in said
    assert rows() == before
    assert rebuild(capsys)[0] == 0


def test_a_check_changes_nothing(cast: Signed, capsys: Any) -> None:
    GatePeriod.objects.filter(gate=cast.gate(DATA)).update(since=MARCH - DAY)
    Seat.objects.update(holder=cast.olga)
    bent = rows()
    keys = list(GatePeriod.objects.order_by("pk").values_list("pk", flat=True))
    status, said = rebuild(capsys, "--check")
    assert status == 1
    assert "nothing was changed" in said
    assert "holder_id" in said
    assert rows() == bent
    assert keys == list(GatePeriod.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("model", [PilotPeriod, GatePeriod, Seat])
def test_a_row_too_few_or_too_many_is_a_difference(cast: Signed, capsys: Any, model: Any) -> None:
    before = rows()
    gone = model.objects.latest("first_day")
    gone.delete()
    assert rebuild(capsys)[0] == 1
    assert rows() == before
    extra = model.objects.latest("first_day")
    extra.pk, extra.first_day, extra.last_day = None, MARCH + 99 * DAY, MARCH + 99 * DAY
    extra.save()
    assert rebuild(capsys)[0] == 1
    assert rows() == before


def test_one_portfolio_can_be_rebuilt_alone(cast: Signed, capsys: Any) -> None:
    other = Signed("P-2")
    other.decide()
    PilotPeriod.objects.filter(pilot=other.pilot).update(slips=9)
    assert rebuild(capsys, "--portfolio", cast.portfolio.key)[0] == 0
    assert rebuild(capsys, "--portfolio", other.portfolio.key)[0] == 1
    assert rebuild(capsys)[0] == 0


def test_a_portfolio_that_is_not_there_is_said(cast: Signed, capsys: Any) -> None:
    status, said = rebuild(capsys, "--portfolio", "nowhere")
    assert status == 2
    assert "no portfolio “nowhere”" in said
    assert Portfolio.objects.count() == 1


BENDS: dict[str, Callable[[Signed], Any]] = {
    "an answer that says otherwise": lambda cast: _bent(Decision, cast.gate().decisions.get().pk, outcome="refused"),
    "an answer taken away": lambda cast: _taken_away(cast.gate(DATA).decisions.get()),
    "an answer moved to another day": lambda cast: _bent(
        Event, cast.gate().decisions.get().event_id, effective_on=MARCH
    ),
    "a pilot that counts more": lambda cast: _bent(Pilot, cast.pilot.pk, log_count=99),
    "a start moved to another day": lambda cast: _bent(
        Event, cast.pilot.events.get(action="start").pk, effective_on=MARCH - DAY
    ),
}


def _bent(model: type[models.Model], pk: int, **says: Any) -> None:
    models.QuerySet(model).filter(pk=pk).update(**says)


def _taken_away(decision: Decision) -> None:
    for model in (Decision, Event):
        pk = decision.pk if model is Decision else decision.event_id
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", [pk])


@pytest.mark.parametrize("bend", BENDS)
@pytest.mark.parametrize("asked", [(), ("--check",)])
def test_nothing_is_rebuilt_from_a_log_that_does_not_verify(
    cast: Signed, capsys: Any, bend: str, asked: tuple[str, ...]
) -> None:
    triggers.lift()
    BENDS[bend](cast)
    triggers.install()
    before = rows()
    status, said = rebuild(capsys, *asked)
    assert status == 2
    assert "The log is broken in" in said
    assert "nothing was rebuilt" in said
    assert rows() == before
