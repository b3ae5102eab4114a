"""The forms of what either side says of a pilot: the sponsor's account, and who lives with it as a manager."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.models import Pilot
from pilots.models.choices import STEP_KIND, choices
from pilots.models.workflows import MOST_STEPS
from pilots.refusals import Refused
from readiness import registry
from readiness.forms.base import ActionForm, PilotForm
from readiness.forms.fields import DayField, LineField, NumberField, OneOfField, PersonField, SentenceField
from readiness.forms.pilots import ANOTHER_DAY
from readiness.forms.rows import Row, RowFormSet
from readiness.models.measures import measures_offered
from readiness.queries.incentives import stated_incentives
from readiness.queries.workflows import announced
from readiness.rules.workflows import Step

BASIS: dict[str, Any] = {
    "sat": _("I sat with the work"),
    "spoke": _("I spoke with a manager"),
    "summary": _("I read a summary"),
}


@registry.form_of("give_account")
class GiveAccountForm(PilotForm):
    """The sponsor's account of a pilot, in their own name."""

    basis = OneOfField(label=_("How do you know?"), widget=forms.RadioSelect, choices=choices(BASIS))
    asked = SentenceField(
        label=_("Whom you asked, or what you read"),
        rows=2,
        help_text=_("A person and a day, or the name of the paper."),
    )
    easier = SentenceField(label=_("What got easier"), rows=2)
    riskier = SentenceField(label=_("What got riskier"), rows=2)
    muddy = SentenceField(
        label=_("Which decisions stay muddy"),
        rows=2,
        help_text=_(
            "In concrete terms: a task, a person, a Tuesday. If it is nothing, say so. The earlier account is kept."
        ),
    )


class _OfPerson(PilotForm):
    """What is about one person."""

    person = PersonField(label=_("Who"), help_text=_("Their address, or name."))


@registry.form_of("add_fellow_manager")
class AddFellowManagerForm(_OfPerson):
    """Name another manager who lives with it."""


@registry.form_of("remove_fellow_manager")
class RemoveFellowManagerForm(_OfPerson):
    """Take a fellow manager off."""


SCORES: dict[str, Any] = {
    "1": _("1, more work in a more modern wrapper"),
    "2": _("2"),
    "3": _("3"),
    "4": _("4"),
    "5": _("5, helping me do the work"),
}
QUESTION = _("Is it helping you do the work, or making more work in a more modern wrapper?")


class ScoreField(OneOfField):
    """An answer on the scale of five; whether it is one is the action's to say."""

    def __init__(self, **kwargs: Any) -> None:
        given: dict[str, Any] = {"label": QUESTION, "widget": forms.RadioSelect, "choices": list(SCORES.items())}
        super().__init__(**given | kwargs)

    def clean(self, value: Any) -> Any:
        written = super().clean(value)
        return int(written) if written in SCORES else written or None


@registry.form_of("answer_pulse")
class AnswerPulseForm(PilotForm):
    """The sponsor's answer to the question that both sides are asked, in their own name."""

    score = ScoreField()


class UnnamedForm(ActionForm):
    """What a manager says of a pilot by pseudonym. Nothing of it is logged, and no version of the pilot is held against it."""

    target_argument = "pilot"

    def __init__(self, *args: Any, pilot: Pilot, **kwargs: Any) -> None:
        self.pilot = pilot
        super().__init__(*args, **kwargs)

    def on_what(self) -> dict[str, Any]:
        return {"pilot": self.pilot}


class AnswerUnnamedForm(UnnamedForm):
    """A manager's answer to the same question."""

    action = "answer_pulse_unnamed"
    title = _("Answer the question")
    button = _("Answer")
    success_message = _(
        "Answered. Your answer is shown as part of a median, once three have answered and it has closed."
    )
    score = ScoreField()


