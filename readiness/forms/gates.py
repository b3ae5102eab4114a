"""The forms of the actions on a gate: deciding, exceptions, conditions, and accepting in one's own name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.models import Decision
from pilots.refusals import part_of
from readiness import registry
from readiness.forms.base import GateForm
from readiness.forms.fields import ConfirmedField, DayField, LineField, OneOfField, PersonField, SentenceField
from readiness.forms.rows import Row, RowFormSet
from readiness.queries.exception_requests import ExceptionRequest, changed_since, exception_requests
from readiness.registry import KEPT

RECORDED = (_("Record it for the decider"), ("for_", "evidence"))
ANOTHER_DAY = (_("Effective on an earlier date"), ("on",))
OUTCOMES = [
    ("cleared", _("Yes")),
    ("conditional", _("Yes, on conditions with a date")),
    ("changes_requested", _("Changes, with what you need")),
    ("refused", _("No")),
    ("withdrawn", _("Take back the answer that stands")),
]


def _only_the_office_records(form: GateForm) -> None:
    """Offer to record an answer for its decider to the program office only; whoever else answers may add evidence."""
    if not form.drawn or form.office:
        return
    del form.fields["for_"]
    form.asides_of = tuple((_("Evidence"), ("evidence",)) if aside is RECORDED else aside for aside in form.asides_of)


class ConditionRow(Row):
    """One condition of a yes, with the person who meets it and the last good day."""

    called = "conditions"
    text = LineField(label=_("Condition"))
    owner = PersonField(label=_("Who meets it"))
    due = DayField(label=_("Last good day"))

    @property
    def condition(self) -> dict[str, Any]:
        """As the action takes it."""
        owner = self.cleaned_data["owner"]
        return {**self.cleaned_data, "owner": owner and owner.pk}


ConditionFormSet = cast(
    type[RowFormSet],
    forms.formset_factory(ConditionRow, formset=RowFormSet, extra=2, max_num=20, absolute_max=20),
)


@registry.form_of("decide")
class DecideForm(GateForm):
    """Answer an approval or measurement gate."""

    asides_of: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (_("After a no: what would change it"), ("would_change",)),
        (_("Whose move it is after that, and until when it is outside"), ("court", "until")),
        RECORDED,
        ANOTHER_DAY,
    )
    needs = ("outcome", "reason")
    needed_by = {
        "conditions": ("conditional",),
        "would_change": ("refused",),
        "court": ("changes_requested",),
    }
    places = {"conditions": part_of("conditions", 1, "text"), "for": "for_"}
    rows_of = ConditionFormSet
    rows: RowFormSet

    outcome = OneOfField(label=_("Your answer"), widget=forms.RadioSelect, choices=OUTCOMES)
    reason = SentenceField(label=_("Reason, in a sentence"), help_text=KEPT)
    would_change = SentenceField(
        label=_("What would change the answer"), help_text=_("The team reads this, does it, and asks again."), rows=2
    )
    court = OneOfField(
        label=_("Whose move is it then?"),
        widget=forms.RadioSelect,
        choices=[("team", _("The team’s")), ("outside", _("Somebody outside"))],
    )
    until = DayField(label=_("Outside until, the last day"))
    for_ = PersonField(label=_("Who answered"))
    evidence = LineField(label=_("Evidence"), help_text=_("A link to the letter or the minutes that show it."))
    on = DayField(label=_("Effective date"))

    cites = OneOfField(label=_("Cite an earlier answer"), widget=forms.RadioSelect)

    def __init__(
        self,
        *args: Any,
        answered: bool = True,
        measured: bool = True,
        precedents: Sequence[tuple[Decision, str]] = (),
        **kwargs: Any,
    ) -> None:
        """What can be answered, where the caller knows it.

        Args:
            answered: whether there is an answer that can be withdrawn.
            measured: whether a yes is possible: on a gate that rests on a measurement, only where that was met.
            precedents: earlier answers that can be cited, each as it is called.
        """
        self._cannot_be = {"withdrawn"} if not answered else set()
        self._cannot_be |= set() if measured else {"cleared", "conditional"}
        self._precedents = {decision.public_id: decision for decision, _called in precedents}
        self._called = {decision.public_id: called for decision, called in precedents}
        super().__init__(*args, **kwargs)

    def fit(self) -> None:
        _only_the_office_records(self)
        field: Any = self.fields["outcome"]
        field.choices = [one for one in OUTCOMES if one[0] not in self._cannot_be]
        if self._called:
            cited: Any = self.fields["cites"]
            cited.choices = [("", _("None")), *self._called.items()]
            self.initial.setdefault("cites", "")
        else:
            del self.fields["cites"]

    def arguments(self) -> dict[str, Any]:
        asked = super().arguments()
        if "cites" in asked:
            asked["cites"] = self._precedents.get(asked["cites"])
        return asked | {"conditions": [row.condition for row in self.rows.typed if isinstance(row, ConditionRow)]}


@registry.form_of("except_")
class GrantExceptionForm(GateForm):
    """Let a pilot past an open gate until a date, asked for by somebody else."""

    asides_of = (RECORDED, ANOTHER_DAY)
    needs = ("reason", "until")
    places = {"for": "for_"}
    reason = SentenceField(label=_("Reason, in a sentence"), help_text=KEPT)
    until = DayField(label=_("Until, the last day"), help_text=_("At most 90 days from today."))
    for_ = PersonField(label=_("Who granted it"))
    evidence = LineField(label=_("Evidence"), help_text=_("A link to the letter or the minutes that show it."))
    on = DayField(label=_("Effective date"))
    confirmed = ConfirmedField()

    def __init__(self, *args: Any, requests: Sequence[ExceptionRequest] | None = None, **kwargs: Any) -> None:
        """`requests`: those that nobody has granted yet, where the caller has read them already."""
        self._requests = requests
        super().__init__(*args, **kwargs)

    def fit(self) -> None:
        _only_the_office_records(self)

    @property
    def requests(self) -> Sequence[ExceptionRequest]:
        """What was asked for, which the page shows above the form."""
        if self._requests is None:
            self._requests = exception_requests([self.target], at=today()).get(self.target.pk, [])
        return self._requests

    @property
    def main(self) -> Iterable[forms.BoundField]:
        """Nothing is to be confirmed where nothing has changed since the request."""
        asks = changed_since(self.requests) or "confirmed" in self.errors
        return [field for field in super().main if asks or field.name != "confirmed"]


@registry.form_of("meet_condition")
class MeetConditionForm(GateForm):
    """Record that a condition was met."""

    text = LineField(label=_("The condition, as it was written"))
    evidence = LineField(label=_("Evidence"), help_text=_("A link to what shows that it is met."))
    on = DayField(label=_("The day it was met"))
    asides_of = (ANOTHER_DAY,)

    def __init__(self, *args: Any, conditions: Iterable[str] = (), **kwargs: Any) -> None:
        """`conditions`: those not met yet, to choose among; where none are given, the condition is typed."""
        self._unmet = list(conditions)
        super().__init__(*args, **kwargs)

    def fit(self) -> None:
        if self._unmet:
            self.fields["text"] = OneOfField(
                label=_("Which condition"), widget=forms.RadioSelect, choices=[(text, text) for text in self._unmet]
            )
            self.initial.setdefault("text", self._unmet[0])


@registry.form_of("nominate")
class NominateForm(GateForm):
    """Name somebody for an acceptance gate."""

    needs = ("person",)
    person = PersonField(label=_("Who"), help_text=_("A person, not a team: their address, or their name."))


@registry.form_of("accept")
class AcceptForm(GateForm):
    """Accept, in one's own name, what one is named for."""

    reason = SentenceField(label=_("Reason, in a sentence (you may leave it empty)"), help_text=KEPT, rows=2)


@registry.form_of("decline")
class DeclineForm(GateForm):
    """Decline what one is named for."""

    reason = SentenceField(label=_("Who should be asked instead, or why not you"), help_text=KEPT, rows=2)


@registry.form_of("leave")
class LeaveForm(GateForm):
    """Leave a seat that one accepted."""

    reason = SentenceField(label=_("Why, and who should be asked"), help_text=KEPT, rows=2)
