"""One action on a pilot or one of its gates, from the command line, by the same form and the same action as on a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from pilots.models import Gate, Person, Pilot
from pilots.refusals import Invalid
from readiness.forms import OF_GATE, OF_PILOT, RESTS_ON_EVIDENCE, PilotForm
from readiness.management.base import ProductCommand
from readiness.management.in_name_of import person_of, pilot_of, refusal, why_not
from readiness.queries import evidence, precedents
from readiness.queries.consequences import AGREED


class Command(ProductCommand):
    """Do one action in somebody's name, and say what became of it.

    Ends with 0 where it was done, and with 2 where it was refused or could not be read; then nothing was written.
    """

    help = "Does one act in somebody's name: manage.py act decide P-1 --gate legal-sign-off --by lena@example.org outcome=cleared reason='Standard terms.'"

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        """The values may stand before the options or after them."""
        parser = super().create_parser(*args, **kwargs)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=sorted({**OF_PILOT, **OF_GATE}))
        parser.add_argument("pilot", help="the pilot's key")
        parser.add_argument(
            "values",
            nargs="*",
            metavar="FIELD=VALUE",
            help="what the form of the act asks for; pieces=ID,ID cites filed evidence, cites=ID an earlier answer",
        )
        parser.add_argument("--gate", help="the kind of the gate, such as legal-sign-off")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="in whose name")
        parser.add_argument("--yes", action="store_true", help="do it also where answers fall by it")

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["by"])
        pilot = pilot_of(options["pilot"], person)
        typed = _typed(options["values"])
        form = _form(options["action"], options["gate"], pilot, person, typed)
        done = form.perform()
        if form.asks and form.consequences and options["yes"]:
            form = _form(options["action"], options["gate"], pilot, person, typed, agreed=form.consequences.token)
            done = form.perform()
        if form.asks and form.consequences:
            lines = [_("Nothing was written. This would follow:"), *form.consequences.sentences]
            raise CommandError("\n  ".join([*lines, _("Add --yes if that is to be.")]), returncode=2)
        if not done:
            raise why_not(form)
        self.stdout.write(form.done_message)


def _typed(values: list[str]) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for pair in values:
        name, sign, value = pair.partition("=")
        if not sign:
            raise CommandError(_("Write %(pair)s as FIELD=VALUE.") % {"pair": pair}, returncode=2)
        typed["for_" if name == "for" else name] = value
    if "pieces" in typed:
        typed["pieces"] = [each.strip() for each in typed["pieces"].split(",")]
    return typed


def _form(
    action: str, kind: str | None, pilot: Pilot, person: Person, typed: dict[str, Any], agreed: str = ""
) -> PilotForm:
    """The form of the action, filled in: what is seen is how the pilot or the gate is now."""
    form: type[PilotForm]
    target: Pilot | Gate
    given: dict[str, Any] = {"by": person}
    if action in OF_PILOT:
        form, target = OF_PILOT[action], pilot
    else:
        gate = pilot.gates.select_related("kind").filter(kind__key=kind).first()
        if gate is None:
            raise CommandError(
                _("Name one of its gates with --gate: %(gates)s.")
                % {"gates": ", ".join(pilot.gates.values_list("kind__key", flat=True))},
                returncode=2,
            )
        gate.pilot = pilot
        form, target = OF_GATE[action], gate
        if action in RESTS_ON_EVIDENCE and "pieces" in typed:
            given["filed"] = _found(evidence.by_id, person, typed["pieces"])
        if action == "decide" and typed.get("cites"):
            given["precedents"] = [(_found(precedents.by_id, person, typed["cites"]), "")]
    given["target"] = target
    blank = form(**given)
    of_rows = blank.rows_of.names() if blank.rows_of else []
    unknown = sorted(set(typed) - set(blank.fields) - set(of_rows))
    if unknown:
        of_first = [name for name in of_rows if ".1." in name]
        asked = [field.name.rstrip("_") for field in blank.visible_fields()] + of_first
        raise CommandError(
            _("This act asks for no %(unknown)s, but for: %(fields)s.")
            % {"unknown": ", ".join(unknown), "fields": ", ".join(asked)},
            returncode=2,
        )
    return form({"expected_version": blank["expected_version"].value(), AGREED: agreed, **typed}, **given)


def _found(look: Callable[[Person, Any], Any], person: Person, named: Any) -> Any:
    try:
        return look(person, named)
    except Invalid as refused:
        raise refusal(refused) from refused
