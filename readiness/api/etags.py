"""ETags: a reader who has the current version gets 304, and a writer names the version that they read."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.refusals import ChangedMeanwhile


def etag(version: int, body: Any) -> str:
    """The mark of a representation: the version that an action compares, and a digest of all that was shown."""
    text = json.dumps(body, sort_keys=True, cls=DjangoJSONEncoder)
    return f'"{version}.{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def tagged_response(request: Request, version: int, body: Any, status: int = 200) -> Response:
    """The answer with its mark; 304 without a body where the reader has it already."""
    mark = etag(version, body)
    if request.method in ("GET", "HEAD") and has_it(request, mark):
        return Response(status=304, headers={"ETag": mark})
    return Response(body, status=status, headers={"ETag": mark})


def has_it(request: Request, mark: str) -> bool:
    """Whether `If-None-Match` names this mark; a proxy that packs an answer writes W/ before it."""
    known = request.headers.get("If-None-Match", "").split(",")
    return mark in [m.strip().removeprefix("W/") for m in known] or known == ["*"]


def expected_version(request: Request) -> int | None:
    """The version that whoever writes had read, from `If-Match`; None where they do not say, or say that any will do.

    Raises:
        ChangedMeanwhile: a mark that was never given.
    """
    mark = request.headers.get("If-Match", "").strip()
    if mark in ("", "*"):
        return None
    version = mark.removeprefix("W/").strip('"').split(".")[0]
    if not version.isdecimal() or len(version) > 15:
        raise ChangedMeanwhile
    return int(version)


def expected_version_or_none(request: Request) -> int | None:
    """The same, and None for a mark that was never given."""
    try:
        return expected_version(request)
    except ChangedMeanwhile:
        return None
