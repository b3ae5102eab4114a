"""The record of a pilot, as it is typed: what `record` and `amend` can set, and nothing that follows from facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots.actions.records import AMENDABLE
from pilots.models import Portfolio
from readiness.forms.base import PilotForm
from readiness.forms.fields import LineField, PersonField, SentenceField
from readiness.forms.reference import FunctionField, ReferenceForm

ORDER = ("name", "workflow", "question", "purpose", "function", "manager", "tool", "data", "high_impact")


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
        label=_("Workflow"), help_text=_("One named task, such as drafting renewal e-mails; not a department.")
    )
    question = SentenceField(label=_("The question it should answer"), rows=2)
    purpose = SentenceField(label=_("Purpose"), rows=3)
    function = FunctionField()
    manager = PersonField(label=_("Manager"), help_text=_("Who lives with it: their address, or name."))
    tool = SentenceField(label=_("Tool"), rows=2)
    high_impact = HighImpactField(label=_("High impact"))

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
    portfolio = forms.ModelChoiceField(Portfolio.objects.none(), label=_("Portfolio"), empty_label=None)
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
