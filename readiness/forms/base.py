"""What every form of a verb has in common: what was seen, calling the verb, and a refusal put where it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from pilots import actions, permissions
from pilots.busy import refused_when_busy
from pilots.models import Event, Evidence, Gate, Person
from pilots.refusals import ChangedMeanwhile, NotYours, Refused, WrongStage
from readiness.forms import concurrency as looked
from readiness.forms.edits import Edits, FieldVersions
from readiness.queries.consequences import AGREED, Consequences, NotAgreed, of_pilots, weigh

SHUTS = frozenset({NotYours.status, WrongStage.status})
"""The statuses of refusals that nothing typed could change: of who acts, and of how the pilot or the gate stands."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Fields that few answers need, in rows, behind a line that opens; open already where something is typed there."""

    title: Any
    rows: Sequence[Sequence[BoundField]]
    open: bool


class ActForm(forms.Form):
    """One verb on one pilot or gate. It shapes what was typed and decides nothing: whatever cannot be, the verb refuses.

    After `act()` has answered False, `refused` holds the refusal (its `code` and `missing` too) where it was the verb's,
    and `since` what others did meanwhile. Nothing typed is lost.
    """

    verb: ClassVar[str]
    takes: ClassVar[str] = "pilot"
    title: ClassVar[Any]
    offer: ClassVar[Any] = None
    """What the way to the form says, where that is not its title."""
    recorded: ClassVar[Any] = None
    """What an office calls it whose answer it is not: it is put on record for its decider."""
    button: ClassVar[Any]
    done_says: ClassVar[Any] = _("Done, and written into the log.")
    asides_of: tuple[tuple[Any, tuple[str, ...]], ...] = ()
    places: ClassVar[Mapping[str, str]] = {}
    """Where a refusal's field is called otherwise on the form."""
    weighs: ClassVar[bool] = False
    """Whether answers can fall by it: then it asks before they do (`readiness.queries.consequences`)."""
    edits_record: ClassVar[bool] = False
    """Whether its fields stand on the record: then only those that were changed are sent (`readiness.forms.edits`)."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        target: looked.Target,
        by: Person,
        office: bool | None = None,
        saw: int | None = None,
        initial: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Where the caller knows already: `office`, whether the person is of the pilot's program office, and what they `saw`."""
        self.target, self.by, self._office = target, by, office
        self.refused: Refused | None = None
        self.done: Any = None
        self.consequences: Consequences | None = None
        self.asks = False
        self.versions: list[tuple[FieldVersions, dict[str, str]]] = []
        drawn = looked.token(target) if saw is None else str(saw)
        start = {"seen": drawn, **self.begins_with(), **(initial or {})}
        kwargs.setdefault("auto_id", f"{self.verb}-{target.pk}-%s")
        super().__init__(data, initial=start, use_required_attribute=False, **kwargs)
        self.fit()
        if self.edits_record:
            self._edits().remember(but=initial or ())

    # What a verb's own form says of itself

    def begins_with(self) -> Mapping[str, Any]:
        """What stands in the fields before anything is typed."""
        return {}

    def fit(self) -> None:
        """Take away the fields that are not for this person."""

    def asked(self) -> dict[str, Any]:
        """The verb's arguments, from what was typed."""
        return {k: v for k, v in self.cleaned_data.items() if k != "seen"}

    def on_what(self) -> dict[str, Any]:
        """What the verb acts on."""
        return {self.takes: self.target}

    def as_seen(self) -> Any:
        """What the verb takes as `seen`."""
        return looked.read(self.cleaned_data["seen"])

    # What the outside calls

    def act(self) -> bool:
        """Call the verb. False where something typed cannot be read, or the verb refuses."""
        if not self.is_valid():
            return False
        try:
            arguments = {"by": self.by, "seen": self.as_seen()} | self.asked()
            self._do(partial(getattr(actions, self.verb), **self.on_what(), **arguments))
        except Refused as refused:
            self._refuse(refused)
            return False
        except NotAgreed as not_yet:
            self.consequences, self.asks = not_yet.consequences, True
            looked.pilot_of(self.target).refresh_from_db()
            return False
        return True

    @refused_when_busy
    def _do(self, act: Callable[[], Any]) -> None:
        if not self.weighs:
            self.done = act()
            return
        agreed = str(self.data.get(self.add_prefix(AGREED), ""))
        self.done, self.consequences = weigh(act, of_pilots([looked.pilot_of(self.target)]), agreed=agreed)

    @property
    def done_message(self) -> str:
        """What is said once it is done, with whatever followed from it."""
        followed = self.consequences.sentences if self.consequences else []
        return " ".join([str(self.done_says), *followed])

    @property
    def button_now(self) -> Any:
        """What the button says; another thing where answers fall by it."""
        return _("Do it, and let that follow") if self.asks else self.button

    @property
    def office(self) -> bool:
        """Whether the person is of the pilot's program office."""
        if self._office is None:
            portfolio = looked.pilot_of(self.target).portfolio
            self._office = permissions.is_office(self.by, portfolio)
        return self._office

    @property
    def status(self) -> int:
        """The status of an answer that shows this form."""
        if self.refused:
            return self.refused.status
        return 422 if self.is_bound and self.errors else 200

    @property
    def kept_says(self) -> Any:
        """What a refusal says of what was typed; nothing where nothing was."""
        typed = self.is_bound and any(field.data for field in self.visible_fields())
        return _("What you typed is kept below.") if typed else ""

    @property
    def elsewhere(self) -> bool:
        """Whether the refusal is of the whole form, so that it stands above it and not at a field."""
        return self.refused is not None and bool(self.non_field_errors())

    @cached_property
    def since(self) -> list[Event]:
        """What others did since the person looked; empty unless that is why it was refused."""
        if not isinstance(self.refused, ChangedMeanwhile):
            return []
        return list(looked.since(self.target, self.cleaned_data["seen"]))

    # What a template draws

    @property
    def main(self) -> Iterable[BoundField]:
        """The fields that every answer needs."""
        apart = {name for _title, names in self.asides_of for name in names}
        return [field for field in self.visible_fields() if field.name not in apart]

    @property
    def asides(self) -> Iterable[Aside]:
        """The fields that few answers need."""
        for title, names in self.asides_of:
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                yield Aside(title, [[field] for field in fields], self.typed(fields))

    def typed(self, fields: Iterable[BoundField]) -> bool:
        """Whether something is typed in one of these fields, or is wrong with one."""
        return any(field.errors or field.value() for field in fields)

    def _refuse(self, refused: Refused) -> None:
        self.refused = refused
        name = self.places.get(refused.field or "", refused.field)
        place = name if name in self.fields else None
        self.add_error(place, forms.ValidationError(refused.says, code=refused.code))
        if isinstance(refused, ChangedMeanwhile):
            _ = self.since  # read it before what was seen is brought up to date
            self._look_again()

    def look_again(self) -> str:
        """What is seen now."""
        return looked.token(self.target)

    def _look_again(self) -> None:
        """Let the form be sent again by somebody who has now seen what others did; what they typed stays."""
        looked.pilot_of(self.target).refresh_from_db()
        data: Any = self.data.copy() if hasattr(self.data, "copy") else dict(self.data)
        if self.edits_record:
            edits = self._edits()
            self.versions = [(each, edits.said(each)) for each in edits.versions()]
            data = edits.look_again()
        data[self.add_prefix("seen")] = self.look_again()
        self.data = data

    def _edits(self) -> Edits:
        """What was changed on the form, held against what is on record now."""
        return Edits(self, self.begins_with())


