"""Answers of the API are packed for programs that ask for it, and for nobody else.

What makes packed answers leak (BREACH) is a browser that a stranger can have ask again and again, with its cookie, while he
reads how long each answer is. A token is no cookie: no browser sends one by itself. So only what a token asked is packed; pages,
and what a session asks, never are.
"""

from __future__ import annotations

from typing import Any

import brotli
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

LEAST = 500
"""Bytes; what is less is not worth it."""
PACKED = ("application/json", "application/problem+json", "application/vnd.oai.openapi", "text/")
BROTLI_QUALITY = 4


class PackAnswers(GZipMiddleware):
    """Brotli or gzip for what a token asks."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        if not getattr(response, "asked_by_token", False):
            return response
        kind = response.get("Content-Type", "")
        if not kind.startswith(PACKED) or response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        accepted = _accepted(request.headers.get("Accept-Encoding", ""))
        if "br" in accepted and not response.streaming and len(getattr(response, "content", b"")) >= LEAST:
            return _with_brotli(response)
        return super().process_response(request, response) if "gzip" in accepted else response


def _with_brotli(response: Any) -> Any:
    response.content = brotli.compress(response.content, quality=BROTLI_QUALITY)
    response["Content-Length"] = str(len(response.content))
    response["Content-Encoding"] = "br"
    if response.get("ETag", "").startswith('"'):
        response["ETag"] = f"W/{response['ETag']}"
    return response


def _accepted(written: str) -> set[str]:
    """The codings that a reader takes; those of quality 0 they do not."""
    found = set()
    for part in written.lower().split(","):
        name, _, quality = part.partition(";")
        if quality.replace(" ", "").removeprefix("q=").strip("0.") or not quality:
            found.add(name.strip())
    return found
