"""Taking back an import in sentences: what becomes void, what goes back, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.actions.import_effects import SENTENCES, Obstacle, Reversal, TakingBack
from pilots.figures import grouped
from pilots.models import Event, Gate, Pilot
from readiness.text import events
from readiness.text.field_changes import Names, change_text, names_in


class Line(NamedTuple):
    """A pilot, or what else a list is of, with its address, and what goes back on it or why it stands in the way.

    `event` is the one that does, in words, where there is one.
    """

    name: str
    key: str
    address: str
    says: list[str]
    event: events.EventText | None = None


def title(found: TakingBack) -> str:
    """How much it is, or that something stands in the way."""
    if found.obstacles:
        number = len(found.obstacles)
        return ngettext(
            "%(n)s pilot stands in the way: nothing can be taken back",
            "%(n)s pilots stand in the way: nothing can be taken back",
            number,
        ) % {"n": grouped(number)}
    return _("Take this import back?")


def summary(found: TakingBack) -> list[tuple[int, str]]:
    """What becomes of how many."""
    void, back = len(found.void), len(found.reversals)
    both = [
        (void, ngettext("pilot becomes void", "pilots become void", void)),
        (back, ngettext("pilot goes back to what it said", "pilots go back to what they said", back)),
    ]
    return [(number, what) for number, what in both if number]


def button(found: TakingBack) -> str:
    """What the button does, with its number."""
    number = len(found.void) + len(found.reversals)
    return ngettext("Take back what it did to %(n)s pilot", "Take back what it did to %(n)s pilots", number) % {
        "n": grouped(number)
    }


def done(found: TakingBack) -> str:
    """What was done."""
    says = _("Taken back: %(void)s pilots are void, %(back)s are as they were.")
    return says % {"void": grouped(len(found.void)), "back": grouped(len(found.reversals))}


def instead() -> str:
    """What to do where something stands in the way."""
    return _(
        "An import is taken back as a whole, while nothing was decided on what it brought. Correct the list and import it again, or declare single pilots void."
    )


def note() -> str:
    """What follows once it is done."""
    return _("It is one line in the log. A later list that names a pilot which only this import made restores it.")


def obstacle_lines(obstacles: Mapping[int, Obstacle], pilots: Sequence[int]) -> list[Line]:
    """Why each of these pilots stands in the way, with what was done on it."""
    keys = [obstacles[pk].event for pk in pilots]
    rows = events.with_people(Event.objects.filter(pk__in=[key for key in keys if key]))
    texts = {text.event.pk: text for text in events.texts(rows, on_pilot=True)}
    found = Pilot.objects.in_bulk(pilots)
    lines = ((found[pk], obstacles[pk]) for pk in pilots)
    return [_line(pilot, [str(SENTENCES[each.because])], texts.get(each.event or 0)) for pilot, each in lines]


def _line(pilot: Pilot, says: list[str], event: events.EventText | None = None) -> Line:
    return Line(pilot.name, pilot.key, reverse("admin:pilots_pilot_change", args=[pilot.pk]), says, event)


def reversal_lines(reversals: Mapping[int, Reversal], pilots: Sequence[int]) -> list[Line]:
    """What goes back on each of these pilots: from what it says now to what it said before."""
    shown = {pk: reversals[pk] for pk in pilots}
    rows = Gate.objects.filter(pk__in=[gate for each in shown.values() for gate in (*each.asserted, *each.named)])
    gates = {gate.pk: gate for gate in rows.select_related("kind")}
    changes = {pk: [*each.fields.values(), *each.rules.values()] for pk, each in shown.items()}
    people = [
        {"field": "person", "from": now, "to": before} for each in shown.values() for now, before in each.named.values()
    ]
    names = names_in([Event(texts={"changes": [*people, *(change for of in changes.values() for change in of)]})])
    found = Pilot.objects.in_bulk(pilots)
    return [
        _line(found[pk], [*(change_text(change, names) for change in changes[pk]), *_of_gates(shown[pk], gates, names)])
        for pk in pilots
    ]


def _of_gates(reversal: Reversal, gates: Mapping[int, Gate], names: Names) -> list[str]:
    """What goes back on its gates."""
    no_longer = _("%(gate)s: the yes of the list no longer counts")
    says = [no_longer % {"gate": gates[pk].kind.name} for pk in reversal.asserted]
    for pk, (now, before) in reversal.named.items():
        of = {"gate": gates[pk].kind.name, "who": names.people.get(now, ""), "before": names.people.get(before or 0)}
        sentence = _("%(gate)s: %(before)s is named again, instead of %(who)s")
        says.append((sentence if before else _("%(gate)s: %(who)s is named no longer")) % of)
    if reversal.rules:
        says.append(_("its rules are to be confirmed again by its manager"))
    return says
