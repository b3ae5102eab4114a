"""The evidence that is filed for a pilot, or that an answer on it rests on: all versions, and those that stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from pilots.models import DecisionEvidence, Evidence, Person, Pilot
from pilots.refusals import Invalid


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: the version that stands, and those before it, the latest first."""

    now: Evidence
    before: list[Evidence]


def of_pilot(person: Person, *pilots: Pilot) -> QuerySet[Evidence]:
    """Every version of what was filed for a pilot or is used on it, and that this person may see; the latest first."""
    used = DecisionEvidence.objects.filter(evidence__piece=OuterRef("piece"), decision__gate__pilot__in=pilots)
    mine = Evidence.objects.visible_to(person)
    rows = mine.filter(Q(pilot__in=pilots) | Exists(used))
    return rows.select_related("by").order_by("title", "piece", "-version")


def with_evidence(rows: Any) -> Any:
    """Pilots, each with `has_evidence`: whether anything was filed for it, or is used on it."""
    used = DecisionEvidence.objects.filter(decision__gate__pilot=OuterRef("pk"))
    return rows.annotate(has_evidence=Exists(Evidence.objects.filter(pilot=OuterRef("pk"))) | Exists(used))


def pieces(person: Person, *pilots: Pilot) -> list[Piece]:
    """The pieces of a pilot, or of several, each with its earlier versions, by title."""
    found: dict[str, list[Evidence]] = {}
    for row in of_pilot(person, *pilots).order_by("piece", "-version"):
        found.setdefault(row.piece, []).append(row)
    out = [Piece(rows[0], rows[1:]) for rows in found.values()]
    return sorted(out, key=lambda piece: (piece.now.title.casefold(), piece.now.pk))


def to_choose(person: Person, *pilots: Pilot) -> list[Evidence]:
    """What one answer on these pilots can rest on: their own pieces, in the version that stands, if one portfolio is theirs."""
    if len({pilot.portfolio_id for pilot in pilots}) > 1:
        return []
    return [piece.now for piece in pieces(person, *pilots)]


def file_of(person: Person, public_id: str) -> Evidence | None:
    """A piece that is a file, by its public id; None where there is none for this person. A link is served from nowhere."""
    visible = Evidence.objects.visible_to(person)
    found: Evidence | None = visible.filter(public_id=public_id, kind=Evidence.Kind.FILE).first()
    return found


def by_id(person: Person, ids: Iterable[str]) -> list[Evidence]:
    """Pieces by their public ids.

    Raises:
        Invalid: one is not there for this person.
    """
    wanted = set(ids)
    found = list(Evidence.objects.visible_to(person).filter(public_id__in=wanted))
    if len(found) < len(wanted):
        raise Invalid(_("There is no such evidence, or it is not yours to see."), field="pieces")
    return found
