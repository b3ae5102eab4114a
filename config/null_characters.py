"""A null character in an address or a query: no database holds one, so nothing is called so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.views.defaults import bad_request

from readiness.api.asking import Asking
from readiness.asked import has_null, null_in


class NoNullCharacters:
    """Answers 404 to an address that holds one and 400 to a query that does, before a view looks for anything.

    The API refuses both in problem details, with the field (`readiness.api.asking`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, place: dict[str, Any]) -> HttpResponse | None:
        if issubclass(getattr(view, "cls", object), Asking):
            return None
        if has_null(place.values()):
            raise Http404
        if null_in(request.GET) is not None:
            return bad_request(request, BadRequest())
        return None
