"""How many pilots each view of the list shows, beside its link."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict

from pilots.figures import grouped
from pilots.refusals import Invalid
from readiness.admin.pilot_filters import ByGate
from readiness.admin.pilot_list import AS_OF, PilotList, read_for
from readiness.queries import request_dates
from readiness.queries.capped_counts import Asked, counts_up_to

MOST = 1000
"""How far is counted; beyond it a link says that there are more."""
PILOTS, PILOTS_WITH_GATES = 100_000, 2_000
"""Among how many pilots a view is counted; and one that asks what their gates wait for, which is worked out for each gate."""
OF_GATES = frozenset({"gate", "state", "court", "only", "worklist"})
"""What an address chooses where it asks that."""
COUNTED = 20
"""Views that are counted: the first ones. Each is planned by the engine, which costs something however little it finds."""


class _Counted(PilotList):
    """The pilots that a view shows, in no order, chosen by those filters alone that it names."""

    @classmethod
    def of(cls, table: Any, request: HttpRequest) -> _Counted:
        named = [each for each in table.get_list_filter(request) if _is_asked(each, request)]
        fields = table.get_search_fields(request)
        return cls(request, table.model, ("key",), None, named, None, fields, (), 1, 1, (), table, (), None)

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        return []

    def get_results(self, request: HttpRequest) -> None:
        """Nothing is read."""
        self.result_list, self.result_count, self.show_all, self.multi_page = [], 0, False, False
        self.full_result_count, self.can_show_all = None, False
        self.paginator = None


def _is_asked(of: Any, request: HttpRequest) -> bool:
    """Whether an address chooses something of a filter. What is said of a gate is asked together, by the gate's own."""
    names = {of.parameter_name, *getattr(of, "further_parameters", ())}
    return bool(names & set(request.GET)) or (of is ByGate and bool({"state", "court"} & set(request.GET)))


def view_counts(table: Any, request: HttpRequest, addresses: Sequence[str]) -> list[str]:
    """How many pilots each address of the list shows, as its link says it; empty for one that is not counted."""
    # The list and all of its views read it together.
    read_for(request)
    asked = [_asked(table, request, address) for address in addresses[:COUNTED]]
    found = counts_up_to(MOST, asked, table.get_queryset(request))
    found += [None] * len(addresses[COUNTED:])
    return ["" if number is None else grouped(MOST) + "+" if number > MOST else grouped(number) for number in found]


def _asked(table: Any, request: HttpRequest, address: str) -> Asked | None:
    """What a view shows, and among how many it is counted; None where its address can no longer be read."""
    asked: Any = copy(request)
    asked.GET = QueryDict(address)
    vars(asked).pop("_at", None)
    try:
        request_dates.as_of(asked.GET, AS_OF)
        rows = _Counted.of(table, asked).queryset
    except (Invalid, IncorrectLookupParameters, SuspiciousOperation):
        return None
    return Asked(rows, PILOTS_WITH_GATES if OF_GATES & set(asked.GET) else PILOTS)
