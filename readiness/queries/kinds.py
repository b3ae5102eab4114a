"""Kinds of gates for one page: all of them, which are few, and among them those that its reader may choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pilots.models import GateKind, Person


class KindsOfPage(NamedTuple):
    """Every kind by primary key, and in their order those that are visible to the reader."""

    by_key: Mapping[int, GateKind]
    visible: list[GateKind]


def kinds_for(person: Person) -> KindsOfPage:
    """The kinds that a page names, read once. One query."""
    rows = list(GateKind.objects.marking_visible_to(person))
    return KindsOfPage({kind.pk: kind for kind in rows}, [kind for kind in rows if vars(kind)["is_visible"]])
