"""The parameters of each address: declared once at its view, shown in the schema, and refused by name where they are unknown."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any, ClassVar

import django_filters
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from pilots.models import ApiToken
from pilots.refusals import Invalid
from readiness.api.exceptions import BadParameters
from readiness.api.renderers import FILES, CsvRenderer, WorkbookRenderer
from readiness.api.throttling import SaysRate

UNKNOWN, REPEATED = "unknown_parameter", "repeated_parameter"

WHAT_INSTEAD: dict[tuple[bool, str], Any] = {
    (True, "known_at"): gettext_lazy(
        "This is answered by all that is known now. Leave “known_at” out here, and ask pilots, exhibits, gates, the board, decisions, events or changes with it."
    ),
    (False, "as_of"): gettext_lazy("An action is done today. Send “on” for the day it counts from."),
    (False, "known_at"): gettext_lazy("An action is done today. Send “on” for the day it counts from."),
}
"""What to do instead of a parameter that is known elsewhere, where something is read, and where something is done."""


class TakesParameters(SaysRate):
    """A view that says which parameters its reads take, and refuses every other; what is done takes none."""

    parameters: ClassVar[tuple[OpenApiParameter, ...]] = ()
    """Those of its own; the filters and the pages of a list say theirs."""
    may_be_empty: ClassVar[frozenset[str]] = frozenset()
    """Those of which an empty value says something; of every other it would be ignored, and is refused."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not hasattr(self, (request.method or "").lower()):
            # Before anything of the request is read: nothing that it says could make it right.
            self.http_method_not_allowed(request)
        refuse_unknown(request, self.known_parameters(request.method or ""))
        refuse_empty(request, self.may_be_empty)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        found = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(found, ("Authorization", "Cookie"))
        # Of whoever was refused nothing is asked again: that would be refused again.
        if isinstance(getattr(request, "_auth", None), ApiToken):
            # A program's own store: it asks each time whether what it has is still so. A browser keeps nothing.
            patch_cache_control(found, private=True, no_cache=True)
            found.asked_by_token = True
        return found

    def known_parameters(self, method: str) -> dict[str, bool]:
        """The parameters that a method takes here, and whether each can be given more than once."""
        if method not in SAFE_METHODS:
            return {}
        filters = getattr(getattr(self, "filterset_class", None), "base_filters", {})
        known = {name: isinstance(each, django_filters.MultipleChoiceFilter) for name, each in filters.items()}
        pages = getattr(self, "pagination_class", None)
        if pages is not None:
            known |= dict.fromkeys((pages.cursor_query_param, pages.page_size_query_param), False)
        return known | {each.name: bool(each.many) for each in (*self.parameters, *self.list_parameters())}

    def list_parameters(self) -> tuple[OpenApiParameter, ...]:
        """Those that a list takes besides."""
        return ()


class Schema(AutoSchema):
    """The schema of a view: what its reads take is what the view says."""

    def get_override_parameters(self) -> list[Any]:
        if self.method != "GET" or not isinstance(self.view, TakesParameters):
            return []
        return [*self.view.parameters, *self.view.list_parameters()]

    def map_renderers(self, attribute: str) -> list[Any]:
        """A list that goes out as a file has fields as JSON alone; `_get_response_for_code` adds the files."""
        found: list[Any] = super().map_renderers(attribute)
        return [each for each in found if each not in (CsvRenderer.media_type, WorkbookRenderer.media_type)]

    def _get_response_for_code(self, *args: Any, **kwargs: Any) -> Any:
        found: Any = super()._get_response_for_code(*args, **kwargs)  # type: ignore[no-untyped-call]
        if self.method == "GET" and set(FILES) & set(getattr(self.view, "renderer_classes", ())):
            for each in FILES if "content" in found else ():
                shape = {"type": "string"} if each is CsvRenderer else {"type": "string", "format": "binary"}
                found["content"][each.media_type] = {"schema": shape}
        return found


def refuse_unknown(request: Request, known: dict[str, bool]) -> None:
    """Refuse parameters that would be ignored: unknown ones, and repeated ones of which one value would be taken.

    Raises:
        BadParameters: with a sentence for each of them.
    """
    reads = request.method in SAFE_METHODS
    asked = request.query_params
    unknown = {name: [_unknown(name, known, reads)] for name in asked if name not in known}
    if unknown:
        raise BadParameters(unknown, UNKNOWN)
    repeated = [name for name, several in known.items() if not several and len(asked.getlist(name)) > 1]
    if repeated:
        says = _("“%(name)s” can be given once.")
        raise BadParameters({name: [says % {"name": name}] for name in repeated}, REPEATED)


def refuse_empty(request: Request, may_be: Collection[str]) -> None:
    """Refuse a parameter with nothing in it: it would be answered as if it had not been asked.

    Raises:
        Invalid: with the first of them.
    """
    for name, said in request.query_params.lists():
        if name not in may_be and not all(value.strip() for value in said):
            raise Invalid(_("This says nothing. Give it a value, or leave it out."), field=name)


def _unknown(name: str, known: Iterable[str], reads: bool) -> str:
    """What is wrong with a parameter: the nearest that is known, or all of them."""
    if (reads, name) in WHAT_INSTEAD:
        return str(WHAT_INSTEAD[reads, name])
    shown, names = name[:40].replace("\0", ""), sorted(known)
    if not names:
        return _("“%(name)s” is not known here: this address takes no parameters.") % {"name": shown}
    nearest = get_close_matches(name[:40], names, n=1)
    if nearest:
        return _("“%(name)s” is not known here. Did you mean “%(nearest)s”?") % {"name": shown, "nearest": nearest[0]}
    return _("“%(name)s” is not known here. Known are: %(names)s.") % {"name": shown, "names": ", ".join(names)}
