"""Pilots at the desk: the list, the record, and the short forms of the verbs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from pilots.models import GateKind, Pilot
from pilots.today import today
from readiness import querysets
from readiness.admin import pilot_list
from readiness.admin.pilot_filters import FILTERS
from readiness.admin.tables import OfficeTable
from readiness.offices import office_of


@admin.register(Pilot)
class Pilots(OfficeTable):
    """The records of pilots."""

    adds, changes = "record", "amend"
    portfolio_path = "portfolio"
    list_filter = FILTERS
    search_fields = ("key", "name", "workflow", "purpose")
    list_select_related = ("portfolio",)
    change_list_template = "admin/pilots/pilot/list.html"
    ordering = ("key",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return office_of(request).limit(querysets.pilots())

    def get_list_display(self, request: HttpRequest) -> Any:
        return pilot_list.columns(
            GateKind.objects.all(), one_portfolio=office_of(request).has_one
        )

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return list_display[:1]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return pilot_list.PilotList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        at = pilot_list.day_of(request)
        return super().changelist_view(request, {"at": at, "is_today": at == today()})
