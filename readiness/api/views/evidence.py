"""Evidence over the API: what is filed for a pilot, and filing a file or a link."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from django.http import FileResponse, Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import actions, files
from pilots.models import Evidence
from pilots.permissions import scope_of
from readiness.api.base import AS_OF, ApiView, AskingForMany
from readiness.api.etags import has_it
from readiness.api.inputs import FileEvidence
from readiness.api.parsers import Parser
from readiness.api.rows import RowSerializer, serialized
from readiness.api.serializers import PersonSerializer
from readiness.queries import evidence

log = logging.getLogger(__name__)


class AnythingAccepted(DefaultContentNegotiation):
    """A file is what it is: what a reader accepts says only how errors are written."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class EvidenceSerializer(RowSerializer):
    """One version of a piece of evidence. `download` is where a file of it is got; a link is only named."""

    id = serializers.CharField(source="public_id")
    piece = serializers.CharField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=["file", "link"])
    title = serializers.CharField()
    link = serializers.CharField()
    file_name = serializers.CharField()
    size = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(source="checksum")
    filed_on = serializers.DateField(source="uploaded_on")
    effective_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(allow_null=True)
    by = PersonSerializer()
    download = serializers.SerializerMethodField()

    def get_download(self, piece: Evidence) -> str | None:
        """Where the file is got; null for a link."""
        if piece.kind != Evidence.Kind.FILE:
            return None
        return reverse("readiness:api:evidence-file", args=[piece.public_id])


class Filed(AskingForMany):
    """The evidence of a pilot."""

    serializer_class = EvidenceSerializer
    parser_classes = (Parser, MultiPartParser)
    ordering: ClassVar[tuple[str, ...]] = ("pk",)
    file_name = "evidence"
    parameters = (AS_OF,)

    def scope_needed(self) -> str:
        """The scope that a key needs."""
        return scope_of("file_evidence") if self.request.method == "POST" else "read"

    @extend_schema(operation_id="pilot_evidence", responses=EvidenceSerializer(many=True))
    def get(self, request: Request, key: str) -> Response:
        """Every version of what is filed for a pilot, or used on it."""
        rows = evidence.of_pilot(self.person, self.pilot(key))
        if request.query_params.get("as_of"):
            rows = rows.filter(uploaded_on__lte=self.at)
        return self.answer_with(rows, lambda some: serialized(EvidenceSerializer, some, self.only))

    @extend_schema(
        operation_id="pilot_file_evidence",
        request={"multipart/form-data": FileEvidence, "application/json": FileEvidence},
        responses={201: EvidenceSerializer},
    )
    def post(self, request: Request, key: str) -> Response:
        """File a piece of evidence for a pilot, a file or a link, in the name of whoever asks."""
        pilot, asked = self.pilot(key), FileEvidence(data=request.data, context={"asker": self.person})
        asked.is_valid(raise_exception=True)
        says: dict[str, Any] = dict(asked.validated_data)
        piece = actions.file_evidence(pilot=pilot, by=self.person, **says)
        # A link has no address of its own here: it stands in the list.
        place = reverse("readiness:api:evidence", args=[pilot.key])
        if piece.kind == Evidence.Kind.FILE:
            place = reverse("readiness:api:evidence-file", args=[piece.public_id])
        return Response(EvidenceSerializer(piece).data, 201, headers={"Location": request.build_absolute_uri(place)})


class NotAsFiled(exceptions.APIException):
    """The bytes on disk are not those that were filed."""

    status_code = 410
    default_code = "not_as_filed"
    default_detail = gettext_lazy(
        "This file is no longer as it was filed, so it is not sent. Whoever runs this can restore it."
    )


class EvidenceFile(ApiView):
    """A file of evidence, streamed; only for those who may see a pilot that uses it."""

    marks_itself = True
    content_negotiation_class = AnythingAccepted

    @extend_schema(operation_id="evidence_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, public_id: str) -> Any:
        """The file, as it was filed: its bytes are held against its checksum before the first is sent. The `ETag` is its SHA-256."""
        piece = evidence.file_of(self.person, public_id)
        if piece is None:
            raise Http404
        mark = f'"{piece.checksum}"'
        if has_it(request, mark):
            return Response(status=304, headers={"ETag": mark})
        try:
            file = files.open_as_filed(piece.file_key, piece.checksum)
        except files.NotAsFiled as wrong:
            log.error("a file of evidence was refused: that of %s %s", piece.public_id, wrong.says)
            raise NotAsFiled from wrong
        response = FileResponse(file, as_attachment=True, filename=piece.file_name, content_type=piece.content_type)
        for name, value in {**files.DOWNLOAD_HEADERS, "ETag": mark}.items():
            response[name] = value
        return response
