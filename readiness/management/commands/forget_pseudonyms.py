"""`manage.py forget_pseudonyms`: destroy the key, so that no report of a manager can be linked to anybody any more (rule 13)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser

from pilots.actions.friction import forget_pseudonyms
from readiness.management.base import ProductCommand
from readiness.management.exits import NOTHING_DONE


class Command(ProductCommand):
    help = (
        "Destroy the key of the managers' pseudonyms. Figures of the past stay; what is counted now ends, and answers that"
        " were in no figure yet are deleted, since nobody can know any more who answers again. The next answer draws a new"
        " key. A copy of the key in a back-up has to be destroyed there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do it; without this it only says what would be done")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        if not yes:
            raise CommandError("This cannot be taken back. Run it again with --yes.", returncode=NOTHING_DONE)
        try:
            deleted = forget_pseudonyms()
        except ImproperlyConfigured as kept:
            raise CommandError(str(kept), returncode=NOTHING_DONE) from kept
        self.stdout.write(self.style.SUCCESS(f"The key is destroyed. {deleted:,} answers that waited were deleted."))
