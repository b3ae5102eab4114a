"""What `check --database` and `migrate` look at: whether the log is still guarded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks

from pilots.event_log import triggers

TRIGGER_MISSING = "pilots.W001"


def triggers_in_place(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """A warning for each trigger that does not guard the log. Not an error: `migrate`, which mends it, must run."""
    return [
        checks.Warning(
            f"The trigger {name} is missing: the log in “{using}” can be changed by SQL.",
            hint="Run manage.py migrate, which puts it back, then manage.py verify_log.",
            id=TRIGGER_MISSING,
        )
        for using in databases or ()
        for name in triggers.missing(using)
    ]
