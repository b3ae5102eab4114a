"""The forms of the verbs on a gate: deciding, exceptions, conditions, and accepting in one's own name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.refusals import Refused, part_of
from readiness.forms.base import Aside, GateForm
from readiness.forms.fields import ConfirmedField, DayField, LineField, OneOfField, PersonField, SentenceField
from readiness.queries.exception_requests import ExceptionRequest, changed_since, exception_requests

KEPT = _("Kept with the answer and never edited. It can be withdrawn later, and that is kept too.")
RECORDED = (_("Record it for the decider"), ("for_", "evidence"))
ANOTHER_DAY = (_("It was so on an earlier day"), ("on",))
OUTCOMES = [
    ("cleared", _("Yes")),
    ("conditional", _("Yes, on conditions with a date")),
    ("changes_requested", _("Changes, with what you need")),
    ("refused", _("No")),
    ("withdrawn", _("Take back the answer that stands")),
]
ROWS = 2
"""How many conditions can be typed before asking for another row."""
PARTS = ("text", "owner", "due")


def _only_the_office_records(form: GateForm) -> None:
    """Offer to record an answer for its decider to the program office only; whoever else answers may add evidence."""
    if form.office:
        return
    del form.fields["for_"]
    form.asides_of = tuple((_("Evidence"), ("evidence",)) if aside is RECORDED else aside for aside in form.asides_of)


class DecideForm(GateForm):
    """Answer an approval or measurement gate."""

    verb = "decide"
    title = _("The answer")
    offer = _("Answer")
    button = _("Sign this answer")
    done_says = _("Signed. The log says so in your name.")
    asides_of: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (_("After a no: what would change it"), ("would_change",)),
        (_("The date, where changes wait on somebody outside"), ("court", "until")),
        RECORDED,
        ANOTHER_DAY,
    )
    places = {"conditions": part_of("conditions", 1, "text"), "for": "for_"}
    recorded = _("Record an answer")

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
    on = DayField(label=_("The day it counts from"))

    def __init__(self, *args: Any, rows: int = ROWS, **kwargs: Any) -> None:
        self._least = rows
        self._typed_in: list[int] = []
        super().__init__(*args, **kwargs)

    def fit(self) -> None:
        _only_the_office_records(self)
        if not self.target.decisions.all():
            field = self.fields["outcome"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [one for one in OUTCOMES if one[0] != "withdrawn"]
        for number in range(1, self.rows + 1):
            fields = (
                LineField(label=_("Condition")),
                PersonField(label=_("Who meets it")),
                DayField(label=_("Last good day")),
            )
            self.fields |= dict(zip(_parts(number), fields, strict=True))

    @property
    def rows(self) -> int:
        """How many conditions can be typed: those that were, and two at the least."""
        typed: Mapping[str, Any] = self.data or self.initial
        return max(self._least, *(_number(name) for name in typed), ROWS)

    def conditions(self) -> list[dict[str, Any]]:
        """The conditions that were typed; a row without a word is none."""
        found, self._typed_in = [], []
        for number in range(1, self.rows + 1):
            typed = (self.cleaned_data.get(name) for name in _parts(number))
            row = dict(zip(PARTS, typed, strict=True))
            if any(row.values()):
                self._typed_in.append(number)
                found.append(row | {"owner": row["owner"] and row["owner"].pk})
        return found

    def _refuse(self, refused: Refused) -> None:
        """What is refused of a condition stands in the row in which it was typed: the verb was told of no empty ones."""
        field, _dot, rest = (refused.field or "").partition(".")
        if field == "conditions" and rest:
            number, part = rest.split(".")
            refused.field = part_of(field, self._typed_in[int(number) - 1], part)
        super()._refuse(refused)

    def asked(self) -> dict[str, Any]:
        typed = super().asked()
        asked = {k: v for k, v in typed.items() if not k.startswith("conditions.")}
        asked["conditions"] = self.conditions()
        return asked

    @property
    def main(self) -> Iterable[forms.BoundField]:
        return [f for f in super().main if not f.name.startswith("conditions.")]

    @property
    def asides(self) -> Iterable[Aside]:
        rows = [[self[name] for name in _parts(number)] for number in range(1, self.rows + 1)]
        typed = self.typed(field for row in rows for field in row)
        yield Aside(_("The conditions, each with a person and a date"), rows, typed)
        yield from super().asides

    @property
    def asks_for_rows(self) -> bool:
        """Whether the page offers one more row of conditions."""
        return True


def _parts(number: int) -> list[str]:
    """The fields of one row of conditions, called as a refusal calls them."""
    return [part_of("conditions", number, part) for part in PARTS]


def _number(name: str) -> int:
    parts = name.split(".")
    if parts[0] != "conditions" or len(parts) != 3 or not parts[1].isdecimal():
        return 0
    return min(int(parts[1]), 20)


class AskExceptionForm(GateForm):
    """Ask to be let past an open gate for a while."""

    verb = "ask_exception"
    title = _("Ask to be let past for a while")
    offer = _("Ask to be let past")
    button = _("Ask")
    done_says = _("Asked. Somebody else grants it, or does not.")
    reason = SentenceField(label=_("Why it cannot wait"), help_text=KEPT)
    until = DayField(label=_("Until, the last day"), help_text=_("Whoever grants it gives the day that binds."))


class GrantExceptionForm(GateForm):
    """Let a pilot past an open gate until a date, asked for by somebody else."""

    verb = "except_"
    title = _("Let it past for a while")
    offer = _("Let it past")
    button = _("Sign this exception")
    done_says = _("Signed. It is let past, and that is not counted as cleared.")
    asides_of = (RECORDED, ANOTHER_DAY)
    places = {"for": "for_"}
    recorded = _("Record that it is let past")
    reason = SentenceField(label=_("Reason, in a sentence"), help_text=KEPT)
    until = DayField(label=_("Until, the last day"), help_text=_("At most 90 days from today."))
    for_ = PersonField(label=_("Who granted it"))
    evidence = LineField(label=_("Evidence"), help_text=_("A link to the letter or the minutes that show it."))
    on = DayField(label=_("The day it counts from"))
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


class AnswerForm(GateForm):
    """The team answers a request or a no."""

    verb = "answer"
    title = _("Answer what was asked")
    button = _("Send the answer")
    done_says = _("Answered. It waits on the decider again.")
    text = SentenceField(
        label=_("What you did, or would do"), help_text=_("The decider reads this before they answer again.")
    )


class MeetConditionForm(GateForm):
    """Record that a condition was met."""

    verb = "meet_condition"
    title = _("Record a condition as met")
    button = _("Record it as met")
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


class NominateForm(GateForm):
    """Name somebody for an acceptance gate."""

    verb = "nominate"
    title = _("Name somebody")
    button = _("Name them")
    done_says = _("Named. Being named is not accepting: they are asked.")
    person = PersonField(label=_("Who"), help_text=_("A person, not a team: their address, or their name."))


class AcceptForm(GateForm):
    """Accept, in one's own name, what one is named for."""

    verb = "accept"
    title = _("Accept")
    button = _("I accept")
    done_says = _("Accepted. The log says so in your name.")
    reason = SentenceField(label=_("Reason, in a sentence (you may leave it empty)"), help_text=KEPT, rows=2)


class DeclineForm(GateForm):
    """Decline what one is named for."""

    verb = "decline"
    title = _("Decline")
    button = _("I decline")
    done_says = _("Declined. The log says so in your name.")
    reason = SentenceField(label=_("Who should be asked instead, or why not you"), help_text=KEPT, rows=2)


class LeaveForm(GateForm):
    """Leave a seat that one accepted."""

    verb = "leave"
    title = _("Leave it")
    button = _("Leave it")
    done_says = _("You left it. The gate is open from today.")
    reason = SentenceField(label=_("Why, and who should be asked"), help_text=KEPT, rows=2)
