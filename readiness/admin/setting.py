"""A setting in the admin, for whoever keeps all portfolios: no fact, so without an action and without an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from readiness.forms.offices import office_of

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
else:
    Admin = admin.ModelAdmin


class SettingAdmin(Admin):
    """A list that an office keeps. Its rows are added and taken out of use; none is deleted."""

    change_form_template = "admin/setting_form.html"
    actions = None
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_title: Any
    nothing_yet: Any

    def _may(self, request: HttpRequest) -> bool:
        """Whoever keeps all portfolios: the list is everybody’s."""
        return self.admin_site.has_permission(request) and office_of(request).keeps_all

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether it stands among the tables; whoever keeps all by their roles finds it in the set-up. No page asks for that."""
        return self.admin_site.has_permission(request) and office_of(request).portfolios is None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        """Its list and its forms: what is deleted and what is logged has no page here."""
        return [each for each in super().get_urls() if not str(each.name).endswith(("_delete", "_history"))]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The event log is of facts; this is a setting."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The event log is of facts; this is a setting."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        says = {"title": self.list_title, "nothing_yet": self.nothing_yet}
        return super().changelist_view(request, says | (extra_context or {}))
