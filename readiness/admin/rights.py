"""Decision rights in the admin. A right is never edited: it is assigned anew from a day, and the past keeps its holder."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.models import DecisionRight, Delegation
from readiness.admin.base import ActionModelAdmin, ReadOnlyInline
from readiness.forms.offices import office_of
from readiness.forms.rights import AssignAnew, AssignRight, CorrectRight, Delegate, EndRight
from readiness.templatetags import wall


@admin.display(description=_("Gate"), ordering="kind__position")
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


class Delegations(ReadOnlyInline):
    model = Delegation
    verbose_name_plural = _("Delegated to")
    fields = ("to", "starts", "until")


@admin.register(DecisionRight)
class Rights(ActionModelAdmin):
    """Who decides what, where and from when; with the rights that hold everywhere."""

    add_form, change_form = AssignRight, AssignAnew
    object_actions = {"correct": CorrectRight, "end": EndRight, "delegate": Delegate}
    portfolio_path, shared = "portfolio", True
    list_display = (kind, portfolio, function, "holder", "deputy", "escalate_to", "answer_within_days", starts, until)
    list_select_related = ("kind", "portfolio", "function", "holder", "deputy", "escalate_to")
    search_fields = ("holder__name", "deputy__name", "kind__name", "portfolio__name", "function__name")
    readonly_fields: ClassVar[Any] = (kind, portfolio, function, starts, until)
    inlines = (Delegations,)

    def called(self, obj: DecisionRight) -> str:
        return str(_("%(holder)s decides %(kind)s") % {"holder": obj.holder, "kind": obj.kind.name})

    def may_change(self, request: HttpRequest, obj: DecisionRight) -> bool:
        """A right that holds everywhere is seen by every office, and changed by those who keep every portfolio."""
        office = office_of(request)
        return office.keeps_all if obj.portfolio_id is None else office.keeps(obj.portfolio_id)

    def may_do(self, request: HttpRequest, obj: DecisionRight, word: str) -> bool:
        return self.may_change(request, obj) and super().may_do(request, obj, word)

    def fits(self, obj: DecisionRight, word: str) -> bool:
        if word == "correct" and obj.starts < today():
            return False
        return obj.until is None or obj.until >= today()

    def history_of(self, obj: DecisionRight) -> Q:
        return Q(data__right=obj.pk, pilot=None)
