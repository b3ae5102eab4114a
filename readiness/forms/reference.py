"""The form of an action on a reference row, or of one that makes it: a person, a portfolio, a kind of gate, a right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from pilots.models import Event, Function, Person, Pilot
from pilots.refusals import ChangedMeanwhile, Refused
from readiness.forms.base import ActionForm
from readiness.forms.fields import row_select
from readiness.forms.offices import Office
from readiness.queries.consequences import Comparison, of_many

if TYPE_CHECKING:
    RowField = forms.ModelChoiceField[Any]
else:
    RowField = forms.ModelChoiceField

MOST_OFFERED = 300
"""Names that are offered while one is typed; any other can be written."""


def people_offered() -> Iterable[Person]:
    """The people whose names are offered while one is typed."""
    return Person.objects.filter(closed_on=None).order_by("name")[:MOST_OFFERED]


class FunctionField(RowField):
    """A business function, or none."""

    def __init__(self, **kwargs: Any) -> None:
        own: dict[str, Any] = {"empty_label": _("none"), "label": _("Function"), "widget": row_select()}
        super().__init__(Function.objects.all(), required=False, **own, **kwargs)


class KindOf(RowField):
    """A kind of gate, by its short name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class ReferenceForm(ActionForm):
    """One action on a reference row. Such a row has no version: what was shown of it is held against what it holds now."""

    sets: ClassVar[bool] = False
    """Whether the action takes what was typed as one `set`."""
    blends: ClassVar[bool] = True
    """Whether the action takes a part of what stands on the form; where it takes all of it, nobody may have changed any."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        row: Any = None,
        office: Office,
        initial: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """`initial`: what a link that led here has chosen already."""
        self.row, self.office_at = row, office
        kwargs.setdefault("auto_id", f"{self.action}-%s")
        super().__init__(data, files, by=office.person, initial=initial, **kwargs)

    def begins_with(self) -> Mapping[str, Any]:
        if not self.sets:
            return {}
        return {name: getattr(self.row, name) for name in self.base_fields}

    def arguments(self) -> dict[str, Any]:
        typed = super().arguments()
        if not self.sets:
            return typed
        changed = self._edits().changed()
        return {"set": {name: value for name, value in typed.items() if name in changed}}

    def on_what(self) -> dict[str, Any]:
        return {} if self.target_argument is None else {self.target_argument: self.row}

    def pilots(self) -> QuerySet[Pilot]:
        """The pilots that may come to stand otherwise, where it weighs that."""
        return Pilot.objects.none()

    def compare(self) -> Comparison:
        return of_many(self.pilots())

    def refresh(self) -> None:
        if self.row is not None:
            self.row.refresh_from_db()

    def _do(self) -> None:
        with transaction.atomic():
            if self.begins_with():
                self._hold_row()
            super()._do()

    def _hold_row(self) -> None:
        """Let nobody change the row before this is done, and refuse where both changed the same.

        Raises:
            ChangedMeanwhile: with both versions to choose from.
        """
        list(type(self.row).objects.select_for_update(no_key=True).filter(pk=self.row.pk))
        self.refresh()
        edits = self._edits()
        if edits.conflicts() or (not self.blends and any(each.theirs_changed for each in edits.versions())):
            raise ChangedMeanwhile

    def _refuse(self, refused: Refused) -> None:
        if self.begins_with():
            # The action sets what was typed on the row in hand: the page shows the row as it is.
            self.refresh()
        super()._refuse(refused)


class ReviewedForm(ReferenceForm):
    """An action on many pilots at once: what would come of it is shown before it is kept, and always asked."""

    warns_of_lost_answers = True
    confirms: ClassVar[Any] = _("Yes, do this")

    def how_many(self, number: int) -> str:
        """On how many pilots the action is, in a sentence that fits before it and after it."""
        raise NotImplementedError

    def compare(self) -> Comparison:
        """Compares their standing, and counts those that the action was on."""
        standings = of_many(self.pilots())

        def compare() -> Any:
            changes = standings()
            last = Event.objects.aggregate(last=Max("pk"))["last"] or 0

            def afterwards() -> Any:
                found = changes()
                events = Event.objects.filter(pk__gt=last, pilot__in=self.pilots().order_by().values("pk"))
                number = events.order_by().values("pilot").distinct().count()
                found.put_first(f"{self.action} {number}", self.how_many(number))
                return found

            return afterwards

        return compare

    @property
    def button_now(self) -> Any:
        return self.confirms if self.asks else self.button
