"""`manage.py rebuild_periods`: replay every pilot from its decisions, events and rights."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from pilots.derived import comparison, rebuild
from pilots.derived.group_check import groups_checked
from pilots.event_log import verify
from pilots.models import Portfolio
from readiness.management.base import ProductCommand
from readiness.management.exits import NOTHING_DONE


class Command(ProductCommand):
    help = (
        "Rebuild periods and seats from decisions, events and rights, and compare them with what was stored. Refused where"
        " the log does not verify. Groups of managers' answers are checked, and never made again. Exit status: 0 nothing"
        " differed, 1 something did, 2 nothing was done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--portfolio", metavar="KEY", help="only this portfolio")
        parser.add_argument("--check", action="store_true", help="compare only, and change nothing")

    def handle(self, *args: Any, portfolio: str | None = None, check: bool = False, **options: Any) -> None:
        only = self._portfolio(portfolio)
        _refuse_broken_log()
        done, differ = rebuild.Rebuilt(), 0
        for difference in rebuild.rebuild(only, keep=not check, done=done):
            differ += 1
            self.stdout.write(str(difference))
        self.stdout.write(f"{done.rows:,} rows of {done.pilots:,} pilots and {done.units:,} units derived again")
        problems = self._groups_that_do_not_fit()
        if differ:
            kept = "nothing was changed" if check else "they are right now"
            problems = [f"{differ:,} rows differed; {kept}.", *problems]
        if problems:
            raise CommandError("\n".join(problems), returncode=1)
        self.stdout.write(self.style.SUCCESS("Every row was as it follows."))

    def _groups_that_do_not_fit(self) -> list[str]:
        """What is wrong where groups of managers do not fit their answers. They stay: what was published does not move."""
        wrong = list(comparison.groups_that_do_not_fit())
        for each in wrong:
            self.stdout.write(each)
        if wrong:
            return [
                f"{len(wrong):,} groups of managers do not fit their answers. They are not made again: put these tables"
                " right from a back-up."
            ]
        self.stdout.write(f"{groups_checked():,} groups of managers fit the answers in them")
        return []

    def _portfolio(self, key: str | None) -> Portfolio | None:
        if key is None:
            return None
        found = Portfolio.objects.filter(key=key).first()
        if found is None:
            raise CommandError(f"There is no portfolio “{key}”.", returncode=NOTHING_DONE)
        return found


def _refuse_broken_log() -> None:
    """Refuse to replay a log that somebody changed: what follows from it would look as if it were so (rule 8)."""
    try:
        found = verify.verify()
    except DatabaseError as error:
        raise CommandError(f"The log could not be read: {error}", returncode=NOTHING_DONE) from error
    if found.first is not None:
        raise CommandError(
            f"The log is broken in {found.broken:,} places, and nothing was rebuilt from it. verify_log says where;"
            " put the log right from a back-up first.",
            returncode=NOTHING_DONE,
        )
