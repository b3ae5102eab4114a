"""What an installation has of what an office needs, and what is still missing, for whoever sets it up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q, QuerySet

from pilots.models import DecisionRight, Function, GateKind, Person, Pilot, Portfolio, PortfolioRole, SwitchedOff
from pilots.rules.vocabulary import ClearsBy, Role

NAMED_AT_MOST = 12
"""How many of a sort are named in a line."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A kind of gate that is decided, and that nobody decides in a portfolio; in none of them where it names none."""

    portfolio: Portfolio | None
    kind: GateKind


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is there, as far as an office sees it. `people` are those beside whoever asks."""

    portfolios: Sequence[Portfolio]
    functions: int
    people: int
    without_password: int
    without_office: Sequence[Portfolio]
    without_escalation: Sequence[Portfolio]
    decided: list[GateKind]
    holes: list[Hole]
    rights: list[DecisionRight]
    pilots: bool


def set_up(own: QuerySet[Portfolio], person: Person, at: date) -> SetUp:
    """What is there and what is missing on a day, in a fixed number of statements."""
    offices = PortfolioRole.objects.filter(portfolio=OuterRef("pk"), role=Role.OFFICE)
    portfolios = list(own.select_related("escalation").annotate(has_office=Exists(offices)))
    others = open_accounts().exclude(pk=person.pk)
    decided = list(GateKind.objects.exclude(clears_by=ClearsBy.ACCEPTANCE).prefetch_related("portfolios"))
    rights = list(
        _in_force(at)
        .filter(Q(portfolio=None) | Q(portfolio__in=own))
        .select_related("kind", "holder", "deputy", "portfolio")
    )
    return SetUp(
        portfolios=portfolios,
        functions=Function.objects.count(),
        people=others.count(),
        without_password=without_password().exclude(pk=person.pk).count(),
        without_office=[each for each in portfolios if not each.has_office],
        without_escalation=[each for each in portfolios if each.escalation_id is None],
        decided=decided,
        holes=list(_holes(portfolios, decided, rights, at)),
        rights=rights,
        pilots=Pilot.objects.filter(portfolio__in=own).exists(),
    )


def open_accounts() -> QuerySet[Person]:
    return Person.objects.filter(closed_on=None, is_active=True)


def without_password() -> QuerySet[Person]:
    """Open accounts to which nobody can sign in: their owner has set no password yet."""
    return open_accounts().filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)


def _in_force(at: date) -> QuerySet[DecisionRight]:
    """Rights of a day that hold for every function: one of a function leaves the others without."""
    return DecisionRight.objects.filter(Q(until=None) | Q(until__gte=at), starts__lte=at, function=None)


def _holes(
    portfolios: Iterable[Portfolio], kinds: Iterable[GateKind], rights: Iterable[DecisionRight], at: date
) -> Iterable[Hole]:
    off = set(SwitchedOff.objects.on(at).values_list("portfolio", "kind"))
    held = {(right.portfolio_id, right.kind_id) for right in rights}
    for portfolio in portfolios:
        for kind in kinds:
            asked = kind.for_all or any(each.pk == portfolio.pk for each in kind.portfolios.all())
            if asked and not {(portfolio.pk, kind.pk), (None, kind.pk)} & held and (portfolio.pk, kind.pk) not in off:
                yield Hole(portfolio, kind)


def something_is_missing(own: QuerySet[Portfolio], person: Person, at: date) -> bool:
    """Whether something is missing, in one statement: what the desk's first page asks each time.

    Of people it is enough there that one other can sign in: in a large installation somebody is always about to.
    """
    offices = PortfolioRole.objects.filter(portfolio=OuterRef("pk"), role=Role.OFFICE)
    lacking = own.filter(Q(escalation=None) | ~Exists(offices) | Exists(_unheld(at)))
    complete = Person.objects.filter(
        Exists(own.all()),
        Exists(Function.objects.all()),
        Exists(open_accounts().exclude(pk=person.pk).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)),
        ~Exists(lacking),
        pk=person.pk,
    )
    return not complete.exists()


def _unheld(at: date) -> QuerySet[GateKind]:
    """Kinds that are asked in the portfolio outside, are decided, and are held by nobody there."""
    portfolio: Any = OuterRef(OuterRef("pk"))
    held = _in_force(at).filter(Q(portfolio=None) | Q(portfolio=portfolio), kind=OuterRef("pk"))
    off = SwitchedOff.objects.on(at).filter(portfolio=portfolio, kind=OuterRef("pk"))
    scoped = GateKind.portfolios.through.objects.filter(portfolio=portfolio, kind=OuterRef("pk"))
    return GateKind.objects.filter(
        Q(for_all=True) | Exists(scoped),
        ~Exists(held),
        ~Exists(off),
        clears_by__in=(ClearsBy.APPROVAL, ClearsBy.MEASUREMENT),
    )
