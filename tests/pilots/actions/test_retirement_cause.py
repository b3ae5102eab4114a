"""A retirement says its cause beside what was learned: asked of people on the form, optional elsewhere, and counted."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Pilot, PilotPeriod
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Cause
from readiness.queries import pilots
from readiness.text import events as event_texts
from readiness.text import labels
from tests.company import Cast, browser_of, reading_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    made = Cast()
    made.runs()
    return made


def retired(cast: Cast, because: str | None = Cause.COST, **says: Any) -> Pilot:
    actions.retire(pilot=cast.pilot, by=cast["office"], learned="Too dear.", because=because, **says)
    return cast.pilot


def test_every_cause_has_a_label() -> None:
    assert set(labels.CAUSE) == set(Cause)


@pytest.mark.parametrize("because", [*Cause.values(), None])
def test_each_cause_can_be_said_and_so_can_none(cast: Cast, because: str | None) -> None:
    pilot = retired(cast, because)
    assert reading_of(pilot, today()).retired_because == (because or "")


def test_asked_for_and_not_said_it_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        retired(cast, "")
    assert refused.value.field == "because"


def test_another_word_is_refused_with_those_that_are_known(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        retired(cast, "bored")
    assert (refused.value.field, Cause.COST in refused.value.says) == ("because", True)
    assert cast.pilot.stage == "running"


def test_the_log_says_it(cast: Cast) -> None:
    event = retired(cast).events.get(action="retire")
    assert event_texts.what(event) == "Retired: its cost"


def test_the_form_asks_for_it_and_keeps_what_was_typed(cast: Cast) -> None:
    form = reverse("readiness:pilot-action", args=[cast.pilot.key, "retire"])
    office, sent = browser_of(cast["office"]), {"learned": "Too dear.", "expected_version": str(cast.pilot.version)}
    refused = office.post(form, sent)
    assert refused.status_code == 422
    assert "Say why it ends" in refused.content.decode()
    assert "Too dear." in refused.content.decode()
    assert cast.pilot.stage == "running"
    assert office.post(form, sent | {"because": "cost"}).status_code == 302
    assert reading_of(cast.pilot, today()).retired_because == "cost"
    page = office.get(reverse("readiness:pilot", args=[cast.pilot.key])).content.decode()
    assert "Why: its cost." in page
    desk = office.get(reverse("admin:pilots_pilot_change", args=[cast.pilot.pk])).content.decode()
    assert "Why it ended" in desk


def test_the_api_takes_it_and_does_without(cast: Cast) -> None:
    pilot, office = cast.pilot, browser_of(cast["office"])
    address = reverse("readiness:api:pilot", args=[pilot.key])
    assert office.get(address).json()["retired_because"] is None
    wrong = office.post(f"{address}retire/", {"learned": "Much.", "because": "x"}, content_type="application/json")
    assert wrong.status_code == 422
    assert office.post(f"{address}retire/", {"learned": "Much."}, content_type="application/json").status_code == 200
    assert office.get(address).json()["retired_because"] is None
    assert office.post(f"{address}reopen/", {"reason": "No."}, content_type="application/json").status_code == 200
    said = {"learned": "Much.", "because": "data"}
    assert office.post(f"{address}retire/", said, content_type="application/json").status_code == 200
    assert office.get(address).json()["retired_because"] == "data"


def test_the_summary_counts_it_as_of_a_day(cast: Cast) -> None:
    retired(cast, on=cast.day(3))
    other = actions.record(portfolio=cast.portfolio, key="ZZ-2", name="Another", by=None)
    actions.retire(pilot=other, by=None)
    office, address = browser_of(cast["office"]), reverse("readiness:api:summary")
    now = office.get(address).json()["retired_because"]
    assert (now["cost"], now["not_stated"], now["data"]) == (1, 1, 0)
    assert sum(now.values()) == office.get(address).json()["standing"]["retired"]
    then = office.get(address, {"as_of": cast.day(4).isoformat()}).json()["retired_because"]
    assert sum(then.values()) == 0
    neighbour = browser_of(cast["neighbour"]).get(address).json()["retired_because"]
    assert sum(neighbour.values()) == 0


def test_taken_back_it_says_none_from_that_day(cast: Cast) -> None:
    pilot = retired(cast, on=cast.day(3))
    actions.reopen(pilot=pilot, by=cast["office"], reason="It was another one.")
    assert reading_of(pilot, cast.day(1)).retired_because == "cost"
    assert reading_of(pilot, today()).retired_because == ""
    assert sum(pilots.pilots().retired_by_cause(today()).values()) == 0
    call_command("rebuild_periods", "--check", stdout=StringIO())


def test_what_is_exported_is_read_back_in(cast: Cast, tmp_path: Path) -> None:
    pilot = retired(cast)
    out = StringIO()
    call_command("export_pilots", stdout=out)
    head, row = out.getvalue().splitlines()[:2]
    assert row.split(",")[head.split(",").index("retired_because")] == "cost"
    rows = tmp_path / "list.csv"
    rows.write_text(out.getvalue().replace(pilot.key, "ZZ-9"), encoding="utf-8")
    call_command("import_pilots", str(rows), stdout=StringIO(), stderr=StringIO())
    assert reading_of(Pilot.objects.get(key="ZZ-9"), today()).retired_because == "cost"


@pytest.mark.parametrize(
    ("cell", "cause"), [("Risk or law", "risk_or_law"), ("COST", "cost"), ("bored", ""), ("-", "")]
)
def test_a_list_may_write_it_as_people_do_and_what_is_no_cause_is_reported(
    cast: Cast, tmp_path: Path, cell: str, cause: str
) -> None:
    rows, said = tmp_path / "list.csv", StringIO()
    rows.write_text(f"key,name,portfolio,stage,retired_because\nZZ-9,Sorter,ours,retired,{cell}\n", encoding="utf-8")
    call_command("import_pilots", str(rows), stdout=said, stderr=said)
    assert PilotPeriod.objects.get(pilot__key="ZZ-9", last_day=None).retired_because == cause
    assert ("no cause that is known" in said.getvalue()) is (cell == "bored")
