"""What it means: the rules over the facts, and the ways to see them."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ReadinessConfig(AppConfig):
    name = "readiness"
    default_auto_field = "django.db.models.BigAutoField"


class DeskConfig(AdminConfig):
    """Django's admin, with the office's desk as its site."""

    default_site = "readiness.office_desk.OfficeDesk"
