"""A lock that could not be had outside an action: 503 and a sentence, on any page."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pilots.busy import is_busy
from pilots.refusals import Busy


class BusyDatabase:
    """Answers 503 where a view could not have a lock. Forms and the API answer by themselves, and keep what was typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        busy = isinstance(error, Busy) or is_busy(error)
        return busy_page(request) if busy else None


class Sessions(SessionMiddleware):
    """Sessions in the database: where one cannot be saved because somebody else is writing, that is said."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except DatabaseError as error:
            if not is_busy(error):
                raise
            return busy_page(request)


def busy_page(request: HttpRequest) -> HttpResponse:
    """The page that says so."""
    response = render(request, "503.html", {"says": Busy.sentence}, status=Busy.status)
    response.headers["Retry-After"] = Busy.RETRY_AFTER
    return response
