"""How people get in: by the one address on their record, which the program office opened an account for."""

from __future__ import annotations

import ipaddress
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from pilots import actions
from pilots.models import Person
from readiness.text.mail import NOT_SENT

logger = structlog.get_logger(__name__)


class ByAddress(AuthenticationBackend):  # type: ignore[misc]
    """Signs people in by the address on their record. One that waits to be confirmed, or was theirs once, is none."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Person | None:
        """The person whose address and password these are, where their account is open."""
        address = credentials.get("email") or credentials.get("username") or ""
        password = credentials.get("password") or ""
        person = with_address(address)
        if person is None:
            # As long as it takes where there is somebody: nobody learns by the clock whose address this is.
            make_password(password)
            return None
        fits = person.check_password(password)
        return person if fits and self.user_can_authenticate(person) else None


def with_address(address: str) -> Person | None:
    """Whoever signs in with an address, in any case."""
    return Person.objects.filter(email=address.strip().lower()).first() if address.strip() else None


class ByInvitation(DefaultAccountAdapter):  # type: ignore[misc]
    """The program office opens accounts; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: Person, password: str) -> None:
        """By the action, so that the log says so and tokens end."""
        actions.set_password(person=user, password=password, by=user)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            # Not which address was typed: people type their passwords there.
            logger.warning("sign_in_limited")
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        logger.warning("sign_in_failed")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords are counted by account and by where they come from: no stranger locks somebody out."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{network_of(self.get_client_ip(request))}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter, or raise `LetterNotSent`; the log says why, and not to whom."""
        try:
            super().send_mail(template_prefix, email, context)
        except NOT_SENT as error:
            logger.error("letter_not_sent", because=type(error).__name__)
            raise LetterNotSent from error


class LetterNotSent(Exception):
    """A letter of the sign-in could not be sent."""


@transaction.atomic
def record_verified_address(person: Person) -> None:
    """Write down for the sign-in package that a person's address is theirs: one person, one address, one row."""
    EmailAddress.objects.filter(email=person.email).exclude(user=person).delete()
    EmailAddress.objects.filter(user=person).exclude(email=person.email).delete()
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})


def may_ask_for_a_letter(request: HttpRequest, address: str) -> bool:
    """Whether another letter may be asked for. It is counted by address and network: a stranger stops nobody's letters."""
    key = f"{address.lower()}:{network_of(get_adapter().get_client_ip(request))}"
    return ratelimit.consume(request, app="allauth.account", action="letter", key=key) is not None


def network_of(address: str) -> str:
    """An address as attempts are counted by it: one of IPv6 as the network of its household."""
    found = ipaddress.ip_address(address)
    return address if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False).network_address)


def closed_page(_request: HttpRequest) -> HttpResponse:
    """Where a page of the sign-in package is not offered.

    Raises:
        Http404: always.
    """
    raise Http404
