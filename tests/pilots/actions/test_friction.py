"""Rule 13: what a report leaves behind, what destroys the key, and a policy gap that stands in the way of adoption."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.actions.friction import FrictionAnswer, report_friction
from pilots.clock import today
from pilots.models import Event, FrictionGroup, FrictionReport, PolicyGap
from pilots.refusals import Invalid, NotYours, RulesMissing
from readiness.queries.friction import bring_up_to_date
from readiness.queries.signals import signals_for
from readiness.queries.snapshots import snapshot_of
from tests.company import Cast, a_person
from tests.managers import BURDEN, Managers, weeks_ago

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("PSEUDONYM_KEY", raising=False)
    settings.PSEUDONYM_KEY_FILE = str(tmp_path / "key")
    return tmp_path / "key"


@pytest.fixture
def managers() -> Managers:
    found = Managers()
    for number in range(5):
        found.joins(f"m{number}", "Finance")
        found.reports(f"m{number}", BURDEN if number < 4 else "", ago=3)
    return found


def counted(managers: Managers, ago: int = 0) -> list[int]:
    bring_up_to_date()
    return [point.managers for point in signals_for(managers.reviewer, weeks_ago(ago)).points]


def test_a_report_writes_its_own_tables_and_nothing_else(managers: Managers) -> None:
    with CaptureQueriesContext(connection) as asked:
        managers.reports("m0", BURDEN)
    written = {
        sql.replace('"', "").split()[2 if sql.startswith(("INSERT", "DELETE")) else 1]
        for each in asked
        if (sql := each["sql"]).startswith(("INSERT", "UPDATE", "DELETE"))
    }
    assert written <= {"pilots_frictionreport", "pilots_frictionclosing"}
    person = managers["m0"]
    assert not any(person.public_id in each["sql"] or person.email in each["sql"] for each in asked)


def test_no_report_is_in_the_admin_its_history_or_an_event(managers: Managers) -> None:
    shown = {model._meta.model_name for model in admin.site._registry}
    assert not shown & {"frictionreport", "frictiongroup", "frictionfigure", "spentlink", "frictionclosing"}
    assert not LogEntry.objects.exists() if "django_admin_log" in connection.introspection.table_names() else True
    words = {str(row) for row in Event.objects.values_list("action", "data", "texts")}
    assert not any(BURDEN in row for row in words)


def test_only_the_pilots_manager_reports_on_it(managers: Managers) -> None:
    for person in (managers.office, managers["m1"], a_person("noam")):
        with pytest.raises(NotYours):
            report_friction(by=person, pilot=managers.pilots["m0"], answers={"rework": FrictionAnswer(BURDEN)})


@pytest.mark.parametrize(
    "answer",
    [
        FrictionAnswer(BURDEN, -1),
        FrictionAnswer(BURDEN, 2401),
        FrictionAnswer(BURDEN, True),
        FrictionAnswer(BURDEN, 5, "x" * 281),
        FrictionAnswer(BURDEN, 5, "\ud800"),
        FrictionAnswer("x" * 41),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(managers: Managers, answer: FrictionAnswer) -> None:
    before = FrictionReport.objects.count()
    with pytest.raises(Invalid):
        report_friction(by=managers["m0"], pilot=managers.pilots["m0"], answers={"rework": answer})
    assert FrictionReport.objects.count() == before


def test_answers_under_another_key_are_refused_since_a_manager_would_count_twice(
    managers: Managers, key_file: Path
) -> None:
    key_file.unlink()
    with pytest.raises(Invalid, match="key of the pseudonyms"):
        managers.reports("m0", BURDEN)


def test_destroying_the_key_ends_what_counts_now_and_keeps_the_past(managers: Managers, key_file: Path) -> None:
    assert counted(managers) == [4]
    managers.reports("m0", BURDEN, ago=0)
    with pytest.raises(CommandError, match="--yes"):
        call_command("forget_pseudonyms")
    before = key_file.read_text()
    call_command("forget_pseudonyms", yes=True)
    assert not key_file.exists()
    assert counted(managers) == []
    assert counted(managers, ago=1) == [4]
    assert not FrictionReport.objects.filter(group=None).exists()
    managers.reports("m0", BURDEN, ago=0)
    assert key_file.read_text() != before


def test_closing_weeks_again_changes_nothing_and_costs_one_question(managers: Managers) -> None:
    bring_up_to_date()
    before = list(FrictionGroup.objects.values())
    with CaptureQueriesContext(connection) as asked:
        bring_up_to_date()
    assert list(FrictionGroup.objects.values()) == before
    assert len(asked) == 1


def test_a_new_answer_waits_until_its_group_has_ended_and_then_counts_as_the_latest(managers: Managers) -> None:
    """Whenever somebody looks: the week of the first answer had closed, though nobody had asked for a figure by then."""
    managers.reports("m0", "copying", ago=2)
    assert counted(managers) == [4]
    bring_up_to_date()
    found = signals_for(managers.reviewer, weeks_ago(0))
    assert [point.point for point in found.points] == [BURDEN]


def test_of_two_answers_that_waited_the_later_one_counts() -> None:
    managers = Managers()
    for number in range(4):
        managers.joins(f"m{number}", "Finance")
    managers.reports("m0", BURDEN, ago=5)
    managers.reports("m0", "copying", ago=3)
    for number in range(1, 4):
        managers.reports(f"m{number}", "copying" if number < 3 else "", ago=3)
    bring_up_to_date()
    found = signals_for(managers.reviewer, weeks_ago(0))
    assert [(point.point, point.managers) for point in found.points] == [("copying", 3)]
    assert not FrictionReport.objects.filter(point=BURDEN).exists()


def test_an_open_policy_gap_that_blocks_is_missing_for_adoption_until_it_is_answered() -> None:
    cast = Cast()
    cast.all_clear()
    says: dict[str, Any] = {"portfolio": cast.portfolio, "owner": cast["named"], "due": today() + timedelta(days=9)}
    gap = actions.open_policy_gap(
        by=cast["office"], question="Which data?", pilots=[cast.pilot], blocks_adoption=True, **says
    )
    with pytest.raises(RulesMissing) as refused:
        actions.adopt(pilot=cast.pilot, by=cast["office"])
    assert refused.value.missing == [f"policy_gap:{gap.public_id}"]
    actions.answer_policy_gap(gap=gap, by=cast["named"], answer="Contract data only.")
    actions.adopt(pilot=cast.pilot, by=cast["office"])
    snapshot = snapshot_of(cast.pilot, at=today())
    assert snapshot is not None
    assert snapshot.status.standing == "adopted"


def test_a_gap_names_pilots_of_its_portfolio_only() -> None:
    cast = Cast()
    elsewhere = actions.record(portfolio=cast.elsewhere, key="E-1", name="Elsewhere", by=None)
    says: dict[str, Any] = {"portfolio": cast.portfolio, "owner": cast["named"], "due": today()}
    with pytest.raises(Invalid, match="this portfolio"):
        actions.open_policy_gap(by=cast["office"], question="Which?", pilots=[elsewhere], **says)
    assert not PolicyGap.objects.exists()
