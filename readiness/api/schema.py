"""The schema, its documentation, and the answer at every address under the API that is none."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

from django.http import Http404
from django.urls import resolve
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import set_query_parameters
from drf_spectacular.settings import spectacular_settings
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


class WrittenOnce(SchemaGenerator):
    """The schema follows from the code alone: a process writes it once, in English, as its keys and codes are."""

    _written: ClassVar[dict[bool, dict[str, Any]]] = {}

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        if public not in self._written:
            with translation.override("en-gb"):
                self._written[public] = super().get_schema(request, public)  # type: ignore[no-untyped-call]
        return self._written[public]


class SchemaView(TakesParameters, SpectacularAPIView):
    """The OpenAPI schema, as YAML or, with `?format=json`, as JSON. It is in English, as its keys and codes are."""

    generator_class = WrittenOnce
    content_negotiation_class = ByFormat
    parameters = (OpenApiParameter("format", OpenApiTypes.STR, enum=("yaml", "json")),)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked of the API: how, what for, and its place on the page once the script has drawn it."""

    method: str
    path: str
    summary: str
    place: str


def operations(schema: dict[str, Any]) -> dict[str, list[Operation]]:
    """Every operation of a schema, by the first part of its address."""
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, says in methods.items():
            group = path.removeprefix(spectacular_settings.SCHEMA_PATH_PREFIX).strip("/").partition("/")[0]
            summary = says.get("summary") or says.get("description", "").strip().partition("\n")[0]
            place = f"#/{says.get('tags', ['default'])[0]}/{says['operationId']}"
            found.setdefault(group, []).append(Operation(method.upper(), path, summary, place))
    return found


class DocsView(TakesParameters, SpectacularSwaggerSplitView):
    """The schema, to be read and tried in a browser. The page loads itself once more as a script.

    Until the script has drawn it, and without a script, the page has every operation as a plain list.
    """

    parameters = (OpenApiParameter("script", OpenApiTypes.STR),)
    may_be_empty = frozenset({"script"})

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        answer = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        if "script" not in request.GET:
            schema = WrittenOnce().get_schema(request, public=True)  # type: ignore[no-untyped-call]
            answer.data["groups"] = operations(schema)
        return answer

    def _get_schema_url(self, request: Request) -> str:
        """As JSON, which a browser reads at once; YAML takes its script seconds."""
        return set_query_parameters(super()._get_schema_url(request), format="json")  # type: ignore[no-untyped-call]


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
