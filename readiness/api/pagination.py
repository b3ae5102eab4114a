"""Pages of a list: by a cursor, so that whoever reads on sees each row once, whatever is written meanwhile."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination

from pilots.refusals import Invalid


class Pages(CursorPagination):
    """50 rows a page, 200 at the most. The view names the order, which must not change while somebody reads on."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    # How many rows of one day a cursor can step over. An inventory read on one day has thousands.
    offset_cutoff = 10_000_000

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """The rows of a page.

        Raises:
            NotFound: a cursor that was never given out.
            Invalid: a number of rows that is none.
        """
        written = request.query_params.get(self.page_size_query_param, "")
        if written and not (written.isdecimal() and len(written) < 10 and int(written)):
            raise Invalid(_("Give a number of rows, one at least."), field=self.page_size_query_param)
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, OverflowError, ValidationError, DataError) as wrong:
            if self.cursor_query_param not in request.query_params:
                raise
            raise NotFound(self.invalid_cursor_message) from wrong

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        order: tuple[str, ...] = view.ordering
        return order
