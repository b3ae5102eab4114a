"""Asking sponsors for their accounts by letter (rule 15): for cron, safe to run twice and beside itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.clock import today
from pilots.models import Person
from pilots.rules.pulses import first_day_of_quarter
from readiness.management.base import ProductCommand
from readiness.models import AccountRequest
from readiness.queries.account_requests import AccountDue, letters_due
from readiness.text import account_letters
from readiness.text.mail import absolute, can_be_sent


class Command(ProductCommand):
    """Ask each sponsor whose accounts are due, in one letter about all of their pilots; about each once a quarter."""

    help = "Asks sponsors by letter for their accounts, where these are missing, aged, or due before a review that is near."

    def handle(self, *args: Any, **options: Any) -> None:
        at = today()
        due = letters_due(at)
        if due and not can_be_sent():
            self.stdout.write(_("No sponsor is asked for an account: no mail server is set."))
            return
        results = [_ask(person, asked, at) for person, asked in due.items()]
        sent, failed = results.count(True), results.count(False)
        says = ngettext("%(n)d sponsor asked for accounts.", "%(n)d sponsors asked for accounts.", sent)
        self.stdout.write(says % {"n": sent})
        if failed:
            says = ngettext(
                "%(n)d letter could not be sent. It is tried again the next time.",
                "%(n)d letters could not be sent. They are tried again the next time.",
                failed,
            )
            self.stdout.write(says % {"n": failed})


def _ask(person: Person, asked: Sequence[AccountDue], at: date) -> bool | None:
    """Ask one sponsor. None where another process did meanwhile; False where the letter could not be sent.

    What is asked is on record before the letter goes, and taken back where it does not: nothing is locked while a mail server
    thinks, and nobody is asked twice. A process that ends in between has asked on record only; the next quarter asks again.
    """
    new = _claim(person, asked, at)
    if not new:
        return None
    if account_letters.send(person, [each for each, _request in new], at, absolute):
        return True
    AccountRequest.objects.filter(pk__in=[request.pk for _each, request in new]).delete()
    return False


def _claim(person: Person, asked: Sequence[AccountDue], at: date) -> list[tuple[AccountDue, AccountRequest]]:
    """Put on record what is asked of a sponsor and nobody else has asked meanwhile."""
    quarter = first_day_of_quarter(at)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        sent = AccountRequest.objects.filter(pilot__in=[each.pilot.pk for each in asked], quarter=quarter)
        already = set(sent.values_list("pilot", flat=True))
        new = [each for each in asked if each.pilot.pk not in already]
        requests = AccountRequest.objects.bulk_create(
            AccountRequest(pilot=each.pilot, sponsor=person, quarter=quarter, sent_on=at) for each in new
        )
    return list(zip(new, requests, strict=True))
