"""The forms for many gates at once: those that are alike, decided once, and the minutes of one meeting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots.actions.bulk_decisions import Entry
from pilots.clock import today
from pilots.concurrency import of_gates
from pilots.models import Gate, GateKind
from pilots.refusals import ChangedMeanwhile, Refused
from pilots.rules.vocabulary import ClearsBy, Outcome
from readiness.forms import concurrency as looked
from readiness.forms.base import ActionForm
from readiness.forms.fields import ConfirmedField, DayField, LineField, PersonField
from readiness.forms.gates import DecideForm
from readiness.forms.rows import Row, RowFormSet
from readiness.queries.exception_requests import ExceptionRequest, changed_since, exception_requests
from readiness.queries.pilots import pilots

MOST = 50
"""Gates decided at once; more cannot be read on one page."""


class DecideManyForm(DecideForm):
    """One answer on several gates of one kind. What was seen of each is carried, so that none is answered blindly."""

    action = "decide_many"
    title = _("One answer for all of them")
    button = _("Sign this decision for each")
    success_message = _("Signed for each. The ones after the first cite it.")
    needed_by = {**DecideForm.needed_by, "court": ("changes_requested", "excepted")}
    confirmed = ConfirmedField()

    def __init__(
        self,
        *args: Any,
        gates: Sequence[Gate],
        requests: Mapping[int, Sequence[ExceptionRequest]] | None = None,
        **kwargs: Any,
    ) -> None:
        """`requests`: those for an exception that nobody has granted yet, by the gate's primary key."""
        self.gates, self.requests = list(gates), requests or {}
        super().__init__(*args, target=self.gates[0], shown_version=0, **kwargs)
        if not self.is_bound:
            self.initial["expected_version"] = self._versions_shown()

    def fit(self) -> None:
        """An exception is offered where somebody asked for one on each of the gates."""
        super().fit()
        if all(self.requests.get(gate.pk) for gate in self.gates):
            field: Any = self.fields["outcome"]
            field.choices = [*field.choices, ("excepted", _("Let them past until the last day below"))]
            self.fields["until"].label = _("Outside, or let past, until: the last day")
            self.asides_of = tuple(
                (_("The last day, where it is let past or waits on somebody outside"), aside[1])
                if "until" in aside[1]
                else aside
                for aside in self.asides_of
            )

    @property
    def main(self) -> Iterable[forms.BoundField]:
        """Nothing is to be confirmed where nothing has changed since the requests."""
        asks = any(map(changed_since, self.requests.values())) or "confirmed" in self.errors
        return [field for field in super().main if asks or field.name != "confirmed"]

    def on_what(self) -> dict[str, Any]:
        return {"gates": self.gates, "expected_version": self.require_expected_version()}

    def require_expected_version(self) -> dict[int, int]:
        """What the person saw of each gate, by its primary key."""
        carried = dict(part.split(":", 1) for part in self.cleaned_data["expected_version"].split(",") if ":" in part)
        try:
            return {gate.pk: looked.read(carried[gate.public_id]) for gate in self.gates}
        except KeyError as missing:
            raise ChangedMeanwhile from missing

    def _versions_shown(self) -> str:
        now = of_gates(self.gates)
        return ",".join(f"{gate.public_id}:{now[gate.pk]}" for gate in self.gates)

    def look_again(self) -> str:
        return self._versions_shown()


OUTCOMES = [
    ("", "–"),
    ("cleared", _("Yes")),
    ("changes_requested", _("Changes")),
    ("refused", _("No")),
    ("excepted", _("Let past until")),
]


class AnswerRow(Row):
    """One answer of a meeting, on a gate that is named by its pilot and its kind."""

    called = "answers"
    pilot = LineField(
        label=_("Pilot, by its key"), widget=forms.TextInput(attrs={"autocomplete": "off", "list": "keys"})
    )
    kind = forms.ChoiceField(label=_("Gate"), required=False)
    outcome = forms.ChoiceField(label=_("Answer"), required=False, choices=OUTCOMES)
    for_ = PersonField(label=_("Who answered, if not you"))
    until = DayField(label=_("Until"))
    reason = LineField(label=_("Reason, in a sentence"))
    confirmed = ConfirmedField()

    gate: Gate | None = None
    requests: Sequence[ExceptionRequest] = ()
    """What was asked for, where the row lets something past."""

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", "–"), *kinds]

    @property
    def main(self) -> Iterable[forms.BoundField]:
        return [field for field in self if field.name != "confirmed"]

    @property
    def to_confirm(self) -> forms.BoundField | None:
        """The box to be ticked, where something has changed since the request."""
        asks = changed_since(self.requests) or "confirmed" in self.errors
        return self["confirmed"] if asks else None

    def entry(self) -> Entry:
        """The answer as the action takes it."""
        typed = self.cleaned_data
        assert self.gate is not None
        outside = typed["outcome"] == Outcome.CHANGES_REQUESTED and typed["until"]
        return Entry(
            self.gate,
            typed["outcome"],
            typed["reason"],
            for_=typed["for_"],
            until=typed["until"],
            court="outside" if outside else "",
            confirmed=typed["confirmed"],
        )


