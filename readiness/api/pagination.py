"""Pages of a list: by a cursor, so that whoever reads on sees each row once, whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from pilots.refusals import Invalid
from readiness.api.cursors import CURSOR, SIZE, Column, Order, Position, cursor_of, position_in

KEY = Order((), Column("key"), ("key",))
"""Pilots by their keys."""
MARKS: dict[str, dict[str, Any]] = {
    "at": {"type": "string", "format": "date", "description": "The day that was read."},
    "projected": {
        "type": "boolean",
        "description": "Whether that day has not come: what would be so if nothing happened until then.",
    },
    "before_first_record": {
        "type": "boolean",
        "description": "Whether nothing that you may see was on record then.",
    },
}
"""What a list says of the day that it was read for."""


class Pages(CursorPagination):
    """50 rows a page, 200 at the most. The view names the order, which must not change while somebody reads on."""

    page_size = 50
    cursor_query_param = CURSOR
    cursor_query_description: Any = gettext_lazy("Where the page begins: from `next` or `previous` of another page.")
    page_size_query_param = SIZE
    page_size_query_description: Any = gettext_lazy("Rows of a page: 50 unless said, 200 at the most.")
    max_page_size = 200
    order: Order
    request: Request
    before: Position | None = None
    after: Position | None = None
    said: dict[str, Any]

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """The rows of a page.

        Raises:
            NotFound: a cursor that was never given out.
            Invalid: a number of rows that is none, or a cursor of another list.
        """
        self.order = order_of(view, queryset)
        position = self.begin(request, view, len(self.order.columns), len(self.order.named))
        backwards = position is not None and position.backwards
        rows = self.order.ordered(queryset, backwards=backwards)
        try:
            if position is not None:
                rows = self.order.following(position, rows)
            found = list(rows[: self.size + 1])
        except (ValueError, OverflowError, ValidationError, DataError) as wrong:
            if position is None:
                raise
            raise NotFound(self.invalid_cursor_message) from wrong
        return self.end(found, position, lambda row, back: self.order.position_of(row, backwards=back))

    def begin(self, request: Request, view: Any, columns: int, names: int) -> Position | None:
        """Which page is asked for, of how many rows."""
        self.request, self.said = request, view.marks() if hasattr(view, "marks") else {}
        self.size = self.size_asked(request)
        return position_in(request, columns, names)

    def end(self, found: list[Any], position: Position | None, position_of: Any) -> list[Any]:
        """The rows of the page, of one row more than it holds where there are any; and where the pages beside it begin."""
        backwards = position is not None and position.backwards
        more, rows = len(found) > self.size, found[: self.size]
        if backwards:
            rows.reverse()
        if rows and (more or backwards):
            self.after = position_of(rows[-1], False)
        if rows and (more if backwards else position is not None):
            self.before = position_of(rows[0], True)
        return rows

    def size_asked(self, request: Request) -> int:
        """How many rows a page has.

        Raises:
            Invalid: a number of rows that is none.
        """
        asked = request.query_params.get(SIZE, "")
        if asked and not (asked.isdecimal() and len(asked) < 10 and int(asked)):
            raise Invalid(_("Give a number of rows, one at least."), field=SIZE)
        return min(int(asked or self.page_size), self.max_page_size)

    def get_next_link(self) -> str | None:
        return self._link(self.after)

    def get_previous_link(self) -> str | None:
        return self._link(self.before)

    def _link(self, position: Position | None) -> str | None:
        if position is None:
            return None
        return str(replace_query_param(self.request.build_absolute_uri(), CURSOR, cursor_of(position, self.request)))

    def get_paginated_response(self, data: Any) -> Response:
        """The page; `Link` (RFC 8288) says where the pages beside it are, as its body does."""
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return Response(links | self.said | {"results": data}, headers=self.link_header())

    def link_header(self) -> dict[str, str] | None:
        """Where the pages beside this one are, as RFC 8288 says it."""
        relations = {"next": self.get_next_link(), "prev": self.get_previous_link()}
        header = ", ".join(f'<{address}>; rel="{name}"' for name, address in relations.items() if address)
        return {"Link": header} if header else None

    def get_paginated_response_schema(self, schema: Any) -> Any:
        found = super().get_paginated_response_schema(schema)
        found["properties"] = (
            {name: shape for name, shape in found["properties"].items() if name != "results"}
            | MARKS
            | {"results": schema}
        )
        found["required"] = [*MARKS, "results"]
        return found


class RowPages(Pages):
    """The rows of a figure, a thousand an answer. The body is the rows alone: where there are more of them, `Link` says it."""

    page_size = max_page_size = 1000
    page_size_query_description: Any = gettext_lazy("Rows of an answer: 1,000 unless said, and at the most.")
    cursor_query_description: Any = gettext_lazy("Where the answer begins: from the `Link` of another one.")

    def get_paginated_response(self, data: Any) -> Response:
        """The rows; `Link` (RFC 8288) says where those before and after them are."""
        return Response(data, headers=self.link_header())

    def get_paginated_response_schema(self, schema: Any) -> Any:
        return schema


def order_of(view: Any, rows: QuerySet[Any]) -> Order:
    """How the rows of a view are ordered: as it says, or by the names of columns, the last of which no two rows share."""
    order: Order | None = getattr(view, "order", None)
    if order is not None:
        return order
    columns = _columns(view.ordering)
    fields = {field.name for field in rows.model._meta.get_fields()}
    named = ("public_id",) if columns[-1].name == "pk" and "public_id" in fields else (columns[-1].name,)
    return Order(columns[:-1], columns[-1], named)


def _columns(names: Sequence[str]) -> tuple[Column, ...]:
    return tuple(Column(name.removeprefix("-"), name.startswith("-")) for name in names)
