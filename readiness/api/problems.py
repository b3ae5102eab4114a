"""Errors as problem details (RFC 9457): refusals and the framework's own, mapped once."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from pilots.busy import is_busy
from pilots.refusals import Busy, Invalid, Refused


def problem(status: int, *, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """A problem document. `type` names the code, `detail` is a sentence that a person can act on."""
    body = {
        "type": f"urn:lived-in:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return Response(body, status=status, headers=headers, content_type="application/problem+json")


def _row(place: int, refused: Refused) -> dict[str, Any]:
    """One refusal of many asked at once, with the place, from 0, of what was asked."""
    said = {"row": place, "code": refused.code, "detail": refused.says}
    return said | ({"field": refused.field} if refused.field else {})


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The exception handler of every API view. None where the error is nobody's to expect."""
    if is_busy(error):
        error = Busy()
    if isinstance(error, Refused):
        more: dict[str, Any] = {"missing": error.missing} if error.missing else {}
        if error.field:
            more["errors"] = {error.field: [error.says]}
        if error.rows:
            more["rows"] = [_row(place, each) for place, each in error.rows.items()]
        if isinstance(error, Busy):
            more["headers"] = {"Retry-After": Busy.RETRY_AFTER}
        return problem(error.status, code=error.code, detail=error.says, **more)
    if isinstance(error, Http404):
        error = exceptions.NotFound("There is nothing at this address, or it is not yours to see.")
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return None
    headers = {name: response[name] for name in ("WWW-Authenticate", "Retry-After") if response.has_header(name)}
    if isinstance(error, exceptions.ValidationError):
        return _cannot_be(dict(_wrong(error.detail)), headers)
    return problem(response.status_code, code=_code(error), detail=str(error.detail), headers=headers)


def _wrong(detail: Any, field: str = "") -> Iterator[tuple[str, list[str]]]:
    """What is wrong with what was sent, by field; a part of a row as `conditions.2.due`, as verbs name it."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == api_settings.NON_FIELD_ERRORS_KEY else str(name)
            yield from _wrong(inner, ".".join(filter(None, (field, own))))
    elif isinstance(detail, list):
        yield field, [str(says) for says in detail]


def _cannot_be(errors: dict[str, list[str]], headers: dict[str, str]) -> Response:
    """The problem of values that cannot be: the sentence of the one that cannot, or the names of all of them."""
    named = {name: says for name, says in errors.items() if name}
    detail = _("These cannot be: %(fields)s.") % {"fields": ", ".join(named)}
    if len(errors) == 1:
        detail = " ".join(next(iter(errors.values())))
    more = {"errors": named} if named else {}
    status, code = Invalid.status, Invalid.code
    return problem(status, code=code, detail=detail, headers=headers, **more)


def _code(error: exceptions.APIException) -> str:
    """The code that was given to this error, else its kind's."""
    code = error.get_codes()
    return code if isinstance(code, str) else str(error.default_code)
