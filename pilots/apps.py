"""What happened: the facts, the actions that record them, and the rules the actions must know."""

from django.apps import AppConfig
from django.core import checks


class PilotsConfig(AppConfig):
    name = "pilots"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from pilots.checks import triggers_in_place
        from pilots.event_log.set_up import begin_after_migrate
        from pilots.event_log.triggers import install_after_migrate

        post_migrate.connect(install_after_migrate, sender=self)
        post_migrate.connect(begin_after_migrate, sender=self)
        checks.register(triggers_in_place, checks.Tags.database)
