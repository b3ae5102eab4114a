"""How people get in."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import Http404, HttpRequest, HttpResponse


class ByInvitation(DefaultAccountAdapter):  # type: ignore[misc]
    """The program office opens accounts; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def closed(_request: HttpRequest) -> HttpResponse:
    """Where a page of the sign-in package is not offered.

    Raises:
        Http404: always.
    """
    raise Http404
