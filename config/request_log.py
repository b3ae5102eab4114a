"""One line for each request: what it was answered with and, where something broke, one trace."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

LOGGED_BY_LIBRARY = "_told_in_the_request_log"
"""On a request: the status that its line says, null while it is being answered."""


class RequestLog(RequestMiddleware):
    """Writes the line, and leaves on the request that it does."""

    def prepare(self, request: HttpRequest) -> None:
        super().prepare(request)
        setattr(request, LOGGED_BY_LIBRARY, None)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        super().handle_response(request, response)
        setattr(request, LOGGED_BY_LIBRARY, response.status_code)


class LoggedOnce(logging.Filter):
    """Leaves out what Django says of an answer that has a line of its own, and traces of what strangers send.

    A request that was refused before it came to the request log (a wrong host) is Django's own line, without a trace.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(("django.request", "django.security")):
            return True
        request, status = getattr(record, "request", None), getattr(record, "status_code", 0)
        if hasattr(request, LOGGED_BY_LIBRARY) and getattr(request, LOGGED_BY_LIBRARY) in (None, status):
            return False
        if _failed(request):
            return False
        if status < 500:
            record.exc_info = record.exc_text = None
        return True


def _failed(request: Any) -> bool:
    """Whether it broke outside the request log, which then has said so with its trace."""
    return hasattr(request, "_raised_exception")
