"""Forms of the actions on policy gaps: what is typed, as the actions take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.clock import today
from pilots.models import Person, Pilot, Portfolio
from readiness.forms.fields import DayField, PersonField, SentenceField, ask_as
from readiness.queries.policy_gaps import PlacesToAsk, pilots_to_ask_about

if TYPE_CHECKING:
    Rows = forms.ModelChoiceField[Portfolio]
else:
    Rows = forms.ModelChoiceField


class OpenPolicyGapForm(forms.Form):
    """The question, whom it is put to, by when, and for which pilots its answer is a rule."""

    question = SentenceField(label=gettext_lazy("The question (required)"))
    owner = PersonField(
        label=gettext_lazy("Who is to answer it (required)"),
        required=True,
        help_text=gettext_lazy("Their address, or their name."),
    )
    due = DayField(label=gettext_lazy("Answer by (required)"), required=True)
    keys = SentenceField(
        rows=2,
        label=gettext_lazy("Pilots that it is a rule of"),
        help_text=gettext_lazy("Their keys, with commas between them. None: of the portfolio as a whole."),
    )
    blocks_adoption = forms.BooleanField(
        label=gettext_lazy("None of these pilots can be declared adopted before it is answered"), required=False
    )
    point = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        by: Person,
        places: PlacesToAsk,
        portfolios: Sequence[Portfolio] | None = None,
        **more: Any,
    ) -> None:
        """`places`: where they may put it; `portfolios`: those of them that are offered. Only an office puts it to one as a whole,
        or lets it block adoption."""
        super().__init__(data, **more)
        ask_as(by, self.fields.values())
        self.by, self.places = by, places
        portfolios = places.portfolios if portfolios is None else portfolios
        if not {*portfolios} & {*places.office}:
            del self.fields["blocks_adoption"]
            self.fields["keys"].label = _("Pilots that it is a rule of (required)")
            self.fields["keys"].help_text = _(
                "Their keys, with commas between them: pilots that you carry or decide on."
            )
        rows = Portfolio.objects.filter(pk__in=[portfolio.pk for portfolio in portfolios])
        first = portfolios[0] if len(portfolios) == 1 else None
        self.fields["portfolio"] = Rows(
            rows, label=_("Portfolio (required)"), to_field_name="key", initial=first and first.key
        )
        blank = [] if first else [("", _("Choose one"))]
        self.fields["portfolio"].choices = [*blank, *((one.key, str(one)) for one in portfolios)]  # type: ignore[attr-defined]
        self.order_fields(["portfolio"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        keys = [key.strip() for key in str(cleaned.get("keys") or "").replace("\n", ",").split(",") if key.strip()]
        there = pilots_to_ask_about(self.by, self.places, today()).filter(
            key__in=keys, portfolio=cleaned.get("portfolio")
        )
        found: dict[str, Pilot] = {pilot.key: pilot for pilot in there}
        unknown = [key for key in keys if key not in found]
        if unknown and cleaned.get("portfolio"):
            self.add_error("keys", _("No pilot of this portfolio has the key %(key)s.") % {"key": unknown[0][:80]})
        cleaned["pilots"] = list(found.values())
        return cleaned

    def arguments(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "keys"}


class AssignPolicyGapForm(forms.Form):
    """Whom an open question is put to from now on, and by when."""

    owner = PersonField(label=gettext_lazy("Put it to"), required=True)
    due = DayField(label=gettext_lazy("Answer by"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, by: Person, **more: Any) -> None:
        super().__init__(data, **more)
        ask_as(by, self.fields.values())


class AnswerPolicyGapForm(forms.Form):
    """The answer, in its owner's own name."""

    answer = SentenceField(
        label=gettext_lazy("Your answer (required)"),
        help_text=gettext_lazy(
            "It is in your name, and a known rule of its pilots. Those who asked read it on their own page."
        ),
    )
