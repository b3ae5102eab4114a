"""One form for a new pilot with all that is known of it: every action that it comes to is done in one transaction, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots import actions
from pilots.actions.records import AMENDABLE
from pilots.clock import today
from pilots.event_log.sign import logged_transaction
from pilots.languages import installation_language
from pilots.models import Gate, GateKind, Pilot
from pilots.refusals import Invalid, Refused
from pilots.rules import adoption
from pilots.rules.vocabulary import ClearsBy
from readiness.forms.fields import DayField, LineField, PersonField
from readiness.forms.pilots import RegisterThresholdForm, SetRulesForm
from readiness.forms.records import DETERMINED, RecordForm
from readiness.queries.next_keys import next_key
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshot_of
from readiness.text import labels

CHECK = "_check"
"""The button that writes nothing."""
NAMED, YES, SOURCE, THRESHOLD = "named-", "yes-", "source-", "threshold-"
"""What the names of fields begin with: who is named for a gate, what a source says of one, and the threshold."""
OF_RECORD = ("portfolio", "key", *AMENDABLE, "started_on", "decide_by")
NEEDED = ("portfolio", "key", "name", "high_impact", *(f"{THRESHOLD}{name}" for name in ("kind", "direction")))
"""Fields that need no “if known”: they are needed, or say so themselves."""
CHOSEN = (f"{THRESHOLD}kind", f"{THRESHOLD}direction")
"""Fields that say something before anybody has typed in them."""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields behind a line that opens and says what is inside; open where something is typed or refused there."""

    key: str
    title: Any
    inside: str
    fields: Sequence[BoundField]
    open: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What follows from what was typed, before any of it is written."""

    snapshot: PilotSnapshot
    gates: Sequence[tuple[str, str, str]]
    """Of each gate its name, its state, and whose move it is."""


class NewPilotForm(RecordForm):
    """Put a pilot on record with its start, its people, its rules, its threshold, and what a source says of its gates."""

    proposed = forms.CharField(required=False, widget=forms.HiddenInput)
    started_on = DayField(
        label=gettext_lazy("Running since"),
        help_text=gettext_lazy("The day it really started, also long ago. Empty while it is planned."),
    )
    decide_by = DayField(
        label=gettext_lazy("To be decided by"),
        help_text=gettext_lazy("Six weeks after the start unless you say otherwise."),
    )

    checked: Checked | None = None

    # What is offered

    def fit(self) -> None:
        super().fit()
        kinds = list(self.office_at.kinds())
        self.accepted = [kind for kind in kinds if kind.clears_by == ClearsBy.ACCEPTANCE]
        self.answered = [kind for kind in kinds if kind.clears_by != ClearsBy.ACCEPTANCE]
        for kind in self.accepted:
            says = gettext_lazy("Is asked to accept. Being named is not accepting.")
            self.fields[f"{NAMED}{kind.key}"] = PersonField(label=kind.name, help_text=says)
        self.fields.update({name: deepcopy(SetRulesForm.base_fields[name]) for name in adoption.RULES})
        for name, field in RegisterThresholdForm.base_fields.items():
            if name != "expected_version":
                self.fields[f"{THRESHOLD}{name}"] = deepcopy(field)
        for kind in self.answered:
            self.fields[f"{YES}{kind.key}"] = forms.BooleanField(
                label=_("%(gate)s: a source says yes") % {"gate": kind.name}, required=False
            )
            self.fields[f"{SOURCE}{kind.key}"] = LineField(
                label=_("%(gate)s: who says so, and where") % {"gate": kind.name},
                help_text=gettext_lazy(
                    "Such as “IT ticket 48812”. It is asserted: its decider is asked to confirm it."
                ),
            )
        for name, field in self.fields.items():
            if name not in NEEDED and not name.startswith((YES, SOURCE)):
                field.label = format_html('{} <span class="optional">{}</span>', field.label, _("if known"))
        if not self.is_bound:
            self.fields["name"].widget.attrs["autofocus"] = True
            self._propose()

    def _propose(self) -> None:
        """Propose the next free key of the portfolio that stands there first."""
        field: Any = self.fields["portfolio"]
        chosen = self.initial.get("portfolio")
        own = field.queryset
        portfolio = (own.filter(pk=chosen).first() if str(chosen or "").isdecimal() else None) or own.first()
        if portfolio is None:
            return
        key = next_key(portfolio)
        self.initial.setdefault("key", key)
        self.initial = {**self.initial, "portfolio": portfolio.pk, "proposed": f"{portfolio.pk}:{key}"}
        says = _(
            "Proposed: the next free one of %(portfolio)s. In another portfolio its next one is taken. It stays for good."
        )
        self.fields["key"].help_text = says % {"portfolio": portfolio}

    # What is done

    def arguments(self) -> dict[str, Any]:
        typed = {name: value for name, value in self.cleaned_data.items() if name in OF_RECORD}
        portfolio, _colon, key = self.cleaned_data.get("proposed", "").partition(":")
        if typed.get("key") and typed["key"] == key and portfolio != str(typed["portfolio"].pk):
            typed["key"] = next_key(typed["portfolio"])
        return typed

    def perform(self) -> bool:
        """As every form, or, where it is only to be checked, the whole run taken back."""
        if CHECK not in self.data:
            return super().perform()
        if self.is_valid():
            self._check()
        return False

    def is_valid(self) -> bool:
        return super().is_valid() and self.checked is None

    def _check(self) -> None:
        try:
            with transaction.atomic():
                self._try()
                snapshot = snapshot_of(Pilot.objects.get(pk=self.done.pk), at=today())
                transaction.set_rollback(True)
        except Refused as refused:
            self._refuse(refused)
        else:
            assert snapshot is not None
            gates = [(each.kind.name, str(labels.STATE[each.status.state]), _move(each)) for each in snapshot.gates]
            self.checked = Checked(snapshot, gates)
        self.done = None

    @logged_transaction()
    def _do(self) -> None:
        super()._do()
        pilot: Pilot = self.done
        self._state_rules(pilot)
        self._register_threshold(pilot)
        gates = {gate.kind.key: gate for gate in pilot.gates.select_related("kind", "pilot__portfolio")}
        self._name_people(gates)
        self._assert(gates)

    def _state_rules(self, pilot: Pilot) -> None:
        stated = {name: self.cleaned_data[name] for name in adoption.RULES if self.cleaned_data[name]}
        if stated:
            actions.set_rules(pilot=pilot, by=self.by, **stated)

    def _register_threshold(self, pilot: Pilot) -> None:
        """Register a threshold where anything of one is typed: what it lacks is refused at its field."""
        typed = {
            name.removeprefix(THRESHOLD): value
            for name, value in self.cleaned_data.items()
            if name.startswith(THRESHOLD)
        }
        if any(value for name, value in typed.items() if f"{THRESHOLD}{name}" not in CHOSEN):
            with _refused_at(f"{THRESHOLD}%s"):
                actions.register_threshold(pilot=pilot, by=self.by, **typed)

    def _name_people(self, gates: Mapping[str, Gate]) -> None:
        for kind in self.accepted:
            name = f"{NAMED}{kind.key}"
            if (person := self.cleaned_data[name]) is not None:
                with _refused_at(name):
                    actions.nominate(gate=_asked_of_it(gates, kind), by=self.by, person=person)

    def _assert(self, gates: Mapping[str, Gate]) -> None:
        """Record what a source says, as an import does; the source names who of the office read it, and where."""
        for kind in self.answered:
            yes, source = (f"{start}{kind.key}" for start in (YES, SOURCE))
            says = self.cleaned_data[source].strip()
            if says and not self.cleaned_data[yes]:
                raise Invalid(_("Tick that it says yes, or leave this empty: only a yes is asserted."), field=yes)
            if not self.cleaned_data[yes]:
                continue
            if not says:
                raise Invalid(_("Missing. Say who says yes, and where that is written."), field=source)
            with installation_language():
                written = _("%(person)s, program office, records from a source: %(says)s")
            with _refused_at(source):
                gate = _asked_of_it(gates, kind)
                actions.assert_(gate=gate, source=written % {"person": self.by, "says": says})

    # What is drawn

    def sections(self) -> list[Section]:
        """The fields in the order in which they are asked."""
        self.ask()
        manager = ("manager", *(f"{NAMED}{kind.key}" for kind in self.accepted))
        threshold = [name for name in self.fields if name.startswith(THRESHOLD)]
        asserted = [name for name in self.fields if name.startswith((YES, SOURCE))]
        what = (
            "portfolio",
            "key",
            "name",
            "workflow",
            "question",
            "purpose",
            "function",
            "tool",
            "data",
            "high_impact",
        )
        made: tuple[tuple[str, Any, Iterable[str], str], ...] = (
            ("what", gettext_lazy("What it is"), what, _("portfolio, key and name are needed")),
            ("impact", gettext_lazy("Why it is high impact, or not"), DETERMINED, self._says_impact()),
            ("running", gettext_lazy("Running since"), ("started_on", "decide_by"), self._says_since()),
            ("who", gettext_lazy("Who"), manager, self._counted(manager, _("%(n)s of %(of)s named"))),
            (
                "rules",
                gettext_lazy("Known rules"),
                adoption.RULES,
                self._counted(adoption.RULES, _("%(n)s of %(of)s stated")),
            ),
            (
                "quality",
                gettext_lazy("Quality threshold"),
                threshold,
                self._typed(f"{THRESHOLD}metric") or _("not registered"),
            ),
            ("source", gettext_lazy("What a source says"), asserted, self._says_asserted()),
        )
        return [
            Section(key, title, inside, [self[name] for name in names], key == "what" or self._holds(names))
            for key, title, names, inside in made
        ]

    def _typed(self, name: str) -> str:
        value = self[name].value()
        return "" if value in (None, False) else str(value).strip()

    def _holds(self, names: Iterable[str]) -> bool:
        return any(self[name].errors or (name not in CHOSEN and self._typed(name)) for name in names)

    def _counted(self, names: Sequence[str], says: str) -> str:
        return says % {"n": sum(bool(self._typed(name)) for name in names), "of": len(names)}

    def _says_since(self) -> str:
        days = [
            self.fields[name].to_python(self._typed(name)) if self._is_day(name) else None
            for name in ("started_on", "decide_by")
        ]
        if days[0] is None:
            return _("planned")
        if days[1] is None:
            return labels.day(days[0])
        return _("%(since)s, decide by %(day)s") % {"since": labels.day(days[0]), "day": labels.day(days[1])}

    def _says_impact(self) -> str:
        return _("stated") if any(self._typed(name) for name in DETERMINED) else _("not stated")

    def _is_day(self, name: str) -> bool:
        return bool(self._typed(name)) and not self[name].errors

    def _says_asserted(self) -> str:
        said = [kind.name for kind in self.answered if self._typed(f"{YES}{kind.key}")]
        if not said:
            return _("nothing")
        return ngettext("%(gates)s: yes, asserted", "%(gates)s: yes, asserted", len(said)) % {"gates": ", ".join(said)}


def _move(gate: GateSnapshot) -> str:
    return labels.move(gate) if gate.status.is_open else "–"


def _asked_of_it(gates: Mapping[str, Gate], kind: GateKind) -> Gate:
    if kind.key not in gates:
        raise Invalid(_("This gate is not asked of this pilot."))
    return gates[kind.key]


@contextmanager
def _refused_at(place: str) -> Iterator[None]:
    """What is refused within stands at a field of this form; `%s` is what the action calls it."""
    try:
        yield
    except Refused as refused:
        refused.field = place.replace("%s", refused.field or "")
        raise
