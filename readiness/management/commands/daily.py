"""What is done once a day, by cron or by hand; safe to be done twice, and beside itself."""

from __future__ import annotations

from time import time
from typing import Any

from django.core.management import call_command
from django.utils.translation import ngettext

from readiness.management.base import ProductCommand
from readiness.models.kept_answers import forget_kept_answers
from readiness.models.request_counts import forget_request_counts
from readiness.queries.friction import bring_up_to_date


class Command(ProductCommand):
    """Close the weeks of answers that are over, ask what is due to be asked, and forget what is kept for some days."""

    help = (
        "Closes the weeks of managers' answers that are over, asks the question of the quarter where its day has come"
        " (ask_pulses) and sponsors for their accounts where these are due (ask_accounts), and forgets what is kept for some"
        " days: answers of the API for one, how reading in the background ended for fourteen."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        bring_up_to_date()
        call_command("ask_pulses", stdout=self.stdout)
        call_command("ask_accounts", stdout=self.stdout)
        forgotten = forget_kept_answers()
        forget_request_counts(int(time()) // 60)
        call_command("prune_db_task_results", verbosity=0)
        says = ngettext("%(n)d kept answer forgotten.", "%(n)d kept answers forgotten.", forgotten)
        self.stdout.write(says % {"n": forgotten})
