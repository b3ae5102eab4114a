"""What every address of the API has in common: whose eyes it reads with, and of which day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from pilots.models import Gate, Person, Pilot
from pilots.models.querysets import listed, visible_pilot
from pilots.refusals import Invalid
from readiness.api.pagination import Pages
from readiness.api.parameters import TakesParameters
from readiness.queries.pilots import StandingQuerySet, pilots
from readiness.queries.request_dates import LONGEST, as_of, has_null, null_in, too_long_in

AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATE, description="What was so on this day; today unless said.")
KNOWN_AT = OpenApiParameter(
    "known_at", OpenApiTypes.DATE, description="What was recorded by this day; all that is known now unless said."
)


class ApiView(TakesParameters, GenericAPIView[Any]):
    """A view that reads with the eyes of whoever asks. `at` and `known_at` are read once for each request."""

    pagination_class: Any = None
    filter_backends: Any = ()
    queryset = Pilot.objects.none()
    at: date
    known_at: date | None

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        _can_be_asked(request, kwargs)
        self.at = as_of(request.query_params)
        known = request.query_params.get("known_at")
        self.known_at = as_of(request.query_params, "known_at") if known else None

    @property
    def person(self) -> Person:
        """Whoever asks."""
        assert isinstance(self.request.user, Person)
        return self.request.user

    def visible_pilots(self) -> StandingQuerySet:
        """The pilots that whoever asks may see, for lists and figures; for them there are no others."""
        mine: StandingQuerySet = pilots().listed_for(self.person)
        return mine

    def of_visible_pilots(self, path: str, *, portfolio: str | None = None) -> Q:
        """The same for lists of rows that have a pilot at a path."""
        return listed(self.person, path, portfolio=portfolio)

    def pilot(self, key: str) -> Pilot:
        """A pilot by its key. Raises Http404 where there is none for whoever asks."""
        found: Pilot | None = visible_pilot(self.person, key=key)
        if found is None:
            raise Http404
        return found

    def gate(self, public_id: str) -> Gate:
        """A gate by its id. Raises Http404 where there is none for whoever asks."""
        found = Gate.objects.select_related("kind").filter(public_id=public_id).first()
        pilot = visible_pilot(self.person, pk=found.pilot_id) if found else None
        if found is None or pilot is None:
            raise Http404
        found.pilot = pilot
        return found


class AskingForMany(ApiView):
    """A view that answers with a list, page by page."""

    pagination_class = Pages


def _can_be_asked(request: Request, place: dict[str, str]) -> None:
    """Refuse what no answer follows from: a text that no database holds, or can be asked for.

    Raises:
        Http404: an address that nothing can have.
        Invalid: with the field.
    """
    if has_null(place.values()):
        raise Http404
    null = null_in(request.query_params)
    if null is not None:
        raise Invalid(_("A text cannot hold a null character."), field=null)
    long = too_long_in(request.query_params)
    if long is not None:
        raise Invalid(_("Ask with %(most)d characters at most.") % {"most": LONGEST}, field=long)
