"""How often a token may ask: so many requests a minute, counted together by any number of processes.

A process takes a few requests at a time from the count that all of them share, so that not every read writes. Together they
never let more through than the limit.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from time import time
from typing import Any

from django.conf import settings
from django.utils.translation import ngettext
from rest_framework.exceptions import ErrorDetail, Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from pilots.models import ApiToken
from readiness.models.request_counts import take_requests

WINDOW = 60
"""Seconds."""
PARTS = 50
"""In how many parts the limit of a minute is taken by processes, where it has so many requests."""
MOST_REMEMBERED = 10_000
"""Tokens of which a process remembers what it took."""
HEADERS = "rate_limit"
"""On a request: the headers that say where its token stands."""


@dataclass(slots=True)
class Taken:
    """What a process has of a token's minute: requests that it may still let through, and those that all took together."""

    minute: int = -1
    left: int = 0
    number: int = 0


class TokenRate(BaseThrottle):
    """So many requests a minute for each token. Sessions are not counted: a person asks as fast as they can press."""

    taken: OrderedDict[str, Taken] = OrderedDict()
    lock = threading.Lock()

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit, token = settings.API_REQUESTS_PER_MINUTE, request.auth
        if not limit or not isinstance(token, ApiToken):
            return True
        minute, seconds = divmod(int(time()), WINDOW)
        self.reset = WINDOW - seconds
        allowed, left = self._take(token.digest, minute, limit)
        says = {"RateLimit-Policy": f'"token";q={limit};w={WINDOW}', "RateLimit": f'"token";r={left};t={self.reset}'}
        setattr(request._request, HEADERS, says)
        return allowed

    def wait(self) -> float:
        """Seconds until the next minute."""
        return self.reset

    def _take(self, digest: str, minute: int, limit: int) -> tuple[bool, int]:
        """Whether one more is let through, and how many are left at least."""
        with self.lock:
            mine = self.taken.setdefault(digest, Taken())
            self.taken.move_to_end(digest)
            if len(self.taken) > MOST_REMEMBERED:
                self.taken.popitem(last=False)
            if mine.minute != minute:
                mine.minute, mine.left, mine.number = minute, 0, 0
            if not mine.left and mine.number < limit:
                wanted = max(1, limit // PARTS)
                mine.number = take_requests(digest, minute, wanted, otherwise=mine.number + wanted)
                mine.left = max(0, wanted - max(0, mine.number - limit))
            if not mine.left:
                return False, 0
            mine.left -= 1
            return True, max(0, limit - mine.number) + mine.left


class TooOften(Throttled):
    """A token asked more often than it may."""

    default_code = "too_many_requests"

    def __init__(self, wait: float | None) -> None:
        super().__init__(wait)
        seconds = int(wait or 1)
        says = ngettext(
            "This token has asked as often as it may in a minute. Ask again in %(n)d second.",
            "This token has asked as often as it may in a minute. Ask again in %(n)d seconds.",
            seconds,
        )
        self.detail = ErrorDetail(says % {"n": seconds}, self.default_code)


class SaysRate(APIView):
    """A view that counts requests, and whose answers say where the token stands: `RateLimit` and `RateLimit-Policy`."""

    throttle_classes = (TokenRate,)

    def throttled(self, request: Request, wait: float | None) -> Any:
        raise TooOften(wait)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        found = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(getattr(request, "_request", request), HEADERS, {}).items():
            found[name] = value
        return found
