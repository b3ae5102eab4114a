"""Derived rows as they are stored."""

from __future__ import annotations

from typing import Any


def rows(model: Any, **of: Any) -> set[tuple[Any, ...]]:
    """The stored periods, every column but their keys."""
    names = [f.attname for f in model._meta.concrete_fields if f.attname != "id"]
    stored = model.objects.filter(**of)
    return {tuple(str(getattr(period, name)) for name in names) for period in stored}
