"""What an answer rests on: a text, pieces of evidence, or both (rules 2, 7, 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import LockedPilot
from pilots.actions.texts import need_plain
from pilots.models import Evidence
from pilots.refusals import EvidenceRequired, Invalid


@dataclass(frozen=True, slots=True)
class CitedEvidence:
    """The evidence of one action: a text (a link, as it was typed) and pieces, each in the version that stands."""

    text: str = ""
    pieces: tuple[Evidence, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text.strip() or self.pieces)

    @property
    def sealed(self) -> dict[str, str]:
        """What a seal holds of the pieces: their checksums, whatever their version."""
        return {piece.sealed_as: piece.checksum for piece in self.pieces}

    @property
    def checksums(self) -> dict[str, str] | None:
        """The versions cited, with their checksums, for the chain; None where there are none."""
        return {piece.public_id: piece.checksum for piece in self.pieces} or None

    @property
    def as_data(self) -> list[dict[str, Any]]:
        """The pieces as the rules read them in an event."""
        return [
            {"piece": piece.piece, "checksum": piece.checksum, "expires_on": piece.expires_on} for piece in self.pieces
        ]

    def no_longer(self, good_until: date | None) -> date | None:
        """An answer is good no longer than the evidence it rests on."""
        ends = [piece.expires_on for piece in self.pieces if piece.expires_on]
        return min([*ends, good_until] if good_until else ends, default=None)

    def needed(self) -> None:
        """Refuse where nothing is shown."""
        if not self:
            raise EvidenceRequired(field="evidence")


def cited(
    locked: LockedPilot, text: str, pieces: Iterable[Evidence], *, holds: bool = True, needed: bool = False
) -> CitedEvidence:
    """What is shown for an action on a locked pilot.

    Args:
        holds: whether an answer will rest on it, which nothing that is over can carry.
        needed: refuse where nothing is shown.

    Raises:
        EvidenceRequired: nothing is shown, and something is needed.
        Invalid: a text that cannot be kept; a piece that is not this portfolio's or not this person's to see, is replaced by a
            newer version, or is over.
    """
    need_plain(text, "evidence")
    wanted = {piece.pk for piece in pieces}
    if not wanted:
        found = CitedEvidence(text)
        if needed:
            found.needed()
        return found
    # Whoever files a newer version waits until this answer is there to be counted.
    list(Evidence.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    rows = Evidence.objects.filter(pk__in=wanted, portfolio=locked.pilot.portfolio_id)
    if locked.by is not None:
        rows = rows.visible_to(locked.by)
    there = sorted(rows.select_related("replaced_by"), key=lambda piece: piece.pk)
    if len(there) < len(wanted):
        raise Invalid(_("There is no such evidence in this portfolio. File it here first."), field="pieces")
    for piece in there:
        _stands(piece, locked.on if holds else None)
    return CitedEvidence(text, tuple(there))


def _stands(piece: Evidence, on: date | None) -> None:
    says: dict[str, Any] = {"title": piece.title, "day": piece.expires_on}
    if hasattr(piece, "replaced_by"):
        raise Invalid(
            _("“%(title)s” was replaced by a newer version. Look at that one, and cite it.") % says, field="pieces"
        )
    if on is not None and piece.effective_on is not None and piece.effective_on > on:
        raise Invalid(
            _("“%(title)s” takes effect only on %(day)s: no answer can rest on it before.")
            % (says | {"day": piece.effective_on}),
            field="pieces",
        )
    if on is not None and piece.expires_on is not None and piece.expires_on < on:
        raise Invalid(
            _("“%(title)s” was good until %(day)s: no answer can rest on it now. File a newer version of it first.")
            % says,
            field="pieces",
        )
