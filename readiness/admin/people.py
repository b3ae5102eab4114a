"""People, functions and absences at the desk. No password is ever shown or typed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.holdings import holdings_of, tokens_of
from pilots.models import Absence, DecisionRight, Function, Person, Pilot, Portfolio
from pilots.models.choices import ROLE, choices
from readiness.admin.reference import RowField, RowForm, RowTable
from readiness.forms.fields import DayField, LineField, PersonField, SentenceField
from readiness.forms.offices import Office, office_of
from readiness.templatetags import wall
from readiness.text import address_letters, labels


class FunctionField(RowField):
    """A business function, or none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Function.objects.all(), required=False, empty_label=_("none"), label=_("Function"), **kwargs)


BEYOND = _(
    "%(person)s decides, is named or has a role beyond the portfolios that you keep. Whoever keeps all of them changes or closes this account."
)
ADDRESS = _("They sign in with it. A link to set a password is sent there when they ask for one.")


class OpenAccount(RowForm):
    verb = "open_account"
    title = _("Open an account")
    button = _("Open it")
    done_says = _("Opened. They set their own password: nobody here knows it.")
    name = LineField(label=_("Name"), help_text=_("A person, not a team."))
    email = LineField(label=_("E-mail address"), help_text=ADDRESS)
    function = FunctionField()


class AmendAccount(RowForm):
    verb, takes, sets = "amend_account", "person", True
    title = _("The account")
    button = _("Keep these changes")
    name = LineField(label=_("Name"))
    email = LineField(
        label=_("E-mail address"),
        help_text=_(
            "Another one counts when they confirm it: a letter goes to the old address and to the new. Until then they sign in with the old one, and what they decide or accept rests."
        ),
    )
    function = FunctionField()

    def begins_with(self) -> Mapping[str, Any]:
        """The address as it was entered last: what stands there and is sent again changes nothing."""
        return {**super().begins_with(), "email": self.row.pending_email or self.row.email}

    def finish(self, request: HttpRequest) -> None:
        """Where the address was changed, write to both, and say so; or say that no letter could be sent."""
        changed = self.done is not None and "email" in self.done.data["fields"]
        if not changed or not self.row.address_unconfirmed:
            super().finish(request)
        elif address_letters.send(self.row, request.build_absolute_uri):
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


class ConfirmAddress(RowForm):
    verb, takes = "confirm_address", "person"
    title = _("Confirm the new address for them")
    button = _("Confirm it")
    done_says = _("Confirmed. From now on they sign in with it; why is in the log.")
    reason = SentenceField(
        label=_("Why they cannot"),
        help_text=_(
            "They can confirm it by the letter to the old address, or signed in. Say how you know that it is theirs."
        ),
    )


class CloseAccount(RowForm):
    verb, takes = "close_account", "person"
    title = _("Close the account")
    button = _("Close it")
    done_says = _("Closed. Seats passed on, and every seat they had accepted is open.")
    on = DayField(label=_("From"), help_text=_("Today unless you give an earlier day. It cannot be opened again."))
    agreed = forms.BooleanField(
        label=_("I have read what falls with it"),
        error_messages={"required": _("Missing. Read what falls with the account, then say that you did.")},
    )

    def fit(self) -> None:
        """What falls is shown before, and asked about where there is anything."""
        self.falls = what_falls(self.row)
        if not self.falls:
            del self.fields["agreed"]

    def asked(self) -> dict[str, Any]:
        return {name: value for name, value in super().asked().items() if name != "agreed"}


def what_falls(person: Person) -> list[tuple[Any, list[Any]]]:
    """What falls when an account is closed, in words: the sort, and each of it."""
    told = [
        (labels.HELD[held.what], [labels.held(held.what, row) for row in held.rows]) for held in holdings_of(person)
    ]
    tokens = [str(token) for token in tokens_of(person)]
    return [(what, rows) for what, rows in [*told, (labels.HELD["tokens"], tokens)] if rows]


class OfPortfolio(RowForm):
    """A role of this person in a portfolio."""

    takes = "person"
    portfolio = forms.ModelChoiceField(Portfolio.objects.none(), label=_("Portfolio"), empty_label=None)
    role = forms.ChoiceField(label=_("Role"), choices=choices(ROLE))

    def fit(self) -> None:
        field: Any = self.fields["portfolio"]
        field.queryset = self.office_at.own()


class GiveThemRole(OfPortfolio):
    verb = "give_role"
    title = _("Give a role")
    button = _("Give it")


class TakeTheirRole(OfPortfolio):
    verb = "take_role"
    title = _("Take a role back")
    button = _("Take it back")


@admin.display(description=_("Opens the desk"), boolean=False)
def opens_the_desk(row: Person) -> str:
    return str(_("yes") if row.is_staff else "–")


