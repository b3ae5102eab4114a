"""What every address of the API has in common: whose eyes it reads with, and of which day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, cast

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.actions.acting_token import acting_token, name_token
from pilots.clock import today
from pilots.models import ApiToken, Gate, Person, Pilot
from pilots.models.querysets import listed, visible_pilot
from pilots.refusals import Invalid
from readiness.api.cursors import CURSOR
from readiness.api.files import Path, columns_of, rows_in_batches, values_of
from readiness.api.idempotency import DoesOnce
from readiness.api.marks import MarksAnswers
from readiness.api.pagination import Pages, order_of
from readiness.api.parameters import TakesParameters
from readiness.api.renderers import OF_LISTS
from readiness.forms.file_answers import file_of
from readiness.queries.first_record import on_record
from readiness.queries.pilots import StandingQuerySet, pilots
from readiness.queries.request_dates import LONGEST, as_of, has_null, null_in, too_long_in

AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATE, description="What was so on this day; today unless said.")
KNOWN_AT = OpenApiParameter(
    "known_at", OpenApiTypes.DATE, description="What was recorded by this day; all that is known now unless said."
)

FIELDS = OpenApiParameter(
    "fields",
    OpenApiTypes.STR,
    many=True,
    description="Only these fields of each row: names with commas between them, or given more than once.",
)
FORMATS = ("json", "csv", "xlsx")
FORMAT = OpenApiParameter(
    "format",
    OpenApiTypes.STR,
    enum=FORMATS,
    description="The whole list as a file, under the same filters, instead of a page; `Accept` says it as well.",
)
ORDERING = "What the rows are ordered by; with `-` before it downwards. What is not known comes last either way."


class ApiView(MarksAnswers, DoesOnce, TakesParameters, GenericAPIView[Any]):
    """A view that reads with the eyes of whoever asks. `at` and `known_at` are read once for each request."""

    pagination_class: Any = None
    filter_backends: Any = ()
    queryset = Pilot.objects.none()
    at: date
    known_at: date | None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with acting_token():
            return super().dispatch(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        if isinstance(request.auth, ApiToken):
            name_token(request.auth.token_key)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        _can_be_asked(request, kwargs)
        self.at = as_of(request.query_params)
        known = request.query_params.get("known_at")
        self.known_at = as_of(request.query_params, "known_at") if known else None

    def marks(self) -> dict[str, Any]:
        """What an answer says of the day that was read: whether it has not come, or lies before the first record."""
        return {
            "at": self.at,
            "projected": self.at > today(),
            "before_first_record": self.before_first_record,
        }

    @cached_property
    def before_first_record(self) -> bool:
        """Whether nothing that whoever asks may see was on record on the day, or known then. Not asked for of today."""
        now = today()
        if self.at >= now and (self.known_at is None or self.known_at >= now):
            return False
        return not on_record(self.visible_pilots(), self.at, self.known_at)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, which says in its head what its body may have no place for: the day that was read."""
        found = super().finalize_response(request, response, *args, **kwargs)
        if request.method in SAFE_METHODS and found.status_code == 200 and "as_of" in self.known_parameters("GET"):
            for name, value in self.marks().items():
                found[f"Lived-In-{name.title().replace('_', '-')}"] = str(value).lower()
        return found

    @property
    def person(self) -> Person:
        """Whoever asks."""
        assert isinstance(self.request.user, Person)
        return self.request.user

    def visible_pilots(self) -> StandingQuerySet:
        """The pilots that whoever asks may see, for lists and figures; for them there are no others."""
        mine: StandingQuerySet = (
            self._listed if self.request.method in SAFE_METHODS else pilots().listed_for(self.person)
        )
        return mine

    @cached_property
    def _listed(self) -> StandingQuerySet:
        """What whoever asks reaches is asked once for each read."""
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


