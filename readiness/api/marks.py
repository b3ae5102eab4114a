"""ETags of lists and figures: what every answer follows from, so that a reader who has it costs one statement.

All that the API reads follows from the log: whatever changes writes an event. So an answer is the same while the log, the day,
the address, the reader and their language are.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import Any

from django.db import connection
from django.utils.translation import get_language
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pilots.clock import today
from pilots.models import Event
from readiness.api.etags import has_it

LATEST = 2000
"""Events at the end of the log that are looked at. One that is committed late, behind later ones, is found among so many."""
END_OF_LOG = f"""SELECT COUNT(*), MIN(id), MAX(id), SUM(id)
    FROM (SELECT id FROM {Event._meta.db_table} ORDER BY id DESC LIMIT {LATEST}) latest"""
PRODUCT = version("lived-in")


class NotModified(exceptions.APIException):
    """The reader has this answer already."""

    status_code = 304


class MarksAnswers(APIView):
    """A view whose reads carry an `ETag` that is known before they are worked out."""

    marks_itself = False
    """Whether its answers have marks of their own, of a version that an action can name."""
    mark = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD") and not self.marks_itself:
            self.mark = mark_of(request)
            # Not for `*`: whether there is an answer at all is known only when it is worked out.
            if has_it(request, self.mark) and request.headers["If-None-Match"].strip() != "*":
                raise NotModified

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, NotModified):
            return Response(status=304, headers={"ETag": self.mark})
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        found = super().finalize_response(request, response, *args, **kwargs)
        if self.mark and found.status_code == 200 and not found.has_header("ETag"):
            found["ETag"] = self.mark
        return found


def mark_of(request: Request) -> str:
    """The mark of what an address answers to somebody today."""
    with connection.cursor() as cursor:
        cursor.execute(END_OF_LOG)
        log = cursor.fetchone()
    parts = (
        PRODUCT,
        request.get_full_path(),
        request.headers.get("Accept", ""),
        get_language(),
        request.user.pk,
        today(),
        *log,
    )
    return f'"{hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:24]}"'
