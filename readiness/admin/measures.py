"""What people can be measured on (rule 17), for whoever keeps all portfolios: a setting, no fact, so without an action."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from readiness.admin.setting import SettingAdmin
from readiness.models import Measure


@admin.register(Measure)
class Measures(SettingAdmin):
    """Measures are added and taken off the list; none is deleted, and what was stated stays."""

    list_display = ("name", "rewards", "in_use")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "rewards", "in_use")
    list_title = _("Measures")
    nothing_yet = _("No measure is on the list.")