AnswerFormSet = cast(
    type[RowFormSet],
    forms.formset_factory(AnswerRow, formset=RowFormSet, extra=4, max_num=MOST, absolute_max=MOST),
)


class MinutesForm(ActionForm):
    """One meeting's answers on gates of any kind, a row each, with the minutes as their evidence.

    Which gate a row is on is known only once it is typed: a row that lets something past is drawn once more with what was
    asked for, before anything is written. `shown` carries which requests have been read, each as its gate was seen.
    """

    action = "record_minutes"
    title = _("Minutes")
    button = _("Record these answers")
    rows_of = AnswerFormSet
    rows: RowFormSet
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    on = DayField(label=_("Day of the meeting"))
    evidence = LineField(label=_("The minutes"), help_text=_("A link to them. Every answer rests on it."))
    file = forms.FileField(
        label=_("Or the minutes as a file"),
        required=False,
        allow_empty_file=True,  # whether an empty one will do is the action's to say
        help_text=_("Filed once, as evidence of the first pilot; every answer rests on it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.to_be_read = False
        self._read: dict[str, int] = {}
        super().__init__(*args, auto_id="minutes-%s", **kwargs)

    def row_options(self) -> dict[str, Any]:
        kinds = GateKind.objects.visible_to(self.by).exclude(clears_by=ClearsBy.ACCEPTANCE)
        return super().row_options() | {"kinds": [(kind.key, kind.name) for kind in kinds]}

    def is_valid(self) -> bool:
        """Whether all can be read, and each row is on a gate that this person may see."""
        return super().is_valid() and self._find_gates()

    def perform(self) -> bool:
        """Record the minutes. False where something cannot be read, has to be read first, or is refused; nothing is written then."""
        if not self.is_valid():
            return False
        self._show_requests()
        return not self.to_be_read and super().perform()

    def arguments(self) -> dict[str, Any]:
        entries = [row.entry() for row in self._answers]
        return {
            "entries": [replace(entry, expected_version=self._read.get(entry.gate.public_id)) for entry in entries],
            **{name: self.cleaned_data[name] for name in ("on", "evidence", "file")},
        }

    @property
    def _answers(self) -> list[AnswerRow]:
        return [row for row in self.rows.typed if isinstance(row, AnswerRow)]

    def _find_gates(self) -> bool:
        mine = pilots().visible_to(self.by).order_by().values("pk")
        keys = {row.cleaned_data["pilot"] for row in self._answers}
        gates = Gate.objects.filter(pilot__in=mine, pilot__key__in=keys).select_related("pilot__portfolio", "kind")
        there = {(gate.pilot.key, gate.kind.key): gate for gate in gates}
        for row in self._answers:
            row.gate = there.get((row.cleaned_data["pilot"], row.cleaned_data["kind"]))
            if row.gate is None:
                says = _("There is no such gate, or it is not yours to see.")
                row.add_error("pilot", forms.ValidationError(says, code="not_found"))
        return not self.rows.named_errors()

    def _show_requests(self) -> None:
        """Read what was asked for in the rows that let something past, and whether it has been shown before."""
        rows = [row for row in self._answers if row.cleaned_data["outcome"] == Outcome.EXCEPTED]
        gates = [row.gate for row in rows if row.gate is not None]
        if not gates:
            return
        requests, now = exception_requests(gates, at=today()), of_gates(gates)
        for row, gate in zip(rows, gates, strict=True):
            row.requests = requests.get(gate.pk, ())
        read = dict(part.split(":", 1) for part in self.cleaned_data["shown"].split(",") if ":" in part)
        self._read = {key: int(count) for key, count in read.items() if count.isascii() and count.isdecimal()}
        self.to_be_read = any(gate.public_id not in self._read for gate in gates if gate.pk in requests)
        typed: Any = self.data
        self.data = typed = typed.copy()
        typed["shown"] = ",".join(f"{gate.public_id}:{now[gate.pk]}" for gate in gates)

    def _refuse(self, refused: Refused) -> None:
        """Each row says its own refusal. What is typed for all of them says it once; one of the whole form stands above it."""
        if not refused.rows:
            super()._refuse(refused)
            return
        self.refused = refused
        answers = self._answers
        for place, each in refused.rows.items():
            self._say(each, answers[place])

    def _say(self, refused: Refused, row: AnswerRow) -> None:
        """Say it where it was typed: in the row, or once for the whole meeting."""
        name = {"for": "for_"}.get(refused.field or "", refused.field or "")
        of_all = name not in row.fields and name in self.fields
        form, place = (self, name) if of_all else (row, name if name in row.fields else "outcome")
        if refused.says not in form.errors.get(place, ()):
            form.add_error(place, forms.ValidationError(refused.says, code=refused.code))
