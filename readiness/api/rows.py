"""A serializer that only answers: how each of its fields is read is worked out once, not again for each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from operator import attrgetter
from typing import Any

from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.fields import empty

Read = Callable[[Any], Any]


class RowSerializer(serializers.Serializer[Any]):
    """Gives what `Serializer` gives of an object: names, values and order. What it answers with is never taken in.

    `only` are the names of the fields that are asked for; all of them where it is None.
    """

    only: frozenset[str] | None = None

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {name: read(instance) for name, read in self._reads}

    @cached_property
    def _reads(self) -> list[tuple[str, Read]]:
        fields = [field for field in self._readable_fields if self.only is None or field.field_name in self.only]
        return [(str(field.field_name), _read(field)) for field in fields]


def serialized(
    serializer: type[serializers.Serializer[Any]],
    rows: Iterable[Any],
    only: frozenset[str] | None = None,
    **context: Any,
) -> list[Any]:
    """Rows as a serializer gives them, which is built once for all of them; of `only` some fields where they are named."""
    many: Any = serializer
    found = many(list(rows), many=True, context=context)
    found.child.only = only
    return list(found.data)


def _read(field: Any) -> Read:
    """How a field is read off an object: its value found, and written as the field writes it. Null stays null."""
    if isinstance(field, serializers.SerializerMethodField):
        method: Read = getattr(field.parent, field.method_name)
        return method
    find, write = _find(field), _write(field)

    def read(instance: Any) -> Any:
        value = find(instance)
        return None if value is None else write(value)

    return read


def _find(field: Any) -> Read:
    find = attrgetter(field.source)
    if field.default is empty:
        return find

    def find_or_default(instance: Any) -> Any:
        try:
            return find(instance)
        except AttributeError:
            return field.get_default()

    return find_or_default


def _write(field: Any) -> Read:
    """How a value that is not null is written, as each kind of field does it; by the field itself where it is none of these."""
    if type(field) is serializers.CharField:
        return str
    if type(field) is serializers.DateField:
        return date.isoformat
    if type(field) is serializers.IntegerField:
        return int
    if type(field) is serializers.BooleanField:
        return bool
    if isinstance(field, serializers.ListSerializer):
        child: Any = field.child
        each: Read = child.to_representation
        return lambda values: [each(value) for value in values]
    write: Read = field.to_representation
    return write
