"""Writes a synthetic portfolio of any size: for measuring, not for reading about anybody."""

from __future__ import annotations

from datetime import date
from time import monotonic
from typing import Any

from django.core.management import CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from pilots.clock import today
from pilots.figures import grouped
from pilots.refusals import Refused
from readiness.demo.synthetic.portfolio import make
from readiness.management.base import ProductCommand
from readiness.queries.engines import refresh_statistics


class Command(ProductCommand):
    """Exit status 2 where it refuses."""

    help = "Writes a synthetic portfolio with histories of years. The same seed and day give the same one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pilots", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument(
            "--at",
            type=date.fromisoformat,
            metavar="DATE",
            help="the last day on which anything was done; today unless said",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pilots, at = options["pilots"], options["at"] or today()
        if pilots < 1:
            raise CommandError(_("Ask for one pilot at least."), returncode=2)
        began = monotonic()
        try:
            with tqdm(total=pilots, unit=" pilots", disable=None) as bar:
                for done in make(pilots=pilots, seed=options["seed"], at=at):
                    bar.update(done - bar.n)
        except Refused as refused:
            raise CommandError(refused.says, returncode=2) from refused
        refresh_statistics()
        took = monotonic() - began
        self.stdout.write(
            _("%(pilots)s pilots of seed %(seed)s in %(took).1f seconds, %(rate).0f a second.")
            % {"pilots": grouped(pilots), "seed": options["seed"], "took": took, "rate": pilots / took}
        )
