"""Sponsors' accounts of many pilots on a day, and the reviews before which they are due (rule 15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pilots.models import Pilot, Review, SponsorAccount
from pilots.rules.vocabulary import Basis
from readiness.rules import sponsor_accounts as rule
from readiness.rules.sponsor_accounts import Account, Narrated


@dataclass(frozen=True, slots=True)
class Reviews:
    """The last review of a portfolio before a day, and the next from it on; None where there is none."""

    last: date | None
    next: date | None


@dataclass(frozen=True, slots=True)
class Accounts:
    """What a sponsor said of one pilot by a day: the latest account, and when they last knew it more closely.

    `narrated` says why it is narrated, not managed; `due` that one is asked for before the next review.
    """

    latest: SponsorAccount | None
    last_on: dict[str, date]
    narrated: Narrated | None
    reviews: Reviews
    due: bool


def accounts_of(pilot: Pilot, sponsor: int | None, *, at: date, known_at: date | None = None) -> Accounts:
    """A pilot's accounts on a day. Two queries."""
    rows = list(SponsorAccount.objects.up_to(at, known_at).filter(pilot=pilot).select_related("sponsor", "event"))
    latest = rows[0] if rows else None
    read = as_account(latest)
    reviews = reviews_of([pilot.portfolio_id], at=at)[pilot.portfolio_id]
    last_on = {
        str(basis): max((row.effective_on for row in rows if row.basis == basis), default=None) for basis in Basis
    }
    return Accounts(
        latest,
        {basis: day for basis, day in last_on.items() if day is not None},
        rule.narrated(read, sponsor=sponsor, at=at),
        reviews,
        rule.due_before(read, sponsor=sponsor, last_review=reviews.last, at=at),
    )


def as_account(row: SponsorAccount | None) -> Account | None:
    """An account as the rule reads it."""
    return Account(row.sponsor_id, row.effective_on, row.basis) if row else None


def latest_accounts(pilots: Iterable[int], *, at: date, known_at: date | None = None) -> dict[int, Account]:
    """The latest account of each pilot that has one, by primary key. One query."""
    rows = SponsorAccount.objects.up_to(at, known_at).filter(pilot__in=list(pilots))
    found: dict[int, Account] = {}
    for pilot, sponsor, day, basis in rows.values_list("pilot", "sponsor", "effective_on", "basis"):
        found.setdefault(pilot, Account(sponsor, day, basis))
    return found


def reviews_of(portfolios: Iterable[int], *, at: date) -> dict[int, Reviews]:
    """The last and the next review of portfolios, by primary key. One query."""
    found = {pk: Reviews(None, None) for pk in portfolios}
    for portfolio, day in Review.objects.filter(portfolio__in=list(found)).values_list("portfolio", "held_on"):
        now = found[portfolio]
        if day < at:
            found[portfolio] = Reviews(max(now.last or day, day), now.next)
        else:
            found[portfolio] = Reviews(now.last, min(now.next or day, day))
    return found
