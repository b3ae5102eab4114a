"""Actions on keys to the API. The log says that there is one, for whom and within which scope; never the key."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.locked_pilot import action_days as days_of
from pilots.actions.reference import concerns, log, need_whole, not_beyond, only_office
from pilots.actions.texts import need_plain
from pilots.event_log.sign import logged_transaction
from pilots.models import ApiToken, Person
from pilots.refusals import AddressUnconfirmed, Invalid, NotYours

__all__ = ["issue_token", "revoke_token"]


LONGEST = 366
"""A key that nobody renews within a year is nobody's."""
LONGEST_NAME = 100


@logged_transaction()
def issue_token(
    *,
    person: Person,
    by: Person | None,
    scope: str = ApiToken.Scope.READ,
    name: str = "",
    days: int = 90,
    on: date | None = None,
    known: date | None = None,
) -> tuple[ApiToken, str]:
    """Make a key to the API. Returns it with the key itself, which is never to be had again.

    Args:
        by: the person, for themselves; null is the installation.
        days: for how many days it opens anything.

    Raises:
        NotYours: for somebody else, or a scope that this person's work does not need.
        Invalid: a scope, a number of days or an account that cannot be.
    """
    on, known = days_of(on, known)
    if by is not None and by != person:
        raise NotYours
    days, name = need_whole(days, "days", least=1, most=LONGEST), need_plain(name.strip(), "name")
    if len(name) > LONGEST_NAME:
        raise Invalid(_("Say what it is for in %(most)d characters.") % {"most": LONGEST_NAME}, field="name")
    if scope not in ApiToken.Scope.values:
        raise Invalid(_("Say read, decide or write."), field="scope")
    if person.closed_by(known) or not person.is_active:
        raise Invalid(_("This account is closed."), field="person")
    if person.address_unconfirmed:
        raise AddressUnconfirmed
    if scope not in permissions.scopes_of(person):
        raise NotYours(
            _("The work of %(person)s does not need the scope %(scope)s.") % {"person": person, "scope": scope},
            field="scope",
        )
    token, key = ApiToken.objects.create(person, expiry=timedelta(days=days), scope=scope, name=name)
    data = {"person": person.pk, "token": token.token_key, "scope": scope, "until": token.expiry.date()}
    changes = concerns(person=person, name=name, scope=scope, until=data["until"])
    log("issue_token", by, on, known, data, changes=changes, rows=[token])
    return token, key


@logged_transaction()
def revoke_token(*, token: ApiToken, by: Person | None, on: date | None = None, known: date | None = None) -> None:
    """Take a key back; from now on it opens nothing. Its person may, and a program office that their work lies with.

    Raises:
        NotYours: `by` is neither, or the person holds something beyond the portfolios that `by` keeps.
    """
    on, known = days_of(on, known)
    if by != token.user:
        only_office(by, None, on)
        not_beyond(by, token.user)
    data = {"person": token.user_id, "token": token.token_key}
    log("revoke_token", by, on, known, data, changes=concerns(person=token.user), rows=[token])
    token.delete()


def end_tokens(person: Person) -> list[str]:
    """Take all of a person's keys away, and return how each begins: for the event of the action that ends them."""
    theirs = ApiToken.objects.filter(user=person)
    begins = sorted(theirs.values_list("token_key", flat=True))
    theirs.delete()
    return begins
