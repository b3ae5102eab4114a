"""What the API is made of: its root, and the people, portfolios, functions and kinds that whoever asks may know of."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Count, Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.models import Function, GateKind, Person, Portfolio
from pilots.rules.vocabulary import ClearsBy
from readiness.api.base import ApiView, AskingForMany
from readiness.api.cursors import Column, Order
from readiness.api.filters import (
    FUNCTION,
    PORTFOLIO,
    Filters,
    known_portfolio,
    known_portfolios,
    named_functions,
    some_of,
    texts,
)
from readiness.api.rows import RowSerializer, serialized
from readiness.api.serializers import PersonSerializer
from readiness.queries.people import people_known_to
from readiness.queries.pilots import functions_of

LISTS = {
    "pilots": "pilots",
    "exhibits": "exhibits",
    "gates": "gates",
    "decisions": "decisions",
    "events": "events",
    "changes": "changes",
    "rights": "rights",
    "people": "people",
    "portfolios": "portfolios",
    "functions": "functions",
    "kinds": "kinds",
    "summary": "summary",
    "board": "board",
    "bottlenecks": "bottlenecks",
    "decisions_that_free": "freeing",
    "trend": "trend",
    "waits": "waits",
    "load": "load",
    "alignment": "alignment",
    "signals": "signals",
    "policy_gaps": "policy-gaps",
    "schema": "schema",
    "docs": "docs",
}
"""What the root lists, each with the name of its address."""


class RootSerializer(serializers.Serializer[Any]):
    """Where everything is: each resource by its name, as an address."""

    def get_fields(self) -> Any:
        return {name: serializers.CharField() for name in LISTS}


class Root(ApiView):
    """The root of the API."""

    serializer_class = RootSerializer

    @extend_schema(responses=RootSerializer, operation_id="root")
    def get(self, request: Request) -> Response:
        """Where everything is."""
        there = {name: request.build_absolute_uri(reverse(f"readiness:api:{to}")) for name, to in LISTS.items()}
        return Response(there)


def to_root(request: Any) -> Any:
    """`/api/` leads to the version that there is."""
    return redirect("readiness:api:root")


class KnownPersonSerializer(PersonSerializer):
    """A person of whom one may know: a name, the function they work in, and whether their account is closed."""

    function = serializers.CharField(source="function.name", default=None, allow_null=True)
    closed_on = serializers.DateField(allow_null=True)


class PersonFilter(Filters):
    """People by words in their names, and by their function."""

    q = texts("says", gettext_lazy("Words in the name; several may be given, of which one is enough."))
    function = texts("in_function", FUNCTION)
    account = some_of(("open", "closed"), method="of_account", help_text=gettext_lazy("Whether the account is open."))

    def says(self, rows: Any, _name: str, value: list[str]) -> Any:
        return rows.filter(Q(*(Q(name__icontains=text) for text in value), _connector=Q.OR)) if value else rows

    def in_function(self, rows: Any, _name: str, value: list[str]) -> Any:
        return rows.filter(named_functions(value, "function", "function__name")) if value else rows

    def of_account(self, rows: Any, _name: str, value: list[str]) -> Any:
        return rows.filter(closed_on__isnull=value == ["open"]) if len(set(value)) == 1 else rows


class People(AskingForMany):
    """The people of whom whoever asks may know, by name."""

    queryset: Any = Person.objects.none()
    serializer_class = KnownPersonSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = PersonFilter
    order = Order((Column("name"),), Column("pk"), ("public_id",))
    file_name = "people"

    @extend_schema(responses=KnownPersonSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The people whom the pilots that you see name, by name; all of them for a program office."""
        rows = self.filter_queryset(people_known_to(self.person).select_related("function"))
        return self.answer_with(rows, lambda some: serialized(KnownPersonSerializer, some, self.only))


