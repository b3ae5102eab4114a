"""Invitations: a letter in the product's words, with a link by which somebody sets the first password of their account."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from pilots.languages import installation_language
from pilots.models import Person
from readiness.text.mail import Delivery, send_letters


def path_of(person: Person) -> str:
    """Where somebody sets a password, once: what a letter to set a new one leads to as well."""
    place = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    return reverse("account_reset_password_from_key", kwargs=place)


def send(people: Iterable[Person], sender: Person, absolute: Callable[[str], str]) -> Delivery:
    """Send everybody their invitation.

    Args:
        absolute: makes an address of ours one that can stand in a letter.
    """
    return send_letters([_letter(person, sender, absolute) for person in people])


def _letter(person: Person, sender: Person, absolute: Callable[[str], str]) -> mail.EmailMessage:
    context = {
        "person": person,
        "sender": sender,
        "link": absolute(path_of(person)),
        "again": absolute(reverse("account_reset_password")),
        "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
    }
    with installation_language():
        body = render_to_string("letters/invitation.txt", context).strip()
        return mail.EmailMessage(_("Your account at Lived In"), body, to=[person.email])
