"""A key to the API, printed once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from pilots import verbs
from pilots.access import SCOPES
from pilots.models import Person
from pilots.refusals import Refused
from readiness.exits import NOTHING_DONE, ended


class Command(BaseCommand):
    """Make a key to the API for a person, and print it: the one time that it can be read."""

    help = "Makes a token for the API, and prints it once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--scope", choices=SCOPES, default="read")
        parser.add_argument("--days", type=int, default=90, metavar="N")
        parser.add_argument("--name", default="", help="what it is for")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            says = _("No account has the address %(email)s.")
            raise CommandError(says % options, returncode=NOTHING_DONE)
        try:
            _token, key = verbs.issue_token(
                person=person, by=None, scope=options["scope"], name=options["name"], days=options["days"]
            )  # fmt: skip
        except Refused as refused:
            raise ended(refused) from refused
        self.stdout.write(key)
