"""People, functions and absences in the admin. No password is ever shown or typed here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.models import Absence, Function, Person
from readiness.admin.base import ActionModelAdmin
from readiness.admin.pilot_filters import Choice, Choices
from readiness.forms.base import ActionForm
from readiness.forms.hand_overs import EndHandOver, HandOver, limit_of
from readiness.forms.offices import office_of
from readiness.forms.people import (
    AmendAccount,
    CloseAccount,
    ConfirmAddress,
    EndAbsence,
    GiveThemRole,
    NameFunction,
    OpenAccount,
    RecordAbsence,
    RenameFunction,
    ReopenAccount,
    TakeTheirRole,
)
from readiness.queries.hand_overs import REQUESTED, WAITS, leaving, open_hand_over, things_held
from readiness.queries.responsibilities import responsibilities
from readiness.templatetags import wall
from readiness.text import address_letters, hand_overs, labels

BEYOND = _(
    "%(person)s decides, is named or has a role beyond the portfolios that you keep. Whoever keeps all of them changes or closes this account."
)


@admin.display(description=_("Opens the desk"), boolean=False)
def admin_access(row: Person) -> str:
    return str(_("yes") if row.is_staff else "–")


@admin.display(description=_("Account"), ordering="closed_on")
def account(row: Person) -> str:
    if row.closed_on is None:
        return str(_("open"))
    return str(_("closed on %(day)s") % {"day": labels.day(row.closed_on)})


@admin.display(description=_("Signs in with"))
def signs_in_with(row: Person) -> str:
    return row.email


@admin.display(description=_("To become, once they confirm it"))
def to_become(row: Person) -> str:
    return row.pending_email or ""


class ByLeaving(Choice):
    """Lines of the worklist: whose hand-over waits for the office, and whose for the next person."""

    title = _("handing over")
    parameter_name = "leaving"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(REQUESTED, _("requested of the office")), (WAITS, _("the next person has not accepted"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.one_of()
        return leaving(queryset, chosen, limit_of(office_of(request))) if chosen else queryset


@admin.register(Person)
class People(ActionModelAdmin):
    """Whoever signs in, or is named on a record."""

    add_form, change_form = OpenAccount, AmendAccount
    object_actions = {
        "give-role": GiveThemRole,
        "take-role": TakeTheirRole,
        "confirm-address": ConfirmAddress,
        "close": CloseAccount,
        "reopen": ReopenAccount,
        "hand-over": HandOver,
        "end-hand-over": EndHandOver,
    }
    list_display = ("name", "email", "function", admin_access, account)
    list_select_related = ("function",)
    list_filter = (ByLeaving,)
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    readonly_fields: ClassVar[Any] = (admin_access, account)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        waits = obj is not None and obj.address_unconfirmed
        return [*super().get_readonly_fields(request, obj), *([signs_in_with, to_become] if waits else [])]

    def may_change(self, request: HttpRequest, obj: Person) -> bool:
        return obj.closed_on is None and office_of(request).reaches(obj)

    def why_not(self, request: HttpRequest, obj: Person) -> str:
        """Why their account is not this office's to change: it holds something beyond its portfolios."""
        return "" if office_of(request).reaches(obj) else str(BEYOND % {"person": obj})

    def may_do(self, request: HttpRequest, obj: Person, word: str) -> bool:
        office = office_of(request)
        if word == "confirm-address":
            return obj.address_unconfirmed and office.keeps_all and office.reaches(obj)
        within = word in ("give-role", "take-role") or office.reaches(obj)
        if word == "hand-over" and not within:
            within = bool(things_held(obj, today(), limit_of(office)))
        return within and super().may_do(request, obj, word)

    def fits(self, obj: Person, word: str) -> bool:
        if word == "reopen":
            return obj.closed_on is not None
        if word == "end-hand-over":
            return open_hand_over(obj) is not None
        return obj.closed_on is None and (word != "confirm-address" or obj.address_unconfirmed)

    def render_action_form(
        self, request: HttpRequest, form: ActionForm, obj: Any = None, **extra: Any
    ) -> TemplateResponse:
        page = super().render_action_form(request, form, obj, **extra)
        if isinstance(form, HandOver):
            page.template_name = "admin/pilots/person/hand_over.html"
        return page

    def say_done(self, request: HttpRequest, form: ActionForm, obj: Person) -> None:
        """Where the address was changed, write to both, and say so; or say that no letter could be sent."""
        changed = isinstance(form, AmendAccount) and form.done is not None and "email" in form.done.data["fields"]
        if not changed or not obj.address_unconfirmed:
            super().say_done(request, form, obj)
        elif address_letters.send(obj, request.build_absolute_uri):
            messages.success(
                request, _("Kept. Letters went to both addresses; the new one counts when it is confirmed.")
            )
        else:
            messages.warning(
                request,
                _(
                    "Kept, but the letters could not be sent. They confirm it when they have signed in, or whoever keeps all portfolios does."
                ),
            )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if (person := context["original"]) is not None:
            context |= _duties(request, person)
        return super().render_change_form(request, context, *args, **kwargs)


def _duties(request: HttpRequest, person: Person) -> dict[str, Any]:
    """What somebody is responsible for in the portfolios that an office keeps, and when they are away."""
    office = office_of(request)
    found = responsibilities(person, today(), limit_of(office))
    return {
        "found": found,
        "rights": [(right, hand_overs.CAPACITIES[capacity]) for right, capacity in found.rights],
        "parts": [hand_overs.part_text(part) for part in found.parts],
        "summary": hand_overs.summary(found.parts),
        "absences": list(person.absences.order_by("-starts")[:20]),
    }


@admin.register(Function)
class Functions(ActionModelAdmin):
    """Business functions; all offices share them."""

    add_form, change_form = NameFunction, RenameFunction
    list_display = ("name",)
    search_fields = ("name",)


@admin.display(description=_("From"), ordering="starts")
def starts(row: Absence) -> Any:
    return wall.day(row.starts)


@admin.display(description=_("Until"), ordering="ends")
def ends(row: Absence) -> Any:
    return wall.day(row.ends)


@admin.register(Absence)
class Absences(ActionModelAdmin):
    """Days on which people are away. It takes no right."""

    add_form = RecordAbsence
    object_actions = {"back": EndAbsence}
    list_display = ("person", starts, ends)
    list_select_related = ("person",)
    search_fields = ("person__name", "person__email")
    ordering = ("-starts", "pk")
    readonly_fields: ClassVar[Any] = ("person", starts, ends)

    def called(self, obj: Absence) -> str:
        return str(_("%(who)s is away") % {"who": obj.person})

    def may_do(self, request: HttpRequest, obj: Absence, word: str) -> bool:
        return office_of(request).reaches(obj.person) and super().may_do(request, obj, word)

    def fits(self, obj: Absence, word: str) -> bool:
        return obj.ends >= today()

    def history_of(self, obj: Absence) -> Q:
        return Q(action__in=("away", "back"), data__person=obj.person_id, pilot=None)
