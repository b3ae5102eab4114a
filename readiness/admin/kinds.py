"""Kinds of gates at the desk. The six that ship cannot be removed; one can be added, and any switched off, with a date."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from pilots.models import GateKind, Pilot, Portfolio
from pilots.verbs.kinds import SEALABLE
from readiness.admin.rows import RowForm, RowTable
from readiness.forms.fields import LineField, NumberField, SentenceField
from readiness.offices import Office

VALID_FOR = _("For how many days an answer holds; empty for no end.")


def sealable() -> list[tuple[str, str]]:
    """What an answer can seal, in words."""
    columns = [(name, Pilot._meta.get_field(name)) for name in SEALABLE]
    return [(name, capfirst(str(getattr(column, "verbose_name", name)))) for name, column in columns]


class AddKind(RowForm):
    verb = "add_kind"
    title = _("Add a kind of gate")
    button = _("Add it")
    done_says = _("Added. Every pilot it applies to has this gate, open, from today.")
    key = LineField(label=_("Key"), help_text=_("Short, for addresses: security-review. It is never changed."))
    name = LineField(label=_("Short name"), help_text=_("For columns: Security."))
    question = LineField(label=_("Question"), help_text=_("Has Security said yes to this use?"))
    clears_by = forms.ChoiceField(
        label=_("It clears by"),
        choices=[
            ("approval", _("approval: the right’s holder decides")),
            ("acceptance", _("acceptance: the person named accepts")),
        ],
    )
    valid_for = NumberField(label=_("Valid for days"), help_text=VALID_FOR)
    seals = forms.MultipleChoiceField(
        label=_("What an answer seals"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=sealable,
        help_text=_("When one of them changes, the answer must be given again."),
    )
    high_impact_only = forms.BooleanField(label=_("For high-impact pilots only"), required=False)


class AmendKind(RowForm):
    verb, takes, sets = "amend_kind", "kind", True
    title = _("The kind of gate")
    button = _("Keep these changes")
    done_says = _("Kept. What was answered stays as it was answered.")
    name = LineField(label=_("Short name"))
    question = LineField(label=_("Question"))
    valid_for = NumberField(label=_("Valid for days"), help_text=VALID_FOR)
    order = NumberField(label=_("Order"))


class InPortfolio(RowForm):
    """This kind of gate, in one portfolio."""

    takes, weighs = "kind", True
    portfolio = forms.ModelChoiceField(Portfolio.objects.none(), label=_("Portfolio"), empty_label=None)

    def fit(self) -> None:
        field: Any = self.fields["portfolio"]
        field.queryset = self.office_at.own()

    def pilots(self) -> QuerySet[Pilot]:
        return Pilot.objects.filter(portfolio=self.cleaned_data["portfolio"])


class SwitchOffIn(InPortfolio):
    verb = "switch_off"
    title = _("Switch it off for a portfolio")
    button = _("Switch it off")
    done_says = _("Switched off, visibly. Nothing is asked of it there from today.")
    reason = SentenceField(label=_("Reason, in a sentence"))


class SwitchOnIn(InPortfolio):
    verb = "switch_on"
    title = _("Switch it on again for a portfolio")
    button = _("Switch it on")
    done_says = _("Switched on. Answers that still hold, hold.")


@admin.display(description=_("Clears by"))
def clears_by(row: GateKind) -> str:
    return str(row.get_clears_by_display())


@admin.display(description=_("Seals"))
def seals(row: GateKind) -> str:
    named = dict(sealable())
    return ", ".join(named.get(name, name.replace("_", " ")) for name in row.seals) or "–"


@admin.display(description=_("Ships with the product"))
def ships(row: GateKind) -> str:
    return str(_("yes") if row.ships else "–")


@admin.register(GateKind)
class Kinds(RowTable):
    """The kinds of gates; all offices share them."""

    form_to_add, form_to_change = AddKind, AmendKind
    acts = {"switch-off": SwitchOffIn, "switch-on": SwitchOnIn}
    list_display = ("name", "question", clears_by, "valid_for", seals, ships)
    row_template = "admin/pilots/gatekind/row.html"

    def facts(self, row: GateKind, office: Office) -> list[tuple[Any, Any]]:
        only = _("high-impact pilots only") if row.high_impact_only else _("all pilots")
        return [
            (_("Key"), row.key),
            (_("Clears by"), clears_by(row)),
            (_("Seals"), seals(row)),
            (_("For"), only),
            (_("Ships with the product"), ships(row)),
        ]

    def beside(self, row: GateKind, office: Office) -> dict[str, Any]:
        off = row.switched_off.select_related("portfolio").order_by("-starts")
        return {"off": list(office.limit(off))}
