"""The forms for many gates at once: those that are alike, decided once, and the minutes of one meeting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy as _

from pilots import actions
from pilots.actions.bulk_decisions import Entry
from pilots.clock import today
from pilots.concurrency import of_gates
from pilots.models import Gate, GateKind, Person
from pilots.refusals import ChangedMeanwhile, Refused
from pilots.rules.vocabulary import ClearsBy, Outcome
from readiness.forms import concurrency as looked
from readiness.forms.fields import ConfirmedField, DayField, LineField, PersonField
from readiness.forms.gates import DecideForm
from readiness.queries.exception_requests import ExceptionRequest, changed_since, exception_requests
from readiness.queries.pilots import pilots

MOST = 50
"""Gates decided at once; more cannot be read on one page."""


class DecideManyForm(DecideForm):
    """One answer on several gates of one kind. What was seen of each is carried, so that none is answered blindly."""

    verb = "decide_many"
    title = _("One answer for all of them")
    button = _("Sign this answer for each")
    done_says = _("Signed for each. The ones after the first cite it.")
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
        super().__init__(*args, target=self.gates[0], saw=0, **kwargs)
        if not self.is_bound:
            self.initial["seen"] = self._drawn()

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
        return {"gates": self.gates}

    def as_seen(self) -> dict[int, int]:
        """What the person saw of each gate, by its primary key."""
        carried = dict(part.split(":", 1) for part in self.cleaned_data["seen"].split(",") if ":" in part)
        try:
            return {gate.pk: looked.read(carried[gate.public_id]) for gate in self.gates}
        except KeyError as missing:
            raise ChangedMeanwhile from missing

    def _drawn(self) -> str:
        now = of_gates(self.gates)
        return ",".join(f"{gate.public_id}:{now[gate.pk]}" for gate in self.gates)

    def look_again(self) -> str:
        return self._drawn()


OUTCOMES = [
    ("", "–"),
    ("cleared", _("Yes")),
    ("changes_requested", _("Changes")),
    ("refused", _("No")),
    ("excepted", _("Let past until")),
]
ROWS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the minutes as a template draws it, with what was asked for where it lets something past."""

    fields: Sequence[forms.BoundField]
    requests: Sequence[ExceptionRequest]
    confirmed: forms.BoundField | None


