"""Reference rows at the desk: a form for adding, one for changing, and a short form for each further verb."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from pilots import actions
from pilots.busy import refused_when_busy
from pilots.models import Event, Person, Pilot
from pilots.refusals import ChangedMeanwhile, Refused
from readiness.admin.base import OfficeTable
from readiness.forms import Aside
from readiness.forms.edits import Edits, FieldVersions
from readiness.forms.offices import Office, office_of
from readiness.queries.consequences import AGREED, Consequences, NotAgreed, of_many, weigh

if TYPE_CHECKING:
    RowField = forms.ModelChoiceField[Any]
else:
    RowField = forms.ModelChoiceField

MOST_OFFERED = 300
"""Names that are offered while one is typed; any other can be written."""


def people_offered() -> Iterable[Person]:
    """The people whose names are offered while one is typed."""
    return Person.objects.filter(closed_on=None).order_by("name")[:MOST_OFFERED]


class RowForm(forms.Form):
    """One verb on a reference row, or one that makes it. It shapes what was typed; whatever cannot be, the verb refuses."""

    verb: ClassVar[str]
    takes: ClassVar[str | None] = None
    """The verb's argument that is the row; None where the verb makes it."""
    sets: ClassVar[bool] = False
    """Whether the verb takes what was typed as one `set`."""
    title: ClassVar[Any]
    button: Any
    done_says: Any = _("Done, and written into the log.")
    asides: ClassVar[tuple[Aside, ...]] = ()
    weighs: ClassVar[bool] = False
    """Whether answers can fall by it, or pilots come to stand otherwise: then it asks before they do."""
    blends: ClassVar[bool] = True
    """Whether the verb takes a part of what stands on the form; where it takes all of it, nobody may have changed any."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        row: Any = None,
        office: Office,
        asked_for: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """`asked_for`: what a link that led here has chosen already."""
        self.row, self.office_at, self.by = row, office, office.person
        self.refused: Refused | None = None
        self.done: Any = None
        self.since: list[Event] = []
        self.consequences: Consequences | None = None
        self.asks = False
        self.versions: list[tuple[FieldVersions, dict[str, str]]] = []
        super().__init__(
            data,
            initial={**self.begins_with(), **(asked_for or {})},
            use_required_attribute=False,
            auto_id=f"{self.verb}-%s",
            **kwargs,
        )
        self.fit()
        self._edits().remember(but=asked_for or ())

    def begins_with(self) -> Mapping[str, Any]:
        """What stands in the fields before anything is typed."""
        if not self.sets:
            return {}
        return {name: getattr(self.row, name) for name in self.base_fields}

    def fit(self) -> None:
        """Offer what is this office's to choose."""

    def asked(self) -> dict[str, Any]:
        """The verb's arguments, from what was typed."""
        typed = dict(self.cleaned_data)
        if not self.sets:
            return typed
        changed = self._edits().changed()
        return {"set": {name: value for name, value in typed.items() if name in changed}}

    def pilots(self) -> QuerySet[Pilot]:
        """The pilots that may come to stand otherwise, where it weighs that."""
        return Pilot.objects.none()

    def act(self) -> bool:
        """Call the verb. False where something typed cannot be read, the verb refuses, or something would fall by it."""
        if not self.is_valid():
            return False
        try:
            self._try_it()
        except Refused as refused:
            self._refuse(refused)
            return False
        except NotAgreed as not_yet:
            self.consequences, self.asks = not_yet.consequences, True
            self.row.refresh_from_db()
            return False
        return True

    @refused_when_busy
    def _try_it(self) -> None:
        with transaction.atomic():
            self._do()

    def _do(self) -> None:
        if self.begins_with():
            self._hold_row()
        arguments = {"by": self.by} | self.asked()
        if self.takes is not None:
            arguments[self.takes] = self.row
        act = partial(getattr(actions, self.verb), **arguments)
        if not self.weighs:
            self.done = act()
            return
        agreed = str(self.data.get(AGREED, ""))
        self.done, self.consequences = weigh(act, of_many(self.pilots()), agreed=agreed)

    def _hold_row(self) -> None:
        """Let nobody change the row before this is done, and refuse where both changed the same.

        Raises:
            ChangedMeanwhile: with both versions to choose from.
        """
        list(type(self.row).objects.select_for_update(no_key=True).filter(pk=self.row.pk))
        self.row.refresh_from_db()
        edits = self._edits()
        if edits.conflicts() or (not self.blends and any(each.theirs_changed for each in edits.versions())):
            self.versions = [(each, edits.said(each)) for each in edits.versions()]
            raise ChangedMeanwhile

    def _refuse(self, refused: Refused) -> None:
        self.refused = refused
        place = refused.field if refused.field in self.fields else None
        self.add_error(place, forms.ValidationError(refused.says, code=refused.code))
        if self.begins_with():
            # The verb sets what was typed on the row in hand: the page shows the row as it is.
            self.row.refresh_from_db()
        if isinstance(refused, ChangedMeanwhile):
            self.data = self._edits().look_again()

    def _edits(self) -> Edits:
        """What was changed on the form, held against what is on record now."""
        return Edits(self, self.begins_with())

    @property
    def done_message(self) -> str:
        """What is said once it is done, with whatever followed from it."""
        followed = self.consequences.sentences if self.consequences else []
        return " ".join([str(self.done_says), *followed])

    @property
    def button_now(self) -> Any:
        """What the button says; another thing where something falls by it."""
        return _("Do it, and let that follow") if self.asks else self.button

    def finish(self, request: HttpRequest) -> None:
        """Say that it is done, once it is."""
        messages.success(request, self.done_message)

    @property
    def main(self) -> Iterable[BoundField]:
        return self.visible_fields()

    @property
    def elsewhere(self) -> bool:
        """Whether the refusal is of the whole form, so that it stands above it and not at a field."""
        return self.refused is not None and bool(self.non_field_errors())

    @property
    def status(self) -> int:
        """The status of an answer that shows this form."""
        if self.refused:
            return self.refused.status
        return 422 if self.is_bound and self.errors else 200


