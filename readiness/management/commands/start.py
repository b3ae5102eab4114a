"""Sets up an installation to look at, and serves it."""

from __future__ import annotations

import signal
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser, call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler, get_internal_wsgi_application
from django.db import DatabaseError
from django.utils.translation import gettext as _

from pilots.clock import today
from pilots.models import Event, Pilot
from readiness.demo import first_start
from readiness.inventory import background
from readiness.management.base import ProductCommand
from readiness.queries.friction import bring_up_to_date
from readiness.text import labels

HOST = "127.0.0.1"


class Command(ProductCommand):
    """Exit status 2 where it refuses, 1 where the port is taken."""

    help = (
        "Sets up an installation on this computer: tables, an invented sample portfolio and people to sign in as; then "
        "serves it. Run again, it serves what is there."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, metavar="N")
        parser.add_argument("--setup-only", action="store_true", help="set up, and do not serve")
        parser.add_argument("--empty", action="store_true", help="one account of the program office, and no pilots")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise _refusal(
                _(
                    "start is for looking at Lived In on one computer, with a sample and printed passwords. DEBUG is false here, so this is production: run migrate and a server instead."
                )
            )
        server = None if options["setup_only"] else self._take(options["port"])
        try:
            self._set_up(first_start.EMPTY if options["empty"] else first_start.SAMPLE)
        except DatabaseError as error:
            raise _refusal(_("The database cannot be used: %(error)s") % {"error": error}) from error
        if server is not None:
            self._serve(server)

    def _take(self, port: int) -> ThreadedWSGIServer:
        """Take the port before the work of setting up; nothing is answered yet."""
        try:
            server = ThreadedWSGIServer((HOST, port), WSGIRequestHandler, bind_and_activate=False)
            server.server_bind()
        except (OSError, OverflowError) as error:
            raise CommandError(_port_taken(port)) from error
        return server

    def _set_up(self, kind: str) -> None:
        self._look()
        call_command("migrate", verbosity=0, interactive=False)
        done = first_start.setup_event()
        if done is None:
            self._say(_("Setting up. The first time takes a few seconds."))
            done = first_start.fill(kind, today())
        elif kind == first_start.EMPTY and done.data["kind"] != kind:
            raise _refusal(
                _(
                    "This database holds the sample already. Start without --empty, or name another database in DATABASE_URL."
                )
            )
        bring_up_to_date()
        self._introduce(done)

    def _look(self) -> None:
        try:
            first_start.look(first_start.tables())
        except first_start.NotOurs as reason:
            raise _refusal(
                _(
                    "start leaves this database alone: %(reason)s. Name another one in DATABASE_URL, or serve this one with runserver."
                )
                % {"reason": reason}
            ) from reason

    def _introduce(self, done: Event) -> None:
        """Say what is there, and who may sign in: a line of role, address and password for each."""
        if done.data["kind"] == first_start.SAMPLE:
            self._say(
                _(
                    "This is a sample: %(n)d pilots of Vantling Lifts. The company, its people and its pilots are invented. Set up on %(day)s."
                )
                % {"n": Pilot.objects.count(), "day": labels.day(done.effective_on)}
            )
        else:
            self._say(_("This installation began empty, with one account of the program office."))
        self._say("")
        for line in first_start.sign_ins(done):
            self._say(" ".join(line))
        self._say("")

    def _serve(self, server: ThreadedWSGIServer) -> None:
        try:
            server.server_activate()
        except OSError as error:
            raise CommandError(_port_taken(server.server_port)) from error
        # Whoever looks is no developer: our own pages answer for what is not there or breaks, and the console has the rest.
        settings.DEBUG = False
        server.set_app(get_internal_wsgi_application())
        server.daemon_threads = True
        # A shell that starts it in the background has interrupts ignored; a supervisor sends another signal.
        for ends in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ends, signal.default_int_handler)
        background.read_beside()
        self._say(f"http://{HOST}:{server.server_port}/")
        self._say(_("Ctrl-C ends it."))
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self._say(_("Ended."))
        finally:
            server.server_close()

    def _say(self, line: Any) -> None:
        self.stdout.write(str(line))
        self.stdout.flush()


def _refusal(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=2)


def _port_taken(port: int) -> str:
    return _("Port %(port)d is taken, or cannot be opened. Choose another with --port.") % {"port": port}
