"""Evidence as a download: only to those who may see a pilot that uses it, and never opened in the browser."""

from __future__ import annotations

import logging

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pilots import files
from pilots.models import Person
from readiness.queries.evidence import file_of

log = logging.getLogger(__name__)


@require_safe
def evidence(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """A file of evidence, streamed. What a person may not see is not there, and a link is not served from here.

    The bytes are held against what was filed before the first of them is sent: others, or none, are 410 and logged.
    """
    assert isinstance(request.user, Person)
    piece = file_of(request.user, public_id)
    if piece is None:
        raise Http404
    try:
        file = files.open_as_filed(piece.file_key, piece.checksum)
    except files.NotAsFiled as wrong:
        log.error("a file of evidence was refused: that of %s %s", piece.public_id, wrong.says)
        return render(request, "pages/not_as_filed.html", {"piece": piece}, status=410)
    response = FileResponse(file, as_attachment=True, filename=piece.file_name, content_type=piece.content_type)
    for name, value in {**files.DOWNLOAD_HEADERS, "ETag": f'"{piece.checksum}"'}.items():
        response[name] = value
    return response