class PortfolioSerializer(RowSerializer):
    """A portfolio of which one sees something. `pilots` counts those that one sees there today, void ones left out."""

    key = serializers.CharField()
    name = serializers.CharField()
    escalation = PersonSerializer(allow_null=True)
    calendar = serializers.CharField(
        help_text="Whose public holidays are no working days; empty: only weekends are free."
    )
    pilots = serializers.IntegerField(source="number_of_pilots")


class Portfolios(AskingForMany):
    """The portfolios of which whoever asks sees anything, by key."""

    queryset: Any = Portfolio.objects.none()
    serializer_class = PortfolioSerializer
    order = Order((), Column("key"), ("key",))
    file_name = "portfolios"

    @extend_schema(responses=PortfolioSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The portfolios of which you see anything, by key."""
        there = self.visible_pilots().on(self.at).order_by()
        rows = known_portfolios(self.person).select_related("escalation")
        counted = dict(there.values("portfolio").annotate(n=Count("pk")).values_list("portfolio", "n"))

        def read(some: Any) -> list[Any]:
            for row in some:
                row.number_of_pilots = counted.get(row.pk, 0)
            return serialized(PortfolioSerializer, some, self.only)

        return self.answer_with(rows, read)


class FunctionSerializer(RowSerializer):
    """A business function. The same one may lie in several portfolios."""

    name = serializers.CharField()


class Functions(AskingForMany):
    """The functions of the portfolios of which whoever asks sees anything, by name."""

    queryset: Any = Function.objects.none()
    serializer_class = FunctionSerializer
    order = Order((), Column("name"), ("name",))
    file_name = "functions"

    @extend_schema(responses=FunctionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The functions of the portfolios in which you see pilots, by name."""
        rows = functions_of(self.visible_pilots())
        return self.answer_with(rows, lambda some: serialized(FunctionSerializer, some, self.only))


class KindSerializer(RowSerializer):
    """A kind of gate: its question, how it clears, for how many days an answer holds, and what an answer seals.

    `portfolios` are the keys of those that it is for, of which one sees anything; null where it is for all.
    """

    key = serializers.CharField()
    name = serializers.CharField()
    question = serializers.CharField()
    clears_by = serializers.ChoiceField(choices=ClearsBy.values())
    valid_for = serializers.IntegerField(allow_null=True)
    seals = serializers.ListField(child=serializers.CharField())
    portfolios = serializers.ListField(source="portfolio_keys", child=serializers.CharField(), allow_null=True)


class KindOfPortfolioFilter(Filters):
    """Kinds by how they clear, and by the portfolios that they are for."""

    clears_by = some_of(ClearsBy.values(), help_text=gettext_lazy("How it clears; several may be given."))
    portfolio = texts("asked_in", PORTFOLIO)

    def asked_in(self, rows: Any, _name: str, value: list[str]) -> Any:
        if not value:
            return rows
        keys = [known_portfolio(key, "portfolio", self.request.user) for key in value]
        return rows.asked_in(Portfolio.objects.filter(key__in=keys))


class Kinds(AskingForMany):
    """The kinds of gates of which whoever asks may know, in their order."""

    queryset: Any = GateKind.objects.none()
    serializer_class = KindSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = KindOfPortfolioFilter
    order: ClassVar[Order] = Order((Column("position"),), Column("pk"), ("key",))
    file_name = "kinds"

    @extend_schema(responses=KindSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The kinds of gates that are asked where you see anything, in their order."""
        rows = self.filter_queryset(GateKind.objects.visible_to(self.person)).prefetch_related("portfolios")
        known = set(known_portfolios(self.person).values_list("pk", flat=True))

        def read(some: Any) -> list[Any]:
            for row in some:
                mine = [portfolio.key for portfolio in row.portfolios.all() if portfolio.pk in known]
                row.portfolio_keys = None if row.for_all else sorted(mine)
            return serialized(KindSerializer, some, self.only)

        return self.answer_with(rows, read)
