"""Portfolios in the admin: the escalation person, the stall clock, who keeps the records, and the gates that are not asked."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.models import Portfolio, PortfolioRole, Review, StallPolicy, SwitchedOff
from readiness.admin.base import ActionModelAdmin, ReadOnlyInline
from readiness.forms.portfolios import (
    AmendPortfolio,
    AskPulse,
    GiveRole,
    OpenPortfolio,
    ScheduleReview,
    SetStallPolicy,
    SwitchOff,
    SwitchOn,
    TakeRole,
)


@admin.display(description=_("Escalation person"), empty_value="–")
def escalation(row: Portfolio) -> Any:
    return row.escalation


class StallPolicies(ReadOnlyInline):
    model = StallPolicy
    verbose_name_plural = _("The stall clock: 30 quiet days with 14 days of warning, unless said here")
    fields = ("starts", "quiet_days", "warning_days")


class Roles(ReadOnlyInline):
    model = PortfolioRole
    verbose_name_plural = _("Who keeps and who reviews it")
    fields = ("person", "role")
    ordering = ("role", "person__name")


class Reviews(ReadOnlyInline):
    model = Review
    verbose_name_plural = _("Reviews, before which sponsors are asked for their accounts")
    fields = ("held_on",)
    ordering = ("-held_on",)


class GatesOff(ReadOnlyInline):
    model = SwitchedOff
    verbose_name_plural = _("Gates that are switched off")
    fields = ("kind", "starts", "ends", "reason")
    ordering = ("-starts",)


@admin.register(Portfolio)
class Portfolios(ActionModelAdmin):
    """The portfolios whose records an office keeps."""

    add_form, change_form = OpenPortfolio, AmendPortfolio
    object_actions = {
        "stall-clock": SetStallPolicy,
        "review": ScheduleReview,
        "pulse": AskPulse,
        "give-role": GiveRole,
        "take-role": TakeRole,
        "switch-off": SwitchOff,
        "switch-on": SwitchOn,
    }
    portfolio_path = "pk"
    nothing_yet = _("No portfolio is open yet. Pilots are kept in one.")
    list_display = ("name", "key", escalation, "calendar")
    list_select_related = ("escalation",)
    search_fields = ("key", "name")
    readonly_fields: ClassVar[Any] = ("key",)
    inlines = (StallPolicies, Reviews, Roles, GatesOff)

    def fits(self, obj: Any, word: str) -> bool:
        return word != "switch-on" or obj.switched_off.on(today()).exists()

    def history_of(self, obj: Any) -> Q:
        return Q(portfolio=obj, pilot=None)
