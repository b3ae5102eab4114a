"""`manage.py first_account EMAIL`: the first person who may sign in to a new installation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.management.base import CommandParser
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots import actions
from pilots.models import Person
from pilots.refusals import Refused
from readiness.management.base import ProductCommand
from readiness.management.in_name_of import refusal
from readiness.text.mail import absolute


class Command(ProductCommand):
    """Exit status 2 where it refuses. No password passes through here: its owner sets it on the page behind the link."""

    help = (
        "Opens the account of the first administrator, who keeps all records and opens all other accounts, and prints a"
        " link with which its owner sets a password, once. Run again before that, it prints another; for another address, the one of before counts no longer. Refused where"
        " somebody who keeps all records can sign in already."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", default="", help="what others read; taken from the address unless said")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            person = actions.open_first_account(email=email, name=name or _name_in(email))
        except Refused as refused:
            raise refusal(refused) from refused
        until = timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        self.stdout.write(_("%(name)s keeps all records now.") % {"name": f"{person} ({person.email})"})
        self.stdout.write(_("Set a password here, once, by %(until)s UTC:") % {"until": f"{until:%Y-%m-%d %H:%M}"})
        self.stdout.write(_link(person))


def _name_in(email: str) -> str:
    """What an address says of its owner's name: “ria.koenig@…” is Ria Koenig."""
    return " ".join(email.partition("@")[0].replace("_", ".").split(".")).title()


def _link(person: Person) -> str:
    """Where the person sets a password: at the first of the hosts that are served."""
    place = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    return absolute(reverse("account_reset_password_from_key", kwargs=place))
