"""What every form of an action has in common: calling the action, what follows from it, and a refusal put where it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar, Self

from django import forms
from django.db import transaction
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from pilots import actions, permissions
from pilots.busy import left_to_the_primary, refused_when_busy
from pilots.models import Event, Evidence, Gate, Person
from pilots.refusals import ChangedMeanwhile, NotYours, Refused, WrongStage
from readiness.forms import concurrency as looked
from readiness.forms.edits import Edits, FieldVersions
from readiness.forms.fields import ask_as
from readiness.forms.rows import RowFormSet
from readiness.queries.consequences import AGREED, Comparison, Consequences, NotAgreed, of_pilots, weigh

SHUTS = frozenset({NotYours.status, WrongStage.status})
"""The statuses of refusals that nothing typed could change: of who asks, and of how the pilot or the gate stands."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Fields that few answers need, behind a line that opens; open already where something is typed there."""

    title: Any
    fields: Sequence[BoundField]
    open: bool
    goes_with: Sequence[str] = ()
    """The answers that need it: a page shows it with these alone."""


class ActionForm(forms.Form):
    """One action. The form shapes what was typed and decides nothing: whatever cannot be, the action refuses.

    After `action()` has answered False, `refused` holds the refusal (its `code` and `missing` too) where it was the action's,
    and `since` what others did meanwhile. Nothing typed is lost.
    """

    action: str
    target_argument: ClassVar[str | None] = None
    """The action's argument that the form is on; None where the action makes it."""
    title: ClassVar[Any]
    """What the way to the form says, where that is not its title."""
    title_on_behalf: ClassVar[Any] = None
    """What an office calls it whose answer it is not: it is put on record for its decider."""
    button: ClassVar[Any]
    success_message: Any = _("Done, and written into the log.")
    asides_of: tuple[tuple[Any, tuple[str, ...]], ...] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    """The fields that the action refuses to do without, whatever else is typed: a page says so beside each."""
    needed_by: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """The answers that need a part of the form, by the first field of the part, or by what its rows are called."""
    places: ClassVar[Mapping[str, str]] = {}
    """Where a refusal's field is called otherwise on the form."""
    warns_of_lost_answers: bool = False
    """Whether answers can fall by it: then it asks before they do (`readiness.queries.consequences`)."""
    bulk: ClassVar[bool] = False
    """Whether it can be done to several at once, with the same typed for all."""
    rows_of: ClassVar[type[RowFormSet] | None] = None
    """The formset of the rows that it asks for besides its fields."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        by: Person,
        initial: Mapping[str, Any] | None = None,
        typed_rows: Sequence[Mapping[str, Any]] = (),
        **kwargs: Any,
    ) -> None:
        """`typed_rows`: the rows that are drawn as they were typed, before one more."""
        self.by = by
        self.refusal: Refused | None = None
        self.refused: Refused | None = None
        self.done: Any = None
        self.consequences: Consequences | None = None
        self.asks = False
        self.versions: list[tuple[FieldVersions, dict[str, str]]] = []
        start = {**self.begins_with(), **(initial or {})}
        super().__init__(data, files, initial=start, use_required_attribute=False, label_suffix="", **kwargs)
        self.rows: Any = self.rows_of and self.rows_of(
            data, initial=typed_rows, auto_id=self.auto_id, form_kwargs=self.row_options()
        )
        self.fit()
        ask_as(by, self.fields.values())
        self._edits().remember(but=initial or ())

    @classmethod
    def with_one_more_row(cls, data: QueryDict, **given: Any) -> Self:
        """The form as it was typed, with room for one more row. Nothing of it is judged."""
        assert cls.rows_of is not None
        typed = {name: data[name] for name in data} | {"pieces": data.getlist("pieces")}
        given["initial"] = {**given.get("initial", {}), **typed}
        return cls(typed_rows=cls.rows_of.as_typed(data), **given)

    # What an action's own form says of itself

    def begins_with(self) -> Mapping[str, Any]:
        """What is on record and stands in the fields: only what is changed of it is sent (`readiness.forms.edits`)."""
        return {}

    def fit(self) -> None:
        """Offer what is this person's to choose, and take away the fields that are not for them."""

    def arguments(self) -> dict[str, Any]:
        """The action's arguments, from what was typed."""
        return dict(self.cleaned_data)

    def on_what(self) -> dict[str, Any]:
        """What the action is on."""
        return {}

    def row_options(self) -> dict[str, Any]:
        """What each of its rows is made with."""
        return {"by": self.by}

    def compare(self) -> Comparison:
        """Compares what may come to be otherwise, where the form weighs that."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Read anew what the form is on."""

    # What the outside calls

    def perform(self) -> bool:
        """Call the action. False where something typed cannot be read, it is refused, or something would fall by it."""
        if not self.is_valid():
            return False
        try:
            self._try()
        except Refused as refused:
            self._refuse(refused)
            return False
        except NotAgreed as not_yet:
            self.consequences, self.asks = not_yet.consequences, True
            self.refresh()
            return False
        return True

    @refused_when_busy
    def _try(self) -> None:
        self._do()

    def _do(self) -> None:
        arguments = {"by": self.by} | self.on_what() | self.arguments()
        action = partial(getattr(actions, self.action), **arguments)
        if not self.warns_of_lost_answers:
            self.done = action()
            return
        agreed = str(self.data.get(self.add_prefix(AGREED), ""))
        self.done, self.consequences = weigh(action, self.compare(), agreed=agreed)

    def is_valid(self) -> bool:
        """Whether all that was typed can be read, in the rows too."""
        valid = super().is_valid() and not self.asks
        return (self.rows is None or not self.is_bound or self.rows.is_valid()) and valid

    @property
    def all_errors(self) -> dict[str, list[str]]:
        """What is wrong, by field; those of a row are called `conditions.2.due`."""
        found = {name: list(map(str, says)) for name, says in self.errors.items()}
        return found | (self.rows.named_errors() if self.rows is not None and self.is_bound else {})

    @property
    def done_message(self) -> str:
        """What is said once it is done, with whatever followed from it."""
        followed = self.consequences.sentences if self.consequences else []
        return " ".join([str(self.success_message), *followed])

    @property
    def button_now(self) -> Any:
        """What the button says; another thing where answers fall by it."""
        return _("Do it, and let that follow") if self.asks else self.button

    @property
    def status(self) -> int:
        """The status of an answer that shows this form."""
        if self.refused:
            return self.refused.status
        return 422 if self.is_bound and self.all_errors else 200

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
        return []

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
                is_open = any(field.errors or field.value() for field in fields)
                yield Aside(title, fields, is_open, self.needed_by.get(names[0], ()))

    @property
    def rows_go_with(self) -> Sequence[str]:
        """The answers that need the rows of the form."""
        return self.needed_by.get(self.rows.prefix, ()) if self.rows is not None else ()

    def fieldsets(self) -> list[tuple[Any, dict[str, Any]]]:
        """The fields as Django's admin draws them, the hidden ones first."""
        main = [field.name for field in (*self.hidden_fields(), *self.main)]
        return [(None, {"fields": main})] + [
            (
                aside.title,
                {"fields": [field.name for field in aside.fields], "classes": () if aside.open else ("collapse",)},
            )
            for aside in self.asides
        ]

    def refuse_as(self, other: ActionForm) -> None:
        """Be drawn with what another form, made from the same, was refused with or asks about."""
        self.is_valid()
        self.asks, self.consequences = other.asks, other.consequences
        if other.refusal is not None:
            self._refuse(other.refusal)

    def _refuse(self, refusal: Refused) -> None:
        self.refusal, refused = refusal, copy(refusal)
        self.refused = refused
        form, name = self._place_of(refused)
        form.add_error(name, forms.ValidationError(refused.says, code=refused.code))
        if isinstance(refused, ChangedMeanwhile):
            _ = self.since  # read it before what was seen is brought up to date
            self.refresh()
            self._look_again()

    def _place_of(self, refused: Refused) -> tuple[forms.Form, str | None]:
        """The form and the field at which a refusal stands: the field's, the row's, or none where it is of the whole form."""
        name = self.places.get(refused.field or "", refused.field)
        if self.rows is not None and name:
            place = self.rows.place_of(name)
            if place is not None:
                row, part = place
                if refused.field == name:
                    refused.field = row.add_prefix(part)
                return row, part
        return self, name if name in self.fields else None

    def _look_again(self) -> None:
        """Let the form be sent again by somebody who has now seen what others did; what they typed stays."""
        edits = self._edits()
        self.versions = [(each, edits.as_read(each)) for each in edits.versions()]
        self.data = edits.look_again()

    def _edits(self) -> Edits:
        """What was changed on the form, held against what is on record now."""
        return Edits(self, self.begins_with())