class RowTable(OfficeTable):
    """A table of reference rows."""

    form_to_add: ClassVar[type[RowForm] | None] = None
    form_to_change: ClassVar[type[RowForm] | None] = None
    acts: ClassVar[Mapping[str, type[RowForm]]] = {}
    """Further verbs on a row, by the word that stands in the address."""
    row_template = "admin/row.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, _verb_of(self.form_to_add))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, _verb_of(self.form_to_change))

    # What a table says of itself

    def says(self, row: Any) -> str:
        """The sentence that opens the page of a row."""
        return str(row)

    def facts(self, row: Any, office: Office) -> list[tuple[Any, Any]]:
        """What is read of a row, and cannot be typed."""
        return []

    def beside(self, row: Any, office: Office) -> dict[str, Any]:
        """What else its page draws."""
        return {}

    def acts_on(self, row: Any, office: Office) -> list[str]:
        """The further verbs that fit a row now."""
        return list(self.acts)

    def may_touch(self, row: Any, office: Office) -> bool:
        """Whether a row that an office sees is also theirs to act on."""
        return True

    def why_not(self, row: Any, office: Office) -> str:
        """Why a row that an office sees is not theirs to change, where that is to be said."""
        return ""

    def may_do(self, row: Any, office: Office, word: str) -> bool:
        """Whether one of the further verbs is theirs to do on it."""
        return self.may_touch(row, office) and office.may(self.acts[word].verb)

    # The pages

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        act = self.admin_site.admin_view(self.act_view)
        return [path("<path:object_id>/<slug:word>/do/", act, name=name), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        adds = self.form_to_add.title if self.form_to_add else ""
        return super().changelist_view(request, {"adds": adds, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        row = None if object_id is None else self.row(request, object_id)
        made = self.form_to_add if row is None else self.form_to_change
        allowed = self.has_add_permission(request) if row is None else self.has_change_permission(request, row)
        form = self._form(made, request, row) if made and allowed else None
        if form is None and (row is None or request.method == "POST"):
            raise PermissionDenied(self.why_not(row, office_of(request)) if row else None)
        if form is not None and request.method == "POST" and form.act():
            return self._done(request, form, row)
        return self._page(request, row, form)

    def act_view(self, request: HttpRequest, object_id: str, word: str) -> HttpResponse:
        """A verb on a row, in a short form of its own."""
        row = self.row(request, object_id)
        if word not in self.acts:
            raise Http404
        if not self.admin_site.has_permission(request) or not self.may_do(row, office_of(request), word):
            raise PermissionDenied(self.why_not(row, office_of(request)) or None)
        form = self._form(self.acts[word], request, row)
        if request.method == "POST" and form.act():
            return self._done(request, form, row)
        context = self._context(request, row, form) | {"title": form.title}
        return TemplateResponse(request, "admin/act.html", context, status=form.status)

    def _form(self, made: type[RowForm], request: HttpRequest, row: Any) -> RowForm:
        data = request.POST if request.method == "POST" else None
        asked = {k: v for k, v in request.GET.items() if k in made.base_fields}
        return made(data, row=row, office=office_of(request), asked_for=asked)

    def _done(self, request: HttpRequest, form: RowForm, row: Any) -> HttpResponse:
        form.finish(request)
        there = form.done if isinstance(form.done, self.model) else row
        if there is None or not self.get_queryset(request).filter(pk=there.pk).exists():
            return redirect(f"{self.table}_changelist")
        return redirect(f"{self.table}_change", there.pk)

    def _page(self, request: HttpRequest, row: Any, form: RowForm | None) -> HttpResponse:
        office = office_of(request)
        title = form.title if row is None and form else self.says(row)
        context = self._context(request, row, form) | {"title": title}
        if row is not None:
            context["facts"] = self.facts(row, office)
            doable = [word for word in self.acts_on(row, office) if self.may_do(row, office, word)]
            context["why_not"] = self.why_not(row, office)
            context["acts"] = [(word, self.acts[word].title) for word in doable]
            context |= self.beside(row, office)
        status = form.status if form else 200
        return TemplateResponse(request, self.row_template, context, status=status)

    def _context(self, request: HttpRequest, row: Any, form: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "row": row,
            "form": form,
            "people": people_offered(),
        }


def _verb_of(made: type[RowForm] | None) -> str | None:
    return made.verb if made else None
