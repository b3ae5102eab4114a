"""The schema, its documentation, and the answer at every address under the API that is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.http import Http404
from django.urls import resolve
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from readiness.api import openapi
from readiness.api.parameters import TakesParameters

COMPLETES = openapi.complete
"""What completes the schema; it is loaded with the addresses, so that what it says of fields is known before it is written."""


class ByFormat(DefaultContentNegotiation):
    """`?format=json` or `yaml` beside what the reader accepts."""

    settings: Any = SimpleNamespace(URL_FORMAT_OVERRIDE="format")


class SchemaView(TakesParameters, SpectacularAPIView):
    """The OpenAPI schema, as YAML or, with `?format=json`, as JSON. It is in English, as its keys and codes are."""

    content_negotiation_class = ByFormat
    parameters = (OpenApiParameter("format", OpenApiTypes.STR, enum=("yaml", "json")),)

    def _get_schema_response(self, request: Request) -> Any:
        with translation.override("en-gb"):
            return super()._get_schema_response(request)  # type: ignore[no-untyped-call]


class DocsView(TakesParameters, SpectacularSwaggerSplitView):
    """The schema, to be read and tried in a browser. The page loads itself once more as a script."""

    parameters = (OpenApiParameter("script", OpenApiTypes.STR),)
    may_be_empty = frozenset({"script"})


@extend_schema(exclude=True)
class NoSuchAddress(TakesParameters):
    """Nothing is here. An address that lacks its last slash is not led on: what was sent with it would be lost."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.perform_authentication(request)
        self.check_permissions(request)
        whole = f"{request.path}/"
        if not request.path.endswith("/") and resolve(whole).url_name != "nowhere":
            raise NotFound(_("Addresses here end with a slash: %(address)s.") % {"address": whole})
        raise Http404
