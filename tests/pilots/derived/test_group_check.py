"""Groups of managers' answers are settled when a week closes: checked against the answers in them, and never made again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pilots.actions.friction import forget_pseudonyms
from pilots.derived.group_check import group_differences
from pilots.models import FrictionFigure, FrictionGroup, FrictionReport
from readiness.queries.friction import bring_up_to_date
from tests.managers import BURDEN, UNREAD, Managers, weeks_ago

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PSEUDONYM_KEY", raising=False)
    settings.PSEUDONYM_KEY_FILE = str(tmp_path / "key")


@pytest.fixture
def managers() -> Managers:
    """Two functions of four: all of one name the same, one of the other names something else; three answered anew."""
    found = Managers()
    for number in range(8):
        found.joins(f"m{number}", ("Finance", "People")[number % 2])
        found.reports(f"m{number}", UNREAD if number == 1 else BURDEN, ago=6, sentence=f"Sentence {number}.")
    for number in (0, 2, 4, 6):
        found.reports(f"m{number}", BURDEN if number else "", ago=2)
    bring_up_to_date()
    return found


def the_first() -> FrictionGroup:
    return FrictionGroup.objects.order_by("pk")[0]


def bend_count(_managers: Managers) -> None:
    FrictionGroup.objects.filter(pk=the_first().pk).update(managers=5)


def bend_figure(_managers: Managers) -> None:
    FrictionFigure.objects.filter(group=the_first()).update(managers=1)


def bend_point(_managers: Managers) -> None:
    FrictionFigure.objects.filter(group=the_first()).update(point="waiting")


def bend_answer(_managers: Managers) -> None:
    FrictionReport.objects.filter(group=the_first(), question="rework").update(point="waiting")


def bend_week(_managers: Managers) -> None:
    FrictionReport.objects.filter(group=the_first()).update(week=the_first().first_day)


def bend_end(_managers: Managers) -> None:
    # The group that was replaced when all of it answered anew counts on: each of them twice.
    FrictionGroup.objects.filter(pk=the_first().pk).update(stands_until=weeks_ago(-10))
    FrictionGroup.objects.exclude(pk=the_first().pk).update(stands_until=weeks_ago(-10))


def bend_start(_managers: Managers) -> None:
    FrictionGroup.objects.filter(pk=the_first().pk).update(
        first_day=weeks_ago(-3), stands_until=weeks_ago(-3) + timedelta(days=90)
    )


def bend_sentences(_managers: Managers) -> None:
    figure = FrictionFigure.objects.filter(group=the_first())[0]
    shown = FrictionReport.objects.filter(group=the_first(), question="rework")
    shown.update(shown_with=None)
    FrictionReport.objects.filter(pk=shown[0].pk).update(shown_with=figure)


def test_groups_fit_the_answers_in_them_also_once_the_key_is_gone(managers: Managers) -> None:
    assert FrictionGroup.objects.count() == 3
    assert list(group_differences()) == []
    out = StringIO()
    # People of the test are in no log, which is said; of groups nothing is.
    with pytest.raises(CommandError) as said:
        call_command("verify_log", "--derived", stdout=out)
    assert "Not as its answers say" not in str(said.value)
    assert "3 groups of managers held against" in out.getvalue()
    call_command("rebuild_periods", stdout=out)
    assert "3 groups of managers fit" in out.getvalue()
    forget_pseudonyms()
    assert list(group_differences()) == []


@pytest.mark.parametrize(
    "bend",
    [bend_count, bend_figure, bend_point, bend_answer, bend_week, bend_end, bend_start, bend_sentences],
    ids=lambda bend: bend.__name__,
)
def test_what_was_bent_is_found_and_left_as_it_is_and_nothing_is_told_of_an_answer(
    managers: Managers, bend: Callable[[Managers], None]
) -> None:
    bend(managers)
    groups = list(FrictionGroup.objects.order_by("pk").values())
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("rebuild_periods", stdout=out)
    with pytest.raises(CommandError, match="Not as its answers say"):
        call_command("verify_log", "--derived", stdout=out)
    assert "do not fit their answers" in str(refused.value)
    assert list(FrictionGroup.objects.order_by("pk").values()) == groups
    said = out.getvalue()
    assert f"group {the_first().pk}" in said or f"groups {the_first().pk}" in said
    for kept in (BURDEN, UNREAD, "waiting", "Sentence", *FrictionReport.objects.values_list("pseudonym", flat=True)):
        assert kept not in said
