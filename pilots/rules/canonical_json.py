"""JSON as PostgreSQL's `jsonb` prints it, so that what is stored reads the same from every engine, byte for byte (rule 8).

Keys by their length in bytes and then by their bytes, a space after each comma and colon, nothing escaped that needs not
be, numbers without exponent. Days are written as ISO 8601.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from json import JSONEncoder
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any


def as_text(value: Any) -> str:
    """A value as canonical JSON.

    Raises:
        TypeError: it is nothing that JSON knows, nor a day.
        ValueError: a number that is none.
    """
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Mapping):
        items = sorted([(*_key(str(key)), each) for key, each in value.items()], key=_PLACE)
        return "{" + ", ".join([f"{key}: {_inner(each)}" for _, key, each in items]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join([_inner(each) for each in value]) + "]"
    if isinstance(value, float | Decimal):
        return _number(value)
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    raise TypeError(f"{type(value).__name__} is nothing that the log can hold")


def _inner(value: Any) -> str:
    # Most of what the log holds are texts.
    return encode_basestring(value) if type(value) is str else as_text(value)


@lru_cache(10_000)
def _key(key: str) -> tuple[tuple[int, bytes], str]:
    """Where a key stands among others, and the key as it is written. Most are the names of a few columns."""
    encoded = key.encode()
    return (len(encoded), encoded), encode_basestring(key)


_PLACE = itemgetter(0)


def _number(value: float | Decimal) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite():
        raise ValueError(f"{value} is no number that JSON knows")
    return f"{number if number else abs(number):f}"


class CanonicalJSON(JSONEncoder):
    """The encoder of the columns that the log covers."""

    def encode(self, o: Any) -> str:
        return as_text(o)
