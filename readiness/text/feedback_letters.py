"""Letters that ask a manager the three questions, each with a link that works once. That they were sent is nowhere stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from pilots.feedback_links import GOOD_FOR, token_for
from pilots.languages import installation_language
from pilots.models import Person, Pilot
from readiness.text.mail import Delivery, send_letters


def send(pilots: Iterable[Pilot], sender: Person, absolute: Callable[[str], str]) -> Delivery:
    """Ask the managers of pilots what it is like, each once a pilot.

    Args:
        pilots: with a manager whose account is open; others are left out.
        absolute: makes an address of ours one that can stand in a letter.
    """
    letters = [
        _letter(pilot.manager, pilot, sender, absolute)
        for pilot in pilots
        if pilot.manager is not None and pilot.manager.closed_on is None
    ]
    return send_letters(letters)


def _letter(person: Person, pilot: Pilot, sender: Person, absolute: Callable[[str], str]) -> mail.EmailMessage:
    context = {
        "person": person,
        "pilot": pilot,
        "sender": sender,
        "link": absolute(reverse("readiness:listen-by-link", args=[token_for(person, pilot)])),
        "privacy": absolute(reverse("readiness:privacy")),
        "days": GOOD_FOR.days,
    }
    with installation_language():
        body = render_to_string("letters/three_questions.txt", context).strip()
        return mail.EmailMessage(_("Three questions, one minute"), body, to=[person.email])
