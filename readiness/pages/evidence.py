"""Evidence as a download: only to those who may see a pilot that uses it, and never opened in the browser."""

from __future__ import annotations

import logging

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pilots import files
from pilots.models import Evidence, Person

log = logging.getLogger(__name__)


@require_safe
def evidence(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """A file of evidence, streamed. What a person may not see is not there, and a link is not served from here.

    The bytes are held against what was filed before the first of them is sent: others, or none, are 410 and logged.
    """
    assert isinstance(request.user, Person)
    visible = Evidence.objects.visible_to(request.user)
    piece = get_object_or_404(visible, public_id=public_id, kind=Evidence.Kind.FILE)
    try:
        file = files.open_as_filed(piece.file_key, piece.checksum)
    except files.NotAsFiled as wrong:
        log.error("a file of evidence was refused: that of %s %s", piece.public_id, wrong.says)
        return render(request, "pages/not_as_filed.html", {"piece": piece}, status=410)
    response = FileResponse(file, as_attachment=True, filename=piece.file_name, content_type=piece.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = f'"{piece.checksum}"'
    return response
