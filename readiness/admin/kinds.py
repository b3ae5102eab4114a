"""Kinds of gates at the desk. The six that ship cannot be removed; one can be added, and any switched off, with a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pilots.actions.kinds import SEALABLE
from pilots.models import GateKind, Pilot, Portfolio
from readiness.admin.previews import PreviewedForm, PreviewedSwitchOff, PreviewedSwitchOn
from readiness.admin.reference import RowForm, RowTable
from readiness.forms.fields import LineField, NumberField, SentenceField
from readiness.forms.offices import Office, office_of

if TYPE_CHECKING:
    ManyRowsField = forms.ModelMultipleChoiceField[Any]
else:
    ManyRowsField = forms.ModelMultipleChoiceField

LONGEST_KEY = 18
"""Digits of a number that every engine can look for."""
VALID_FOR = _("For how many days an answer holds; empty for no end.")


def sealable() -> list[tuple[str, str]]:
    """What an answer can seal, in words."""
    columns = [(name, Pilot._meta.get_field(name)) for name in SEALABLE]
    return [(name, capfirst(str(getattr(column, "verbose_name", name)))) for name, column in columns]


class PortfoliosField(ManyRowsField):
    """Some portfolios, by their keys in the database; a number that no row can have is none of them."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if len(str(key)) > LONGEST_KEY:
                raise forms.ValidationError(
                    self.error_messages["invalid_pk_value"], params={"pk": str(key)[:LONGEST_KEY]}
                )
        return super().clean(value)


class AddKind(PreviewedForm):
    verb = "add_kind"
    title = _("Add a kind of gate")
    button = _("Add it")
    confirms = _("Yes, add it")
    done_says = _("Added.")
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
    for_portfolios = PortfoliosField(
        Portfolio.objects.none(), label=_("For the portfolios"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def fit(self) -> None:
        field: Any = self.fields["for_portfolios"]
        field.queryset = self.office_at.own()
        if self.office_at.keeps_all:
            field.help_text = _("Choose none for every portfolio, also those opened later.")
        else:
            field.required = True
            field.help_text = _("A kind of gate for every portfolio takes whoever keeps them all.")
        if self.office_at.has_one:
            field.initial = list(self.office_at.portfolios or ())

    def portfolios(self) -> list[Portfolio] | None:
        return list(self.cleaned_data["for_portfolios"]) or None

    def asked(self) -> dict[str, Any]:
        typed = super().asked()
        del typed["for_portfolios"]
        return typed | {"portfolios": self.portfolios()}

    def how_many(self, number: int) -> str:
        says = ngettext(
            "%(n)s pilot has this gate, open, from today.", "%(n)s pilots have this gate, open, from today.", number
        )
        return says % {"n": f"{number:,}"}


class AmendKind(RowForm):
    verb, takes, sets = "amend_kind", "kind", True
    title = _("The kind of gate")
    button = _("Keep these changes")
    done_says = _("Kept. What was answered stays as it was answered.")
    name = LineField(label=_("Short name"))
    question = LineField(label=_("Question"))
    valid_for = NumberField(label=_("Valid for days"), help_text=VALID_FOR)
    order = NumberField(label=_("Order"))


class InPortfolio(PreviewedForm):
    """This kind of gate, in one portfolio."""

    takes = "kind"
    portfolio = forms.ModelChoiceField(Portfolio.objects.none(), label=_("Portfolio"), empty_label=None)

    def fit(self) -> None:
        field: Any = self.fields["portfolio"]
        own = self.office_at.own()
        field.queryset = own if self.row.for_all else own.filter(own_kinds=self.row)

    def portfolios(self) -> list[Portfolio]:
        return [self.cleaned_data["portfolio"]]


class SwitchOffIn(PreviewedSwitchOff, InPortfolio):
    title = _("Switch it off for a portfolio")
    button = _("Switch it off")
    done_says = _("Switched off, visibly. Nothing is asked of it there from today.")
    reason = SentenceField(label=_("Reason, in a sentence"))


class SwitchOnIn(PreviewedSwitchOn, InPortfolio):
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


def _asked_in(row: GateKind, office: Office) -> str:
    """The portfolios that it is for, as far as an office keeps them: what others ask is not theirs to read."""
    if row.for_all:
        return str(_("every portfolio"))
    return ", ".join(str(portfolio) for portfolio in row.portfolios.all() if office.keeps(portfolio.pk))


@admin.display(description=_("Ships with the product"))
def ships(row: GateKind) -> str:
    return str(_("yes") if row.ships else "–")


@admin.register(GateKind)
class Kinds(RowTable):
    """The kinds of gates that an office's portfolios ask for: those for every portfolio, and their own."""

    form_to_add, form_to_change = AddKind, AmendKind
    acts = {"switch-off": SwitchOffIn, "switch-on": SwitchOnIn}
    list_display = ("name", "question", clears_by, "valid_for", seals, ships)
    row_template = "admin/pilots/gatekind/row.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return office_of(request).kinds().prefetch_related("portfolios")

    def get_list_display(self, request: HttpRequest) -> Any:
        office = office_of(request)

        @admin.display(description=_("Asked in"))
        def asked_in(row: GateKind) -> str:
            return _asked_in(row, office)

        return [*self.list_display, asked_in]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self.keeps(obj, office_of(request)))

    def keeps(self, row: GateKind, office: Office) -> bool:
        """Whether an office keeps every portfolio that a kind is for. Others see it, and switch it in their own."""
        if row.for_all:
            return office.keeps_all
        return all(office.keeps(portfolio.pk) for portfolio in row.portfolios.all())

    def facts(self, row: GateKind, office: Office) -> list[tuple[Any, Any]]:
        only = _("high-impact pilots only") if row.high_impact_only else _("all pilots")
        return [
            (_("Key"), row.key),
            (_("Clears by"), clears_by(row)),
            (_("Seals"), seals(row)),
            (_("For"), only),
            (_("Asked in"), _asked_in(row, office)),
            (_("Ships with the product"), ships(row)),
        ]

    def beside(self, row: GateKind, office: Office) -> dict[str, Any]:
        off = row.switched_off.select_related("portfolio").order_by("-starts")
        return {"off": list(office.limit(off))}
