"""A list as a file: the columns that follow from its fields, and its rows, some at a time, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from inspect import isclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.drainage import get_override
from rest_framework import serializers

from readiness.inventory.tables_out import AT_ONCE, in_batches

Path = tuple[str, ...]


def columns_of(serializer: Any, only: frozenset[str] | None) -> dict[str, Path]:
    """The columns of a list by their titles, each with the way to its value: a person is `holder_id` and `holder`."""
    return {
        title: path
        for name, field in serializer.fields.items()
        if only is None or name in only
        for title, path in _columns(name, _nested(serializer, field))
    }


def _columns(name: str, nested: Any) -> Iterator[tuple[str, Path]]:
    if nested is None:
        yield name, (name,)
        return
    for inner, field in nested.fields.items():
        for title, path in _columns(str(inner), _nested(nested, field)):
            yield name if title == "name" else f"{name}_{title}", (name, *path)


def _nested(serializer: Any, field: Any) -> Any:
    """The serializer of a value that has parts of its own, also where a method gives it; None for any other."""
    if isinstance(field, serializers.SerializerMethodField):
        shape = get_override(getattr(serializer, str(field.method_name)), "field")
        return shape() if isclass(shape) and issubclass(shape, serializers.Serializer) else None
    return field if isinstance(field, serializers.Serializer) else None


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
    """A value within a cell: a gate as `legal-sign-off: waiting`, a person by name, any other by its parts."""
    if not isinstance(value, dict):
        return str(value)
    if "kind" in value and {"from", "to"} <= value.keys():
        return f"{value['kind']}: {value['from'] or '-'} → {value['to'] or '-'}"
    if "kind" in value:
        return f"{value['kind']}: {value.get('state') or value.get('outcome') or value.get('since')}"
    return str(value["name"]) if "name" in value else ": ".join(_text(part) for part in value.values() if part)
