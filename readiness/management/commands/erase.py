"""Erasing by law: the texts of one decision or of a sponsor's account, or the name of a person who has left. The log verifies as before."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from pilots import actions
from pilots.models import Decision, Person, SponsorAccount
from pilots.refusals import Refused
from readiness.management.base import ProductCommand
from readiness.management.exits import NOTHING_DONE
from readiness.management.in_name_of import person_of, pilot_of, refusal


class Command(ProductCommand):
    """Erase what the law says must go. Ends with 2 where it was refused; then nothing is written."""

    help = "Erases the texts of a decision or of a sponsor's account, or a person's name, by law: manage.py erase decision CO-01 legal-sign-off 2 --reason … --by EMAIL"

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        decision = what.add_parser(
            "decision", help="the free texts of one decision: what was decided, when and by whom stays"
        )
        decision.add_argument("pilot", metavar="KEY")
        decision.add_argument("kind", help="the kind of its gate, such as legal-sign-off")
        decision.add_argument("number", type=int, help="its number in the log of the pilot")
        account = what.add_parser(
            "account", help="the texts of one account of a sponsor: who gave one, when and how they know stays"
        )
        account.add_argument("pilot", metavar="KEY")
        account.add_argument("number", type=int, help="its number in the log of the pilot")
        person = what.add_parser("person", help="the name and address of somebody whose account is closed")
        person.add_argument("email", metavar="EMAIL")
        for each in (decision, account, person):
            each.add_argument("--reason", default="", help="which request or duty it follows from")
            each.add_argument("--by", required=True, metavar="EMAIL", help="in whose name")

    def handle(self, *args: Any, **options: Any) -> None:
        by = person_of(options["by"])
        try:
            if options["what"] == "decision":
                decision = _decision(options, by)
                actions.erase(decision=decision, by=by, reason=options["reason"])
            elif options["what"] == "account":
                account = _account(options, by)
                actions.erase_account(account=account, by=by, reason=options["reason"])
            else:
                person = _person(options["email"])
                actions.erase_person(person=person, by=by, reason=options["reason"])
        except Refused as refused:
            raise refusal(refused) from refused
        self.stdout.write(_("Erased. That it was, when and why is in the log."))


def _decision(options: dict[str, Any], by: Person) -> Decision:
    pilot = pilot_of(options["pilot"], by)
    found = (
        Decision.objects.filter(gate__pilot=pilot, gate__kind__key=options["kind"], event__number=options["number"])
        .select_related("gate__pilot", "gate__kind", "event")
        .first()
    )
    if found is None:
        says = _("%(pilot)s has no decision %(number)s on %(kind)s.")
        raise CommandError(says % options, returncode=NOTHING_DONE)
    return found


def _account(options: dict[str, Any], by: Person) -> SponsorAccount:
    pilot = pilot_of(options["pilot"], by)
    rows = SponsorAccount.objects.filter(pilot=pilot, event__number=options["number"])
    found = rows.select_related("pilot", "event").first()
    if found is None:
        says = _("%(pilot)s has no account %(number)s.")
        raise CommandError(says % options, returncode=NOTHING_DONE)
    return found


def _person(email: str) -> Person:
    found = Person.objects.with_address(email).first()
    if found is None:
        says = _("No account has the address %(email)s.")
        raise CommandError(says % {"email": email}, returncode=NOTHING_DONE)
    return found
