"""What actions on reference rows share: people, portfolios, functions. They are on no pilot, so none is locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from pilots import holdings, permissions
from pilots.actions.acting_token import token_data
from pilots.event_log.rows import Row, named
from pilots.event_log.sign import put_last
from pilots.figures import grouped
from pilots.models import Event, Function, GateKind, Person, Portfolio, free_texts
from pilots.refusals import Invalid, NotYours


def only_office(by: Person | None, portfolio: Portfolio | None, on: date) -> None:
    """Refuse whoever is not of the program office; of any, where no portfolio is given. `by` null is the installation."""
    if by is not None and (permissions.has_left(by, on) or not permissions.is_office(by, portfolio)):
        raise NotYours


def not_beyond(by: Person | None, person: Person, *, ever: bool = False) -> None:
    """Refuse an action on an account that would reach beyond the portfolios that somebody keeps (section 7).

    `ever`: what the person did there in the past counts too.

    Raises:
        NotYours: the person holds something elsewhere, and `by` does not keep all portfolios.
    """
    if by is None or by.is_superuser:
        return
    if not person.is_superuser and permissions.keeps_all(by):
        return
    kept = permissions.portfolios_kept(by)
    reaches = holdings.reached_beyond if ever else holdings.reaches_beyond
    if reaches(person, kept):
        raise NotYours(
            _(
                "%(person)s decides, is named or has a role beyond the portfolios that you keep. Ask whoever keeps all of them."
            )
            % {"person": person}
        )


def clean(row: Any) -> None:
    """Refuse a value that cannot be, in the words of its field."""
    try:
        row.full_clean(exclude=["password"] if isinstance(row, Person) else None)
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(sentences), field=field) from error


def need_whole(value: object, field: str, *, least: int, most: int) -> int:
    """A whole number of a size that can be meant, or a refusal. A fraction, a truth value and infinity are none."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(
            _("Give a whole number from %(least)s to %(most)s.") % {"least": grouped(least), "most": grouped(most)},
            field=field,
        )
    return value


def put(row: Any, values: Mapping[str, Any], allowed: tuple[str, ...]) -> list[dict[str, Any]]:
    """Set the values that differ, and return which: field, from, to. Nothing is saved."""
    changes = []
    for name, value in values.items():
        if name not in allowed:
            raise Invalid(_("“%(name)s” is not a field that can be set.") % {"name": name}, field=name)
        old, new = plain(getattr(row, name)), plain(value)
        if old != new:
            changes.append({"field": name, "from": old, "to": new})
            setattr(row, name, value)
    return changes


def plain(value: Any) -> Any:
    """A value as the log keeps it: rows by their primary key, so that a name stands in one place; kinds by their key."""
    if isinstance(value, GateKind):
        return value.key
    return value.pk if isinstance(value, Person | Function | Portfolio) else value


def concerns(**history: Any) -> list[dict[str, Any]]:
    """Whom and what an event is about, as changes from nothing. What is not given is left out."""
    return [
        {"field": name, "from": None, "to": plain(value)} for name, value in history.items() if value not in (None, "")
    ]


def log(
    action: str,
    by: Person | None,
    on: date,
    known: date,
    data: dict[str, Any],
    *,
    portfolio: Portfolio | None = None,
    changes: list[dict[str, Any]] | None = None,
    reason: str = "",
    batch: str = "",
    rows: Iterable[Model | Row] = (),
) -> Event:
    """Write the event of an action that is about no pilot, when all other locks are held.

    Args:
        changes: whom and what it is about, never by name.
        batch: the batch whose events it stands for.
        rows: what the action left otherwise than it was, saved or gone; a row that is gone is given as it was `named`.
    """
    event = Event(
        action=action,
        portfolio=portfolio,
        by=by,
        effective_on=on,
        known_on=known,
        data={**data, **token_data()},
        texts=free_texts(reason=reason, changes=changes),
        batch=batch,
    )
    put_last([event], [named(row) if isinstance(row, Model) else row for row in rows])
    return event
