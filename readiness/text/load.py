"""What is said of the load that is carried already (rule 18)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from readiness.text import labels, workflows

if TYPE_CHECKING:
    from pilots.models import Pilot
    from readiness.queries.load import AlreadyCarried
    from readiness.rules.load import Load


OTHERS = gettext_lazy("Others")
"""The functions of fewer than three managers, together."""


def load_hint(pilot: Pilot, carried: AlreadyCarried) -> str:
    """What is carried already where a pilot is to start, and that it may stay empty."""
    out = []
    if carried.function and pilot.function:
        says = {"n": labels.number(carried.function), "where": pilot.function}
        out.append(
            ngettext(
                "%(n)s pilot runs in %(where)s already.", "%(n)s pilots run in %(where)s already.", carried.function
            )
            % says
        )
    if carried.manager and pilot.manager:
        says = {"n": labels.how_many(carried.manager), "who": pilot.manager}
        out.append(
            ngettext("%(who)s lives with %(n)s already.", "%(who)s lives with %(n)s already.", carried.manager) % says
        )
    return " ".join([*out, _("What is put off for this one? You may leave it empty.")])


def rows(by_function: Mapping[str, Load], others: Load | None) -> list[dict[str, Any]]:
    """What lies on each function, and on the others together, as a table shows it."""
    found = [_row(name or _("No function"), load) for name, load in by_function.items()]
    return [*found, _row(str(OTHERS), others)] if others else found


def _row(name: str, load: Load) -> dict[str, Any]:
    return {
        "name": name,
        "managers": load.managers,
        "pilots": load.pilots,
        "net": workflows.a_week(load.net) if load.net is not None else "",
        "known_of": load.known_of,
    }
