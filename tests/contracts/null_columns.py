"""What a negation forgets: `exclude(a=1)` and `~Q(a=1)` drop the rows in which `a` is null, wherever Django does not see that it may be.

It sees it of a column. It does not of an annotation, which may stand for a column of a left join, nor of the values that a
subquery selects: one null among them, and `NOT IN` holds for no row at all. While the tests run each such question is an error,
unless what is negated also says that the value is there: `exclude(a__isnull=False, a=1)` drops no more than it should.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models import F, Q, QuerySet
from django.db.models.sql.query import Query


class ForgetsNull(AssertionError):
    """A negation over what may be null."""


def check(query: Query, asked: Q, *, negated: bool) -> None:
    """Refuse the parts of a condition that are negated and would drop rows in which a value is null."""
    if not negated ^ asked.negated or query.model is None:
        # Without a model it is a constraint that Django holds one row against, and null passes there.
        return
    pairs = [child for child in asked.children if isinstance(child, tuple)]
    there = {lookup for lookup, value in pairs if lookup.endswith("__isnull") and value is False}
    for lookup, value in pairs:
        if lookup.endswith("__isnull") or value is None:
            continue
        lookups, _parts, annotation = query.solve_lookup_type(lookup)
        name = lookup.removesuffix("".join(f"__{part}" for part in lookups))
        guarded = f"{name}__isnull" in there and asked.connector == Q.AND
        if annotation and not guarded:
            raise ForgetsNull(f"{lookup}: where the annotation {name} is null, the row is dropped without a word")
        if isinstance(value, F) and value.name in query.annotations:
            raise ForgetsNull(f"{lookup}: where the annotation {value.name} is null, the row is dropped without a word")
        if _selects_null(value):
            raise ForgetsNull(f"{lookup}: one null among what the subquery selects, and no row is left")


def _selects_null(value: Any) -> bool:
    query = value.query if isinstance(value, QuerySet) else value
    if not isinstance(query, Query):
        return False
    return any(column.target.null for column in query.select if hasattr(column, "target"))


@contextmanager
def watched() -> Iterator[None]:
    """Check every condition that is asked within."""
    add = Query._add_q  # type: ignore[attr-defined]

    def checked(query: Query, q_object: Q, *args: Any, **kwargs: Any) -> Any:
        check(query, q_object, negated=bool(kwargs.get("current_negated")))
        return add(query, q_object, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Query, "_add_q", checked)
        yield