class GoesOut(ApiView):
    """A view whose rows go out as JSON or, all of them, as a file."""

    renderer_classes: Any = OF_LISTS
    file_name = "list"

    def list_parameters(self) -> tuple[OpenApiParameter, ...]:
        """The parameter that every such view takes besides its own."""
        return (FORMAT,)

    @property
    def only(self) -> frozenset[str] | None:
        """The fields that are asked for; all of them where it is None."""
        return None

    def row_serializer(self) -> Any:
        """The serializer of one row, as this read asks for it."""
        return self.get_serializer_class()

    def file_columns(self) -> dict[str, Path]:
        """The columns of a file by their titles, each with the way to its value in a row of the answer."""
        return columns_of(self.row_serializer()(), self.only)

    def file_asked(self) -> str | None:
        """As which kind of file the list is asked for, by `format` or by `Accept`; None where it is asked for as JSON."""
        asked = self.request.query_params.get("format", "").strip().lower()
        if not asked:
            accepted = getattr(self.request, "accepted_renderer", None)
            asked = getattr(accepted, "format", "json")
        if asked not in FORMATS:
            raise Invalid(_("Say one of: %(words)s.") % {"words": ", ".join(FORMATS)}, field="format")
        return None if asked == "json" else asked

    def file_of_rows(self, form: str, rows: Iterable[dict[str, Any]]) -> Response:
        """Rows of an answer as a file."""
        return self.file_of_columns(form, rows, self.file_columns())

    def file_of_columns(self, form: str, rows: Iterable[dict[str, Any]], columns: Mapping[str, Path]) -> Response:
        """The same with other columns."""
        name = f"{self.file_name}-{self.at.isoformat()}"
        file = file_of(name, form, list(columns), (values_of(row, columns.values()) for row in rows))
        return cast(Response, file)


class AskingForMany(GoesOut):
    """A view that answers with a list: page by page, or all of it as a file."""

    pagination_class = Pages
    orderings: ClassVar[Mapping[str, Any]] = {}
    """What the list can be ordered by, besides the order that it has unless said: columns by their words."""

    def list_parameters(self) -> tuple[OpenApiParameter, ...]:
        """The parameters that every list takes, and how this one can be ordered."""
        return (*((ordering_parameter(self.orderings),) if self.orderings else ()), FIELDS, FORMAT)

    @cached_property
    def only(self) -> frozenset[str] | None:
        """The fields that are asked for; all of them where it is None."""
        asked = [name.strip() for said in self.request.query_params.getlist("fields") for name in said.split(",")]
        if not asked:
            return None
        known = list(self.row_serializer()().fields)
        unknown = [name for name in asked if name not in known]
        if unknown:
            says = _("There is no field “%(name)s” here. There are: %(known)s.")
            raise Invalid(says % {"name": unknown[0][:40], "known": ", ".join(known)}, field="fields")
        return frozenset(asked)

    def ordering_asked(self) -> tuple[Any, bool] | None:
        """The column that the list is asked to be ordered by, and whether downwards; None where it is not said."""
        asked = self.request.query_params.get("ordering", "").strip()
        if not asked:
            return None
        name = asked.removeprefix("-")
        if name not in self.orderings:
            words = ", ".join(word for name in self.orderings for word in (name, f"-{name}"))
            raise Invalid(_("Say one of: %(words)s.") % {"words": words}, field="ordering")
        return self.orderings[name], asked.startswith("-")

    def answer_with(self, rows: Any, read: Callable[[Sequence[Any]], list[Any]]) -> Response:
        """A page of a query as `read` gives its rows, or all of it as a file."""
        form, _only = self.file_asked(), self.only
        if form is None:
            return self.get_paginated_response(read(self.paginate_queryset(rows) or []))
        ordered = order_of(self, rows).ordered(rows, backwards=False)
        return self.file_of_rows(form, rows_in_batches(ordered, read))


def ordering_parameter(words: Iterable[str]) -> OpenApiParameter:
    """What a list can be ordered by, upwards and, with a minus before it, downwards."""
    both = [word for name in words for word in (name, f"-{name}")]
    return OpenApiParameter("ordering", OpenApiTypes.STR, enum=both, description=str(ORDERING))


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
    long = too_long_in(request.query_params, but=CURSOR)
    if long is not None:
        raise Invalid(_("Ask with %(most)d characters at most.") % {"most": LONGEST}, field=long)
