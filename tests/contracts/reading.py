"""What an address says, what it reads of a query, and what the schema knows of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from django.http import QueryDict
from drf_spectacular.generators import SchemaGenerator


@contextmanager
def unlogged() -> Iterator[None]:
    """Thousands are turned away here; writing each into the log would take longer than turning them away."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def said(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content, "utf-8", "replace")


READERS = ("get", "getlist", "__getitem__", "__contains__")


@contextmanager
def parameters_read() -> Iterator[set[str]]:
    """The names that are looked up in a query meanwhile."""
    found: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for name in READERS:
            patch.setattr(QueryDict, name, _noting(getattr(QueryDict, name), found))
        yield found


def _noting(read: object, found: set[str]) -> object:
    def noted(self: QueryDict, key: str, *default: object) -> object:
        if isinstance(key, str):
            found.add(key)
        return read(self, key, *default)  # type: ignore[operator]

    return noted


@cache
def schema() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found["paths"]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every address, its method, and the parameters of its query."""
    for path, methods in schema().items():
        for method, says in methods.items():
            yield path, method, {p["name"]: p["schema"] for p in says.get("parameters", ()) if p["in"] == "query"}
