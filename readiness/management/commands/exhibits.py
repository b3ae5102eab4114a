"""The museum as text: how many pilots there are of each standing and open gates in each court, then the placards of both rooms."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from itertools import islice
from textwrap import fill
from typing import Any

from django.core.management import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.figures import grouped
from pilots.models import Portfolio
from pilots.refusals import Invalid
from readiness.management.base import ProductCommand
from readiness.management.exits import to_whoever_reads
from readiness.queries.pilots import StandingQuerySet, pilots
from readiness.queries.request_dates import as_of
from readiness.queries.snapshots import PilotSnapshot, snapshots_of
from readiness.text import labels, placards

AT_ONCE = 500
"""Pilots read together: the queries follow from this, and memory does not grow with the museum."""
WIDEST, NARROWEST = 100, 40


class Command(ProductCommand):
    """Exit status 2 where the day or the portfolio is not one."""

    help = "Prints the museum on a day: counts by standing and court, the exhibits (longest stalled first), then the claims."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", default="", metavar="DATE", help="as 2026-11-23; today unless said")
        parser.add_argument("--portfolio", default="", metavar="KEY", help="one portfolio; all unless said")

    def handle(self, *args: Any, **options: Any) -> None:
        at, asked = _day(options["at"]), _pilots_of(options["portfolio"])
        with to_whoever_reads(self.stdout):
            self._museum(asked, at)

    def _museum(self, asked: StandingQuerySet, at: date) -> None:
        width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))
        counts = asked.counts(at)
        self.stdout.write(_("The museum on %(day)s") % {"day": labels.day(at)})
        self.stdout.write("")
        for standing, number in counts.items():
            self.stdout.write(f"{number:>9,}  {labels.STANDING[standing]}")
        self.stdout.write("")
        self.stdout.write(_("Open gates of running and adopted pilots, by court:"))
        for court, number in asked.open_gates_by_court(at).items():
            self.stdout.write(f"{number:>9,}  {labels.COURT[court]}")
        self._room(_exhibits(counts["museum_exhibit"]), asked.exhibits(at), at, width)
        self._room(_claims(counts["claimed"]), asked.claims(at), at, width)

    def _room(self, title: str, hung: StandingQuerySet, at: date, width: int) -> None:
        self.stdout.write("")
        self.stdout.write(fill(title, width))
        for snapshot in _read(hung, at):
            name = f"{snapshot.pilot.key}  {snapshot.pilot.name}"
            self.stdout.write("")
            self.stdout.write(fill(name, width, subsequent_indent="  "))
            says = placards.placard(snapshot)
            self.stdout.write(fill(says, width, initial_indent="  ", subsequent_indent="  "))


def _day(written: str) -> date:
    try:
        return as_of({"at": written}, "at")
    except Invalid as refused:
        raise CommandError(refused.says, returncode=2) from refused


def _pilots_of(portfolio: str) -> StandingQuerySet:
    if not portfolio:
        return pilots()
    found = Portfolio.objects.filter(key=portfolio).first()
    if found is None:
        raise CommandError(_no_portfolio(portfolio), returncode=2)
    of_it: StandingQuerySet = pilots().filter(portfolio=found)
    return of_it


def _no_portfolio(key: str) -> str:
    keys = list(Portfolio.objects.order_by("key").values_list("key", flat=True)[:6])
    if not keys:
        return _("There is no portfolio “%(key)s”; there is none at all yet.") % {"key": key}
    if len(keys) == 6:
        keys[5] = "…"
    return _("There is no portfolio “%(key)s”. There is: %(keys)s.") % {"key": key, "keys": ", ".join(keys)}


def _exhibits(number: int) -> str:
    return ngettext(
        "The first room: %(n)s exhibit.", "The first room: %(n)s exhibits, the longest on display first.", number
    ) % {"n": grouped(number)}


def _claims(number: int) -> str:
    return ngettext(
        "The second room: %(n)s claim. Declared adopted; the facts do not show it.",
        "The second room: %(n)s claims. Declared adopted; the facts do not show it.",
        number,
    ) % {"n": grouped(number)}


def _read(hung: StandingQuerySet, at: date) -> Iterator[PilotSnapshot]:
    """What hangs in a room, a handful of pilots at a time."""
    rows = hung.iterator(chunk_size=AT_ONCE)
    while batch := list(islice(rows, AT_ONCE)):
        yield from snapshots_of(batch, at=at)
