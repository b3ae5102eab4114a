"""Standing roles in a portfolio: given and taken back."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.event_batch import log_part
from pilots.actions.keepers import hold_keepers, need_other_keepers
from pilots.actions.locked_pilot import action_days
from pilots.actions.reference import concerns, only_office
from pilots.event_log.rows import named
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Person, Portfolio, PortfolioRole
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Role

__all__ = ["give_role", "take_role"]


@logged_transaction()
def give_role(
    *,
    portfolio: Portfolio,
    person: Person,
    role: str,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
) -> PortfolioRole:
    """Make a person part of a portfolio's program office, or its reviewer. The office works in the admin, so it may open it.

    Raises:
        NotYours: `by` is not of the portfolio's program office.
        Invalid: no such role, or the account is closed.
    """
    on, known = action_days(on, known)
    only_office(by, portfolio, on)
    if role not in Role.values():
        raise Invalid(_("Say program-office or reviewer."), field="role")
    if permissions.has_left(person, on):
        raise Invalid(_("This account is closed."), field="person")
    given, is_new = give(portfolio, person, role)
    if is_new:
        data = {"person": person.pk, "role": role}
        changes = concerns(person=person, portfolio=portfolio, role=role)
        log_part("give_role", by, on, known, data, portfolio=portfolio, changes=changes, rows=[given, person])
    return given


def give(portfolio: Portfolio, person: Person, role: str) -> tuple[PortfolioRole, bool]:
    found = PortfolioRole.objects.get_or_create(portfolio=portfolio, person=person, role=role)
    may_open_the_admin(person)
    return found


def may_open_the_admin(person: Person) -> None:
    """Whether a person may open the admin follows from whether they keep records."""
    allowed = permissions.is_office(person)
    if person.is_staff != allowed:
        person.is_staff = allowed
        person.save(update_fields=["is_staff"])


@logged_transaction()
def take_role(
    *,
    portfolio: Portfolio,
    person: Person,
    role: str,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
) -> Event | None:
    """Take a role back. Returns None where it was not held.

    Raises:
        NotYours: `by` is not of the portfolio's program office.
        Invalid: nobody would be left to keep the portfolio's records, or all portfolios.
    """
    on, known = action_days(on, known)
    hold_keepers()
    only_office(by, portfolio, on)
    held = PortfolioRole.objects.filter(portfolio=portfolio, role=role, person=person).first()
    if held is None:
        return None
    if role == Role.OFFICE:
        leaves_all = not person.is_superuser and permissions.keeps_all(person)
        need_other_keepers(person, [portfolio.pk], leaves_all=leaves_all)
    rows = [named(held), named(person)]
    held.delete()
    may_open_the_admin(person)
    data = {"person": person.pk, "role": role}
    changes = [*concerns(person=person, portfolio=portfolio), {"field": "role", "from": role, "to": None}]
    return log_part("take_role", by, on, known, data, portfolio=portfolio, changes=changes, rows=rows)
