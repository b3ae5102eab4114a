"""Asking the question of the quarter where its drawn Tuesday has come (rule 15): for cron, safe to run twice."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilots import actions
from pilots.clock import today
from pilots.refusals import Invalid
from readiness.management.base import ProductCommand
from readiness.queries.pulses import portfolios_to_ask


class Command(ProductCommand):
    """Ask both sides, in each portfolio whose drawn Tuesday is today, and say which. Otherwise it does nothing."""

    help = "Asks sponsors and managers the same question once a quarter, on a Tuesday that is drawn. Run it every day."

    def handle(self, *args: Any, **options: Any) -> None:
        asked = [portfolio for portfolio in portfolios_to_ask(today()) if _ask(portfolio)]
        for portfolio in asked:
            self.stdout.write(_("%(portfolio)s: asked, from 14:17 today on.") % {"portfolio": portfolio.key})
        if not asked:
            self.stdout.write(_("Nobody is to be asked today."))


def _ask(portfolio: Any) -> bool:
    """Ask one portfolio; not where the office has just asked, or another process did meanwhile."""
    try:
        actions.ask_pulse(portfolio=portfolio, by=None)
    except Invalid:
        return False
    return True
