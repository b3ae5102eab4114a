"""Kinds of gates in the admin. The six that ship cannot be removed; one can be added, and any switched off, with a date."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pilots.models import GateKind, SwitchedOff
from readiness.admin.base import ActionModelAdmin, ReadOnlyInline
from readiness.forms.kinds import AddKind, AmendKind, SwitchOffIn, SwitchOnIn, sealable_choices
from readiness.forms.offices import office_of


@admin.display(description=_("Clears by"))
def clears_by(row: GateKind) -> str:
    return str(row.get_clears_by_display())


@admin.display(description=_("Seals"))
def seals(row: GateKind) -> str:
    named = dict(sealable_choices())
    return ", ".join(named.get(name, name.replace("_", " ")) for name in row.seals) or "–"


def asked_in(request: HttpRequest) -> Any:
    """A column: the portfolios that it is for, as far as an office keeps them. What others ask is not theirs to read."""
    office = office_of(request)

    @admin.display(description=_("Asked in"))
    def asked_in(row: GateKind) -> str:
        if row.for_all:
            return str(_("every portfolio"))
        return ", ".join(str(portfolio) for portfolio in row.portfolios.all() if office.keeps(portfolio.pk))

    return vars(request).setdefault("_asked_in", asked_in)


@admin.display(description=_("Ships with the product"))
def ships(row: GateKind) -> str:
    return str(_("yes") if row.ships else "–")


@admin.display(description=_("For"))
def asked_of(row: GateKind) -> str:
    return str(_("high-impact pilots only") if row.high_impact_only else _("all pilots"))


class OffWhere(ReadOnlyInline):
    model = SwitchedOff
    verbose_name_plural = _("Where it is switched off")
    fields = ("portfolio", "starts", "ends", "reason")
    ordering = ("-starts",)
    portfolio_path = "portfolio"


@admin.register(GateKind)
class Kinds(ActionModelAdmin):
    """The kinds of gates that an office's portfolios ask for: those for every portfolio, and their own."""

    add_form, change_form = AddKind, AmendKind
    object_actions = {"switch-off": SwitchOffIn, "switch-on": SwitchOnIn}
    list_display = ("name", "question", clears_by, "valid_for", seals, ships)
    readonly_fields: ClassVar[Any] = ("key", clears_by, seals, asked_of, ships)
    inlines = (OffWhere,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return office_of(request).kinds().prefetch_related("portfolios")

    def get_list_display(self, request: HttpRequest) -> Any:
        return [*self.list_display, asked_in(request)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), asked_in(request)] if obj is not None else []

    def may_change(self, request: HttpRequest, obj: GateKind) -> bool:
        """An office that keeps every portfolio that a kind is for. Others see it, and switch it in their own."""
        office = office_of(request)
        return office.keeps_all if obj.for_all else all(office.keeps(each.pk) for each in obj.portfolios.all())

    def history_of(self, obj: GateKind) -> Q:
        return Q(data__kind=obj.key, pilot=None)
