"""What it means: the rules over the facts, and the ways to see them."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core import checks


class ReadinessConfig(AppConfig):
    name = "readiness"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from readiness.checks import letters_leave

        checks.register(letters_leave, checks.Tags.security, deploy=True)


class DeskConfig(AdminConfig):
    """Django's admin, with the office's desk as its site."""

    default_site = "readiness.office_desk.OfficeDesk"