COLUMNS = ("name", "minutes", "who", "tool", "counts_as")
"""What stands on a line of steps, in this order."""
PARTS: dict[str, Any] = {
    "name": _("What happens"),
    "minutes": _("Minutes"),
    "who": _("Who"),
    "tool": _("Tool"),
    "counts_as": _("Counts as"),
}
STEP_LISTS = {"name": "step-names", "who": "step-who", "tool": "step-tools"}
"""The lists of what is offered while a part of a step is typed, by their ids."""
PART_OF_STEP = _("%(part)s, step %(number)s")


class StepsField(forms.CharField):
    """Steps, one a line: what happens; minutes; who; tool; work, rework, review or waiting. What is left out is empty."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 9})
        given: dict[str, Any] = {"widget": widget, "required": False}
        super().__init__(**given | kwargs)

    def offer_rows(self) -> None:
        """Let a script draw each line as a row of fields (`steps.js`)."""
        columns: list[dict[str, Any]] = [
            {"label": str(PARTS[name]), "list": STEP_LISTS.get(name), "numeric": name == "minutes"} for name in COLUMNS
        ]
        columns[-1]["choices"] = [(word, str(label)) for word, label in choices(STEP_KIND)]
        self.widget.attrs |= {
            "data-columns": json.dumps(columns),
            "data-most": MOST_STEPS,
            "data-called": PART_OF_STEP % {"part": "{part}", "number": "{number}"},
            "data-as-rows": _("Show as fields"),
            "data-as-lines": _("Write as lines"),
        }

    def clean(self, value: Any) -> Any:
        lines = [line for line in (super().clean(value) or "").splitlines() if line.strip()]
        return [self._step(line) for line in lines]

    def _step(self, line: str) -> dict[str, Any]:
        parts = [part.strip() for part in line.split(";")]
        step: dict[str, Any] = dict(zip(COLUMNS, parts, strict=False))
        minutes = step.get("minutes", "")
        step["minutes"] = int(minutes) if minutes.isdecimal() and len(minutes) < 9 else minutes or None
        return step

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join("; ".join(str(step.get(name, "")) for name in COLUMNS).rstrip("; ") for step in value)


@registry.form_of("announce_workflow")
class AnnounceWorkflowForm(PilotForm):
    """How a run of the workflow goes, as announced."""

    steps = StepsField(
        label=_("The steps, one a line"),
        help_text=_(
            "What happens; minutes; who; tool; and work, rework, review or waiting. “Model drafts; 1; Model; Quill”."
        ),
    )
    by_hand = NumberField(label=_("Minutes that it took by hand, before"))
    runs = NumberField(label=_("How often a week"))
    asides_of = (ANOTHER_DAY,)
    on = DayField(label=_("Effective date"))

    def fit(self) -> None:
        steps = self.fields["steps"]
        assert isinstance(steps, StepsField)
        if self.drawn:
            steps.offer_rows()

    def begins_with(self) -> Mapping[str, Any]:
        row = announced(self.target.pk, at=today()) if self.drawn else None
        if row is None:
            return {}
        steps = [{name: getattr(step, name) for name in COLUMNS} for step in row.rows]
        return {"steps": steps, "by_hand": row.by_hand, "runs": row.runs}

    def _place_of(self, refused: Refused) -> tuple[forms.Form, str | None]:
        """What is wrong with one line stands at the lines, with its number before it."""
        field, _dot, rest = (refused.field or "").partition(".")
        if field == "steps" and rest:
            number, _dot, _part = rest.partition(".")
            refused.says = _("Line %(number)s: %(says)s") % {"number": number, "says": refused.says}
            refused.field = "steps"
        return super()._place_of(refused)


class MeasuresField(forms.MultipleChoiceField):
    """Some of the measures on the office's list, and those that are stated already."""

    def __init__(self, **kwargs: Any) -> None:
        given: dict[str, Any] = {
            "widget": forms.CheckboxSelectMultiple,
            "required": False,
            "choices": measures_to_choose,
        }
        super().__init__(**given | kwargs)

    def valid_value(self, value: Any) -> bool:
        return True


