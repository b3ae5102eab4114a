"""The words that say nothing of a task (rule 16), for whoever keeps all portfolios: a setting, no fact, so without an action."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from readiness.admin.setting import SettingAdmin
from readiness.models import EmptyWord


@admin.register(EmptyWord)
class EmptyWords(SettingAdmin):
    """Words are added and taken out of use; none is deleted."""

    list_display = ("phrase", "kind", "in_use")
    search_fields = ("phrase",)
    ordering = ("phrase",)
    fields = ("phrase", "kind", "in_use")
    list_title = _("Empty words")
    nothing_yet = _("No word is on the list.")
