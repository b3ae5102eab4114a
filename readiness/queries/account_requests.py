"""Of which pilots a sponsor is asked for an account by letter (rule 15), and what was said of each until then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef

from pilots.models import Absence, Person, Pilot, PilotPeriod
from pilots.rules.pulses import first_day_of_quarter
from readiness.models import AccountRequest
from readiness.queries.both_sides import LIVED_WITH
from readiness.queries.pilots import in_force
from readiness.queries.sponsor_accounts import latest_accounts, reviews_of
from readiness.rules import sponsor_accounts as rule
from readiness.rules.sponsor_accounts import Account


@dataclass(frozen=True, slots=True)
class AccountDue:
    """A pilot of which an account is asked for: the sponsor's own latest one (None: none), and the next review, if any."""

    pilot: Pilot
    latest: Account | None
    review: date | None


def letters_due(at: date) -> dict[Person, list[AccountDue]]:
    """Whom a letter asks on a day, and about which of their pilots, by key. Five queries.

    Left out: who is away, whose account is closed, and whose address nobody has confirmed, since they could not answer.
    """
    sent = AccountRequest.objects.filter(pilot=OuterRef("pilot"), quarter=first_day_of_quarter(at))
    away = Absence.objects.on(at).filter(person=OuterRef("sponsor"))
    rows = _carried(at).filter(sponsor__closed_on=None, sponsor__is_active=True, sponsor__pending_email=None)
    rows = rows.exclude(Exists(sent)).exclude(Exists(away))
    found: dict[Person, list[AccountDue]] = defaultdict(list)
    for person, asked, last_review in _asked(rows, at):
        is_due = rule.letter_due(
            asked.latest, sponsor=person.pk, last_review=last_review, next_review=asked.review, at=at
        )
        if is_due:
            found[person].append(asked)
    return found


def due_of(sponsor: Person, pilots: Any, *, at: date) -> list[AccountDue]:
    """The pilots of a query that somebody carries, and of which an account of theirs is due on a day. Three queries."""
    rows = _carried(at).filter(sponsor=sponsor, pilot__in=pilots.order_by().values("pk"))
    return [
        asked
        for person, asked, last_review in _asked(rows, at)
        if rule.due_before(asked.latest, sponsor=person.pk, last_review=last_review, at=at)
    ]


def _carried(at: date) -> Any:
    """The periods of the pilots that somebody lives with and somebody carries on a day."""
    rows = PilotPeriod.objects.filter(in_force(at), stage__in=LIVED_WITH, void_since=None, sponsor__isnull=False)
    return rows.select_related("pilot__portfolio", "sponsor").order_by("pilot__key", "pilot__pk")


def _asked(rows: Iterable[PilotPeriod], at: date) -> Iterable[tuple[Person, AccountDue, date | None]]:
    periods = list(rows)
    latest = latest_accounts([row.pilot_id for row in periods], at=at)
    reviews = reviews_of({row.pilot.portfolio_id for row in periods}, at=at)
    for row in periods:
        person, held = row.sponsor, reviews[row.pilot.portfolio_id]
        assert person is not None
        given = latest.get(row.pilot_id)
        own = given if given is not None and given.sponsor == person.pk else None
        yield person, AccountDue(row.pilot, own, held.next), held.last
