"""File a piece of evidence from the command line, by the same form and the same action as on a page."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from readiness.forms.evidence import FileEvidenceForm
from readiness.management.base import ProductCommand
from readiness.management.exits import NOTHING_DONE
from readiness.management.in_name_of import person_of, pilot_of, why_not


class Command(ProductCommand):
    """File a file or a link for a pilot, in somebody's name. Ends with 2 where it was refused; then nothing is kept."""

    help = "Files evidence for a pilot: manage.py file_evidence P-1 --file minutes.pdf --by lena@example.org"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pilot", help="the pilot's key")
        parser.add_argument("--file", metavar="PATH")
        parser.add_argument("--link", default="", metavar="URL")
        parser.add_argument("--title", default="", help="the file's name, or the link, unless said")
        parser.add_argument("--effective-on", default="", metavar="DATE")
        parser.add_argument("--expires-on", default="", metavar="DATE", help="the last day on which it holds")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="in whose name")

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["by"])
        pilot = pilot_of(options["pilot"], person)
        typed = {name: options[name] for name in ("link", "title", "effective_on", "expires_on")}
        with ExitStack() as opened:
            files = {}
            if options["file"]:
                files["file"] = opened.enter_context(_open(Path(options["file"])))
            form = FileEvidenceForm(typed, files, pilot=pilot, by=person)
            if not form.perform():
                raise why_not(form)
        self.stdout.write(str(form.success_message))


def _open(path: Path) -> File[bytes]:
    try:
        return File(path.open("rb"), name=path.name)
    except OSError as wrong:
        says = _("The file %(path)s cannot be read.") % {"path": path}
        raise CommandError(says, returncode=NOTHING_DONE) from wrong
