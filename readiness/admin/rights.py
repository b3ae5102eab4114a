"""Decision rights at the desk. A right is never edited: it is assigned anew from a day, and the past keeps its holder."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.models import DecisionRight, GateKind, Portfolio
from pilots.rules.vocabulary import ClearsBy
from readiness.admin.people import FunctionField
from readiness.admin.portfolios import KindOf
from readiness.admin.reference import RowForm, RowTable
from readiness.forms.fields import DayField, NumberField, PersonField
from readiness.forms.offices import Office, office_of
from readiness.templatetags import wall
from readiness.text import labels


class HeldBy(RowForm):
    """Who holds a right, and from when."""

    verb = "assign_right"
    holder = PersonField(label=_("Holder"))
    deputy = PersonField(label=_("Deputy"), help_text=_("Decides as well; covers when the holder is away."))
    escalate_to = PersonField(label=_("Escalates to"))
    answer_within_days = NumberField(label=_("Working days to answer"), initial=10)
    starts = DayField(label=_("From"), help_text=_("Today unless you say."))
    until = DayField(label=_("Until, the last day"), help_text=_("Empty for no end."))

    def asked(self) -> dict[str, Any]:
        typed = super().asked()
        if typed["answer_within_days"] is None:
            del typed["answer_within_days"]
        return typed


class AssignRight(HeldBy):
    title = _("Assign a decision right")
    button = _("Assign it")
    done_says = _("Assigned. An open-ended right of the same reach ends the day before.")
    kind = KindOf(GateKind.objects.none(), label=_("Gate"), empty_label=None)
    portfolio = forms.ModelChoiceField(
        Portfolio.objects.none(), label=_("Portfolio"), required=False, empty_label=_("every portfolio")
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
    done_says = _("Assigned anew. The past still shows who held it then.")
    blends = False
    ended = forms.CharField(required=False, widget=forms.HiddenInput)

    def begins_with(self) -> dict[str, Any]:
        kept = ("holder", "deputy", "escalate_to", "answer_within_days")
        return {name: getattr(self.row, name) for name in kept} | {"ended": self.row.until or ""}

    def asked(self) -> dict[str, Any]:
        reach = ("kind", "portfolio", "function")
        typed = super().asked()
        del typed["ended"]
        return typed | {name: getattr(self.row, name) for name in reach}


class EndRight(RowForm):
    verb, takes = "end_right", "right"
    title = _("End the right")
    button = _("End it")
    done_says = _("Ended. From the day after, the next broader right decides, or nobody, which is shown.")
    until = DayField(label=_("The last day"), required=True)


class Delegate(RowForm):
    verb = "delegate"
    takes: ClassVar[str | None] = "right"
    title = _("Let somebody else decide for a while")
    button = _("Delegate it")
    done_says = _("Delegated. The holder stays the holder, and the log names both.")
    to = PersonField(label=_("Who"), required=True)
    starts = DayField(label=_("From"), help_text=_("Today unless you say."))
    until = DayField(label=_("Until, the last day"))


@admin.display(description=_("Gate"), ordering="kind__order")
def kind(row: DecisionRight) -> str:
    return row.kind.name


@admin.display(description=_("Portfolio"))
def portfolio(row: DecisionRight) -> str:
    return str(row.portfolio or _("every portfolio"))


@admin.display(description=_("Function"))
def function(row: DecisionRight) -> str:
    return str(row.function or _("every function"))


@admin.display(description=_("Until"), ordering="until")
def until(row: DecisionRight) -> Any:
    return wall.day(row.until) if row.until else _("no end")


@admin.display(description=_("From"), ordering="starts")
def starts(row: DecisionRight) -> Any:
    return wall.day(row.starts)


@admin.register(DecisionRight)
class Rights(RowTable):
    """Who decides what, where and from when; with the rights that hold everywhere."""

    form_to_add, form_to_change = AssignRight, AssignAnew
    acts = {"end": EndRight, "delegate": Delegate}
    portfolio_path, shared = "portfolio", True
    list_display = (kind, portfolio, function, "holder", "deputy", "escalate_to", "answer_within_days", starts, until)
    list_select_related = ("kind", "portfolio", "function", "holder", "deputy", "escalate_to")
    search_fields = ("holder__name", "deputy__name", "kind__name", "portfolio__name", "function__name")
    row_template = "admin/pilots/decisionright/row.html"

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self.may_touch(obj, office_of(request)))

    def may_touch(self, row: DecisionRight, office: Office) -> bool:
        """A right that holds everywhere is seen by every office, and changed by those who keep every portfolio."""
        return office.keeps_all if row.portfolio_id is None else office.keeps(row.portfolio_id)

    def says(self, row: DecisionRight) -> str:
        return str(_("%(holder)s decides %(kind)s") % {"holder": row.holder, "kind": row.kind.name})

    def facts(self, row: DecisionRight, office: Office) -> list[tuple[Any, Any]]:
        return [
            (_("Portfolio"), portfolio(row)),
            (_("Function"), function(row)),
            (_("Deputy"), row.deputy or "–"),
            (_("Escalates to"), row.escalate_to or "–"),
            (_("Working days to answer"), row.answer_within_days),
            (_("From"), labels.day(row.starts)),
            (_("Until"), labels.day(row.until) if row.until else _("no end")),
        ]

    def beside(self, row: DecisionRight, office: Office) -> dict[str, Any]:
        return {"delegations": list(row.delegations.select_related("to"))}

    def acts_on(self, row: DecisionRight, office: Office) -> list[str]:
        over = row.until is not None and row.until < today()
        return list(self.acts) if not over and self.may_touch(row, office) else []
