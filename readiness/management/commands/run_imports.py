"""`manage.py run_imports`: long lists that were uploaded in the admin are read, and it ends. For cron; safe to run twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from readiness.inventory import background
from readiness.management.base import ProductCommand
from readiness.models import ImportSession
from readiness.models.imports import ImportStage


class Command(ProductCommand):
    help = (
        "Reads the long lists that wait: each preview or import that somebody asked for in the admin. Run it every minute "
        "where no db_worker runs. "
        "--resume also takes up those that a process left unfinished: what was written stands, and the rest is read."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--resume", action="store_true", help="take up those that were left running, too")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["resume"]:
            background.take_up_unfinished()
        waiting = list(ImportSession.objects.filter(stage=ImportStage.QUEUED).order_by("pk"))
        background.read_what_waits()
        for session in waiting:
            session.refresh_from_db()
            self.stdout.write(
                _("%(file)s: %(stage)s") % {"file": session.file_name, "stage": session.get_stage_display()}
            )
