"""The forms of kinds of gates. The six that ship cannot be removed; one can be added, and any switched off, with a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pilots.actions.kinds import SEALABLE
from pilots.figures import grouped
from pilots.models import Pilot, Portfolio
from readiness.forms.fields import LineField, NumberField, SentenceField, row_select
from readiness.forms.portfolios import ReviewedSwitchOff, ReviewedSwitchOn
from readiness.forms.reference import ReferenceForm, ReviewedForm

if TYPE_CHECKING:
    ManyRowsField = forms.ModelMultipleChoiceField[Any]
else:
    ManyRowsField = forms.ModelMultipleChoiceField


LONGEST_KEY = 18
"""Digits of a number that every engine can look for."""
VALID_FOR = _("For how many days an answer holds; empty for no end.")


def sealable_choices() -> list[tuple[str, str]]:
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


class AddKind(ReviewedForm):
    action = "add_kind"
    title = _("Add a kind of gate")
    button = _("Add it")
    confirms = _("Yes, add it")
    success_message = _("Added.")
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
        choices=sealable_choices,
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

    def pilots(self) -> QuerySet[Pilot]:
        chosen = self.cleaned_data["for_portfolios"]
        return Pilot.objects.filter(portfolio__in=chosen) if chosen else Pilot.objects.all()

    def arguments(self) -> dict[str, Any]:
        typed = super().arguments()
        return typed | {"portfolios": list(typed.pop("for_portfolios")) or None}

    def how_many(self, number: int) -> str:
        says = ngettext(
            "%(n)s pilot has this gate, open, from today.", "%(n)s pilots have this gate, open, from today.", number
        )
        return says % {"n": grouped(number)}


class AmendKind(ReferenceForm):
    action, target_argument, sets = "amend_kind", "kind", True
    title = _("The kind of gate")
    button = _("Keep these changes")
    success_message = _("Kept. What was answered stays as it was answered.")
    name = LineField(label=_("Short name"))
    question = LineField(label=_("Question"))
    valid_for = NumberField(label=_("Valid for days"), help_text=VALID_FOR)
    position = NumberField(label=_("Position"))


class InPortfolio(ReviewedForm):
    """This kind of gate, in one portfolio."""

    target_argument = "kind"
    portfolio = forms.ModelChoiceField(
        Portfolio.objects.none(), label=_("Portfolio"), empty_label=None, widget=row_select()
    )

    def fit(self) -> None:
        field: Any = self.fields["portfolio"]
        own = self.office_at.own()
        field.queryset = own if self.row.for_all else own.filter(own_kinds=self.row)

    def pilots(self) -> QuerySet[Pilot]:
        return Pilot.objects.filter(portfolio=self.cleaned_data["portfolio"])


class SwitchOffIn(ReviewedSwitchOff, InPortfolio):
    title = _("Switch it off for a portfolio")
    button = _("Switch it off")
    success_message = _("Switched off, visibly. Nothing is asked of it there from today.")
    reason = SentenceField(label=_("Reason, in a sentence"))


class SwitchOnIn(ReviewedSwitchOn, InPortfolio):
    title = _("Switch it on again for a portfolio")
    button = _("Switch it on")
    success_message = _("Switched on. Answers that still hold, hold.")