def shut(make: Callable[..., ActForm]) -> Refused | None:
    """Why the verb would refuse whatever is typed: it is not theirs, or does not fit now. None where it is open to them.

    The verb itself is asked, with nothing typed, and nothing of it is kept. `make` makes the form, from what is typed.
    """
    drawn = make()
    blank = {field.html_name: field.value() for field in drawn}
    typed = {name: value for name, value in blank.items() if value is not None}
    # A verb brings the rows that it is given up to date: those in hand stay as they are.
    if "confirmed" in drawn.fields:
        typed["confirmed"] = "on"
    tried = make(typed, target=deepcopy(drawn.target))
    with transaction.atomic():
        tried.act()
        transaction.set_rollback(True)
    refused = tried.refused
    return refused if refused is not None and refused.status in SHUTS else None


class GateForm(ActForm):
    """One verb on one gate."""

    takes = "gate"
    target: Gate

    def __init__(self, *args: Any, filed: Sequence[Evidence] = (), **kwargs: Any) -> None:
        """`filed`: the pieces of evidence that it can rest on, to choose among."""
        self._filed = {piece.public_id: piece for piece in filed}
        super().__init__(*args, **kwargs)
        if self._filed:
            self.fields["pieces"] = forms.MultipleChoiceField(
                label=_("It rests on"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(key, piece.title) for key, piece in self._filed.items()],
            )
            self.asides_of = (*self.asides_of, (_("Evidence that is filed"), ("pieces",)))

    def asked(self) -> dict[str, Any]:
        asked = super().asked()
        if self._filed:
            asked["pieces"] = [self._filed[key] for key in asked["pieces"]]
        return asked
