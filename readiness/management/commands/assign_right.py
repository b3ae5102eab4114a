"""Assign a decision right from the command line, by the same form and the same action as in the admin."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from pilots import permissions
from pilots.models import Function, GateKind
from pilots.refusals import Invalid, NotYours
from readiness.forms.offices import Office, row_named
from readiness.forms.rights import AssignRight
from readiness.management.base import ProductCommand
from readiness.management.in_name_of import person_of, refusal, why_not

TYPED = ("holder", "deputy", "escalate_to", "answer_within_days", "starts", "until")


class Command(ProductCommand):
    """Give somebody the right to decide a kind of gate. Ends with 2 where it was refused; then nothing is written."""

    help = "Assigns a decision right: manage.py assign_right legal-sign-off --holder lena@example.org --portfolio ops --by ria@example.org"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help="the kind of gate, such as legal-sign-off")
        parser.add_argument("--portfolio", default="", metavar="KEY", help="every portfolio, unless said")
        parser.add_argument("--function", default="", metavar="NAME", help="every function, unless said")
        for name in TYPED:
            parser.add_argument(f"--{name.replace('_', '-')}", default="")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="in whose name")

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["by"])
        office = Office(person, permissions.portfolios_kept(person))
        if not office.enters:
            raise refusal(NotYours())
        typed = {name: options[name] for name in TYPED}
        typed["kind"] = _one("kind", GateKind.objects.all(), key=options["kind"])
        for name, rows, by in (("portfolio", office.own(), "key"), ("function", Function.objects.all(), "name")):
            typed[name] = _one(name, rows, **{by: options[name]}) if options[name] else ""
        form = AssignRight(typed, office=office)
        if not form.perform():
            raise why_not(form)
        self.stdout.write(str(form.success_message))


def _one(field: str, rows: Any, /, **by: str) -> int:
    """The row that is meant, where it is theirs to see."""
    try:
        found: int = row_named(field, rows, **by).pk
    except Invalid as refused:
        raise refusal(refused) from refused
    return found
