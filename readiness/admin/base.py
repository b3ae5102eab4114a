"""What every table of the office's desk has in common: who may what, what does not exist for whom, and lists that are quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from readiness.forms.offices import Office, office_of

if TYPE_CHECKING:
    Table = admin.ModelAdmin[Any]
else:
    Table = admin.ModelAdmin


class OfficeTable(Table):
    """A table at the desk. Adding and changing are verbs; nothing is deleted here, by anybody.

    `adds` and `changes` name the verbs; a table without them is only read.
    """

    adds: ClassVar[str | None] = None
    changes: ClassVar[str | None] = None
    portfolio_path: ClassVar[str | None] = None
    """Where a row says in which portfolio it lies; None where all offices share the rows."""
    shared: ClassVar[bool] = False
    """Whether rows that lie in no portfolio are seen by every office."""
    nothing_yet: ClassVar[Any] = _("Nothing is on record here yet.")
    """What an empty list says that was narrowed to nothing."""

    actions = None
    empty_value_display = "–"
    list_per_page = 100
    list_max_show_all = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "admin/list.html"

    # Who may

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.adds)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.changes)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _may(self, request: HttpRequest, verb: str | None) -> bool:
        allowed = self.admin_site.has_permission(request)
        return allowed and office_of(request).may(verb)

    # What is there

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        says = {"nothing_yet": self.nothing_yet, **(extra_context or {})}
        return super().changelist_view(request, says)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        if self.portfolio_path is None:
            return rows
        return office_of(request).limit(rows, self.portfolio_path, shared=self.shared)

    def row(self, request: HttpRequest, object_id: str) -> Any:
        """The row at an address, or 404: nothing tells whether it is somebody else's."""
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only by what is offered: no column can be guessed at through an address, letter by letter."""
        offered = {getattr(each, "parameter_name", None) for each in self.list_filter}
        return lookup in offered

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The log of the verbs is the history; there is no second one."""
        self.row(request, object_id)
        return redirect("admin:pilots_event_changelist")

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.row(request, object_id)
        return super().delete_view(request, object_id, extra_context)

    @property
    def table(self) -> str:
        """What the addresses of this table begin with."""
        return f"admin:{self.opts.app_label}_{self.opts.model_name}"


__all__ = ["Office", "OfficeTable"]
