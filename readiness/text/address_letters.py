"""A changed address: the letters about it to both addresses, and the link in the one to the old, by which it is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.core import mail, signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from pilots.languages import installation_language
from pilots.models import Person
from readiness.text.mail import send_letters

GOOD_FOR = timedelta(days=14)
"""For how long a link in a letter works. After that whoever keeps all portfolios confirms, or the owner signs in."""
SALT = "readiness.text.address_letters"


def token_of(person: Person) -> str:
    """What makes a link good for this one change of this person's address."""
    return signing.dumps({"person": person.public_id, "change": person.pending_email_key}, salt=SALT)


def person_of(token: str) -> Person | None:
    """Whose change a link is about; None where the link is not ours, too old, or the change is over."""
    try:
        signed = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    waits = Person.objects.filter(pending_email__isnull=False, closed_on=None)
    return waits.filter(public_id=signed["person"], pending_email_key=signed["change"]).first()


def send(person: Person, absolute: Callable[[str], str]) -> bool:
    """Send a letter to both addresses about a change that waits. False where a letter could not be sent.

    Args:
        absolute: makes an address of ours one that can stand in a letter.
    """
    link = absolute(reverse("readiness:address-by-link", args=[token_of(person)]))
    context = {"person": person, "link": link, "days": GOOD_FOR.days}
    with installation_language():
        subject = _("Your address at Lived In is to be changed")
        letters = [
            mail.EmailMessage(
                subject, render_to_string(f"letters/address_changed_{which}.txt", context).strip(), to=[to]
            )
            for which, to in (("old", person.email), ("new", str(person.pending_email)))
        ]
    return send_letters(letters).failed == 0
