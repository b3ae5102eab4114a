"""Where a page of a list ends: a signed text that holds what the list is ordered by, and no primary key."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from pilots.refusals import Invalid

CURSOR, SIZE = "cursor", "page_size"
BESIDE = frozenset({CURSOR, SIZE, "format", "fields", "expand", "gates", "summary"})
"""Parameters that leave the rows of a list, and their order, as they are."""
SALT = "readiness.api.cursors"
LONGEST = 4000
"""Characters of a cursor. A name of 200 characters stands in it as codes."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list is ordered by, a field or an annotation. What is null comes last, whichever way it is ordered."""

    name: str
    descending: bool = False
    nullable: bool = False

    def ordering(self, *, backwards: bool) -> Any:
        """The order of this column, or the opposite one."""
        descending = self.descending != backwards
        found = F(self.name).desc if descending else F(self.name).asc
        if not self.nullable:
            return found()
        return found(nulls_first=True) if backwards else found(nulls_last=True)

    def following(self, value: Any, *, backwards: bool) -> Q:
        """The rows that come after a value, or before it."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else Q(pk__in=())
        found = Q(**{f"{self.name}__{'lt' if self.descending != backwards else 'gt'}": value})
        return found | Q(**{self.name: None}) if self.nullable and not backwards else found

    def at(self, value: Any) -> Q:
        """The rows of a value."""
        return Q(**{self.name: value})


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is ordered: by some columns, and last by one that no two rows share.

    `named` are the public names, as look-ups, from which the last column's value follows: they stand in a cursor, it does not.
    """

    columns: tuple[Column, ...]
    last: Column
    named: tuple[str, ...]

    def ordered(self, rows: QuerySet[Any], *, backwards: bool) -> QuerySet[Any]:
        return rows.order_by(*(column.ordering(backwards=backwards) for column in (*self.columns, self.last)))

    def following(self, position: Position, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows after a position, or before it."""
        where = self.last.following(self._last_value(position, rows), backwards=position.backwards)
        for column, value in reversed([*zip(self.columns, position.values, strict=True)]):
            where = column.following(value, backwards=position.backwards) | column.at(value) & where
        return rows.filter(where)

    def position_of(self, row: Any, *, backwards: bool) -> Position:
        """The position of a row of such a list."""
        values = [_plain(_read(row, column.name)) for column in self.columns]
        return Position(backwards, values, [_plain(_read(row, name)) for name in self.named])

    def _last_value(self, position: Position, rows: QuerySet[Any]) -> Any:
        if self.named == (self.last.name,):
            return position.names[0]
        there = rows.model._base_manager.filter(**dict(zip(self.named, position.names, strict=True)))
        found = there.values_list(self.last.name, flat=True).first()
        if found is None:
            raise NotFound(_("Invalid cursor"))
        return found


@dataclass(frozen=True, slots=True)
class Position:
    """A row after which a page begins, or before which it ends, by the values of the columns and the public names."""

    backwards: bool
    values: Sequence[Any]
    names: Sequence[Any]


def cursor_of(position: Position, request: Request) -> str:
    """The cursor of a position, for the list that was asked for and no other."""
    return signing.dumps([_question(request), position.backwards, position.values, position.names], salt=SALT)


def position_in(request: Request, columns: int, names: int) -> Position | None:
    """The position that is asked for; None for the first page.

    Raises:
        NotFound: a cursor that was never given out.
        Invalid: it belongs to a list that was asked for otherwise.
    """
    text = request.query_params.get(CURSOR)
    if text is None:
        return None
    try:
        question, backwards, values, said = signing.loads(text if len(text) <= LONGEST else "", salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as wrong:
        raise NotFound(_("Invalid cursor")) from wrong
    if question != _question(request) or (len(values), len(said)) != (columns, names):
        raise Invalid(
            _("This cursor belongs to a list that was asked for otherwise. Ask from the first page."), field=CURSOR
        )
    return Position(bool(backwards), values, said)


def _question(request: Request) -> str:
    """What a list is asked for, as a few characters: its address, and the parameters that choose and order its rows."""
    asked = sorted((name, sorted(said)) for name, said in request.query_params.lists() if name not in BESIDE)
    return hashlib.sha256(repr((request.path, asked)).encode()).hexdigest()[:16]


def _read(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name) if row is not None else None
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
