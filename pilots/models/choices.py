"""The labels of words that columns hold, as a form offers them; `readiness.text.labels` reads them aloud too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from pilots.rules.vocabulary import Basis, Capacity, ClearsBy, Occasion, Role, Stage, StepKind

STAGE: dict[str, Any] = {
    Stage.PLANNED: _("planned"),
    Stage.RUNNING: _("running"),
    Stage.PAUSED: _("paused"),
    Stage.ADOPTED: _("adopted"),
    Stage.RETIRED: _("retired"),
    Stage.NOT_STATED: _("not stated"),
}
CLEARS_BY: dict[str, Any] = {
    ClearsBy.APPROVAL: _("approval"),
    ClearsBy.ACCEPTANCE: _("acceptance"),
    ClearsBy.MEASUREMENT: _("measurement"),
}
CAPACITY: dict[str, Any] = {
    Capacity.HOLDER: _("holder"),
    Capacity.DEPUTY: _("deputy"),
    Capacity.DELEGATE: _("delegate"),
    Capacity.ESCALATION: _("escalation person"),
    Capacity.NAMED: _("the person named"),
    Capacity.ASSERTED: _("a source says so"),
}
ROLE: dict[str, Any] = {
    Role.OFFICE: _("program office"),
    Role.REVIEWER: _("reviewer"),
}
"""The roles that are given in a portfolio; every other follows from the facts."""

BASIS: dict[str, Any] = {
    Basis.SAT: _("sat with the work"),
    Basis.SPOKE: _("spoke with a manager"),
    Basis.SUMMARY: _("read a summary"),
}
STEP_KIND: dict[str, Any] = {
    StepKind.WORK: _("work"),
    StepKind.REWORK: _("rework"),
    StepKind.REVIEW: _("review"),
    StepKind.WAITING: _("waiting"),
}
OCCASION: dict[str, Any] = {
    Occasion.QUARTER: _("drawn once a quarter"),
    Occasion.OFFICE: _("asked by the program office"),
}


def choices(labels: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Words and their labels as a field takes them, the words as plain strings."""
    return [(str(word), label) for word, label in labels.items()]