def measures_to_choose() -> list[tuple[str, str]]:
    """The measures on the office's list, as choices."""
    return [(name, name) for name in measures_offered()]


@registry.form_of("state_incentives")
class StateIncentivesForm(PilotForm):
    """What either side of a pilot is measured on."""

    of_manager = MeasuresField(label=_("The managers are measured on"))
    of_sponsor = MeasuresField(label=_("The sponsor is measured on"))
    if_it_fails = SentenceField(
        label=_("What happens to the person whose experiment fails"),
        rows=2,
        help_text=_("Empty where nothing says it."),
    )
    extra_hands = SentenceField(
        label=_("Who gets extra hands when review work spikes"), rows=2, help_text=_("Empty where nothing says it.")
    )

    def begins_with(self) -> Mapping[str, Any]:
        row = stated_incentives(self.target.pk, at=today()) if self.drawn else None
        names = ("of_manager", "of_sponsor", "if_it_fails", "extra_hands")
        return {name: getattr(row, name) for name in names} if row else {}


class LivedStepRow(Row):
    """One step as a manager lives it."""

    called = "steps"
    name = LineField(label=PARTS["name"])
    minutes = NumberField(label=PARTS["minutes"])
    times = NumberField(label=_("Times in a run"))
    who = LineField(label=PARTS["who"])
    tool = LineField(label=PARTS["tool"])
    counts_as = OneOfField(label=PARTS["counts_as"], choices=choices(STEP_KIND))
    is_judgement = forms.BooleanField(label=_("A judgement with no policy behind it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            number = str(self.prefix).rpartition(".")[2]
            field.widget.attrs["aria-label"] = PART_OF_STEP % {"part": field.label, "number": number}
            if name in STEP_LISTS:
                field.widget.attrs |= {"list": STEP_LISTS[name], "autocomplete": "off"}
            if name in ("minutes", "times"):
                field.widget.attrs["inputmode"] = "numeric"

    def has_changed(self) -> bool:
        """Whether it names a step: what else stands in a row says nothing by itself."""
        return bool(str(self["name"].value() or "").strip())


class LivedStepsBase(RowFormSet):
    """The steps of a run, with room for three more."""

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, initial: Sequence[Mapping[str, Any]] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, initial=initial, **kwargs)
        if data is None:
            self.extra = len(initial) + 3


LivedStepFormSet = cast(
    type[RowFormSet],
    forms.formset_factory(LivedStepRow, formset=LivedStepsBase, extra=3, max_num=MOST_STEPS, absolute_max=MOST_STEPS),
)


class DescribeStepsForm(UnnamedForm):
    """How a manager lives a run. An announced step that is left as it stands is done as announced."""

    action = "describe_steps"
    title = _("How you live it")
    button = _("Keep my steps")
    success_message = _("Kept. It is never shown alone: it counts towards the median, from three managers on.")
    rows_of = LivedStepFormSet
    runs = NumberField(label=_("How often a week, in your team"))

    def __init__(self, *args: Any, official: Sequence[Step] = (), **kwargs: Any) -> None:
        self.official = {step.key: step for step in official}
        super().__init__(*args, **kwargs)

    def arguments(self) -> dict[str, Any]:
        return {"runs": self.cleaned_data["runs"], "steps": [self._step(row.cleaned_data) for row in self.rows.typed]}

    def _step(self, says: Mapping[str, Any]) -> dict[str, Any]:
        step = self.official.get(Step(says["name"], 0).key)
        if step is None:
            return dict(says)
        as_announced = {"minutes": step.minutes, "who": step.who, "tool": step.tool, "counts_as": step.counts_as}
        return {
            **says,
            **{name: says.get(name) or value for name, value in as_announced.items()},
            "name": step.name,
        } | ({"minutes": says["minutes"]} if says["minutes"] is not None else {})
