"""Keys to the API: one is printed once, when it is made; those there are can be listed, and taken back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from pilots import actions
from pilots.models import ApiToken, Person
from pilots.permissions import SCOPES
from pilots.refusals import Refused
from readiness.management.base import ProductCommand
from readiness.management.exits import NOTHING_DONE, command_error
from readiness.text import labels


class Command(ProductCommand):
    """Make a key to the API for a person, and print it: the one time that it can be read. Or list theirs, or take one back."""

    help = "Makes a token for the API, and prints it once; lists a person's tokens, or takes one back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--scope", choices=SCOPES, default="read")
        parser.add_argument("--days", type=int, default=90, metavar="N")
        parser.add_argument("--name", default="", help="what it is for")
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument("--list", action="store_true", help="those there are, each by how it begins")
        instead.add_argument(
            "--revoke", metavar="BEGINS", help="take back the one that begins like this; all of them with “all”"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.with_address(options["email"]).first()
        if person is None:
            says = _("No account has the address %(email)s.")
            raise CommandError(says % options, returncode=NOTHING_DONE)
        theirs = ApiToken.objects.filter(user=person).order_by("created")
        if options["list"]:
            self._list(theirs)
        elif options["revoke"]:
            self._revoke(theirs, options["revoke"])
        else:
            self._issue(person, options)

    def _issue(self, person: Person, options: dict[str, Any]) -> None:
        try:
            _token, key = actions.issue_token(
                person=person, by=None, scope=options["scope"], name=options["name"], days=options["days"]
            )
        except Refused as refused:
            raise command_error(refused) from refused
        self.stdout.write(key)

    def _list(self, theirs: Any) -> None:
        for token in theirs:
            says = {
                "begins": token.token_key,
                "scope": token.get_scope_display(),
                "day": labels.day(token.expiry.date()),
            }
            line = _("%(begins)s: %(scope)s, until %(day)s") % says
            self.stdout.write(f"{line}. {token.name}" if token.name else f"{line}.")

    def _revoke(self, theirs: Any, begins: str) -> None:
        found = [token for token in theirs if begins == "all" or begins.startswith(token.token_key)]
        if not found:
            says = _("They have no token that begins with %(begins)s. --list says which there are.")
            raise CommandError(says % {"begins": begins}, returncode=NOTHING_DONE)
        for token in found:
            actions.revoke_token(token=token, by=None)
            self.stdout.write(_("%(begins)s opens nothing any more.") % {"begins": token.token_key})
