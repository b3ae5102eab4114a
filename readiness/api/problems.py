"""Errors as problem details (RFC 9457): refusals and the framework's own, mapped once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from pilots.refusals import Refused


def problem(
    status: int,
    *,
    code: str,
    detail: str,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """A problem document. `type` names the code, `detail` is a sentence that a person can act on."""
    body = {
        "type": f"urn:lived-in:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return Response(
        body,
        status=status,
        headers=headers,
        content_type="application/problem+json",
    )


def _row(place: int, refused: Refused) -> dict[str, Any]:
    """One refusal of many asked at once, with the place, from 0, of what was asked."""
    said = {"row": place, "code": refused.code, "detail": refused.says}
    return said | ({"field": refused.field} if refused.field else {})


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The exception handler of every API view. None where the error is nobody's to expect."""
    if isinstance(error, Refused):
        more: dict[str, Any] = {"missing": error.missing} if error.missing else {}
        if error.field:
            more["errors"] = {error.field: [error.says]}
        if error.rows:
            more["rows"] = [_row(place, each) for place, each in error.rows.items()]
        return problem(error.status, code=error.code, detail=error.says, **more)
    if isinstance(error, Http404):
        error = exceptions.NotFound(
            "There is nothing at this address, or it is not yours to see."
        )
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return None
    headers = {
        name: response[name]
        for name in ("WWW-Authenticate", "Retry-After")
        if response.has_header(name)
    }
    if isinstance(error, exceptions.ValidationError):
        return problem(
            response.status_code,
            code="invalid",
            detail="Some of what was sent cannot be.",
            headers=headers,
            errors=response.data,
        )
    return problem(
        response.status_code,
        code=_code(error),
        detail=str(error.detail),
        headers=headers,
    )


def _code(error: exceptions.APIException) -> str:
    """The code that was given to this error, else its kind's."""
    code = error.get_codes()
    return code if isinstance(code, str) else str(error.default_code)
