"""Who asks the API: by a key, or by the session of a page; and what a key's scope allows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework import authentication
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from pilots import permissions
from pilots.busy import left_to_the_primary
from pilots.models import ApiToken, Person
from pilots.refusals import AddressUnconfirmed

if TYPE_CHECKING:
    from rest_framework.views import APIView

WORDS = (b"token", b"bearer")
NOTED_EACH = timedelta(hours=1)
"""When a key was last used is noted no more often than this: reading is not to write at each request."""


class ByToken(TokenAuthentication):  # type: ignore[misc]
    """`Authorization: Token KEY`, or `Bearer KEY`."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if len(parts) != 2 or parts[0].lower() not in WORDS:
            return None
        person, token = self.authenticate_credentials(parts[1])
        if person.address_unconfirmed:
            raise AddressUnconfirmed
        _note(token)
        return person, token

    def _cleanup_token(self, auth_token: ApiToken) -> bool:
        """Whether a key's day is over. It stays on record; it opens nothing."""
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


def _note(token: ApiToken) -> None:
    """Note that a key was used. A replica, which writes nothing, answers all the same."""
    now = timezone.now()
    if token.last_used_at is not None and now - token.last_used_at <= NOTED_EACH:
        return
    with left_to_the_primary(), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class BySession(authentication.SessionAuthentication):
    """The session of a page. An action needs the CSRF token; without credentials the answer is 401, not 403."""

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class WithinScope(BasePermission):
    """A key opens what its scope names, as long as its person's work still needs that scope."""

    code = "scope"
    message: Any = _("This key may not do that: it needs a wider scope.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        # What cannot be done here at all, no wider key would do: it is refused as such, behind this.
        if not isinstance(request.auth, ApiToken) or request.method not in view.allowed_methods:
            return True
        needed = getattr(view, "scope", None) or "read"
        if request.method not in SAFE_METHODS:
            needed = view.scope_needed() if hasattr(view, "scope_needed") else "write"
        reaches = permissions.SCOPES.index(request.auth.scope)
        if permissions.SCOPES.index(needed) > reaches:
            return False
        assert isinstance(request.user, Person)
        if needed != "read" and needed not in permissions.scopes_of(request.user):
            raise PermissionDenied(self.message, code=self.code)
        return True


class KeyInSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema names the key."""

    target_class = "readiness.api.authentication.ByToken"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionInSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema names the session."""

    target_class = "readiness.api.authentication.BySession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
