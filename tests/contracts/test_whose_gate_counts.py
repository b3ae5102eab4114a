"""Whose gate counts as waiting (rules 2 and 12): page, desk, API and command say one figure, and the rules in Python too.

The sample and an invented list of pilots that nobody carries; the real inventory as well, where it lies beside the project.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Absence, Person, Pilot
from pilots.rules import rights
from pilots.rules.vocabulary import Court
from readiness.demo.sample import playing
from readiness.queries.snapshots import PilotSnapshot, snapshots_of
from readiness.text import labels
from tests.company import LEGAL, a_right, browser_of
from tests.readiness.api.conftest import client
from tests.readiness.inventory.lists import COLUMNS

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
REAL = settings.BASE_DIR / "../shared/data/federal_ai_use_cases_2025.csv"
WAIT = ("running", "adopted")
STAGES = ("Pre-deployment", "Pilot", "Deployed", "Retired", "")


@pytest.fixture
def root(db: None) -> Person:
    """Somebody who may see everything."""
    return Person.objects.create_superuser("root@figures.example", None, name="Root")


def listed(path: Path, rows: int = 40) -> Path:
    """An invented inventory: every stage, some with a yes that is asserted, nobody who carries anything."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        for n in range(rows):
            writer.writerow(
                {
                    "agency": ("AAA", "BBB")[n % 2],
                    "agency_name": ("First", "Second")[n % 2],
                    "agency_bureau": ("North", "South", "")[n % 3],
                    "id": f"CASE-{n:03}",
                    "use_case_name": f"Sorting letters {n}",
                    "development_stage": STAGES[n % len(STAGES)],
                    "operational_date": ("2025-03-03", "")[n // 5 % 2],
                    "have_ato": ("Yes", "No", "")[n // 3 % 3],
                }
            )
    return path


def imported(path: Path) -> None:
    """Read as of today; rows that it cannot take are no concern here."""
    try:
        call_command("import_pilots", str(path), "--preset", "omb-2025", "--at", today().isoformat(), stdout=StringIO())
    except CommandError as ended:
        if ended.returncode != 1:
            raise


def decides(name: str) -> Person:
    """Somebody who decides for Legal wherever nobody else does."""
    person = actions.open_account(email=f"{name}@figures.example", name=name.title(), by=None)
    long_ago = today() - timedelta(days=3000)
    a_right(LEGAL, person, None, day=long_ago)
    return Person.objects.get(pk=person.pk)


# The one figure, four times


def by_rules() -> dict[str, int]:
    """Counted over what the rules in Python say of each pilot."""
    found = Counter(
        gate.status.court
        for one in _everything()
        if one.status.stage in WAIT
        for gate in one.gates
        if gate.status.court
    )
    return {court: found[court] for court in Court.values()}


def on_the_page(root: Person) -> dict[str, int]:
    """The row of all gates below the table by gate, in the order of its columns."""
    counted: dict[str, int] = browser_of(root).get(reverse("readiness:portfolio")).context["of_all"]
    return counted


def at_the_desk(root: Person) -> dict[str, int]:
    shown = browser_of(root).get(reverse("admin:index")).context["courts"]
    named = {str(says): court for court, says in labels.COURT.items()}
    return dict.fromkeys(Court.values(), 0) | {named[str(each["counts"])]: each["number"] for each in shown}


def over_the_api(root: Person) -> dict[str, int]:
    counted: dict[str, int] = client(root).get("/api/v1/portfolio/summary/").json()["open_gates"]
    return counted


def by_the_command() -> dict[str, int]:
    out = StringIO()
    call_command("exhibits", stdout=out)
    said = out.getvalue().split("by court:\n")[1].split("\n\n")[0]
    named = {str(says): court for court, says in labels.COURT.items()}
    found = re.findall(r"^ *([\d,]+)  (.+)$", said, re.MULTILINE)
    return {named[says]: int(number.replace(",", "")) for number, says in found}


def _everything() -> list[PilotSnapshot]:
    return snapshots_of(Pilot.objects.select_related("portfolio__escalation"), at=today())


def agree(root: Person) -> dict[str, int]:
    """The four figures, which are one."""
    counted = by_rules()
    figures: dict[str, Callable[[], dict[str, int]]] = {
        "page": lambda: on_the_page(root),
        "desk": lambda: at_the_desk(root),
        "API": lambda: over_the_api(root),
        "command": by_the_command,
    }
    for where, figure in figures.items():
        assert figure() == counted, where
    return counted


def queues_agree(root: Person, person: Person) -> int:
    """How many gates wait on somebody: by the rules, on their page and over the API."""
    away = set(Absence.objects.on(today()).values_list("person", flat=True))
    waits = {
        gate.gate.public_id
        for one in _everything()
        if one.status.stage in WAIT
        for gate in one.gates
        if gate.kind.clears_by != "acceptance" and gate.status.court == "decider"
        if rights.may_decide(gate.status.seat, person.pk, barred={one.status.sponsor}, away=away)
    }
    page = browser_of(person).get(reverse("readiness:my-decisions")).context["page"]
    assert page.paginator.count == len(waits)
    assert _walked(root, f"gates/?waits_on={person.email}&page_size=200", "id") == waits
    return len(waits)


def _walked(root: Person, address: str, name: str) -> set[Any]:
    asks, found, following = client(root), set(), f"/api/v1/{address}"
    while following:
        page = asks.get(following).json()
        found |= {row[name] for row in page["results"]}
        following = page["next"]
    return found


def test_four_ways_say_one_figure_of_the_sample(root: Person) -> None:
    playing.play(today())
    assert sum(agree(root).values()) > 20
    seated = Person.objects.filter(seats__isnull=False, closed_on=None).distinct()
    assert sum(queues_agree(root, person) for person in seated) > 10


def test_four_ways_say_one_figure_of_a_list_that_nobody_carries(root: Person, tmp_path: Path) -> None:
    imported(listed(tmp_path / "inventory.csv"))
    before = agree(root)
    assert before["decider"] == 0
    assert before["nobody"] > 20
    legal = decides("legal")
    assert agree(root)["decider"] == queues_agree(root, legal) == 16


def test_the_desk_and_the_api_choose_the_same_pilots_by_court(root: Person, tmp_path: Path) -> None:
    imported(listed(tmp_path / "inventory.csv"))
    decides("legal")
    for asked in (
        *(f"court={court}" for court in Court.values()),
        "court=team&stage=planned",
        "court=team&stage=retired",
    ):
        rows = browser_of(root).get(reverse("admin:pilots_pilot_changelist") + f"?{asked}").context["cl"].queryset
        assert {row.key for row in rows} == _walked(root, f"pilots/?{asked}", "key"), asked
    # A list that says no more than this has pilots in every stage, and those that run or are adopted wait.
    there = browser_of(root).get(reverse("admin:pilots_pilot_changelist") + "?court=nobody").context["cl"].queryset
    assert {row.stage_then for row in there} == set(WAIT)


def test_what_frees_most_is_counted_over_the_same_gates(root: Person, tmp_path: Path) -> None:
    imported(listed(tmp_path / "inventory.csv"))
    decides("legal")
    found = Counter[str]()
    for row in client(root).get("/api/v1/portfolio/bottlenecks/").json():
        found[row["court"]] += row["gates"]
    assert dict.fromkeys(Court.values(), 0) | found == by_rules()


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is absent: the real inventory")
def test_four_ways_say_one_figure_of_the_real_inventory(root: Person, tmp_path: Path) -> None:
    """Every sixth row of it, from all over: all of it takes minutes."""
    with REAL.open(encoding="utf-8-sig", newline="") as stream:
        columns, *rows = csv.reader(stream)
    some = tmp_path / "some.csv"
    with some.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([columns, *rows[::6]])
    imported(some)
    legal = decides("legal")
    assert agree(root)["decider"] == queues_agree(root, legal) > 100
