"""What no address and no query can hold: a null character, more than anything is called, and a coding that is none of text."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.views.defaults import bad_request

from readiness.api.asking import Asking
from readiness.asked import has_null, null_in, too_long_in

CODINGS = frozenset({"utf-8", "ascii", "iso8859-1"})
"""What a request may be written in. Python knows more, and some of them (base64, idna) read no text."""


class CheckQueryString:
    """Answers 404 to an address that cannot be and 400 to such a query, before a view looks for anything.

    The API refuses queries in problem details, with the parameter (`readiness.api.asking`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.encoding and codecs.lookup(request.encoding).name not in CODINGS:
            request.encoding = "utf-8"
            return bad_request(request, BadRequest())
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, place: dict[str, Any]) -> HttpResponse | None:
        if issubclass(getattr(view, "cls", object), Asking):
            return None
        if has_null(place.values()):
            raise Http404
        if null_in(request.GET) is not None or too_long_in(request.GET) is not None:
            return bad_request(request, BadRequest())
        return None
