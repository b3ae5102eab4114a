"""Errors as problem details (RFC 9457): refusals, the framework's own, and whatever else goes wrong, mapped once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from pilots.busy import is_busy
from pilots.figures import decimal
from pilots.refusals import Busy, ChangedMeanwhile, Invalid, Refused

MEDIA_TYPE = "application/problem+json"
API = "/api/v1/"


class TooLarge(exceptions.APIException):
    """More was sent than is read at once."""

    status_code = 413
    default_code = "too_large"

    def __init__(self) -> None:
        most = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) / 2**20
        super().__init__(_("This is more than %(most)s MB. Send less at once.") % {"most": decimal(f"{most:.1f}")})


def problem(status: int, *, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> HttpResponse:
    """A problem document. `type` names the code, `detail` is a sentence that says what to do.

    It is JSON whatever the address answers otherwise: the schema is YAML, and its errors are not.
    """
    body = {
        "type": f"urn:lived-in:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return HttpResponse(JSONRenderer().render(body), status=status, headers=headers, content_type=MEDIA_TYPE)


class BadParameters(exceptions.APIException):
    """Parameters of a query that are not known at an address, or are given more than once. `errors` names each."""

    status_code = 400

    def __init__(self, errors: dict[str, list[str]], code: str) -> None:
        self.errors = errors
        names = _("These parameters cannot be: %(names)s.") % {"names": ", ".join(errors)}
        super().__init__(next(iter(errors.values()))[0] if len(errors) == 1 else names, code)


class WrongInput(exceptions.APIException):
    """Values of a body that cannot be. `errors` names each, at once; code and sentence are those of the first refusal, if any."""

    status_code = Invalid.status

    def __init__(self, errors: dict[str, list[str]], first: Refused | None = None) -> None:
        self.errors = errors
        super().__init__(first.says if first else _detail(errors), first.code if first else Invalid.code)


KEPT = ("WWW-Authenticate", "Retry-After", "Allow")
"""What a reader needs besides the problem."""

NOT_FOUND = gettext_lazy("There is nothing at this address, or it is not yours to see.")

SENTENCES: dict[int, tuple[str, Any]] = {
    400: ("bad_request", gettext_lazy("This request could not be understood.")),
    403: ("permission_denied", gettext_lazy("This is not yours to do here.")),
    404: ("not_found", NOT_FOUND),
    413: ("too_large", gettext_lazy("This is more than is read at once. Send less.")),
    500: ("broken", gettext_lazy("Something broke here, not with you. Nothing was kept; the log has the reason.")),
}
"""The code and the sentence of what goes wrong before a view of the API is asked, or breaks in it."""


class ProblemDetailsMiddleware:
    """Whatever goes wrong at an address of the API is answered as problem details: no route, a proxy's host, a failure.

    It comes first, so that it sees what every other middleware and Django itself answer, with DEBUG on as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < 400 or not f"{request.path_info}/".startswith(API):
            return response
        if response.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        return _instead_of(response)


def _instead_of(response: HttpResponseBase) -> HttpResponse:
    """The problem document for an answer that is none, with its headers and cookies."""
    status = response.status_code
    code, detail = SENTENCES.get(status) or SENTENCES[500 if status >= 500 else 400]
    found = problem(status, code=code, detail=str(detail))
    for name, value in response.items():
        if not name.lower().startswith("content-") or name.lower() == "content-security-policy":
            found[name] = value
    found.cookies.update(response.cookies)
    # Django notes here that its log has a line for it, and writes no second one.
    found._has_been_logged = getattr(response, "_has_been_logged", False)  # type: ignore[attr-defined]
    return found


def _row(place: int, refused: Refused) -> dict[str, Any]:
    """One refusal of many asked at once, with the place, from 0, of what was asked."""
    problem = {"row": place, "code": refused.code, "detail": refused.says}
    return problem | ({"field": refused.field} if refused.field else {})


def handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
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
        return problem(_status(error, context), code=error.code, detail=error.says, **more | _meanwhile(error, context))
    if isinstance(error, Http404):
        error = exceptions.NotFound(str(NOT_FOUND))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    elif isinstance(error, SuspiciousOperation | BadRequest):
        error = exceptions.ParseError(str(SENTENCES[400][1]))
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return None
    headers = {name: response[name] for name in KEPT if response.has_header(name)}
    if isinstance(error, BadParameters | WrongInput):
        return problem(error.status_code, code=_code(error), detail=str(error.detail), errors=error.errors)
    if isinstance(error, exceptions.ValidationError):
        return _cannot_be(errors_of(error.detail), headers)
    return problem(response.status_code, code=_code(error), detail=str(error.detail), headers=headers)


def _status(error: Refused, context: dict[str, Any]) -> int:
    """A refusal's status; 412 is for a precondition that was sent, so what else changed meanwhile is 409."""
    request = context.get("request")
    if isinstance(error, ChangedMeanwhile) and request is not None and "If-Match" not in request.headers:
        return HTTPStatus.CONFLICT
    return error.status


def _meanwhile(error: Refused, context: dict[str, Any]) -> dict[str, Any]:
    """What else is said of a conflict: the version that there is now, its mark, and what happened."""
    said = getattr(context.get("view"), "state_now", None)
    if said is None or error.status not in (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED):
        return {}
    now: dict[str, Any] = said()
    return now | {"headers": {"ETag": now["etag"]}} if "etag" in now else now


def errors_of(detail: Any) -> dict[str, list[str]]:
    """What is wrong with what was sent, by field; under no name what is wrong with all of it."""
    return dict(_wrong(detail))


def _wrong(detail: Any, field: str = "") -> Iterator[tuple[str, list[str]]]:
    """What is wrong with what was sent, by field; a part of a row as `conditions.2.due`, as actions name it."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == api_settings.NON_FIELD_ERRORS_KEY else str(name)
            yield from _wrong(inner, ".".join(filter(None, (field, own))))
    elif isinstance(detail, list):
        yield field, [str(says) for says in detail]


def _cannot_be(errors: dict[str, list[str]], headers: dict[str, str]) -> HttpResponse:
    """The problem of values that cannot be: the sentence of the one that cannot, or the names of all of them."""
    named = {name: says for name, says in errors.items() if name}
    more = {"errors": named} if named else {}
    return problem(Invalid.status, code=Invalid.code, detail=_detail(errors), headers=headers, **more)


def _detail(errors: dict[str, list[str]]) -> str:
    if len(errors) == 1:
        return " ".join(next(iter(errors.values())))
    return _("These cannot be: %(fields)s.") % {"fields": ", ".join(name for name in errors if name)}


def _code(error: exceptions.APIException) -> str:
    """The code that was given to this error, else its kind's."""
    code = error.get_codes()
    return code if isinstance(code, str) else str(error.default_code)