class MinutesForm(forms.Form):
    """One meeting's answers on gates of any kind, a row each, with the minutes as their evidence.

    Which gate a row is on is known only once it is typed: a row that lets something past is drawn once more with what was
    asked for, before anything is written. `shown` carries which requests have been read, each as its gate was seen.
    """

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    on = DayField(label=_("Day of the meeting"))
    evidence = LineField(label=_("The minutes"), help_text=_("A link to them. Every answer rests on it."))
    file = forms.FileField(
        label=_("Or the minutes as a file"),
        required=False,
        allow_empty_file=True,  # whether an empty one will do is the verb's to say
        help_text=_("Filed once, as evidence of the first pilot; every answer rests on it."),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, files: Any = None, *, by: Person, rows: int = ROWS, **kwargs: Any
    ) -> None:
        self.by = by
        self.refused: Refused | None = None
        self.done: Any = None
        self.to_be_read = False
        self._requests: dict[int, Sequence[ExceptionRequest]] = {}
        typed: Mapping[str, Any] = data or kwargs.get("initial") or {}
        self.rows = min(max(rows, *(_number(name) for name in typed), ROWS), MOST)
        super().__init__(data, files, auto_id="minutes-%s", use_required_attribute=False, **kwargs)
        kinds = [("", "–")] + [
            (kind.key, kind.name) for kind in GateKind.objects.visible_to(by).exclude(clears_by=ClearsBy.ACCEPTANCE)
        ]
        for n in range(1, self.rows + 1):
            self.fields[f"row_{n}_pilot"] = LineField(label=_("Pilot, by its key"))
            self.fields[f"row_{n}_kind"] = _choice(_("Gate"), kinds)
            self.fields[f"row_{n}_outcome"] = _choice(_("Answer"), OUTCOMES)
            self.fields[f"row_{n}_for"] = PersonField(label=_("Who answered, if not you"))
            self.fields[f"row_{n}_until"] = DayField(label=_("Until"))
            self.fields[f"row_{n}_reason"] = LineField(label=_("Reason, in a sentence"))
            self.fields[f"row_{n}_confirmed"] = ConfirmedField()

    PARTS = ("pilot", "kind", "outcome", "for", "until", "reason")

    @property
    def lines(self) -> list[Line]:
        """The rows as a template draws them."""
        return [self._line(n) for n in range(1, self.rows + 1)]

    def _line(self, n: int) -> Line:
        requests = self._requests.get(n, ())
        asks = changed_since(requests) or f"row_{n}_confirmed" in self.errors
        fields = [self[f"row_{n}_{part}"] for part in self.PARTS]
        return Line(fields, requests, self[f"row_{n}_confirmed"] if asks else None)

    def act(self) -> bool:
        """Record the minutes. False where something typed cannot be read, or an answer is refused; nothing is written then."""
        if not self.is_valid():
            return False
        numbers, entries = self._entries()
        if self.errors:
            return False
        read = self._show_requests(numbers, entries)
        if self.to_be_read:
            return False
        try:
            self.done = actions.record_minutes(
                by=self.by,
                entries=[replace(entry, seen=read.get(entry.gate.public_id)) for entry in entries],
                on=self.cleaned_data["on"],
                evidence=self.cleaned_data["evidence"],
                file=self.cleaned_data["file"],
            )
        except Refused as refused:
            self._refuse(refused, numbers)
            return False
        return True

    @property
    def status(self) -> int:
        """The status of an answer that shows this form."""
        if self.refused:
            return self.refused.status
        return 422 if self.is_bound and self.errors else 200

    def _show_requests(self, numbers: list[int], entries: list[Entry]) -> dict[str, int]:
        """Read what was asked for in the rows that let something past, and say what has been shown of it before.

        Returns how each of these gates was when its requests were shown, by its public id.
        """
        gates = {n: entry.gate for n, entry in zip(numbers, entries, strict=True) if entry.outcome == Outcome.EXCEPTED}
        if not gates:
            return {}
        requests, now = exception_requests(gates.values(), at=today()), of_gates(gates.values())
        self._requests = {n: requests[gate.pk] for n, gate in gates.items() if gate.pk in requests}
        read = dict(part.split(":", 1) for part in self.cleaned_data["shown"].split(",") if ":" in part)
        found = {key: int(count) for key, count in read.items() if count.isascii() and count.isdecimal()}
        self.to_be_read = any(gates[n].public_id not in found for n in self._requests)
        shown = ",".join(f"{gate.public_id}:{now[gate.pk]}" for gate in gates.values())
        typed: Any = self.data
        typed = typed.copy()
        typed["shown"] = shown
        self.data = typed
        return found

    def _entries(self) -> tuple[list[int], list[Entry]]:
        """The rows in which something is typed, each as an answer on a gate that this person may see."""
        typed = self.cleaned_data
        used = [n for n in range(1, self.rows + 1) if any(typed.get(f"row_{n}_{part}") for part in self.PARTS)]
        mine = pilots().visible_to(self.by).order_by().values("pk")
        keys = {typed[f"row_{n}_pilot"] for n in used}
        rows = Gate.objects.filter(pilot__in=mine, pilot__key__in=keys).select_related("pilot__portfolio", "kind")
        there = {(gate.pilot.key, gate.kind.key): gate for gate in rows}
        numbers, entries = [], []
        for n in used:
            gate = there.get((typed[f"row_{n}_pilot"], typed[f"row_{n}_kind"]))
            if gate is None:
                self.add_error(
                    f"row_{n}_pilot",
                    forms.ValidationError(_("There is no such gate, or it is not yours to see."), code="not_found"),
                )
                continue
            numbers.append(n)
            entries.append(
                Entry(
                    gate,
                    typed[f"row_{n}_outcome"],
                    typed[f"row_{n}_reason"],
                    for_=typed[f"row_{n}_for"],
                    until=typed[f"row_{n}_until"],
                    court="outside"
                    if typed[f"row_{n}_outcome"] == "changes_requested" and typed[f"row_{n}_until"]
                    else "",
                    confirmed=typed[f"row_{n}_confirmed"],
                )
            )
        return numbers, entries

    def _refuse(self, refused: Refused, numbers: list[int]) -> None:
        """Each row says its own refusal. What is typed for all of them says it once; one of the whole form stands above it."""
        self.refused = refused
        for place, each in refused.rows.items():
            self._say(each, self._place(each, f"row_{numbers[place]}_"))
        if not refused.rows:
            self._say(refused, refused.field if refused.field in self.fields else None)

    def _place(self, refused: Refused, row: str) -> str:
        """Where the refusal of a row was typed: in the row, or once for the whole meeting."""
        typed = (f"{row}{refused.field}", refused.field)
        return next((name for name in typed if name in self.fields), f"{row}outcome")

    def _say(self, refused: Refused, place: str | None) -> None:
        if refused.says not in self.errors.get(place or NON_FIELD_ERRORS, ()):
            self.add_error(place, forms.ValidationError(refused.says, code=refused.code))


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)


def _number(name: str) -> int:
    parts = name.split("_")
    return int(parts[1]) if len(parts) == 3 and parts[0] == "row" and parts[1].isdecimal() else 0
