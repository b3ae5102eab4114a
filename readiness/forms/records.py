"""The record of a pilot, as it is typed: what `record` and `amend` can set, and nothing that follows from facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from pilots.actions.records import AMENDABLE
from pilots.models import Portfolio
from readiness.forms.base import PilotForm
from readiness.forms.fields import WORKFLOWS, DayField, LineField, PersonField, SentenceField, row_select
from readiness.forms.reference import FunctionField, ReferenceForm
from readiness.models.empty_words import words_in_use
from readiness.rules import nouns
from readiness.text.nouns import MAY_STAY, question

DETERMINED = (
    *("presumed_high_impact", "high_impact_reason", "high_impact_determined_by", "high_impact_determined_on"),
)
"""Of what high impact is: how it was determined. Few records say it, so that it stands in a section that is closed."""
ORDER = ("name", "workflow", "question", "purpose", "function", "manager", "tool", "data", "high_impact", *DETERMINED)


class HighImpactField(forms.TypedChoiceField):
    """Yes, no or not stated: what nobody has said is neither."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", _("not stated")), ("True", _("yes")), ("False", _("no"))]
        super().__init__(choices=choices, required=False, coerce=_as_flag, empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else str(value)


def _as_flag(value: Any) -> bool:
    return str(value) == "True"


class Typed(forms.Form):
    """What can be typed of a pilot."""

    name = LineField(label=_("Name"), help_text=_("What it does, not what it promises."))
    workflow = LineField(
        widget=forms.TextInput(attrs={"list": WORKFLOWS, "autocomplete": "off"}),
        label=_("Workflow"),
        help_text=_("One named task, such as drafting renewal e-mails; not a department."),
    )
    question = SentenceField(label=_("The question it should answer"), rows=2)
    purpose = SentenceField(label=_("Purpose"), rows=3)
    function = FunctionField()
    manager = PersonField(label=_("Manager"), help_text=_("Who lives with it: their address, or name."))
    tool = SentenceField(label=_("Tool"), rows=2)
    high_impact = HighImpactField(label=_("High impact"))
    presumed_high_impact = HighImpactField(label=_("Presumed high impact, but determined not to be"))
    high_impact_reason = SentenceField(label=_("Why it is high impact, or not"), rows=2)
    high_impact_determined_by = LineField(
        label=_("Who determined it"), help_text=_("A person, or a body such as a board.")
    )
    high_impact_determined_on = DayField(label=_("When"))
    asides_of: tuple[tuple[Any, tuple[str, ...]], ...] = ((_("High impact"), DETERMINED),)

    _hint: nouns.Hint | None = None

    def fieldsets(self) -> Any:
        """As they are drawn, with the question that is left open at its field."""
        self.ask()
        of_form: Any = super()
        return of_form.fieldsets()

    def ask(self) -> nouns.Hint | None:
        """Put the question of rule 16 at the field that leaves it open, read out with it; it is never in the way of saving."""
        name, purpose, workflow = (str(self[field].value() or "") for field in ("name", "purpose", "workflow"))
        found = nouns.hint(name, purpose, workflow, words_in_use())
        if found is not None and self._hint is None:
            field: Any = self[found.field]
            field.help_text = format_html(
                '{}<span class="question">{}<small>{}</small></span>', field.help_text, question(found), MAY_STAY
            )
        self._hint = found
        return found

    def with_data(self) -> None:
        """The field for the data that it needs: a form's own `data` is another thing."""
        self.fields["data"] = SentenceField(label=_("Data"), rows=2)
        self.order_fields(("portfolio", "key", *ORDER))


class RecordForm(Typed, ReferenceForm):
    """Put a pilot on record."""

    action = "record"
    title = _("Add a pilot")
    button = _("Add it")
    success_message = _("Added, with a gate of each kind that applies to it.")
    portfolio = forms.ModelChoiceField(
        Portfolio.objects.none(), label=_("Portfolio"), empty_label=None, widget=row_select()
    )
    key = LineField(label=_("Key"), help_text=_("Short, and never changed: CO-17."))

    def fit(self) -> None:
        self.with_data()
        field: Any = self.fields["portfolio"]
        field.queryset = self.office_at.own()


class AmendForm(Typed, PilotForm):
    """Edit a pilot's record. It moves nothing; where answers fall by it, it asks first."""

    action = "amend"
    warns_of_lost_answers = True
    title = _("The record")
    button = _("Keep these changes")
    success_message = _("Kept. An edit moves nothing: the clock runs on.")

    def fit(self) -> None:
        self.with_data()

    def begins_with(self) -> Mapping[str, Any]:
        return {name: getattr(self.target, name) for name in AMENDABLE}

    def arguments(self) -> dict[str, Any]:
        changed = self._edits().changed()
        return {"set": {name: value for name, value in super().arguments().items() if name in changed}}

    @property
    def done_message(self) -> str:
        """An edit moves nothing, but it is not nothing where answers fell."""
        if self.consequences and self.consequences.falls:
            return " ".join([str(_("Kept, and this followed.")), *self.consequences.sentences])
        return super().done_message
