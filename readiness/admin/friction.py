"""Settings of rule 13, and letters to managers. No report is in the admin: nobody reads one there, and nothing counts who answered."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.models import Person
from readiness.admin.setting import SettingAdmin
from readiness.models import FrictionPoint, SignalPolicy
from readiness.text import feedback_letters
from readiness.text.mail import not_sent

ASK_TITLE = gettext_lazy("Ask their managers the three questions, by letter")


@admin.register(FrictionPoint)
class FrictionPoints(SettingAdmin):
    """What managers choose from. Points are added and taken out of use; none is deleted, and no key is changed."""

    list_display = ("label", "question", "key", "position", "in_use")
    list_filter = ("question", "in_use")
    search_fields = ("label", "key")
    ordering = ("question", "position")
    fields = ("question", "label", "key", "position", "in_use")
    list_title = gettext_lazy("Friction points")
    nothing_yet = gettext_lazy("Managers are offered nothing but “something else”.")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("question", "key")


@admin.register(SignalPolicy)
class SignalPolicies(SettingAdmin):
    """From when on what is a signal. Without a row: seven managers in three functions within ninety days."""

    list_display = ("starts", "managers", "functions", "days")
    ordering = ("-starts",)
    fields = ("starts", "managers", "functions", "days")
    list_title = gettext_lazy("Signal thresholds")
    nothing_yet = gettext_lazy("Seven managers in three functions within ninety days, as it ships.")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("starts",)


def ask_managers(table: Any, request: HttpRequest, queryset: Any) -> None:
    """Send the managers of the chosen pilots a link each. Nothing is stored of it."""
    assert isinstance(request.user, Person)
    running = queryset.filter(void_since=None).exclude(stage="retired").select_related("manager")
    sent = feedback_letters.send(running, request.user, request.build_absolute_uri)
    if sent.failed and not sent.sent:
        messages.error(request, _("No letter could be sent: the mail server did not take them. Try again later."))
        return
    says = ngettext("%(n)d letter was sent.", "%(n)d letters were sent.", sent.sent) % {"n": sent.sent}
    left = queryset.count() - sent.sent - sent.failed
    if left:
        rest = ngettext(
            "%(n)d pilot has no manager who could be asked.", "%(n)d pilots have no manager who could be asked.", left
        )
        says = f"{says} {rest % {'n': left}}"
    messages.success(request, says)
    if sent.failed:
        messages.warning(request, not_sent(sent.failed))
