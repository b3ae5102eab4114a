"""The first start of an installation: whose database it is, what it is filled with, and who may sign in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from pilots import actions
from pilots.actions.setup import SET_UP
from pilots.models import Event, Person, Pilot, Portfolio
from readiness.demo.sample import playing, script

SAMPLE, EMPTY = "sample", "empty"
ROLES = ("program-office", "sponsor", "decider", "manager", "reviewer")
FIRST_ACCOUNT = ("program.office@lived-in.example", "Program office")


class NotOurs(Exception):
    """The database holds what no start put there."""


def look(tables: set[str]) -> None:
    """Refuse a database that is not ours. It may be of an earlier version, so no more is asked of it than must be.

    Raises:
        NotOurs: it holds tables, people or pilots that no start put there.
    """
    set_up = Event.objects.filter(action=SET_UP)
    if Event._meta.db_table in tables and set_up.exists():
        return
    foreign = sorted(tables - _our_tables())
    if foreign:
        raise NotOurs(_("it holds tables of something else: %(tables)s") % {"tables": _few(foreign)})
    for model, says in (
        (Person, _("it holds people that no start put there")),
        (Pilot, _("it holds pilots that no start put there")),
        (Portfolio, _("it holds portfolios that no start put there")),
    ):
        if model._meta.db_table in tables and model._default_manager.exists():
            raise NotOurs(says)


def setup_event() -> Event | None:
    """How the database was first filled; None where it is empty yet."""
    return Event.objects.filter(action=SET_UP).first()


def tables() -> set[str]:
    """The names of the tables that are there."""
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))


def _our_tables() -> set[str]:
    """Every table that this version keeps."""
    models = apps.get_models(include_auto_created=True)
    own = {model._meta.db_table for model in models if model._meta.managed}
    return own | {MigrationRecorder.Migration._meta.db_table}


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


@transaction.atomic
def fill(kind: str, today: date) -> Event:
    """Fill an empty database, and write down with what: all of it, or nothing."""
    if kind == SAMPLE:
        played = playing.play(today)
        accounts = {role: played.people[script.company()["demo"][role]] for role in ROLES}
    else:
        email, name = FIRST_ACCOUNT
        first = actions.open_first_account(email=email, name=name, on=today, known=today)
        accounts = {ROLES[0]: first}
    return actions.record_set_up(kind=kind, accounts=accounts, on=today, known=today)


def sign_ins(done: Event) -> Iterator[tuple[str, str, str]]:
    """Role, address and password of each account that a start made; an account closed since is left out.

    A password somebody changed is set back: what is printed here must open the door.
    """
    people = Person.objects.in_bulk(done.data["accounts"].values())
    for role in ROLES:
        person = people.get(done.data["accounts"].get(role))
        if person is not None and person.is_active:
            password = password_of(person)
            if not person.check_password(password):
                actions.set_password(person=person, password=password, by=None)
            yield role, person.email, password


def password_of(person: Person) -> str:
    """The password of an account that a start made: drawn from the installation's secret and the account's random id.

    It is stored nowhere, differs between installations, and can be printed again as long as the secret is the same.
    """
    drawn = salted_hmac(
        "readiness.demo.first_start", person.public_id, secret=settings.SECRET_KEY, algorithm="sha256"
    ).digest()
    letters = base64.b32encode(drawn[:10]).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))
