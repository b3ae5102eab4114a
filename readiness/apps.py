"""What it means: the rules over the facts, and the ways to see them."""

from django.apps import AppConfig


class ReadinessConfig(AppConfig):
    name = "readiness"
    default_auto_field = "django.db.models.BigAutoField"
