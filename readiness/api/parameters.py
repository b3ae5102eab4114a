"""The parameters of each address: declared once at its view, shown in the schema, and refused by name where they are unknown."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from pilots.refusals import Invalid
from readiness.api.exceptions import BadParameters

UNKNOWN, REPEATED = "unknown_parameter", "repeated_parameter"

WHAT_INSTEAD: dict[tuple[bool, str], Any] = {
    (True, "known_at"): gettext_lazy(
        "This is answered by all that is known now. Leave “known_at” out here, and ask pilots, exhibits, gates or decisions with it."
    ),
    (False, "as_of"): gettext_lazy("An action is done today. Send “on” for the day it counts from."),
    (False, "known_at"): gettext_lazy("An action is done today. Send “on” for the day it counts from."),
}
"""What to do instead of a parameter that is known elsewhere, where something is read, and where something is done."""


class TakesParameters(APIView):
    """A view that says which parameters its reads take, and refuses every other; what is done takes none."""

    parameters: ClassVar[tuple[OpenApiParameter, ...]] = ()
    """Those of its own; the filters and the pages of a list say theirs."""
    may_be_empty: ClassVar[frozenset[str]] = frozenset()
    """Those of which an empty value says something; of every other it would be ignored, and is refused."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unknown(request, self.known_parameters(request.method or ""))
        refuse_empty(request, self.may_be_empty)

    def known_parameters(self, method: str) -> dict[str, bool]:
        """The parameters that a method takes here, and whether each can be given more than once."""
        if method not in SAFE_METHODS:
            return {}
        filters = getattr(getattr(self, "filterset_class", None), "base_filters", {})
        known = {name: isinstance(each, django_filters.MultipleChoiceFilter) for name, each in filters.items()}
        pages = getattr(self, "pagination_class", None)
        if pages is not None:
            known |= dict.fromkeys((pages.cursor_query_param, pages.page_size_query_param), False)
        return known | {each.name: bool(each.many) for each in self.parameters}


class Schema(AutoSchema):
    """The schema of a view: what its reads take is what the view says."""

    def get_override_parameters(self) -> list[Any]:
        return list(getattr(self.view, "parameters", ())) if self.method == "GET" else []


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
