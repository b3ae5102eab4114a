"""The mappings of this installation: those that are saved under a name, and those in files."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pilots.models import GateKind, Person
from pilots.rules.vocabulary import ClearsBy
from readiness.inventory.fields import Catalogue, plain_name
from readiness.inventory.mapping import PRESETS, ListMapping, MappingProblem, from_data, from_file, preset
from readiness.inventory.records import FileProblem
from readiness.models.imports import SavedMapping, Subject


def catalogue_of(subject: str, among: QuerySet[GateKind] | None = None) -> Catalogue:
    """What the columns of a list can be read as here, by what is in it; `among` are the kinds of gates that there are."""
    rows = GateKind.objects.all() if among is None else among
    kinds = list(rows.values_list("key", "name", "clears_by"))
    clears_by = {key: clears for key, _name, clears in kinds}
    decided = {key: name for key, name, clears in kinds if clears != ClearsBy.ACCEPTANCE}
    return Catalogue(subject, clears_by if subject == Subject.PILOTS else {}, decided)


def fitting(header: Iterable[str], kept: Iterable[SavedMapping], subject: str = Subject.PILOTS) -> ListMapping | None:
    """The mapping, one of those kept or shipped, that is for such a file: the one most of whose columns stand in its header."""
    names = {plain_name(name) for name in header}
    best: tuple[int, ListMapping | None] = (0, None)
    for mapping in [*readable(kept), *map(preset, PRESETS)]:
        if mapping.of != subject:
            continue
        mapped = {plain_name(column) for column in mapping.mapped}
        there = len(mapped & names)
        least = _LEAST if subject == Subject.PILOTS else min(_LEAST, len(mapped))
        if there >= max(_MOST * len(mapped), least) and there > best[0]:
            best = there, mapping
    return best[1]


_MOST, _LEAST = 0.8, 3
"""The share of a mapping's columns that a file has to have, and fewer than how many are none to go by."""


def kept_for(person: Person, portfolios: Collection[int] | None) -> QuerySet[SavedMapping]:
    """The mappings that somebody keeps: their own, and those of their portfolios; None: they keep all."""
    rows = SavedMapping.objects.all()
    return rows if portfolios is None else rows.filter(saved_by=person) | rows.filter(portfolio__in=portfolios)


def readable(rows: Iterable[SavedMapping]) -> list[ListMapping]:
    """These mappings; one that cannot be read any more is left out."""
    out = []
    for row in rows:
        with suppress(MappingProblem):
            out.append(from_data({**row.data, "name": row.name, "title": row.title}))
    return out


def named(name: str, kept: QuerySet[SavedMapping]) -> ListMapping:
    """The mapping of a name, shipped or among these. Raises FileProblem where there is none."""
    if name in PRESETS:
        return preset(name)
    found = readable(kept.filter(name=name))
    if not found:
        raise FileProblem("no_mapping", _("There is no mapping of this name."), file=name)
    return found[0]


def find(name: str) -> ListMapping:
    """For a command: the mapping of a name, or in a file. Raises FileProblem where there is neither, or the file holds none."""
    path = Path(name)
    if name not in PRESETS and path.is_file():
        return from_file(path)
    return named(name, SavedMapping.objects.all())
