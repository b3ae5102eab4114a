"""The forms of the sign-in package, where ours say or keep something more."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import respond_429
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.accounts import LetterNotSent, may_ask_for_a_letter, record_verified_address, with_address
from pilots import actions, holdings
from pilots.models import Person
from readiness.text import mail


class AskForPassword(ResetPasswordForm):  # type: ignore[misc]
    """Asks for the letter by which a password is set. It goes to the one address that signs its person in."""

    def clean_email(self) -> str:
        if not mail.can_be_sent():
            raise ValidationError(
                _("No letter can be sent from here: no mail server is set. Tell whoever runs this installation.")
            )
        address: str = get_adapter().clean_email(self.cleaned_data["email"].lower())
        person = with_address(address)
        self.users = [person] if person is not None and person.is_active else []
        return address

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the letter. Where it cannot be, the page says so, whether or not somebody has this address.

        Raises:
            ImmediateHttpResponse: with the page that says why not.
        """
        if not may_ask_for_a_letter(request, self.cleaned_data["email"]):
            raise ImmediateHttpResponse(respond_429(request))
        try:
            return str(super().save(request, **kwargs))
        except LetterNotSent as error:
            self.add_error("email", _("The letter could not be sent. Try again later, or tell whoever runs this."))
            page = render(request, "account/password_reset.html", {"form": self}, status=503)
            raise ImmediateHttpResponse(page) from error


class KeepTokens(forms.Form):
    """Tokens to the API end with the password of before, unless their person keeps them."""

    user: Person

    def offer_to_keep(self) -> None:
        """Ask whether to keep them, where there are any."""
        if self.user is not None and holdings.tokens_of(self.user).exists():
            label = gettext_lazy("Keep my API tokens: nobody else has seen them")
            self.fields["keep_tokens"] = forms.BooleanField(label=label, required=False)

    def set_password(self) -> None:
        keep = bool(self.cleaned_data.get("keep_tokens"))
        actions.set_password(person=self.user, password=self.cleaned_data["password1"], by=self.user, keep_tokens=keep)


class ChangePassword(ChangePasswordForm, KeepTokens):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_to_keep()

    def save(self) -> None:
        self.set_password()


class SetPasswordByLetter(ResetPasswordKeyForm, KeepTokens):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_to_keep()

    def save(self) -> None:
        """Whoever sets a password by a letter has read it: the address that it went to is theirs."""
        self.set_password()
        record_verified_address(self.user)
