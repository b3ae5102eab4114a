"""The forms of API tokens: one for oneself, and taking one of one's own back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from pilots import permissions
from pilots.actions.tokens import LONGEST
from pilots.models import ApiToken
from readiness.forms.fields import LineField, NumberField
from readiness.forms.reference import ReferenceForm

DAYS = 90


class IssueToken(ReferenceForm):
    """A token for oneself. Which scopes there are to choose from, one's own work says; whether one will do, the action."""

    action, target_argument = "issue_token", None
    title = _("Make a token")
    button = _("Make it")
    name = LineField(label=_("What it is for"), help_text=_("Such as “Monday review”: by this you know it again."))
    scope = forms.ChoiceField(
        label=_("What it may do"),
        help_text=_("It never does more than you may yourself."),
        required=False,
        widget=forms.RadioSelect,
    )
    days = NumberField(
        label=_("For how many days"),
        help_text=format_lazy(_("{most} at most. After that it opens nothing."), most=LONGEST),
        initial=DAYS,
    )

    def fit(self) -> None:
        mine = permissions.scopes_of(self.by)
        labels = dict(ApiToken.Scope.choices)
        scope: Any = self.fields["scope"]
        scope.choices = [(word, labels[ApiToken.Scope(word)]) for word in permissions.SCOPES if word in mine]
        scope.initial = permissions.SCOPES[0]

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"person": self.by}


class RevokeToken(ReferenceForm):
    """Take a token of one's own back."""

    action, target_argument = "revoke_token", "token"
    title = _("Take it back")
    button = _("Take it back")
    success_message = _("Taken back. It opens nothing any more.")
