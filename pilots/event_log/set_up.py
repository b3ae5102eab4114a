"""How an installation's chain begins: with the kinds of gates that ship, for the rules read them too."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from pilots.event_log import sign
from pilots.event_log.rows import named
from pilots.models import Event, GateKind, Installation

BEFORE_ALL = date(1970, 1, 1)
"""The day of the first event: what ships was there before whatever is put on record, on whichever day that is."""


@transaction.atomic
def begin() -> None:
    """Write the first event, unless it is there or nothing ships yet."""
    installation, _made = Installation.objects.get_or_create()
    kinds = GateKind.objects.filter(ships=True).order_by("pk")
    if installation.log_count or not kinds:
        return
    keys = [kind.key for kind in kinds]
    event = Event(action="begin_log", effective_on=BEFORE_ALL, known_on=BEFORE_ALL, data={"kinds": keys})
    sign.put_last([event], [named(kind) for kind in kinds])


def begin_after_migrate(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Receiver of `post_migrate`. Half-way through the migrations there may be no table yet."""
    tables = connections[using].introspection.table_names()
    if using == DEFAULT_DB_ALIAS and Installation._meta.db_table in tables:
        begin()
