"""What changed in a record, field by field, in words; and the names of the people and things that events hold by primary key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Event, Function, GateKind, Person, Pilot, Portfolio
from readiness.text import labels
from readiness.text.excerpts import differing_excerpts

FIELDS: dict[str, Any] = {
    "decide_by": gettext_lazy("to be decided by"),
    "started_on": gettext_lazy("start"),
    "adopted_on": gettext_lazy("adopted on"),
    "retired_on": gettext_lazy("retired on"),
    "threshold": gettext_lazy("threshold"),
    "escalation": gettext_lazy("escalation person"),
    "quiet_days": gettext_lazy("quiet days"),
    "warning_days": gettext_lazy("days of warning"),
    "residents": gettext_lazy("people who used it that week"),
    "calendar": gettext_lazy("public holidays"),
    "person": gettext_lazy("who"),
    "kind": gettext_lazy("gate"),
    "portfolio": gettext_lazy("portfolio"),
    "function": gettext_lazy("function"),
    "reach": gettext_lazy("where"),
    "holder": gettext_lazy("holder"),
    "delegate": gettext_lazy("decides too"),
    "deputy": gettext_lazy("deputy"),
    "escalate_to": gettext_lazy("escalates to"),
    "answer_within_days": gettext_lazy("working days to answer"),
    "starts": gettext_lazy("first day"),
    "until": gettext_lazy("last day"),
    "ends": gettext_lazy("last day"),
    "ended": gettext_lazy("last day of the right that it ended"),
    "corrected": gettext_lazy("corrected"),
    "email": gettext_lazy("e-mail address"),
    "role": gettext_lazy("role"),
    "scope": gettext_lazy("scope"),
    "file": gettext_lazy("file"),
    "easier": gettext_lazy("what got easier"),
    "riskier": gettext_lazy("what got riskier"),
    "muddy": gettext_lazy("which decisions stay muddy"),
    "asked": gettext_lazy("asked, or read"),
    "steps": gettext_lazy("steps, with their minutes"),
    "of_manager": gettext_lazy("the managers are measured on"),
    "of_sponsor": gettext_lazy("the sponsor is measured on"),
    "if_it_fails": gettext_lazy("whose experiment fails"),
    "extra_hands": gettext_lazy("extra hands"),
    "held_on": gettext_lazy("day of the review"),
    "tokens_ended": gettext_lazy("API tokens that ended"),
    "owner": gettext_lazy("put to"),
    "due": gettext_lazy("to be answered by"),
    "question": gettext_lazy("question"),
    "answer": gettext_lazy("answer"),
}
PEOPLE = frozenset(
    {
        "manager",
        "exceptions_to",
        "exceptions_deputy",
        "escalation",
        "person",
        "holder",
        "delegate",
        "deputy",
        "escalate_to",
        "owner",
    }
)
FUNCTIONS = frozenset({"function"})
PORTFOLIOS = frozenset({"portfolio"})
KINDS = frozenset({"kind"})
DAYS = frozenset(
    {
        "decide_by",
        "started_on",
        "adopted_on",
        "retired_on",
        "starts",
        "until",
        "ends",
        "ended",
        "due",
        "held_on",
        "high_impact_determined_on",
    }
)
LONGEST = 160
"""Characters of a text that are shown of a change; the record holds the rest."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names that some events hold by primary key; of kinds of gates by their key."""

    people: Mapping[int, str]
    functions: Mapping[int, str]
    portfolios: Mapping[int, str]
    kinds: Mapping[str, str]


def names_in(events: Sequence[Event], known: Names | None = None) -> Names:
    """The names that events hold by primary key: one query for those that are not known, and one for kinds of gates."""
    people: set[int] = set()
    functions: set[int] = set()
    portfolios: set[int] = set()
    of_kinds = False
    for event in events:
        if event.action in ("nominate", "withdraw_nomination"):
            people |= {event.data.get("person") or 0, *(_primary_keys(event.changes[0]) if event.changes else ())}
        for change in event.changes or []:
            of_kinds |= change["field"] in KINDS
            keys = _primary_keys(change)
            if change["field"] in PEOPLE:
                people |= keys
            elif change["field"] in FUNCTIONS:
                functions |= keys
            elif change["field"] in PORTFOLIOS:
                portfolios |= keys
    known = known or Names({}, {}, {}, {})
    found = _names_of(
        (Person, people - known.people.keys()), (Function, functions - known.functions.keys()), (Portfolio, portfolios)
    )
    return Names(
        {**known.people, **found[Person]},
        {**known.functions, **found[Function]},
        found[Portfolio],
        dict(GateKind.objects.values_list("key", "name")) if of_kinds else {},
    )


def _names_of(*wanted: tuple[type[Model], set[int]]) -> dict[type[Model], dict[int, str]]:
    """The names of rows of several tables by primary key, in one query; none is asked where there are none."""
    found: dict[type[Model], dict[int, str]] = {model: {} for model, _keys in wanted}
    tables = [model for model, keys in wanted if keys]
    asked = [
        model._default_manager.filter(pk__in=keys).order_by().values_list(Value(place), "pk", "name")
        for place, (model, keys) in enumerate(each for each in wanted if each[1])
    ]
    if asked:
        first, *more = asked
        for place, key, name in first.union(*more, all=True) if more else first:
            found[tables[place]][key] = name
    return found


def _primary_keys(change: Mapping[str, Any]) -> set[int]:
    return {each for each in (change["from"], change["to"]) if isinstance(each, int)}


def change_text(change: Mapping[str, Any], names: Names) -> str:
    """One change in words: “start: from 30 June 2025 to 1 October 2025”."""
    field = str(change["field"])
    old, new = (_value(field, change[side], names) for side in ("from", "to"))
    if not isinstance(change["to"], list):
        old, new = differing_excerpts(old, new, LONGEST)
    says = {"field": _label(field, names), "old": old, "new": new}
    if not old:
        return _("%(field)s: %(new)s") % says
    if not new:
        return _("%(field)s: %(old)s was taken out") % says
    return _("%(field)s: from %(old)s to %(new)s") % says


def _label(field: str, names: Names) -> str:
    if field in FIELDS:
        return str(FIELDS[field])
    if field in names.kinds:
        return names.kinds[field]
    if field in labels.MISSING:
        return str(labels.MISSING[field])
    try:
        return str(getattr(Pilot._meta.get_field(field), "verbose_name", field))
    except FieldDoesNotExist:
        return field.replace("_", " ")


def _value(field: str, value: Any, names: Names) -> str:
    if field in ("high_impact", "presumed_high_impact") and value is None:
        return _("not stated")
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int) and (field in PEOPLE or field in names.kinds):
        return names.people.get(value, "")
    if isinstance(value, int) and field in FUNCTIONS:
        return names.functions.get(value, "")
    if isinstance(value, int) and field in PORTFOLIOS:
        return names.portfolios.get(value, "")
    if isinstance(value, list):
        return ", ".join(_label(each, names) for each in value)
    if isinstance(value, str):
        return _string_text(field, value, names)
    return str(value)


def _string_text(field: str, value: str, names: Names) -> str:
    if field in DAYS:
        return labels.day(date.fromisoformat(value))
    if field in KINDS:
        return names.kinds.get(value, value)
    if field == "reach":
        return _("everywhere")
    if field == "role":
        return str(labels.ROLE.get(value, value))
    return value
