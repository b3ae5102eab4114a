"""While somebody is away: their own absences, and whom they let decide for them (rule 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from pilots.clock import today
from pilots.models import Absence, DecisionRight, Delegation, Person
from readiness.forms.offices import office_of
from readiness.forms.people import EndAbsence, RecordAbsence
from readiness.forms.reference import ReferenceForm
from readiness.forms.rights import Delegate
from readiness.forms.typed_before import typed_before
from readiness.pages.base import back_to, reader
from readiness.text import labels

if TYPE_CHECKING:
    Rights = forms.ModelChoiceField[DecisionRight]
else:
    Rights = forms.ModelChoiceField

MOST_OFFERED = 50
"""Names that are offered while one is typed; any other can be written."""


class RightField(Rights):
    """One of the rights that somebody holds, by its gate and where it holds."""

    def label_from_instance(self, obj: DecisionRight) -> str:
        return _("%(gate)s, %(place)s") % {"gate": obj.kind.name, "place": obj.reach}


class MyAbsence(RecordAbsence):
    """The reader's own."""

    title = gettext_lazy("Say when you are away")
    button = gettext_lazy("I am away then")

    def fit(self) -> None:
        del self.fields["person"]

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"person": self.by}


class MyReturn(EndAbsence):
    """Back today; an absence that had not begun is taken off."""

    success_message = gettext_lazy("Done: from today on you are there.")

    def fit(self) -> None:
        del self.fields["on"]


class MyDelegation(Delegate):
    """One of the rights that the reader holds."""

    title = gettext_lazy("Let somebody else decide for you")
    button = gettext_lazy("Let them decide")
    success_message = gettext_lazy("Delegated. You stay the holder, and the log names you both.")
    target_argument = None
    right = RightField(
        DecisionRight.objects.none(),
        label=gettext_lazy("What they decide"),
        error_messages={
            "required": gettext_lazy("Missing. Choose what they decide."),
            "invalid_choice": gettext_lazy("This is no right that you hold."),
        },
    )
    field_order = ("right", "to", "starts", "until")

    def fit(self) -> None:
        field: Any = self.fields["right"]
        field.queryset = held_by(self.by)
        rights = list(field.queryset)
        none = [] if len(rights) == 1 else [("", _("choose"))]
        field.choices = [*none, *((right.pk, field.label_from_instance(right)) for right in rights)]


def held_by(person: Person) -> QuerySet[DecisionRight]:
    """The rights that a person holds, today or later."""
    ends = Q(until=None) | Q(until__gte=today())
    return DecisionRight.objects.filter(ends, holder=person).select_related("kind", "portfolio", "function")


def planned(request: HttpRequest, form: ReferenceForm | None = None) -> dict[str, Any]:
    """What the section draws: what is planned, and a form for each action; `form` is one that was sent and not done."""
    person, office = reader(request), office_of(request)
    rights = list(held_by(person))
    absences = list(person.absences.filter(ends__gte=today()).order_by("starts", "pk"))
    mine = Delegation.objects.filter(right__in=rights, until__gte=today())
    delegations = mine.select_related("to", "right__kind", "right__portfolio", "right__function")
    return {
        "absences": absences,
        "delegations": list(delegations.order_by("starts", "right__kind__position", "pk")),
        "absence": form if isinstance(form, MyAbsence) else MyAbsence(office=office),
        "delegation": form if isinstance(form, MyDelegation) else MyDelegation(office=office) if rights else None,
        "near": _possible_delegates(person, rights),
        "away_says": says(absences),
    }


def _possible_delegates(person: Person, rights: list[DecisionRight]) -> list[Person]:
    """Whoever else decides gates of these kinds somewhere."""
    kinds = {right.kind_id for right in rights}
    among = Q(rights_held__kind__in=kinds) | Q(rights_deputised__kind__in=kinds) | Q(rights_escalated__kind__in=kinds)
    here = Person.objects.filter(among, closed_on=None).exclude(pk=person.pk)
    return list(here.distinct().order_by("name")[:MOST_OFFERED]) if kinds else []


@require_http_methods(["GET", "HEAD", "POST"])
def away(request: HttpRequest) -> HttpResponse:
    """The section on a page of its own; or the reader's own absence."""
    if request.method != "POST":
        typed = typed_before(request)
        return _page(request, MyAbsence(typed, office=office_of(request)) if typed else None)
    return _perform(request, MyAbsence(request.POST, office=office_of(request)))


@require_http_methods(["GET", "HEAD", "POST"])
def delegate(request: HttpRequest) -> HttpResponse:
    """Let somebody else decide too, by a right that the reader holds. Whoever holds none has nothing to give."""
    if not held_by(reader(request)).exists():
        raise PermissionDenied
    if request.method != "POST":
        typed = typed_before(request)
        return _page(request, MyDelegation(typed, office=office_of(request)) if typed else None)
    return _perform(request, MyDelegation(request.POST, office=office_of(request)))


@require_POST
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """The reader is back earlier than said. Somebody else's absence is not there."""
    absence = get_object_or_404(Absence, pk=pk, person=reader(request))
    return _perform(request, MyReturn(request.POST, row=absence, office=office_of(request)))


def _perform(request: HttpRequest, form: ReferenceForm) -> HttpResponse:
    if not form.perform():
        return _page(request, form)
    messages.success(request, form.done_message)
    return redirect(back_to(request, reverse("readiness:my-away")))


def _page(request: HttpRequest, form: ReferenceForm | None = None) -> HttpResponse:
    context = {
        **planned(request, form),
        "form": form,
        "at": today(),
        "back": request.POST.get("next", request.GET.get("next", "")),
    }
    return render(request, "pages/away.html", context, status=form.status if form else 200)


def says(absences: list[Absence]) -> str:
    """Whether the reader is away, or will be."""
    if absences and absences[0].starts <= today():
        return _("You are away until %(day)s.") % {"day": labels.day(absences[0].ends)}
    if absences:
        return _("You are away from %(day)s, %(ago)s.") % {
            "day": labels.day(absences[0].starts),
            "ago": labels.ago(absences[0].starts, today()),
        }
    return _("You are here, and no absence of yours is planned.")