class PilotForm(ActionForm):
    """One action on a pilot or on one of its gates; what the person saw of it is carried along (`concurrency`)."""

    target_argument: ClassVar[str] = "pilot"
    expected_version = forms.CharField(label=_("Expected version"), required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        target: looked.Target,
        by: Person,
        office: bool | None = None,
        shown_version: int | None = None,
        drawn: bool = True,
        initial: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Where the caller knows already: `office`, whether the person is of the pilot's program office, and the `shown_version`.

        `drawn`: whether somebody will look at it. One that is not asks the database for nothing before its action does.
        """
        self.target, self._office, self.drawn = target, office, drawn
        if shown_version is None and drawn:
            token = looked.token(target)
        else:
            token = "" if shown_version is None else str(shown_version)
        kwargs.setdefault("auto_id", f"{self.action}-{target.pk}-%s")
        super().__init__(data, files, by=by, initial={"expected_version": token, **(initial or {})}, **kwargs)

    def arguments(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "expected_version"}

    def on_what(self) -> dict[str, Any]:
        return {self.target_argument: self.target, "expected_version": self.require_expected_version()}

    def require_expected_version(self) -> Any:
        """What the action takes as `expected_version`."""
        return looked.read(self.cleaned_data["expected_version"])

    def compare(self) -> Comparison:
        return of_pilots([looked.pilot_of(self.target)])

    def refresh(self) -> None:
        looked.pilot_of(self.target).refresh_from_db()

    @property
    def office(self) -> bool:
        """Whether the person is of the pilot's program office."""
        if self._office is None:
            portfolio = looked.pilot_of(self.target).portfolio
            self._office = permissions.is_office(self.by, portfolio)
        return self._office

    @cached_property
    def since(self) -> list[Event]:
        """What others did since the person looked; empty unless that is why it was refused."""
        if not isinstance(self.refused, ChangedMeanwhile):
            return []
        return list(looked.events_since(self.target, self.cleaned_data["expected_version"]))

    def look_again(self) -> str:
        """What is seen now."""
        return looked.token(self.target)

    def _look_again(self) -> None:
        super()._look_again()
        data: Any = self.data
        data[self.add_prefix("expected_version")] = self.look_again()


def shut(make: Callable[..., PilotForm]) -> Refused | None:
    """Why the action would refuse whatever is typed: it is not theirs, or does not fit now. None where it is open to them.

    The action itself is asked, with nothing typed, and nothing of it is kept. `make` makes the form, from what is typed.
    """
    drawn = make()
    blank = {field.html_name: field.value() for field in drawn}
    typed = {name: value for name, value in blank.items() if value is not None}
    # An action brings the rows that it is given up to date: those in hand stay as they are.
    if "confirmed" in drawn.fields:
        typed["confirmed"] = "on"
    tried = make(typed, target=deepcopy(drawn.target))
    # A replica tries nothing: whether it is refused is said when it is sent.
    with left_to_the_primary(), transaction.atomic():
        tried.perform()
        transaction.set_rollback(True)
    refused = tried.refused
    return refused if refused is not None and refused.status in SHUTS else None


class GateForm(PilotForm):
    """One action on one gate."""

    target_argument = "gate"
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

    def arguments(self) -> dict[str, Any]:
        asked = super().arguments()
        if self._filed:
            asked["pieces"] = [self._filed[key] for key in asked["pieces"]]
        return asked
