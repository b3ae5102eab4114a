"""The forms of the verbs on a pilot: its stages, its dates, its rules and its quality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots.models import Person
from pilots.rules import adoption
from readiness.forms import concurrency
from readiness.forms.base import PilotForm
from readiness.forms.fields import DayField, LineField, NumberField, OneOfField, PersonField, SentenceField

ANOTHER_DAY = (_("Effective on an earlier date"), ("on",))


class StartForm(PilotForm):
    """Start a pilot, with the date by which it is to be decided."""

    verb = "start"
    on_many = True
    title = _("Start it")
    button = _("Start it")
    done_says = _("Started. Every decider has been asked.")
    asides_of = (ANOTHER_DAY,)
    decide_by = DayField(label=_("To be decided by"), help_text=_("Six weeks from the start, unless you give a day."))
    on = DayField(label=_("The day it started"))


class MoveDecideByForm(PilotForm):
    """Move the date by which a running pilot is to be decided."""

    verb = "move_decide_by"
    on_many = True
    title = _("Move the decide-by date")
    button = _("Move the date")
    done_says = _("Moved. A later date is counted as a slip.")
    to = DayField(label=_("To be decided by"))
    reason = SentenceField(
        label=_("Reason, in a sentence"), help_text=_("A later date is a slip: counted, and shown with this reason.")
    )


class PauseForm(PilotForm):
    """Pause a running pilot through a last day."""

    verb = "pause"
    on_many = True
    title = _("Pause it")
    button = _("Pause it")
    done_says = _("Paused. It runs on by itself after the last day.")
    until = DayField(label=_("Paused until, the last day"), help_text=_("At most 90 days from now."))
    reason = SentenceField(label=_("Reason, in a sentence"))


class ResumeForm(PilotForm):
    """End a pause before its last day."""

    verb = "resume"
    on_many = True
    title = _("End the pause")
    button = _("Let it run on")
    done_says = _("It runs again, and its clock with it.")


class AdoptForm(PilotForm):
    """Declare a running pilot adopted."""

    verb = "adopt"
    title = _("Declare it adopted")
    button = _("Declare it adopted")
    done_says = _("Adopted: every gate is clear, and the rules are known.")
    asides_of = (ANOTHER_DAY,)
    on = DayField(label=_("The day it was adopted"))


class RollBackForm(PilotForm):
    """Take a pilot back from adoption."""

    verb = "roll_back"
    weighs = True
    title = _("Take it back to running")
    button = _("Take it back")
    done_says = _("It runs again, and can stall again.")
    reason = SentenceField(label=_("Reason, in a sentence"))


class RetireForm(PilotForm):
    """End a pilot honestly."""

    verb = "retire"
    on_many = True
    title = _("Retire it")
    button = _("Retire it")
    done_says = _("Retired, with what was learned. An honest ending.")
    learned = SentenceField(label=_("What was learned"), help_text=_("What you would tell whoever tries this again."))


class SetRulesForm(PilotForm):
    """State the rules by which people can work with the pilot."""

    verb = "set_rules"
    weighs = True
    title = _("State the rules")
    button = _("State these rules")
    done_says = _("Stated. They are known when the manager confirms them.")
    acceptable_use = SentenceField(label=_("What it may be used for"), rows=2)
    trust_when = SentenceField(label=_("When to trust it"), rows=2)
    override_when = SentenceField(
        label=_("When to override it"), rows=2, help_text=_("One sentence that a new colleague could follow.")
    )
    exceptions_to = PersonField(label=_("Who decides exceptions"))
    exceptions_deputy = PersonField(label=_("Who decides them when they are away"))
    matters_more = OneOfField(
        label=_("What matters more"),
        widget=forms.RadioSelect,
        choices=[("speed", _("Speed")), ("accuracy", _("Accuracy"))],
    )
    success = SentenceField(label=_("What success looks like"), rows=2)

    def begins_with(self) -> Mapping[str, Any]:
        pilot = concurrency.pilot_of(self.target)
        return {name: getattr(pilot, name) for name in adoption.RULES}

    def asked(self) -> dict[str, Any]:
        """The rules that are said otherwise than they stand, or were taken out."""
        changed = self._edits().changed()
        return {name: value for name, value in super().asked().items() if name in changed}


class AcceptRiskForm(PilotForm):
    """Accept a pilot's risk in one's own name."""

    verb = "accept_risk"
    title = _("Accept its risk")
    button = _("I accept its risk")
    done_says = _("Accepted. The log says so in your name.")


class ConfirmRulesForm(PilotForm):
    """The manager confirms that they can work by the rules."""

    verb = "confirm_rules"
    title = _("Confirm the rules")
    button = _("I can work by these rules")
    done_says = _("Confirmed. The rules are known now.")


class RegisterThresholdForm(PilotForm):
    """Register what is good enough, before it is measured."""

    verb = "register_threshold"
    weighs = True
    title = _("Set the quality threshold")
    button = _("Set it")
    done_says = _("Set. It is measured against this from now on.")
    metric = LineField(label=_("What is measured"), help_text=_("“Share of drafts sent unchanged”."))
    kind = OneOfField(
        label=_("It is"), initial="proportion", choices=[("proportion", _("a share, 0 to 1")), ("mean", _("a mean"))]
    )
    direction = OneOfField(
        label=_("Good enough is"), initial="at_least", choices=[("at_least", _("at least")), ("at_most", _("at most"))]
    )
    value = NumberField(label=_("The value"), help_text=_("A share as 0.9."))
    smallest_sample = NumberField(label=_("The smallest sample that counts"))
    source = LineField(
        label=_("Where the figures come from"), help_text=_("“A random draw from the mailbox”. You may leave it empty.")
    )
    measured_by = PersonField(
        label=_("Who measures"),
        help_text=_("Whoever carries the pilot or lives with it measures themselves, and it says so."),
    )


class RecordMeasurementForm(PilotForm):
    """Record a measurement against the threshold in force."""

    verb = "record_measurement"
    title = _("Record a measurement")
    button = _("Record it")
    done_says = _("Recorded, with its verdict.")
    asides_of = (ANOTHER_DAY,)
    value = NumberField(label=_("Measured value"), help_text=_("A share as 0.874."))
    sample = NumberField(label=_("How many were measured"))
    deviation = NumberField(label=_("Standard deviation"), help_text=_("For means only."))
    on = DayField(label=_("The day it was measured"))


class RecordResidentsForm(PilotForm):
    """Record how many people outside the pilot team used it in a week."""

    verb = "record_residents"
    title = _("Record weekly users")
    button = _("Record them")
    done_says = _("Recorded. Visitors are kept apart: a demo proves nothing.")
    week = DayField(label=_("The week, by any of its days"))
    people = NumberField(
        label=_("People outside the pilot team who used it"),
        help_text=_("Each counted once a week. A later count replaces this one."),
    )
    visitors = NumberField(label=_("Visitors, who only saw a demo"))

    def asked(self) -> dict[str, Any]:
        typed = super().asked()
        return {k: v for k, v in typed.items() if k != "visitors" or v is not None}


class LookAgainForm(PilotForm):
    """Ninety days after adoption: what is different now?"""

    verb = "look_again"
    title = _("Say what is different now")
    button = _("Put it on record")
    text = SentenceField(label=_("What is different now?"), help_text=_("Ninety days after it was adopted, or later."))


def people_near(pilot: Any) -> list[Person]:
    """People whom a form about this pilot offers while a name is typed: at most fifty, of its portfolio's roles first."""
    here = Person.objects.filter(closed_on=None, roles__portfolio=pilot.portfolio_id)
    near = {person.pk: person for person in here.order_by("name")[:50]}
    if pilot.function_id:
        of_function = Person.objects.filter(closed_on=None, function=pilot.function_id)
        for person in of_function.order_by("name")[:50]:
            near.setdefault(person.pk, person)
    return sorted(near.values(), key=str)[:50]
