"""Rule 9: what a person accepts, spelled out in one sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pilots.models import GateKind, Pilot


def spelled_out(kind: GateKind, pilot: Pilot) -> str:
    """The sentence that a person accepts in their own name; a kind that the office added speaks with its question."""
    says = {"pilot": pilot.name, "question": kind.question}
    sentences = {
        "named-sponsor": _(
            "I carry “%(pilot)s”: what is open on it comes to me, and I see to it that it is adopted or ended."
        ),
        "funding-owner": _(
            "I fund the next phase of “%(pilot)s” from my own budget, and say so before the money ends."
        ),
        "error-owner": _(
            "When “%(pilot)s” is wrong, I answer for it: I see that it is put right, and that whoever it hurt is told."
        ),
    }
    spelled = sentences.get(kind.key, _("“%(pilot)s”: %(question)s I do, in my own name."))
    return spelled % says
