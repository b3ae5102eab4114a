"""Who meets the pages of the sign-in package: its whole address is shut to strangers, but for what is named here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from readiness.forms.typed_before import keep_typed, remember_reader

ROUTE = "accounts/"
"""Where the package's addresses lie, all of them."""

OPEN_TO_STRANGERS = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_signup",
        "account_email_verification_sent",
        "account_confirm_email",
        "account_confirm_login_code",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "socialaccount_signup",
    }
)
"""The steps of a sign-in and of a forgotten password, by name. The package opens pages of its own accord, and a newer
version may open more: those stay shut until they are named."""


class SignedInByDefault(LoginRequiredMiddleware):
    """Asks for a sign-in wherever a view does not say otherwise, and on the package's pages whatever it says."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if self._is_shut(request) and not request.user.is_authenticated:
            return self.handle_no_permission(request, view_func)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Leads to the sign-in; what a form had sent stands in it again afterwards, but for passwords and codes."""
        if not self._is_shut(request):
            keep_typed(request)
        return super().handle_no_permission(request, view_func)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Whoever is shown a page is remembered as its reader, so that what is typed there comes back to nobody else."""
        if response.get("Content-Type", "").startswith("text/html"):
            remember_reader(request, response)
        return response

    def _is_shut(self, request: HttpRequest) -> bool:
        place = request.resolver_match
        return place is not None and place.route.startswith(ROUTE) and place.url_name not in OPEN_TO_STRANGERS
