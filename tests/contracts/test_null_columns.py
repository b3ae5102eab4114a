"""No question in the code forgets the rows in which a value is null. `null_columns` watches all tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from pilots.clock import today
from pilots.models import DecisionRight, GatePeriod, Pilot, SwitchedOff
from readiness.queries.pilots import gates_on, pilots
from tests.contracts.null_columns import ForgetsNull

ROOT = settings.BASE_DIR


def _carried() -> QuerySet[Any]:
    return Pilot.objects.annotate(carries=F("periods__sponsor"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forgets",
    [
        lambda: _carried().exclude(carries=1),
        lambda: _carried().filter(~Q(carries=1)),
        lambda: _carried().filter(Q(key="A") & ~Q(carries__in=[1, 2])),
        lambda: _carried().exclude(Q(carries=1) | Q(key="A")),
        lambda: _carried().exclude(manager=F("carries")),
        lambda: gates_on(today()).exclude(carried_by=1),
        lambda: gates_on(today()).exclude(stage_then="retired"),
        lambda: pilots().standing(today()).exclude(standing="planned"),
        lambda: Pilot.objects.exclude(portfolio__in=DecisionRight.objects.values("portfolio")),
    ],
)
def test_a_question_that_forgets_null_is_an_error(forgets: Any) -> None:
    with pytest.raises(ForgetsNull):
        forgets()


def test_what_django_sees_itself_and_what_says_that_a_value_is_there_may_be_asked() -> None:
    """Of a column Django adds what is lacking; the last of these is how an annotation is negated."""
    switched_off = SwitchedOff.objects.values("portfolio")
    asked: list[QuerySet[Any]] = [
        Pilot.objects.exclude(manager=1),
        Pilot.objects.exclude(manager=F("exceptions_to")),
        GatePeriod.objects.exclude(gate__pilot__manager=1),
        Pilot.objects.exclude(portfolio__in=switched_off),
        Pilot.objects.filter(~Exists(GatePeriod.objects.filter(gate__pilot=OuterRef("pk")))),
        gates_on(today()).exclude(carried_by__isnull=False, carried_by=1),
    ]
    assert all(str(found.query) for found in asked)


def _negated(tree: ast.AST) -> Iterator[ast.Call]:
    """`….exclude(…)`, `~Q(…)` and `~models.Q(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "exclude":
            yield node
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert) and isinstance(node.operand, ast.Call):
            name = node.operand.func
            if (name.id if isinstance(name, ast.Name) else getattr(name, "attr", "")) == "Q":
                yield node.operand


def test_every_negation_in_the_code_is_of_columns_that_django_knows() -> None:
    """Also where no test comes by: names that no model has are annotations, and say that the value is there."""
    columns = {field.name for model in apps.get_models() for field in model._meta.get_fields()} | {"pk"}
    expected_version, forgets = 0, []
    for path in [*(ROOT / "pilots").rglob("*.py"), *(ROOT / "readiness").rglob("*.py")]:
        for call in _negated(ast.parse(path.read_text(encoding="utf-8"))):
            names = [word.arg for word in call.keywords if word.arg]
            expected_version += 1
            forgets += [
                f"{path.relative_to(ROOT)}:{call.lineno} {name}"
                for name in names
                if name.split("__")[0] not in columns and f"{name.split('__')[0]}__isnull" not in names
            ]
    assert expected_version > 15
    assert forgets == []
