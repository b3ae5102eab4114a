"""Evidence as a download: only to those who may see a pilot that uses it, and never opened in the browser."""

from __future__ import annotations

import logging

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from pilots import files
from pilots.models import Evidence, Person

log = logging.getLogger(__name__)


@require_safe
def evidence(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """A file of evidence, streamed. What a person may not see is not there, and a link is not served from here."""
    assert isinstance(request.user, Person)
    seen = Evidence.objects.visible_to(request.user)
    piece = get_object_or_404(seen, public_id=public_id, kind=Evidence.Kind.FILE)
    try:
        file = files.open_stored(piece.stored)
    except FileNotFoundError as lost:
        log.error("the file of a piece of evidence is not on disk: %s", piece.public_id)
        raise Http404 from lost
    response = FileResponse(file, as_attachment=True, filename=piece.file_name, content_type=piece.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["ETag"] = f'"{piece.checksum}"'
    return response
