"""What an act on many does to standings: how many pilots stood where before it, and stand where after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.models import Portfolio
from pilots.rules.vocabulary import Standing
from readiness.queries.pilots import StandingQuerySet, pilots
from readiness.rules import standing
from readiness.text import labels


@dataclass(frozen=True, slots=True)
class StandingChanges:
    """On how many pilots an act was, and which standings it changed: (before, after) and how many pilots."""

    pilots: int
    before: Mapping[str, int]
    changed: Mapping[tuple[str, str], int]

    @property
    def token(self) -> str:
        """What is the same where the same would happen: whoever has seen one outcome agrees to no other."""
        seen = repr((self.pilots, sorted(self.before.items()), sorted(self.changed.items())))
        return sha256(seen.encode()).hexdigest()[:24]

    @property
    def after(self) -> dict[str, int]:
        """How many pilots have each standing afterwards."""
        found = Counter(self.before)
        for (was, becomes), number in self.changed.items():
            found[was] -= number
            found[becomes] += number
        return dict(found)

    @property
    def rows(self) -> list[tuple[Any, int, int]]:
        """Each standing that some have, before or after, in the order of standings."""
        after = self.after
        found = ((name, self.before.get(name, 0), after.get(name, 0)) for name in standing.STANDINGS)
        return [(labels.STANDING[name], was, becomes) for name, was, becomes in found if was or becomes]

    def sentences(self, *, done: bool = False) -> list[str]:
        """“3 pilots that are adopted will be claimed.” What was done is told as it is now."""
        return [
            self._sentence(number, done)
            % {"n": f"{number:,}", "was": labels.STANDING[was], "is": labels.STANDING[becomes]}
            for (was, becomes), number in sorted(self.changed.items(), key=lambda pair: _place(pair[0]))
        ] or [_("No pilot stands otherwise for it.")]

    @staticmethod
    def _sentence(number: int, done: bool) -> str:
        if done:
            return ngettext(
                "%(n)s pilot that was %(was)s is %(is)s now.", "%(n)s pilots that were %(was)s are %(is)s now.", number
            )
        return ngettext(
            "%(n)s pilot that is %(was)s will be %(is)s.", "%(n)s pilots that are %(was)s will be %(is)s.", number
        )


def _place(pair: tuple[str, str]) -> tuple[int, int]:
    """What is lost first: adopted and ready before the others."""
    order = ("adopted", Standing.READY, *standing.STANDINGS)
    return order.index(pair[0]), order.index(pair[1])


def watch(act: Callable[[], int | None], *, portfolios: Iterable[Portfolio] | None, at: date) -> StandingChanges | None:
    """Do an act, and tell what it changes. Two queries, whatever it is; None where the act was refused.

    Args:
        act: returns on how many pilots it was, or None where it was refused.
        portfolios: whose pilots it may be on; None for all.
    """
    there = pilots() if portfolios is None else pilots().filter(portfolio__in=list(portfolios))
    before = _standings(there, at)
    number = act()
    if number is None:
        return None
    after = _standings(there, at)
    changed = Counter((was, after[pk]) for pk, was in before.items() if after[pk] != was)
    return StandingChanges(number, Counter(before.values()), changed)


def _standings(there: StandingQuerySet, at: date) -> dict[int, str]:
    return dict(there.standing(at).order_by().values_list("pk", "standing").iterator())
