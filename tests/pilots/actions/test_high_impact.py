"""Beside whether a pilot is high impact its record keeps how that was determined: presumed or not, why, by whom and when."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.derived.load import state_of
from pilots.models import Pilot
from pilots.refusals import Invalid
from readiness.text import labels
from tests.company import Cast, browser_of

pytestmark = pytest.mark.django_db
ON = date(2025, 6, 3)
SAYS: dict[str, Any] = {
    "high_impact": False,
    "presumed_high_impact": True,
    "high_impact_reason": "It drafts, and a person sends.",
    "high_impact_determined_by": "The AI board",
    "high_impact_determined_on": ON,
}


@pytest.fixture
def cast() -> Cast:
    made = Cast()
    made.runs()
    return made


def amended(cast: Cast, **says: Any) -> Pilot:
    actions.amend(pilot=cast.pilot, by=cast["office"], set=says)
    return cast.pilot


def test_a_record_takes_them_and_so_does_an_edit_and_replay_leaves_the_same(cast: Cast) -> None:
    new = actions.record(portfolio=cast.portfolio, key="ZZ-2", name="Another", by=cast["office"], **SAYS)
    old = amended(cast, **SAYS)
    for pilot in (Pilot.objects.get(pk=new.pk), old):
        assert {name: getattr(pilot, name) for name in SAYS} == SAYS
        fields = state_of(pilot, today()).fields
        assert {name: fields[name] for name in SAYS} == SAYS
    call_command("rebuild_periods", "--check", stdout=StringIO())


def test_said_again_they_are_no_edit_and_nothing_said_of_an_older_record_is_none(cast: Cast) -> None:
    assert actions.amend(pilot=cast.pilot, by=cast["office"], set={"high_impact_reason": ""}) is None
    pilot = amended(cast, **SAYS)
    assert actions.amend(pilot=pilot, by=cast["office"], set=SAYS) is None


@pytest.mark.parametrize("high_impact", [True, False, None])
@pytest.mark.parametrize("presumed", [True, False, None])
def test_what_was_determined_not_to_be_is_not_high_impact(
    cast: Cast, high_impact: bool | None, presumed: bool | None
) -> None:
    says = {"high_impact": high_impact, "presumed_high_impact": presumed}
    if not (high_impact and presumed):
        assert amended(cast, **says).presumed_high_impact is presumed
        return
    with pytest.raises(Invalid) as refused:
        amended(cast, **says)
    assert (refused.value.field, "Say one or the other" in refused.value.says) == ("presumed_high_impact", True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pilot.objects.filter(pk=cast.pilot.pk).update(**says)


def test_no_day_that_has_not_come(cast: Cast) -> None:
    assert amended(cast, high_impact_determined_on=today()).high_impact_determined_on == today()
    with pytest.raises(Invalid) as refused:
        amended(cast, high_impact_determined_on=today() + timedelta(days=1))
    assert refused.value.field == "high_impact_determined_on"


@pytest.mark.parametrize(
    ("says", "sentences"),
    [
        ({}, []),
        ({"high_impact": True}, ["High impact."]),
        ({"high_impact": False}, ["Not high impact."]),
        (
            SAYS,
            [
                "Presumed high impact, and determined not to be.",
                "Determined by The AI board on 3 June 2025.",
                "It drafts, and a person sends.",
            ],
        ),
        ({"high_impact_determined_by": "Mia"}, ["Determined by Mia."]),
        ({"high_impact_determined_on": ON}, ["Determined on 3 June 2025."]),
    ],
)
def test_it_is_said_in_sentences(says: dict[str, Any], sentences: list[str]) -> None:
    assert labels.high_impact(says) == sentences


def test_the_page_and_the_api_show_it_and_the_page_of_a_past_day_does_not(cast: Cast) -> None:
    pilot, office = amended(cast, **SAYS), browser_of(cast["office"])
    page = reverse("readiness:pilot", args=[pilot.key])
    assert "Determined by The AI board" in office.get(page).content.decode()
    then = office.get(page, {"as_of": cast.day(1).isoformat()}).content.decode()
    assert "The AI board" not in then
    said = office.get(reverse("readiness:api:pilot", args=[pilot.key])).json()
    assert {name: said[name] for name in SAYS} == SAYS | {"high_impact_determined_on": ON.isoformat()}


def test_the_desk_edits_it_in_a_section_that_is_closed_until_it_says_something(cast: Cast) -> None:
    office, change = browser_of(cast["office"]), reverse("admin:pilots_pilot_change", args=[cast.pilot.pk])
    begun = office.get(change).context["adminform"].form
    assert [aside.open for aside in begun.asides if str(aside.title) == "High impact"] == [False]
    typed = {field.html_name: field.value() if field.value() is not None else "" for field in begun} | {
        "presumed_high_impact": "True",
        "high_impact_determined_by": "The AI board",
    }
    assert office.post(change, typed).status_code == 302
    assert (cast.pilot.presumed_high_impact, cast.pilot.high_impact_determined_by) == (True, "The AI board")
    shown = office.get(change).context["adminform"].form
    assert [aside.open for aside in shown.asides if str(aside.title) == "High impact"] == [True]
    again = {field.html_name: field.value() if field.value() is not None else "" for field in shown}
    assert office.post(change, again | {"high_impact": "True"}).status_code == 422


def exported(**options: Any) -> list[dict[str, str]]:
    import csv

    out = StringIO()
    call_command("export_pilots", stdout=out, **options)
    return list(csv.DictReader(out.getvalue().splitlines()))


def test_what_is_exported_is_read_back_in_and_a_past_day_says_what_was_so(cast: Cast, tmp_path: Path) -> None:
    pilot = amended(cast, **SAYS)
    (row,) = exported()
    says = {"high_impact": "no", "presumed_high_impact": "yes", "high_impact_determined_on": "2025-06-03"}
    assert {name: row[name] for name in says} == says
    (then,) = exported(as_of=cast.day(1))
    assert {then[name] for name in SAYS} == {""}
    out = StringIO()
    call_command("export_pilots", stdout=out)
    rows = tmp_path / "list.csv"
    rows.write_text(out.getvalue().replace(pilot.key, "ZZ-9"), encoding="utf-8")
    call_command("import_pilots", str(rows), stdout=StringIO(), stderr=StringIO())
    again = Pilot.objects.get(key="ZZ-9")
    assert {name: getattr(again, name) for name in SAYS} == SAYS
    rows.write_text(rows.read_text().replace("The AI board", "The new board"), encoding="utf-8")
    call_command("import_pilots", str(rows), stdout=StringIO(), stderr=StringIO())
    assert Pilot.objects.get(key="ZZ-9").high_impact_determined_by == "The new board"
