"""A list as a file: the columns that follow from its fields, and its rows, some at a time, whatever their number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from readiness.inventory.tables_out import AT_ONCE, in_batches

Path = tuple[str, ...]


def columns_of(serializer: Any, only: frozenset[str] | None) -> dict[str, Path]:
    """The columns of a list by their titles, each with the way to its value: a person is `holder` and `holder_id`."""
    out: dict[str, Path] = {}
    for name, field in serializer.fields.items():
        if only is not None and name not in only:
            continue
        if isinstance(field, serializers.Serializer):
            for inner in map(str, field.fields):
                out[name if inner == "name" else f"{name}_{inner}"] = (name, inner)
        else:
            out[name] = (name,)
    return out


def values_of(row: dict[str, Any], columns: Iterable[Path]) -> list[Any]:
    """The cells of a row of an answer."""
    return [_value(row, path) for path in columns]


def rows_in_batches(rows: QuerySet[Any], read: Any) -> Iterator[dict[str, Any]]:
    """All rows of a query in its order, as an answer has them. Which they are is asked once, at the beginning."""
    keys = list(rows.values_list("pk", flat=True))

    def some(wanted: Sequence[int]) -> list[dict[str, Any]]:
        there = {row.pk: row for row in rows.filter(pk__in=list(wanted))}
        found: list[dict[str, Any]] = read([there[pk] for pk in wanted if pk in there])
        return found

    return in_batches(keys, some)


def in_batches_of(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Some rows at a time."""
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        yield some


def _value(row: dict[str, Any], path: Path) -> Any:
    value: Any = row
    for name in path:
        value = value.get(name) if value is not None else None
    if isinstance(value, list):
        return "; ".join(map(_text, value))
    return _text(value) if isinstance(value, dict) else value


def _text(value: Any) -> str:
    """A value within a cell: a gate as `legal-sign-off: waiting`, a person by name, anything else as JSON."""
    if not isinstance(value, dict):
        return str(value)
    if "kind" in value:
        about = value.get("state") or value.get("outcome") or value.get("to") or value.get("since")
        return f"{value['kind']}: {about}"
    return str(value["name"]) if "name" in value else json.dumps(value, default=str)
