"""What no address and no query can hold: a null character, and more than anything is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.views.defaults import bad_request

from readiness.api.base import ApiView
from readiness.queries.request_dates import has_null, null_in, too_long_in


class CheckQueryString:
    """Answers 404 to an address that cannot be and 400 to such a query, before a view looks for anything.

    The API refuses queries in problem details, with the parameter (`readiness.api.base`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, place: dict[str, Any]) -> HttpResponse | None:
        if issubclass(getattr(view, "cls", object), ApiView):
            return None
        if has_null(place.values()):
            raise Http404
        if null_in(request.GET) is not None or too_long_in(request.GET) is not None:
            return bad_request(request, BadRequest())
        return None
