"""The three questions to a manager (rule 13): what was typed, as the action takes it. One answer is enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.actions.friction import FrictionAnswer
from pilots.models import Pilot
from pilots.models.friction import LONGEST_SENTENCE
from pilots.rules.vocabulary import FrictionQuestion
from readiness.models import FrictionPoint
from readiness.models.friction import QUESTIONS, SOMETHING_ELSE

NOWHERE = "nowhere"
MINUTES = (5, 15, 30, 60, 120, 240)
"""What is offered; the API of the form takes no other."""
MINUTES_LABEL = {
    FrictionQuestion.SAVES: gettext_lazy("Minutes a week it saves you"),
    FrictionQuestion.REWORK: gettext_lazy("Minutes a week it costs you"),
    FrictionQuestion.JUDGEMENT: gettext_lazy("Minutes a week it costs you"),
}
WORDS_LABEL = {
    FrictionQuestion.SAVES: gettext_lazy("In a sentence, if you like"),
    FrictionQuestion.REWORK: gettext_lazy("In a sentence, if you like"),
    FrictionQuestion.JUDGEMENT: gettext_lazy("The question, as you would ask it"),
}
HINT = gettext_lazy(
    "Leave out names of people and customers. It is shown word for word, among those of two others or more."
)


@dataclass(frozen=True, slots=True)
class Question:
    """One of the questions as the page draws it."""

    number: int
    point: forms.BoundField
    minutes: forms.BoundField
    words: forms.BoundField


class ThreeQuestions(forms.Form):
    """What a manager answers, and on which of their pilots."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, pilots: Sequence[Pilot]) -> None:
        super().__init__(data, initial={"workflow": workflow_of(pilots[0])} if len(pilots) == 1 else None)
        self.pilots = pilots
        self.fields["workflow"] = forms.CharField(
            label=_("Which work is it about?"),
            required=False,
            widget=forms.TextInput(attrs={"list": "workflows", "autocomplete": "off"}),
        )
        offered = list(FrictionPoint.objects.filter(in_use=True))
        for question in FrictionQuestion:
            points = [(point.key, point.label) for point in offered if point.question == question]
            self._add(question, [(NOWHERE, _("Nowhere")), *points, (SOMETHING_ELSE, _("Something else"))])

    def _add(self, question: FrictionQuestion, choices: list[tuple[str, str]]) -> None:
        wrong = {"invalid_choice": _("Choose one of these answers.")}
        self.fields[question] = forms.ChoiceField(
            label=QUESTIONS[question], choices=choices, required=False, widget=forms.RadioSelect, error_messages=wrong
        )
        self.fields[f"{question}-minutes"] = forms.TypedChoiceField(
            label=MINUTES_LABEL[question],
            choices=[(minutes, minutes) for minutes in MINUTES],
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
            error_messages=wrong,
        )
        self.fields[f"{question}-words"] = forms.CharField(
            label=WORDS_LABEL[question],
            required=False,
            help_text=HINT,
            widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_SENTENCE}),
        )

    @property
    def questions(self) -> Iterator[Question]:
        for number, question in enumerate(FrictionQuestion, 1):
            yield Question(number, self[question], self[f"{question}-minutes"], self[f"{question}-words"])

    @property
    def workflows(self) -> list[str]:
        """What is offered while a workflow is typed."""
        return [workflow_of(pilot) for pilot in self.pilots]

    def clean_workflow(self) -> str:
        return " ".join(str(self.cleaned_data["workflow"]).split())

    def pilot(self) -> Pilot | None:
        """The pilot that is meant: by its workflow, its name or its key; the only one, whatever was typed."""
        typed = str(self.cleaned_data.get("workflow", "")).casefold()
        if len(self.pilots) == 1:
            return self.pilots[0]
        for pilot in self.pilots:
            if typed and typed in {
                each.casefold() for each in (workflow_of(pilot), pilot.workflow, pilot.name, pilot.key)
            }:
                return pilot
        return None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.pilot() is None:
            offered = "; ".join(self.workflows[:5])
            self.add_error("workflow", _("Choose one of what you live with: %(offered)s.") % {"offered": offered})
        return cleaned

    def answers(self) -> dict[str, FrictionAnswer]:
        """What was answered, by question; what belongs to another answer is left aside."""
        found = {}
        for question in FrictionQuestion:
            point = self.cleaned_data.get(question, "")
            if point == NOWHERE:
                found[question] = FrictionAnswer()
            elif point:
                minutes, words = (self.cleaned_data.get(f"{question}-{part}") for part in ("minutes", "words"))
                found[question] = FrictionAnswer(point, minutes, words or "")
        return {str(question): answer for question, answer in found.items()}


def workflow_of(pilot: Pilot) -> str:
    """How the work of a pilot is called where a manager chooses: its workflow, else its name."""
    return pilot.workflow or pilot.name
