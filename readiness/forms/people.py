"""The forms of accounts, functions and absences. No password is ever shown or typed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots.holdings import holdings_of, tokens_of
from pilots.models import Person, Portfolio
from pilots.models.choices import ROLE, choices
from readiness.forms.fields import DayField, LineField, PersonField, SentenceField, row_select
from readiness.forms.reference import FunctionField, ReferenceForm
from readiness.text import labels

ADDRESS = _("They sign in with it. A link to set a password is sent there when they ask for one.")


class OpenAccount(ReferenceForm):
    action = "open_account"
    title = _("Open an account")
    button = _("Open it")
    success_message = _("Opened. They set their own password: nobody here knows it.")
    name = LineField(label=_("Name"), help_text=_("A person, not a team."))
    email = LineField(label=_("E-mail address"), help_text=ADDRESS)
    function = FunctionField()


class AmendAccount(ReferenceForm):
    action, target_argument, sets = "amend_account", "person", True
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


class ConfirmAddress(ReferenceForm):
    action, target_argument = "confirm_address", "person"
    title = _("Confirm the new address for them")
    button = _("Confirm it")
    success_message = _("Confirmed. From now on they sign in with it; why is in the log.")
    reason = SentenceField(
        label=_("Why they cannot"),
        help_text=_(
            "They can confirm it by the letter to the old address, or signed in. Say how you know that it is theirs."
        ),
    )


class CloseAccount(ReferenceForm):
    action, target_argument = "close_account", "person"
    title = _("Close the account")
    button = _("Close it")
    success_message = _("Closed. Seats passed on, and every seat they had accepted is open.")
    on = DayField(
        label=_("From"),
        help_text=_("Today unless you give an earlier day. Opened again later, it has none of its seats."),
    )
    agreed = forms.BooleanField(
        label=_("I have read what falls with it"),
        error_messages={"required": _("Missing. Read what falls with the account, then say that you did.")},
    )

    def fit(self) -> None:
        """What falls is shown before, and asked about where there is anything."""
        self.falls = what_falls(self.row)
        if not self.falls:
            del self.fields["agreed"]

    def arguments(self) -> dict[str, Any]:
        return {name: value for name, value in super().arguments().items() if name != "agreed"}


class ReopenAccount(ReferenceForm):
    action, target_argument = "reopen_account", "person"
    title = _("Open the account again")
    button = _("Open it again")
    success_message = _("Opened again. They sign in as before; seats, acceptances and tokens did not come back.")
    reason = SentenceField(
        label=_("Reason, in a sentence"),
        help_text=_(
            "It is the same person, with the roles that they had. What they are to decide or accept is named anew."
        ),
    )


def what_falls(person: Person) -> list[tuple[Any, list[Any]]]:
    """What falls when an account is closed, in words: the sort, and each of it."""
    falls = [
        (labels.HELD[held.what], [labels.holding(held.what, row) for row in held.rows]) for held in holdings_of(person)
    ]
    tokens = [str(token) for token in tokens_of(person)]
    return [(what, rows) for what, rows in [*falls, (labels.HELD["tokens"], tokens)] if rows]


class OfPortfolio(ReferenceForm):
    """A role of this person in a portfolio."""

    target_argument = "person"
    portfolio = forms.ModelChoiceField(
        Portfolio.objects.none(), label=_("Portfolio"), empty_label=None, widget=row_select()
    )
    role = forms.ChoiceField(label=_("Role"), choices=choices(ROLE))

    def fit(self) -> None:
        field: Any = self.fields["portfolio"]
        field.queryset = self.office_at.own()


class GiveThemRole(OfPortfolio):
    action = "give_role"
    title = _("Give a role")
    button = _("Give it")


class TakeTheirRole(OfPortfolio):
    action = "take_role"
    title = _("Take a role back")
    button = _("Take it back")


class NameFunction(ReferenceForm):
    action = "name_function"
    title = _("Put a function on record")
    button = _("Put it on record")
    name = LineField(label=_("Name"), help_text=_("Such as customer operations."))


class RenameFunction(ReferenceForm):
    action, target_argument = "rename_function", "function"
    title = _("The function")
    button = _("Rename it")
    success_message = _("Renamed. It stays the same function: no right and no pilot is touched.")
    name = LineField(label=_("Name"))

    def begins_with(self) -> dict[str, Any]:
        return {"name": self.row.name}


class RecordAbsence(ReferenceForm):
    action = "away"
    title = _("Record an absence")
    button = _("Record it")
    success_message = _("Recorded. The deputy covers; where there is none, the hole is shown.")
    person = PersonField(label=_("Who"), required=True)
    starts = DayField(label=_("Away from, the first day"), required=True)
    ends = DayField(label=_("Until, the last day"), required=True)


class EndAbsence(ReferenceForm):
    action, target_argument = "back", "absence"
    title = _("They are back earlier")
    button = _("They are back")
    on = DayField(label=_("Back from"), help_text=_("Today unless you say."))
