"""How many requests each API token has sent in a minute: counted in one statement, by any number of processes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.db import DatabaseError, connection, models, transaction

from pilots.busy import is_busy, is_read_only

WAITS_ON_SQLITE = 100
"""Milliseconds for which a read waits there, where somebody else is writing, before it counts by itself."""
KEPT_MINUTES = 24 * 60


class RequestCount(models.Model):
    """The requests of one token in its last minute."""

    credential = models.CharField(max_length=64, primary_key=True, db_comment="digest of the token's digest")
    minute = models.PositiveBigIntegerField(db_comment="minutes since 1970, UTC")
    number = models.PositiveIntegerField(db_comment="requests that processes have taken in that minute")

    class Meta:
        db_table_comment = "How many requests each API token has sent in its last minute."
        indexes: ClassVar = [models.Index("minute", name="request_count_minute_idx")]

    def __str__(self) -> str:
        return f"{self.number} in minute {self.minute}"


TAKE = (
    "INSERT INTO readiness_requestcount AS had (credential, minute, number) VALUES (%s, %s, %s) "
    "ON CONFLICT (credential) DO UPDATE SET "
    "number = CASE WHEN had.minute = excluded.minute THEN had.number + excluded.number ELSE excluded.number END, "
    "minute = excluded.minute RETURNING number"
)


def take_requests(token: str, minute: int, number: int, *, otherwise: int) -> int:
    """Count more requests of a token in a minute. Returns how many that are by now, of all processes.

    Args:
        token: its digest.
        otherwise: what is returned where the database is busy, which a read does not wait for, or a replica, which writes nothing.
    """
    name = hashlib.sha256(token.encode()).hexdigest()
    try:
        with _not_waiting_for_long(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(TAKE, [name, minute, number])
            return int(cursor.fetchone()[0])
    except DatabaseError as error:
        if not (is_busy(error) or is_read_only(error)):
            raise
        return otherwise


@contextmanager
def _not_waiting_for_long() -> Iterator[None]:
    """On SQLite whoever writes waits for every other writer; a read is not to, only because it is counted."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    usual = int(1000 * connection.settings_dict.get("OPTIONS", {}).get("timeout", 5))
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {WAITS_ON_SQLITE}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def forget_request_counts(minute: int) -> int:
    """Forget the counts of tokens that have asked nothing for a day before a minute. Returns how many."""
    return RequestCount.objects.filter(minute__lt=minute - KEPT_MINUTES).delete()[0]
