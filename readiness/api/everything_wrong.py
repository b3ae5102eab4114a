"""All that is wrong with what an action was sent, at once, in the order of refusals (docs/refusals.md).

What was sent is tried and taken back, with a stand-in for each value that cannot be: so the actions alone say what is wrong, in
their own words, and who may is said before what cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from rest_framework import serializers

from pilots.clock import today
from pilots.event_log.sign import logged_transaction
from pilots.refusals import Refused
from readiness.api.exceptions import WrongInput, errors_of
from readiness.api.input_fields import AsSentField, DayField, TextField

MOST_TRIES = 8
"""Values that are replaced by stand-ins, one after the other. No action is asked with more that it can refuse."""
STAND_IN_DAYS = timedelta(days=30)

Attempt = Callable[[dict[str, Any]], Any]


class _TakenBack(Exception):
    """Ends a transaction of which nothing is to be kept."""


def perform(asked: serializers.Serializer[Any], attempt: Attempt) -> Any:
    """Do an action with what was sent. Returns what it returns.

    Raises:
        Refused: the first that stands in the way, where only one thing does.
        WrongInput: all values that cannot be, where the action could be done with others.
    """
    if not asked.is_valid():
        errors = errors_of(serializers.ValidationError(asked.errors).detail)
        raise _everything(asked, _values_that_can_be(asked, errors), errors, attempt)
    says = dict(asked.validated_data)
    try:
        return attempt(dict(says))
    except Refused as refused:
        if refused.field is None or refused.status != 422 or refused.rows:
            raise
        first = refused
    raise _everything(asked, says, {}, attempt, first)


def _everything(
    asked: serializers.Serializer[Any],
    says: dict[str, Any],
    errors: dict[str, list[str]],
    attempt: Attempt,
    first: Refused | None = None,
) -> Exception:
    """What to raise: a refusal that comes first, or all values that cannot be.

    Args:
        says: the values that can be; the others get stand-ins.
        errors: what is wrong already, by field.
        first: what the action refused already, with these values.
    """
    found, refusals = dict(errors), [first] if first else []
    replaced = {name.partition(".")[0] for name in errors}
    says |= _stand_ins(asked, replaced)
    for _try in range(MOST_TRIES):
        refused = refusals.pop() if refusals and not found.keys() - errors.keys() else _try_out(attempt, says)
        field = refused.field.partition(".")[0] if refused and refused.field else None
        if refused is None or field in replaced:
            break
        if field is None or refused.field is None or refused.status != 422:
            if found.keys() == errors.keys():
                return refused
            break
        found[refused.field] = [refused.says]
        first = first or refused
        stand_in = _stand_ins(asked, {field})
        replaced.add(field)
        if field not in stand_in:
            break
        says |= stand_in
    if first is not None and len(found) == 1 and not errors:
        return first
    return WrongInput(found, None if errors else first)


def _try_out(attempt: Attempt, says: dict[str, Any]) -> Refused | None:
    """What an action refuses with these values; nothing that it does is kept."""
    try:
        with logged_transaction():
            attempt(dict(says))
            raise _TakenBack
    except Refused as refused:
        return refused
    except _TakenBack:
        return None


def _values_that_can_be(asked: serializers.Serializer[Any], errors: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the fields in which nothing is wrong."""
    wrong = {name.partition(".")[0] for name in errors}
    sent = asked.initial_data if isinstance(asked.initial_data, Mapping) else {}
    rest = type(asked)(data={name: each for name, each in sent.items() if name not in wrong}, context=asked.context)
    if not rest.is_valid():
        rest = type(asked)(data={}, context=asked.context)
        rest.is_valid(raise_exception=True)
    return dict(rest.validated_data)


def _stand_ins(asked: serializers.Serializer[Any], fields: set[str]) -> dict[str, Any]:
    """A value for each of these fields that could be; none for what has several parts, and none for a person: nobody stands in."""
    found = {name: _stand_in(asked.fields[name]) for name in fields if name in asked.fields and name != "on"}
    return {name: value for name, value in found.items() if value is not None} | (
        {"on": today()} if "on" in fields else {}
    )


def _stand_in(field: Any) -> str | date | int | bool | None:
    if isinstance(field, TextField):
        return field.words[0] if field.words else "…"
    if isinstance(field, DayField):
        return today() + STAND_IN_DAYS
    if isinstance(field, AsSentField):
        return 1
    return True if isinstance(field, serializers.BooleanField) else None
