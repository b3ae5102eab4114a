"""The forms of decision rights. A right is never edited: it is assigned anew from a day, and the past keeps its holder."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots.models import GateKind, Portfolio
from pilots.rules.vocabulary import ClearsBy
from readiness.forms.fields import DayField, NumberField, PersonField, row_select
from readiness.forms.reference import FunctionField, KindOf, ReferenceForm


class HeldBy(ReferenceForm):
    """Who holds a right, and from when."""

    action = "assign_right"
    holder = PersonField(label=_("Holder"))
    deputy = PersonField(label=_("Deputy"), help_text=_("Decides as well; covers when the holder is away."))
    escalate_to = PersonField(label=_("Escalates to"))
    answer_within_days = NumberField(label=_("Working days to answer"), initial=10)
    starts = DayField(label=_("From"), help_text=_("Today unless you say."))
    until = DayField(label=_("Until, the last day"), help_text=_("Empty for no end."))

    def arguments(self) -> dict[str, Any]:
        typed = super().arguments()
        if typed["answer_within_days"] is None:
            del typed["answer_within_days"]
        return typed


class AssignRight(HeldBy):
    title = _("Assign a decision right")
    button = _("Assign it")
    success_message = _("Assigned. An open-ended right of the same reach ends the day before.")
    kind = KindOf(GateKind.objects.none(), label=_("Gate"), empty_label=None)
    portfolio = forms.ModelChoiceField(
        Portfolio.objects.none(),
        label=_("Portfolio"),
        required=False,
        empty_label=_("every portfolio"),
        widget=row_select(),
    )
    function = FunctionField()

    field_order = ("kind", "portfolio", "function", "holder", "deputy", "escalate_to")

    def fit(self) -> None:
        kind: Any = self.fields["kind"]
        kind.queryset = self.office_at.kinds().exclude(clears_by=ClearsBy.ACCEPTANCE)
        portfolio: Any = self.fields["portfolio"]
        portfolio.queryset = self.office_at.own()
        if not self.office_at.keeps_all:
            # What holds everywhere is for those to say who keep everything.
            portfolio.required, portfolio.empty_label = True, None
        function: Any = self.fields["function"]
        function.empty_label = _("every function")
        if self.office_at.has_one:
            portfolio.initial = next(iter(self.office_at.portfolios or ()))


class AssignAnew(HeldBy):
    title = _("Assign it anew")
    button = _("Assign it anew from that day")
    success_message = _("Assigned anew. The past still shows who held it then.")
    blends = False
    ended = forms.CharField(label=_("until"), required=False, widget=forms.HiddenInput)

    def begins_with(self) -> dict[str, Any]:
        kept = ("holder", "deputy", "escalate_to", "answer_within_days")
        return {name: getattr(self.row, name) for name in kept} | {"ended": self.row.until or ""}

    def arguments(self) -> dict[str, Any]:
        reach = ("kind", "portfolio", "function")
        typed = super().arguments()
        del typed["ended"]
        return typed | {name: getattr(self.row, name) for name in reach}


class CorrectRight(HeldBy):
    action, target_argument, sets = "correct_right", "right", True
    title = _("Correct it")
    button = _("Correct it")
    success_message = _("Corrected. Its first day shows it so from its beginning; the log shows what it said before.")
    starts = None  # type: ignore[assignment]

    def arguments(self) -> dict[str, Any]:
        """What was changed, and nothing of what was not."""
        typed = ReferenceForm.arguments(self)
        if typed["set"].get("answer_within_days", 10) is None:
            typed["set"]["answer_within_days"] = 10
        return typed


class EndRight(ReferenceForm):
    action, target_argument = "end_right", "right"
    bulk = True
    title = _("End the right")
    button = _("End it")
    success_message = _("Ended. From the day after, the next broader right decides, or nobody, which is shown.")
    until = DayField(label=_("The last day"), required=True)


class Delegate(ReferenceForm):
    action = "delegate"
    bulk = True
    target_argument: ClassVar[str | None] = "right"
    title = _("Let somebody else decide for a while")
    button = _("Delegate it")
    success_message = _("Delegated. The holder stays the holder, and the log names both.")
    to = PersonField(label=_("Who"), required=True)
    starts = DayField(label=_("From"), help_text=_("Today unless you say."))
    until = DayField(label=_("Until, the last day"))
