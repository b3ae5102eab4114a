"""What it means: the rules over the facts, and the ways to see them."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core import checks


class ReadinessConfig(AppConfig):
    name = "readiness"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from readiness.management.checks import letters_leave

        checks.register(letters_leave, checks.Tags.security, deploy=True)


TABLES = ("empty_words", "imports", "kinds", "log", "measures", "people", "pilots", "portfolios", "rights")
"""Modules of the admin, one a table or a few."""


class OfficeAdminConfig(AdminConfig):
    """Django's admin, with the program office's site."""

    default_site = "readiness.admin.site.OfficeSite"

    def ready(self) -> None:
        """Register the tables. The site is there first: it lies in their package."""
        super().ready()
        for table in TABLES:
            import_module(f"readiness.admin.{table}")
