"""Whoever leaves hands over all that they hold with one form: who follows for each thing, looked at before it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from pilots import actions
from pilots.actions.hand_overs import HandedOver, Part
from pilots.clock import today
from pilots.models import Person, Pilot
from pilots.refusals import Refused
from readiness.forms.fields import DayField, PersonField
from readiness.forms.offices import Office
from readiness.forms.reference import ReferenceForm
from readiness.queries.hand_overs import Held, Limit, everything, fellow_of, open_hand_over, things_held
from readiness.text import hand_overs as texts

EACH = 100
"""Things for each of which somebody can be named; the others go to whoever is named for the rest."""
CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One thing: what it is, as what they hold it, who is to have it, and what becomes of it, or why not."""

    held: Held
    what: str
    capacity: str
    to: Person
    says: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of all of it."""

    rows: Sequence[PreviewRow]
    found: HandedOver

    @property
    def can(self) -> int:
        return len(self.found.done) + len(self.found.requested)


def limit_of(office: Office) -> Limit:
    """Leaves what lies in the portfolios of an office; whoever keeps all of them sees what holds everywhere too."""
    all_of_them = office.keeps_all

    def of_office(rows: Any, path: str) -> Any:
        return rows if all_of_them else office.limit(rows, path)

    return of_office


class HandOver(ReferenceForm):
    """Hand over what somebody holds; their own, or by an office that keeps it."""

    action, target_argument = "hand_over", "person"
    title = _("Hand over what they hold")
    button = _("Preview")
    button_done = _("Hand it over")
    last_day = DayField(
        label=_("The last day"),
        help_text=_("Rights are the next person’s from the day after. Gates stay until the next person accepts."),
    )
    successor = PersonField(
        label=_("Who takes over what names nobody below"),
        help_text=_("A person, not a team: their address, or their name. Empty: that stays as it is."),
    )
    preview: Preview | None = None

    def limit(self) -> Limit:
        """Leaves what whoever asks may see: an office what lies in its portfolios, somebody themselves all of it."""
        return everything if self.by == self.row else limit_of(self.office_at)

    def fit(self) -> None:
        self.held = things_held(self.row, today(), self.limit())
        self.each = self.held[:EACH]
        for held in self.each:
            label = f"{texts.thing_text(held.thing)} ({texts.CAPACITIES[held.capacity]})"
            self.fields[held.name] = PersonField(label=label, initial=held.proposed)
        earlier = open_hand_over(self.row)
        if earlier is not None and earlier.last_day >= today():
            self.fields["last_day"].initial = earlier.last_day

    @cached_property
    def lives_with(self) -> list[Pilot]:
        """The pilots that they live with beside their managers, of which nothing is handed over."""
        return fellow_of(self.row, today(), self.limit())

    @property
    def more(self) -> int:
        """How many things go to whoever is named for the rest, without a field of their own."""
        return len(self.held) - len(self.each)

    def parts(self) -> list[tuple[Held, Part]]:
        """What is handed over, and to whom."""
        rest = self.cleaned_data["successor"]
        named = ((held, self.cleaned_data.get(held.name) or rest) for held in self.held)
        return [(held, Part(held.thing, to)) for held, to in named if to is not None]

    def arguments(self) -> dict[str, Any]:
        return {"last_day": self.cleaned_data["last_day"], "parts": [part for _held, part in self.parts()]}

    def perform(self) -> bool:
        """Do what was looked at. False where it was not looked at as it is now: then it can be."""
        if not self.is_valid():
            return False
        if self.data.get(CONFIRMED) != self.looked_at or "preview" in self.data:
            self._rehearse()
            return False
        return super().perform()

    @property
    def looked_at(self) -> str:
        """What was typed for what they hold now, as one digest: a preview of something else does not confirm it."""
        written = [f"{self.cleaned_data['last_day']}", *(f"{held.name} {part.to.pk}" for held, part in self.parts())]
        return hashlib.sha256("\n".join(written).encode()).hexdigest()[:24]

    def _rehearse(self) -> None:
        """The whole run, taken back."""
        try:
            with transaction.atomic():
                found = actions.hand_over(person=self.row, by=self.by, **self.arguments())
                transaction.set_rollback(True)
        except Refused as refused:
            self._refuse(refused)
            return
        self.held = things_held(self.row, today(), self.limit())
        rows = [self._row(held, part, found, place) for place, (held, part) in enumerate(self.parts())]
        self.preview = Preview(rows, found)

    def _row(self, held: Held, part: Part, found: HandedOver, place: int) -> PreviewRow:
        what, capacity = texts.thing_text(held.thing), str(texts.CAPACITIES[held.capacity])
        if place in found.refused:
            return PreviewRow(held, what, capacity, part.to, found.refused[place].says, refused=True)
        if place in found.requested:
            return PreviewRow(held, what, capacity, part.to, str(_("requested of the program office")))
        says = texts.becomes(held.thing, part.to, self.cleaned_data["last_day"])
        return PreviewRow(held, what, capacity, part.to, says)

    @property
    def done_message(self) -> str:
        found: HandedOver = self.done
        return texts.outcome(len(found.done), len(found.requested), len(found.refused))


class EndHandOver(ReferenceForm):
    """Ask for nothing more."""

    action, target_argument = "end_hand_over", "person"
    title = _("End the handing over")
    button = _("End it")
    success_message = _("Ended: nothing more is asked for. What was handed on stays so.")
