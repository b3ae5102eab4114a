"""`Idempotency-Key`: what was sent under a key is done once, and sent again it gets the first answer, byte for byte.

The answer is written in the transaction of what was done: either both are there or neither. Whoever sends the same key
meanwhile waits for the first to end, as every writer waits, on any number of processes.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from pilots.busy import is_busy
from pilots.event_log.sign import logged_transaction
from pilots.models import ApiToken, Person
from pilots.refusals import Invalid
from readiness.api.exceptions import TooLarge, handler
from readiness.models import KeptAnswer
from readiness.models.kept_answers import LONGEST_KEY

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
"""Headers that belong to an answer; the others belong to the request that gets it."""


class KeyReused(exceptions.APIException):
    """The key was used for another request."""

    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = gettext_lazy(
        "This Idempotency-Key was used for another request within a day. Send each request under a key of its own."
    )


class AnswerKept(exceptions.APIException):
    """The request was answered before: nothing is done, and the answer is given again."""

    status_code = 200

    def __init__(self, kept: KeptAnswer) -> None:
        self.kept = kept
        super().__init__()

    def response(self) -> HttpResponse:
        """The first answer, with a header that says so."""
        headers = {**self.kept.headers, REPLAYED: "true"}
        return HttpResponse(bytes(self.kept.body), status=self.kept.status, headers=headers)


class DoesOnce(APIView):
    """A view whose actions are done once for each `Idempotency-Key`."""

    kept: KeptAnswer | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if asks_once(request):
            self.kept = reserve(request)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not asks_once(request):
            return super().dispatch(request, *args, **kwargs)
        try:
            with logged_transaction():
                response = super().dispatch(request, *args, **kwargs)
                if hasattr(response, "render"):
                    response.render()
                if self.kept is not None:
                    keep(self.kept, response)
        except DatabaseError as error:
            # The transaction itself could not begin, or not be committed.
            busy = handler(error, {}) if is_busy(error) else None
            if busy is None:
                raise
            return busy
        return response

    def handle_exception(self, exc: Exception) -> Any:
        return exc.response() if isinstance(exc, AnswerKept) else super().handle_exception(exc)


def asks_once(request: Any) -> bool:
    """Whether a request wants to be done once only."""
    return HEADER in request.headers and request.method not in SAFE_METHODS


def reserve(request: Request) -> KeptAnswer:
    """The row in which the answer will be kept, written before anything is done; others with this key wait for it.

    Raises:
        AnswerKept: it was answered already.
        KeyReused: the key belongs to another request.
        Invalid: a key that cannot be.
    """
    key, now = _key(request), timezone.now()
    assert isinstance(request.user, Person)
    says = {"owner": request.user, "credential": _credential(request), "key": key}
    fingerprint = _fingerprint(request)
    mine = KeptAnswer.objects.filter(**says)
    kept = mine.first()
    if kept is None or kept in KeptAnswer.objects.over(now):
        KeptAnswer.objects.over(now).filter(owner=request.user).delete()
        # Waits for another process that is about to write the same key; then there is a row, and this one writes none.
        new = KeptAnswer(**says, fingerprint=fingerprint, kept_at=now)
        KeptAnswer.objects.bulk_create([new], ignore_conflicts=True)
        kept = mine.get()
    if kept.fingerprint != fingerprint:
        raise KeyReused
    if kept.status:
        raise AnswerKept(kept)
    return kept


def keep(kept: KeptAnswer, response: Any) -> None:
    """Keep what was answered. Where something broke nothing is kept, nor done: it can be sent again under its key."""
    if response.status_code >= 500:
        transaction.set_rollback(True)
        return
    kept.status, kept.body = response.status_code, response.content
    kept.headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
    kept.save(update_fields=["status", "body", "headers"])


def _key(request: Request) -> str:
    key = str(request.headers[HEADER])
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        says = _("Give a key of 1 to %(most)d printable characters, such as a UUID.") % {"most": LONGEST_KEY}
        raise Invalid(says, field=HEADER)
    return key


def _credential(request: Request) -> str:
    """What tells one token of a person from another, and from their sessions; never the token."""
    token = request.auth
    return hashlib.sha256(token.digest.encode()).hexdigest() if isinstance(token, ApiToken) else ""


def _fingerprint(request: Request) -> str:
    """A digest of all that makes a request the same: method, address, media type, precondition and body."""
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    parts = (request.method or "", request.get_full_path(), media_type, request.headers.get("If-Match", ""))
    found = hashlib.sha256("\n".join(parts).encode())
    if media_type.startswith("multipart/"):
        _add_form(found, request.data)
    else:
        try:
            found.update(b"\n" + request._request.body)
        except RequestDataTooBig as error:
            raise TooLarge from error
    return found.hexdigest()


def _add_form(found: Any, data: Any) -> None:
    """A form by its values: what stands between them is drawn anew each time it is sent."""
    for name in sorted(data):
        for value in data.getlist(name):
            found.update(f"\n{name}\n".encode("utf-8", "surrogatepass"))
            if hasattr(value, "chunks"):
                found.update(f"{value.name}\n".encode("utf-8", "surrogatepass"))
                for chunk in value.chunks():
                    found.update(chunk)
                value.seek(0)
            else:
                found.update(str(value).encode("utf-8", "surrogatepass"))
