"""Links to the three questions: signed, for one person, good once and for a fortnight. What they hold says nothing of an answer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from pilots.models import Person, Pilot, SpentLink
from pilots.pseudonyms import keyed_order
from pilots.refusals import LinkNotGood

SALT = "pilots.feedback_links"
GOOD_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class FeedbackLink:
    """What a link says: who was asked, about which pilot, and what is random in it."""

    person: Person
    pilot: Pilot
    random: str

    @property
    def digest(self) -> str:
        """What is kept of it once it is used. Without the letter itself nobody can tell which link it was."""
        return keyed_order(self.random, "link")

    @property
    def is_spent(self) -> bool:
        return SpentLink.objects.filter(digest=self.digest).exists()


def token_for(person: Person, pilot: Pilot) -> str:
    """A new link's token. Nothing is stored when it is made."""
    return signing.dumps([person.public_id, pilot.key, secrets.token_urlsafe(12)], salt=SALT)


def link_of(token: str) -> FeedbackLink:
    """The link of a token.

    Raises:
        LinkNotGood: it is too old, was used, or is none of ours; or the account or the pilot is no longer there.
    """
    try:
        who, key, random = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except signing.SignatureExpired as late:
        raise LinkNotGood(LinkNotGood.expired) from late
    except (signing.BadSignature, ValueError, TypeError) as wrong:
        raise LinkNotGood from wrong
    person = Person.objects.filter(public_id=who, closed_on=None).first()
    pilot = Pilot.objects.select_related("portfolio", "function").filter(key=key, void_since=None).first()
    if person is None or pilot is None:
        raise LinkNotGood
    link = FeedbackLink(person, pilot, random)
    if link.is_spent:
        raise LinkNotGood(LinkNotGood.used)
    return link
