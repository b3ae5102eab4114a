"""Years typed as 9999, null characters and absurd numbers are refused with their field; nothing is left half written."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pilots import actions
from pilots.models import Event, GateKind, Person, Pilot
from pilots.refusals import Invalid
from tests.scenarios.stories import Story

LOGGED_BY_LIBRARY = Path(__file__).parent / "144-fifteen-days-before.json"
DAY = date(2025, 3, 10)
NEVER = date(9999, 12, 31)


@pytest.fixture
def story(db: None) -> Story:
    story = Story(LOGGED_BY_LIBRARY)
    story.play()
    return story


def _refused(field: str, action: str, story: Story, **values: Any) -> None:
    before = Event.objects.count()
    with pytest.raises(Invalid) as refused:
        getattr(actions, action)(on=DAY, known=DAY, **values)
    assert refused.value.field == field
    assert Event.objects.count() == before


def test_a_year_typed_as_9999_is_no_decide_by_date(story: Story) -> None:
    pilot = Pilot.objects.get(pk=story.pilot.pk)
    kai = story.people["kai"]
    _refused("to", "move_decide_by", story, pilot=pilot, by=kai, to=NEVER, reason="Some day.")
    pilot = Pilot.objects.get(pk=story.pilot.pk)
    _refused("reason", "pause", story, pilot=pilot, by=story.people["ria"], until=date(2025, 4, 1), reason="a\0b")


@pytest.mark.parametrize(("field", "value"), [("until", NEVER), ("starts", NEVER), ("answer_within_days", 10**12)])
def test_a_right_has_days_that_a_calendar_reaches(story: Story, field: str, value: Any) -> None:
    ria: Person = story.people["ria"]
    values: dict[str, Any] = {"starts": DAY, field: value}
    _refused(
        field,
        "assign_right",
        story,
        kind=GateKind.objects.get(key="legal-sign-off"),
        portfolio=story.portfolio,
        holder=ria,
        by=ria,
        **values,
    )


def test_a_date_outside_is_one_that_a_calendar_reaches(story: Story) -> None:
    ria: Person = story.people["ria"]
    kind = GateKind.objects.get(key="legal-sign-off")
    actions.assign_right(kind=kind, portfolio=story.portfolio, holder=ria, by=ria, on=DAY, known=DAY)
    _refused(
        "until",
        "decide",
        story,
        gate=story.pilot.gates.get(kind=kind),
        by=ria,
        outcome="changes_requested",
        reason="Ask them.",
        court="outside",
        until=NEVER,
    )


def test_a_rule_and_a_metric_hold_no_null_character(story: Story) -> None:
    ria = story.people["ria"]
    pilot = Pilot.objects.get(pk=story.pilot.pk)
    _refused("success", "set_rules", story, pilot=pilot, by=ria, success="a\0b")
    _refused(
        "metric",
        "register_threshold",
        story,
        pilot=pilot,
        by=ria,
        metric="a\0b",
        direction="at_least",
        value=0.8,
        kind="proportion",
        smallest_sample=10,
    )


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9000-01-01", "9999-12-31"])
def test_a_reader_asks_for_days_that_a_record_reaches(story: Story, client: Client, day: str) -> None:
    client.force_login(story.people["ria"])
    for address in ("/museum/", "/portfolio/", "/rights/", f"/pilots/{story.pilot.key}/"):
        assert client.get(address, {"as_of": day}).status_code < 500, address
    of_a_day, of_days = {"as_of": day}, {"from": day, "to": day}
    for address, asked in (
        ("exhibits", of_a_day),
        ("pilots", of_a_day),
        ("portfolio/trend", of_a_day),
        ("portfolio/waits", of_days),
    ):
        found = client.get(f"/api/v1/{address}/", asked)
        assert found.status_code == 422, address


@pytest.mark.parametrize("day", ["1900-01-01", "8999-12-31"])
def test_the_first_and_the_last_such_day_are_answered(story: Story, client: Client, day: str) -> None:
    client.force_login(story.people["ria"])
    for address in ("/museum/", "/api/v1/exhibits/", "/api/v1/portfolio/trend/"):
        assert client.get(address, {"as_of": day}).status_code == 200, address


def test_a_period_of_no_days_is_charged_to_nobody(story: Story, client: Client) -> None:
    client.force_login(story.people["ria"])
    asked = {"from": "2025-03-10", "to": "2025-03-10"}
    found = client.get("/api/v1/portfolio/waits/", asked)
    assert found.status_code == 200
    assert story.ledger_by_query(DAY, DAY) == story.ledger_by_rules(DAY, DAY) == {}
