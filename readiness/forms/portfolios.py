"""The forms of portfolios: the escalation person, the stall clock, who keeps the records, and the gates that are not asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pilots.clock import today
from pilots.figures import grouped
from pilots.models import GateKind, Pilot
from pilots.models.choices import ROLE, choices
from readiness.forms.fields import DayField, LineField, NumberField, PersonField, SentenceField
from readiness.forms.reference import KindOf, ReferenceForm, ReviewedForm

CALENDAR = _("A country, or a part of one, as in DE or DE-BY. Without it only weekends are free.")
ESCALATION = _(
    "One named person who answers for it above the program office. Only they allow a third slip or a third pause."
)


class OpenPortfolio(ReferenceForm):
    action = "open_portfolio"
    title = _("Open a portfolio")
    button = _("Open it")
    success_message = _("Opened. You keep its records.")
    key = LineField(label=_("Key"), help_text=_("Short, for addresses: customer-operations."))
    name = LineField(label=_("Name"))
    escalation = PersonField(label=_("Escalation person"), help_text=ESCALATION)
    calendar = LineField(label=_("Public holidays"), help_text=CALENDAR)


class AmendPortfolio(ReferenceForm):
    action, target_argument, sets = "amend_portfolio", "portfolio", True
    title = _("The portfolio")
    button = _("Keep these changes")
    name = LineField(label=_("Name"))
    escalation = PersonField(label=_("Escalation person"), help_text=ESCALATION)
    calendar = LineField(label=_("Public holidays"), help_text=CALENDAR)


class OfItsPilots(ReferenceForm):
    """What is settled for all pilots of a portfolio at once."""

    target_argument, warns_of_lost_answers = "portfolio", True

    def pilots(self) -> QuerySet[Pilot]:
        return Pilot.objects.filter(portfolio=self.row)


class SetStallPolicy(OfItsPilots):
    action, blends = "set_stall_policy", False
    title = _("Set the stall clock")
    button = _("Set it")
    success_message = _("Set. What was an exhibit yesterday stays one.")
    quiet_days = NumberField(
        label=_("Quiet days until it is an exhibit"), help_text=_("More of them take the escalation person.")
    )
    warning_days = NumberField(label=_("Days of warning before that"))
    starts = DayField(label=_("From"), help_text=_("Today or a later day; today unless you say."))

    def begins_with(self) -> dict[str, Any]:
        found = self.row.stall_policies.filter(starts__lte=today()).first()
        return {"quiet_days": found.quiet_days if found else 30, "warning_days": found.warning_days if found else 14}


class ScheduleReview(ReferenceForm):
    action, target_argument = "schedule_review", "portfolio"
    title = _("Schedule a review")
    button = _("Schedule it")
    success_message = _("Scheduled. Sponsors are asked for their accounts before it.")
    held_on = DayField(label=_("The day of the review"))


class AskPulse(ReferenceForm):
    action, target_argument = "ask_pulse", "portfolio"
    title = _("Ask both sides whether it helps")
    button = _("Ask them")
    success_message = _(
        "Asked, of everybody who carries or lives with a pilot here. Answers are taken until it closes."
    )


class GiveRole(ReferenceForm):
    action, target_argument = "give_role", "portfolio"
    title = _("Give a role")
    button = _("Give it")
    person = PersonField(label=_("Who"), required=True)
    role = forms.ChoiceField(label=_("Role"), choices=choices(ROLE))


class TakeRole(ReferenceForm):
    action, target_argument = "take_role", "portfolio"
    title = _("Take a role back")
    button = _("Take it back")
    person = PersonField(label=_("Who"), required=True)
    role = forms.ChoiceField(label=_("Role"), choices=choices(ROLE))


class ReviewedSwitchOff(ReviewedForm):
    """Switching a gate off for a portfolio."""

    action = "switch_off"
    confirms = _("Yes, switch it off")

    def how_many(self, number: int) -> str:
        says = ngettext("%(n)s pilot is asked for it no more.", "%(n)s pilots are asked for it no more.", number)
        return says % {"n": grouped(number)}


class ReviewedSwitchOn(ReviewedForm):
    """Switching a gate on again for a portfolio."""

    action = "switch_on"
    confirms = _("Yes, switch it on")

    def how_many(self, number: int) -> str:
        says = ngettext("%(n)s pilot is asked for it again.", "%(n)s pilots are asked for it again.", number)
        return says % {"n": grouped(number)}


class SwitchOff(ReviewedSwitchOff):
    target_argument = "portfolio"
    title = _("Switch a gate off")
    button = _("Switch it off")
    success_message = _("Switched off, visibly. Nothing is asked of it here from today.")
    kind = KindOf(GateKind.objects.none(), label=_("Gate"), empty_label=None)
    reason = SentenceField(label=_("Reason, in a sentence"))

    def fit(self) -> None:
        field: Any = self.fields["kind"]
        field.queryset = GateKind.objects.asked_in([self.row])

    def pilots(self) -> QuerySet[Pilot]:
        return Pilot.objects.filter(portfolio=self.row)


class SwitchOn(ReviewedSwitchOn):
    target_argument = "portfolio"
    title = _("Switch a gate on again")
    button = _("Switch it on")
    success_message = _("Switched on. Answers that still hold, hold.")
    kind = KindOf(GateKind.objects.none(), label=_("Gate"), empty_label=None)

    def fit(self) -> None:
        off = self.row.switched_off.on(today()).values("kind")
        field: Any = self.fields["kind"]
        field.queryset = GateKind.objects.filter(pk__in=off)

    def pilots(self) -> QuerySet[Pilot]:
        return Pilot.objects.filter(portfolio=self.row)
