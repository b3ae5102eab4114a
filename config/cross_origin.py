"""Pages of other origins that may ask the API from a browser: those that are named, with a token and never with a session."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

API = "/api/v1/"
METHODS = "GET, HEAD, POST, PATCH, OPTIONS"
SENT = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match"
SHOWN = "ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After"
KNOWN_FOR = "600"
"""Seconds for which a browser need not ask again what it may send."""


class CrossOrigin:
    """Answers a browser that asks beforehand, and lets the pages that are named read what is answered.

    `Access-Control-Allow-Credentials` is never said, so no cookie is sent along or taken.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.API_CORS_ORIGINS or not request.path_info.startswith(API):
            return self.get_response(request)
        origin = request.headers.get("Origin", "")
        named = origin in settings.API_CORS_ORIGINS
        asks_first = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204) if named and asks_first else self.get_response(request)
        patch_vary_headers(response, ("Origin",))
        if named:
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Expose-Headers"] = SHOWN
        if named and asks_first:
            response["Access-Control-Allow-Methods"] = METHODS
            response["Access-Control-Allow-Headers"] = SENT
            response["Access-Control-Max-Age"] = KNOWN_FOR
        return response
