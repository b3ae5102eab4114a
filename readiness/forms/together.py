"""What is typed once for many pilots: the forms of the actions that are done to them together, and what their buttons say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from pilots.actions.many import DoneToMany, do_to_many, gates_of_kind, gates_of_person
from pilots.concurrency import of_gates
from pilots.models import Gate, Person, Pilot
from pilots.rules.vocabulary import ClearsBy
from readiness import registry
from readiness.forms.fields import OneOfField, PersonField, SentenceField, ask_as
from readiness.forms.offices import Office
from readiness.forms.records import HighImpactField
from readiness.forms.reference import FunctionField
from readiness.text import labels

UNSEEN = -1
"""What stands for the version of something that was never shown as it is now."""


class TogetherForm(forms.Form):
    """One action on many pilots, with the same typed for all."""

    word: ClassVar[str]
    action: ClassVar[str]
    title: ClassVar[Any]
    number: ClassVar[Any]
    """On how many it would be done, as a button says it."""
    counted: ClassVar[Any]
    """The same, once it is done."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, office: Office, **kwargs: Any) -> None:
        self.office = office
        super().__init__(data, use_required_attribute=False, label_suffix="", **kwargs)
        self.fit()
        ask_as(office.person, self.fields.values())

    def fit(self) -> None:
        """Offer what is this office's to choose."""

    def targets(self, pilots: Sequence[Pilot]) -> Sequence[Pilot] | Sequence[Gate]:
        """What the action is on, of these pilots."""
        return pilots

    def arguments(self) -> dict[str, Any]:
        """The action's arguments, from what was typed."""
        return {name: value for name, value in self.cleaned_data.items() if name != "on"}

    def button(self, number: int) -> str:
        """What the button says that does it."""
        return str(self.number % {"n": number}) if number else ""

    def done_message(self, number: int) -> str:
        """What is said once it is done."""
        return str(self.counted % {"n": number})

    def perform(self, pilots: Sequence[Pilot], versions: Mapping[int, int], by: Person) -> DoneToMany:
        """Do it to these pilots, as they were seen. Of gates, the answer is by their pilots."""
        targets = self.targets(pilots)
        expected = self._expected(targets, versions)
        done = do_to_many(
            action=self.action,
            targets=targets,
            by=by,
            arguments=self.arguments(),
            expected_version=expected,
            on=self.cleaned_data.get("on"),
        )
        return _by_pilot(done, targets)

    @staticmethod
    def _expected(targets: Sequence[Any], versions: Mapping[int, int]) -> dict[int, int]:
        """The version of each that was seen; a gate is as it was seen while nothing was done to its pilot."""
        if not any(isinstance(target, Gate) for target in targets):
            return {target.pk: versions.get(target.pk, UNSEEN) for target in targets}
        now = of_gates(targets)
        as_seen = {gate.pk: versions.get(gate.pilot_id) == gate.pilot.version for gate in targets}
        return {pk: version if as_seen[pk] else UNSEEN for pk, version in now.items()}


def _by_pilot(done: DoneToMany, targets: Sequence[Any]) -> DoneToMany:
    """The same by pilot: of several gates of one, a single refusal is kept."""
    pilot = {target.pk: target.pilot_id if isinstance(target, Gate) else target.pk for target in targets}
    refused = {pilot[pk]: refusal for pk, refusal in done.refused.items()}
    changed = dict.fromkeys(pilot[pk] for pk in done.done)
    same = dict.fromkeys(pilot[pk] for pk in done.unchanged)
    return DoneToMany(list(changed), [pk for pk in same if pk not in changed], refused)


def _of_action(action: str, number: Any, counted: Any, base: type[TogetherForm] = TogetherForm) -> type[TogetherForm]:
    """The form of an action that is asked for many as it is for one."""
    asked = {
        name: deepcopy(field)
        for name, field in registry.FORMS[action].base_fields.items()
        if name != "expected_version"
    }
    row = registry.INTERFACES[action]
    says = {
        "word": registry.address(action),
        "action": action,
        "title": row.title,
        "number": number,
        "counted": counted,
    }
    return type(f"{action}_together", (base,), {"__module__": __name__, **asked, **says})


class MoveTogether(TogetherForm):
    """Move decide-by dates: the button says to which day."""

    def button(self, number: int) -> str:
        to = self.cleaned_data.get("to") if number else None
        return say("%(what)s to %(day)s") % {"what": super().button(number), "day": labels.day(to)} if to else ""


class SetOne(TogetherForm):
    """Set one field of the records."""

    action = "amend"
    field: ClassVar[str]

    def arguments(self) -> dict[str, Any]:
        return {"set": {self.field: self.cleaned_data[self.field]}}


class SetManager(SetOne):
    """Name a manager."""

    word, field, title = "set-manager", "manager", _("Set the manager")
    number = ngettext_lazy("Set the manager of %(n)d pilot", "Set the manager of %(n)d pilots", "n")
    counted = ngettext_lazy("The manager of %(n)d pilot was set.", "The manager of %(n)d pilots was set.", "n")
    manager = PersonField(label=_("Manager"), help_text=_("Who lives with them. Empty: nobody is named any more."))


class SetFunction(SetOne):
    """Say in which function they lie."""

    word, field, title = "set-function", "function", _("Set the function")
    number = ngettext_lazy("Set the function of %(n)d pilot", "Set the function of %(n)d pilots", "n")
    counted = ngettext_lazy("The function of %(n)d pilot was set.", "The function of %(n)d pilots was set.", "n")
    function = FunctionField()


