"""An earlier answer beside the form: what it was, what is alike and what differs, and how it is called where it is cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from pilots.models import Decision
from readiness.queries.precedents import Precedent
from readiness.text import events, labels
from readiness.text.sealed_values import Seals, field_label


@dataclass(frozen=True, slots=True)
class Compared:
    """One sealed fact, as it was then and as it is here."""

    name: str
    then: str
    now: str
    differs: bool


@dataclass(frozen=True, slots=True)
class PrecedentText:
    """One earlier answer in words; `called` is what it is called where it is cited."""

    decision: Decision
    answer: str
    facts: Sequence[Compared]
    called: str


def precedent_text(precedent: Precedent, seals: Seals) -> PrecedentText:
    """What is alike and what differs, in the order of the seal."""
    decision, differing = precedent.decision, set(precedent.differing)
    facts = [
        Compared(
            capfirst(field_label(name)),
            seals.say(name, then) or _("not said"),
            seals.say(name, precedent.now[name]) or _("not said"),
            name in differing,
        )
        for name, then in precedent.then.items()
    ]
    called = _("%(answer)s, for %(pilot)s (%(key)s), %(day)s") % {
        "answer": capfirst(events.answer(decision)),
        "pilot": decision.gate.pilot.name,
        "key": decision.gate.pilot.key,
        "day": labels.day(decision.effective_on),
    }
    return PrecedentText(decision, capfirst(events.answer(decision)), facts, called)