@admin.display(description=_("Account"), ordering="closed_on")
def account(row: Person) -> str:
    if row.closed_on is None:
        return str(_("open"))
    return str(_("closed on %(day)s") % {"day": labels.day(row.closed_on)})


@admin.register(Person)
class People(RowTable):
    """Whoever signs in, or is named on a record."""

    form_to_add, form_to_change = OpenAccount, AmendAccount
    acts = {
        "give-role": GiveThemRole,
        "take-role": TakeTheirRole,
        "confirm-address": ConfirmAddress,
        "close": CloseAccount,
    }
    list_display = ("name", "email", "function", opens_the_desk, account)
    list_select_related = ("function",)
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    row_template = "admin/pilots/person/row.html"

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or (obj.closed_on is None and not self.why_not(obj, office_of(request)))

    def facts(self, row: Person, office: Office) -> list[tuple[Any, Any]]:
        said = [(_("Opens the desk"), opens_the_desk(row)), (_("Account"), account(row))]
        if row.closed_on is not None or row.address_unconfirmed or self.why_not(row, office):
            said.append((_("E-mail address"), row.email))
        if row.address_unconfirmed:
            said.append((_("To become, once they confirm it"), row.pending_email or ""))
        return said

    def acts_on(self, row: Person, office: Office) -> list[str]:
        fits = {"confirm-address": row.address_unconfirmed}
        return [word for word in self.acts if fits.get(word, True)] if row.closed_on is None else []

    def why_not(self, row: Person, office: Office) -> str:
        """Why their account is not this office's to change: it holds something beyond its portfolios."""
        return "" if office.reaches(row) else str(BEYOND % {"person": row})

    def may_do(self, row: Person, office: Office, word: str) -> bool:
        if word == "confirm-address":
            return row.address_unconfirmed and office.keeps_all and office.reaches(row)
        within = word in ("give-role", "take-role") or office.reaches(row)
        return within and super().may_do(row, office, word)

    def beside(self, row: Person, office: Office) -> dict[str, Any]:
        rights = DecisionRight.objects.filter(Q(holder=row) | Q(deputy=row) | Q(escalate_to=row)).select_related(
            "kind", "portfolio", "function", "holder", "deputy", "escalate_to"
        )
        return {
            "roles": list(office.limit(row.roles.select_related("portfolio"))),
            "rights": list(office.limit(rights, shared=True)),
            "absences": list(row.absences.order_by("-starts")[:20]),
            "managed": list(office.limit(Pilot.objects.filter(manager=row))[:50]),
        }


class NameFunction(RowForm):
    verb = "name_function"
    title = _("Put a function on record")
    button = _("Put it on record")
    name = LineField(label=_("Name"), help_text=_("Such as customer operations."))


class RenameFunction(RowForm):
    verb, takes = "rename_function", "function"
    title = _("The function")
    button = _("Rename it")
    done_says = _("Renamed. It stays the same function: no right and no pilot is touched.")
    name = LineField(label=_("Name"))

    def begins_with(self) -> dict[str, Any]:
        return {"name": self.row.name}


@admin.register(Function)
class Functions(RowTable):
    """Business functions; all offices share them."""

    form_to_add, form_to_change = NameFunction, RenameFunction
    list_display = ("name",)
    search_fields = ("name",)


class RecordAbsence(RowForm):
    verb = "away"
    title = _("Record an absence")
    button = _("Record it")
    done_says = _("Recorded. The deputy covers; where there is none, the hole is shown.")
    person = PersonField(label=_("Who"), required=True)
    starts = DayField(label=_("Away from, the first day"), required=True)
    ends = DayField(label=_("Until, the last day"), required=True)


class EndAbsence(RowForm):
    verb, takes = "back", "absence"
    title = _("They are back earlier")
    button = _("They are back")
    on = DayField(label=_("Back from"), help_text=_("Today unless you say."))


@admin.display(description=_("From"), ordering="starts")
def starts(row: Absence) -> Any:
    return wall.day(row.starts)


@admin.display(description=_("Until"), ordering="ends")
def ends(row: Absence) -> Any:
    return wall.day(row.ends)


@admin.register(Absence)
class Absences(RowTable):
    """Days on which people are away. It takes no right."""

    form_to_add = RecordAbsence
    acts = {"back": EndAbsence}
    list_display = ("person", starts, ends)
    list_select_related = ("person",)
    search_fields = ("person__name", "person__email")
    ordering = ("-starts", "pk")

    def facts(self, row: Absence, office: Office) -> list[tuple[Any, Any]]:
        return [(_("Who"), row.person), (_("From"), labels.day(row.starts)), (_("Until"), labels.day(row.ends))]

    def says(self, row: Absence) -> str:
        return str(_("%(who)s is away") % {"who": row.person})

    def acts_on(self, row: Absence, office: Office) -> list[str]:
        return list(self.acts) if row.ends >= today() else []

    def may_touch(self, row: Absence, office: Office) -> bool:
        return office.reaches(row.person)