class SetHighImpact(SetOne):
    """Say whether they are high impact; gates that are asked of those alone open, or are switched off."""

    word, field, title = "set-high-impact", "high_impact", _("Set high impact")
    number = ngettext_lazy("Set it for %(n)d pilot", "Set it for %(n)d pilots", "n")
    counted = ngettext_lazy("The record of %(n)d pilot was edited.", "The records of %(n)d pilots were edited.", "n")
    high_impact = HighImpactField(
        label=_("High impact"),
        help_text=_("Gates that are asked of high-impact pilots alone open, or are switched off."),
    )


class AmendField(TogetherForm):
    """Set a text of the records."""

    word, action, title = "amend", "amend", _("Set another field")
    number = ngettext_lazy("Set it for %(n)d pilot", "Set it for %(n)d pilots", "n")
    counted = ngettext_lazy("The record of %(n)d pilot was edited.", "The records of %(n)d pilots were edited.", "n")
    field = forms.ChoiceField(
        label=_("Field"),
        choices=[
            ("workflow", _("Workflow")),
            ("question", _("The question it should answer")),
            ("purpose", _("Purpose")),
            ("tool", _("Tool")),
            ("data", _("Data")),
        ],
    )
    value = SentenceField(
        label=_("What it says for all of them"), help_text=_("Empty: nothing is said any more."), rows=2
    )

    def arguments(self) -> dict[str, Any]:
        return {"set": {self.cleaned_data["field"]: self.cleaned_data["value"]}}


class NominateTogether(TogetherForm):
    """Name somebody for a gate of each."""

    word, action, title = "nominate", "nominate", _("Name somebody for a gate")
    number = ngettext_lazy("Name them for %(n)d pilot", "Name them for %(n)d pilots", "n")
    counted = ngettext_lazy(
        "Named for %(n)d pilot. Being named is not accepting.",
        "Named for %(n)d pilots. Being named is not accepting.",
        "n",
    )
    kind = OneOfField(label=_("Gate"))
    person = PersonField(label=_("Who"), help_text=_("A person, not a team: their address, or their name."))

    def fit(self) -> None:
        kind: Any = self.fields["kind"]
        accepted = self.office.kinds().filter(clears_by=ClearsBy.ACCEPTANCE).order_by("position")
        kind.choices = list(accepted.values_list("key", "name"))
        kind.initial = kind.choices[0][0] if kind.choices else None

    def targets(self, pilots: Sequence[Pilot]) -> Sequence[Gate]:
        return gates_of_kind(self.cleaned_data["kind"], pilots)

    def arguments(self) -> dict[str, Any]:
        return {"person": self.cleaned_data["person"]}


class HandOver(TogetherForm):
    """Name somebody for every gate that a person has accepted; until they accept, the one who did holds it still."""

    word, action, title = "hand-over", "nominate", _("Hand over what somebody carries")
    number = ngettext_lazy("Hand over %(n)d pilot", "Hand over %(n)d pilots", "n")
    counted = ngettext_lazy(
        "Handed over for %(n)d pilot. It stays with who has it until the next person accepts.",
        "Handed over for %(n)d pilots. They stay with who has them until the next person accepts.",
        "n",
    )
    holder = PersonField(
        label=_("Who carries it now"), help_text=_("Every gate of these pilots that they have accepted.")
    )
    person = PersonField(label=_("Who is asked to"), help_text=_("A person, not a team: their address, or their name."))

    def targets(self, pilots: Sequence[Pilot]) -> Sequence[Gate]:
        holder = self.cleaned_data["holder"]
        return gates_of_person(holder, pilots) if holder else []

    def arguments(self) -> dict[str, Any]:
        return {"person": self.cleaned_data["person"]}


TOGETHER: dict[str, type[TogetherForm]] = {
    each.word: each
    for each in (
        _of_action(
            "move_decide_by",
            ngettext_lazy("Move %(n)d date", "Move %(n)d dates", "n"),
            ngettext_lazy(
                "%(n)d date was moved. A later one is a slip.", "%(n)d dates were moved. A later one is a slip.", "n"
            ),
            MoveTogether,
        ),
        NominateTogether,
        HandOver,
        SetManager,
        SetFunction,
        SetHighImpact,
        AmendField,
        _of_action(
            "start",
            ngettext_lazy("Start %(n)d pilot", "Start %(n)d pilots", "n"),
            ngettext_lazy("%(n)d pilot was started.", "%(n)d pilots were started.", "n"),
        ),
        _of_action(
            "pause",
            ngettext_lazy("Pause %(n)d pilot", "Pause %(n)d pilots", "n"),
            ngettext_lazy("%(n)d pilot was paused.", "%(n)d pilots were paused.", "n"),
        ),
        _of_action(
            "resume",
            ngettext_lazy("Let %(n)d pilot run on", "Let %(n)d pilots run on", "n"),
            ngettext_lazy("%(n)d pilot runs again.", "%(n)d pilots run again.", "n"),
        ),
        _of_action(
            "retire",
            ngettext_lazy("Retire %(n)d pilot", "Retire %(n)d pilots", "n"),
            ngettext_lazy("%(n)d pilot was retired.", "%(n)d pilots were retired.", "n"),
        ),
        _of_action(
            "void",
            ngettext_lazy("Declare %(n)d pilot void", "Declare %(n)d pilots void", "n"),
            ngettext_lazy("%(n)d pilot was declared void.", "%(n)d pilots were declared void.", "n"),
        ),
    )
}
"""What can be done to many pilots, by the word that stands in an address, in the order in which it is offered."""
