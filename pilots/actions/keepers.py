"""Whoever keeps records: somebody always does, of each portfolio and of all of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from pilots import permissions
from pilots.models import Person, PortfolioRole
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Role

OFFICE = Role.OFFICE


def hold_keepers() -> None:
    """Let nobody else take a keeper's role or close a keeper's account before this transaction is over.

    Each of two who take the other out would find the other still there. People are held before pilots and seats are.
    """
    by_role = PortfolioRole.objects.filter(role=OFFICE).values("person")
    found = Person.objects.filter(Q(is_superuser=True) | Q(pk__in=by_role))
    list(found.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def need_other_keepers(person: Person, portfolios: Iterable[int], *, leaves_all: bool) -> None:
    """Refuse to take somebody out of these portfolios' offices whom nobody would follow. Hold the keepers before.

    Args:
        leaves_all: whether they keep all of them and would no longer.

    Raises:
        Invalid: nobody would be left to keep the records of one of these portfolios, or of all of them.
    """
    others = PortfolioRole.objects.filter(role=OFFICE, person__closed_on=None).exclude(person=person)
    if set(portfolios) - set(others.values_list("portfolio_id", flat=True)):
        raise Invalid(
            _("Nobody would be left to keep this portfolio’s records. Name somebody else first."), field="person"
        )
    if leaves_all and not permissions.keepers_of_all().exclude(pk=person.pk).exists():
        raise Invalid(
            _(
                "Nobody would be left who keeps all portfolios. Make somebody else part of each one’s program office first."
            ),
            field="person",
        )
