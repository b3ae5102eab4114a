"""Taking back a list of people, functions, portfolios, roles or rights in sentences: what ends, what goes back, what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.actions.list_effects import TABLES, ListObstacle, ListTakingBack, Step, What
from pilots.figures import grouped
from pilots.models import DecisionRight, Event, Function, Person, Pilot, Portfolio
from readiness.text import events, labels
from readiness.text.field_changes import Names, change_text, names_in
from readiness.text.taking_back import Line


def title(found: ListTakingBack) -> str:
    """How much it is, or that something stands in the way."""
    number = len(found.obstacles)
    if number:
        return ngettext(
            "%(n)s change stands in the way: nothing can be taken back",
            "%(n)s changes stand in the way: nothing can be taken back",
            number,
        ) % {"n": grouped(number)}
    return _("Take this import back?")


def summary(found: ListTakingBack) -> list[tuple[int, str]]:
    """What becomes of how many."""

    def of(*what: What) -> int:
        return len(found.of(*what))

    closing, roles, rights = of(What.ACCOUNT_CLOSES), of(What.ROLE_ENDS), of(What.RIGHT_ENDS)
    going, staying = of(What.FUNCTION_GOES), of(What.FUNCTION_STAYS, What.PORTFOLIO_STAYS)
    back = len(found.steps) - closing - roles - rights - going - staying
    parts = [
        (closing, ngettext("account closes", "accounts close", closing)),
        (roles, ngettext("role is taken back", "roles are taken back", roles)),
        (rights, ngettext("decision right ends", "decision rights end", rights)),
        (going, ngettext("function goes", "functions go", going)),
        (back, ngettext("record goes back to what it said", "records go back to what they said", back)),
        (staying, ngettext("stays on record", "stay on record", staying)),
    ]
    return [(number, what) for number, what in parts if number]


def button(found: ListTakingBack) -> str:
    """What the button does, with its number."""
    number = len(found.steps)
    return ngettext("Take back %(n)s change", "Take back %(n)s changes", number) % {"n": grouped(number)}


def done(found: ListTakingBack) -> str:
    """What was done."""
    parts = ", ".join(f"{grouped(number)} {what}" for number, what in summary(found))
    return _("Taken back: %(what)s.") % {"what": parts}


def instead() -> str:
    """What to do where something stands in the way."""
    return _(
        "An import is taken back as a whole, while nothing was decided on what it brought. Close single accounts, take roles and end rights where they stand, or import a corrected list."
    )


def note() -> str:
    """What follows once it is done."""
    return _(
        "It is one line in the log. Days that are over stay as they were. A later list that names an account which only this import opened opens it again."
    )


def obstacle_lines(obstacles: Sequence[ListObstacle]) -> list[Line]:
    """Why each of these rows stands in the way, with what was done."""
    rows = events.with_people(Event.objects.filter(pk__in=[each.event for each in obstacles if each.event]))
    texts = {text.event.pk: text for text in events.texts(rows, on_pilot=True)}
    called = _called([each.step for each in obstacles])
    return [_line(each.step, called, [each.says], texts.get(each.event or 0)) for each in obstacles]


def step_lines(steps: Sequence[Step]) -> list[Line]:
    """What becomes of each of these."""
    called = _called(steps)
    names = names_in([Event(texts={"changes": [change for step in steps for change in _changes(step, called)]})])
    return [_line(step, called, _says(step, called, names)) for step in steps]


Called = Mapping[tuple[type[Model], int], Any]


def _called(steps: Iterable[Step]) -> Called:
    """The rows that steps are about, and the portfolios of roles."""
    wanted: dict[type[Model], set[int]] = {}
    for step in steps:
        wanted.setdefault(TABLES[step.what], set()).add(step.key)
        if step.what is What.ROLE_ENDS:
            wanted.setdefault(Portfolio, set()).add(step.before["portfolio"])
    found: dict[tuple[type[Model], int], Any] = {}
    for model, keys in wanted.items():
        rows: Any = model._default_manager.filter(pk__in=keys)
        if model is DecisionRight:
            rows = rows.select_related("kind", "portfolio", "function", "holder")
        found |= {(model, row.pk): row for row in rows}
    return found


def _line(step: Step, called: Called, says: list[str], event: events.EventText | None = None) -> Line:
    model = TABLES[step.what]
    row = called.get((model, step.key))
    key = _("row %(line)s") % {"line": step.line} if step.line else getattr(row, "key", "")
    address = "" if row is None else reverse(f"admin:pilots_{model._meta.model_name}_change", args=[step.key])
    return Line(_name(row), key, address, says, event)


def _name(row: Any) -> str:
    if isinstance(row, DecisionRight):
        return f"{row.kind.name}: {row.reach}"
    if isinstance(row, Person):
        return f"{row}, {row.email}"
    return str(row.name) if isinstance(row, Pilot | Portfolio | Function) else "–"


def _says(step: Step, called: Called, names: Names) -> list[str]:
    row = called.get((TABLES[step.what], step.key))
    if step.what is What.ROLE_ENDS:
        says = {
            "role": labels.ROLE.get(step.before["role"], step.before["role"]),
            "portfolio": called[Portfolio, step.before["portfolio"]],
        }
        return [_("no longer %(role)s of %(portfolio)s") % says]
    if step.what is What.RIGHT_ENDS and isinstance(row, DecisionRight):
        return [_("%(holder)s no longer holds it") % {"holder": row.holder}]
    fixed = _FIXED.get(step.what)
    return [*([fixed()] if fixed else []), *(change_text(change, names) for change in _changes(step, called))]


def _changes(step: Step, called: Called) -> list[dict[str, Any]]:
    """What a row says now, and what it says then."""
    row = called.get((TABLES[step.what], step.key))
    if row is None or step.what in (What.ROLE_ENDS, What.RIGHT_ENDS):
        return []
    return [{"field": name, "from": _now(row, name), "to": value} for name, value in step.before.items()]


def _now(row: Any, name: str) -> Any:
    """What a field of a row says now, as the log keeps it."""
    found = getattr(row, f"{name}_id" if hasattr(row, f"{name}_id") else name)
    return found.isoformat() if isinstance(found, date) else found


_FIXED = {
    What.ACCOUNT_CLOSES: lambda: _("the account closes"),
    What.FUNCTION_GOES: lambda: _("nothing lies in it: it goes"),
    What.FUNCTION_STAYS: lambda: _("it is used by now: it stays"),
    What.PORTFOLIO_STAYS: lambda: _("it stays, with nothing in it: a portfolio is never taken off the record"),
}
