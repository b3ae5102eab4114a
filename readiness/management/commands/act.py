"""One act on a pilot or one of its gates, from the command line, by the same form and the same verb as on a page."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from pilots.models import Gate, Person, Pilot
from readiness.forms import OF_GATE, OF_PILOT, ActForm
from readiness.querysets import pilots


class Command(BaseCommand):
    """Do one act in somebody's name, and say what became of it.

    Ends with 0 where it was done, and with 2 where it was refused or could not be read; then nothing was written.
    """

    help = "Does one act in somebody's name: manage.py act decide P-1 --gate legal-sign-off --by lena@example.org outcome=cleared reason='Standard terms.'"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=sorted({**OF_PILOT, **OF_GATE}))
        parser.add_argument("pilot", help="the pilot's key")
        parser.add_argument(
            "values",
            nargs="*",
            metavar="FIELD=VALUE",
            help="what the form of the act asks for",
        )
        parser.add_argument(
            "--gate", help="the kind of the gate, such as legal-sign-off"
        )
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="in whose name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = _person(options["by"])
        pilot = _pilot(options["pilot"], person)
        form = _form(
            options["verb"], options["gate"], pilot, person, _typed(options["values"])
        )
        if not form.act():
            raise CommandError("\n".join(_why_not(form)), returncode=2)
        self.stdout.write(str(form.done_says))


def _person(email: str) -> Person:
    found = Person.objects.filter(email__iexact=email, closed_on=None).first()
    if found is None:
        raise CommandError(
            _("No account has the address %(email)s.") % {"email": email}, returncode=2
        )
    return found


def _pilot(key: str, person: Person) -> Pilot:
    """The pilot, where the person may see it; otherwise there is none for them."""
    found: Pilot | None = (
        pilots().visible_to(person).select_related("portfolio").filter(key=key).first()
    )
    if found is None:
        raise CommandError(
            _("There is no pilot %(key)s, or it is not theirs to see.") % {"key": key},
            returncode=2,
        )
    return found


def _typed(values: list[str]) -> dict[str, str]:
    typed = {}
    for pair in values:
        name, sign, value = pair.partition("=")
        if not sign:
            raise CommandError(
                _("Write %(pair)s as FIELD=VALUE.") % {"pair": pair}, returncode=2
            )
        typed["for_" if name == "for" else name] = value
    return typed


def _form(
    verb: str, kind: str | None, pilot: Pilot, person: Person, typed: dict[str, str]
) -> ActForm:
    """The form of the verb, filled in: what is seen is how the pilot or the gate is now."""
    form: type[ActForm]
    target: Pilot | Gate
    if verb in OF_PILOT:
        form, target = OF_PILOT[verb], pilot
    else:
        gate = pilot.gates.select_related("kind").filter(kind__key=kind).first()
        if gate is None:
            raise CommandError(
                _("Name one of its gates with --gate: %(gates)s.")
                % {"gates": ", ".join(pilot.gates.values_list("kind__key", flat=True))},
                returncode=2,
            )
        gate.pilot = pilot
        form, target = OF_GATE[verb], gate
    blank = form(target=target, by=person)
    unknown = sorted(set(typed) - set(blank.fields) - {"seen"})
    if unknown:
        raise CommandError(
            _("This act asks for no %(unknown)s, but for: %(fields)s.")
            % {"unknown": ", ".join(unknown), "fields": ", ".join(blank.fields)},
            returncode=2,
        )
    return form({"seen": blank["seen"].value(), **typed}, target=target, by=person)


def _why_not(form: ActForm) -> list[str]:
    """The refusal's code and sentence, the field where it was typed, and all that is missing."""
    if form.refused is None:
        return [
            f"{name}: {' '.join(map(str, says))}" for name, says in form.errors.items()
        ]
    refused = form.refused
    where = f" ({refused.field})" if refused.field else ""
    return [
        f"{refused.code}{where}: {refused.says}",
        *(f"  {code}" for code in refused.missing),
    ]
