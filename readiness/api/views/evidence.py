"""Evidence over the API: what is filed for a pilot, and filing a file or a link."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import actions
from pilots.models import Evidence
from pilots.permissions import scope_of
from readiness.api.base import AskingForMany
from readiness.api.inputs import FileEvidence
from readiness.api.parsers import Parser
from readiness.api.rows import RowSerializer, serialized
from readiness.api.serializers import PersonSerializer
from readiness.queries import evidence


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
        return reverse("readiness:evidence", args=[piece.public_id])


class Filed(AskingForMany):
    """The evidence of a pilot."""

    serializer_class = EvidenceSerializer
    parser_classes = (Parser, MultiPartParser)
    ordering: ClassVar[tuple[str, ...]] = ("pk",)

    def scope_needed(self) -> str:
        """The scope that a key needs."""
        return scope_of("file_evidence") if self.request.method == "POST" else "read"

    @extend_schema(operation_id="pilot_evidence", responses=EvidenceSerializer(many=True))
    def get(self, request: Request, key: str) -> Response:
        """Every version of what is filed for a pilot, or used on it."""
        rows = evidence.of_pilot(self.person, self.pilot(key))
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response(serialized(EvidenceSerializer, page))

    @extend_schema(
        operation_id="pilot_file_evidence",
        request={"multipart/form-data": FileEvidence, "application/json": FileEvidence},
        responses={201: EvidenceSerializer},
    )
    def post(self, request: Request, key: str) -> Response:
        """File a piece of evidence for a pilot, a file or a link, in the name of whoever asks."""
        pilot, asked = self.pilot(key), FileEvidence(data=request.data)
        asked.is_valid(raise_exception=True)
        says: dict[str, Any] = dict(asked.validated_data)
        piece = actions.file_evidence(pilot=pilot, by=self.person, **says)
        return Response(EvidenceSerializer(piece).data, 201)
