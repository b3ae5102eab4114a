"""The cast of the pages, asked over the API."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from pilots import actions
from pilots.models import Person


def client(person: Person | None) -> APIClient:
    """Somebody who asks with the session of a page; nobody is a stranger."""
    asks = APIClient()
    if person is not None:
        asks.force_login(person)
    return asks


def by_key(person: Person, scope: str = "read") -> APIClient:
    """Somebody who asks with a key."""
    _token, key = actions.issue_token(person=person, by=None, scope=scope)
    asks = APIClient()
    asks.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return asks


def get(person: Person | None, address: str) -> Any:
    return client(person).get(f"/api/v1/{address}")


def post(who: Person | None, address: str, /, **body: Any) -> Any:
    return client(who).post(f"/api/v1/{address}", body)
