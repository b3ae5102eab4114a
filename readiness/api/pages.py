"""Pages of a list: by a cursor, so that whoever reads on sees each row once, whatever is written meanwhile."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """50 rows a page, 200 at the most. The view names the order, which must not change while somebody reads on."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        order: tuple[str, ...] = view.ordering
        return order
