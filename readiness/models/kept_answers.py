"""Answers of the API that are kept for a day, so that a request sent again under its key is not done twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

KEPT_FOR = timedelta(days=1)
"""For how long an answer is kept. After that its key is a new one."""
LONGEST_KEY = 255


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    """Kept answers. A key is known only to the token, or to the person's sessions, that sent it."""

    def over(self, now: datetime) -> KeptAnswerQuerySet:
        """Those that have been kept long enough."""
        return self.filter(kept_at__lte=now - KEPT_FOR)


class KeptAnswer(models.Model):
    """What was answered to one request under an `Idempotency-Key`. It is written in the transaction of what was done."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="who sent the request"
    )
    credential = models.CharField(
        max_length=64, blank=True, default="", db_comment="digest of the token that was used; empty: a session"
    )
    key = models.CharField(max_length=LONGEST_KEY, db_comment="the Idempotency-Key as it was sent")
    fingerprint = models.CharField(max_length=64, db_comment="SHA-256 of method, address, media type and body")
    status = models.PositiveSmallIntegerField(default=0, db_comment="HTTP status of the answer")
    headers: Any = models.JSONField(default=dict, db_comment="headers of the answer that belong to it")
    body = models.BinaryField(default=b"", db_comment="the answer, byte for byte")
    kept_at = models.DateTimeField(default=timezone.now, db_comment="moment of the request, UTC")

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        db_table_comment = "Answers of the API, kept for a day: a request sent again under its key is not done twice."
        indexes: ClassVar = [models.Index("kept_at", name="kept_answer_kept_at_idx")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("owner", "credential", "key"), name="kept_answer_is_one_for_a_key")
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"


def forget_kept_answers(now: datetime | None = None) -> int:
    """Forget the answers that were kept for a day. Returns how many; safe to be done twice, by any number of processes."""
    return KeptAnswer.objects.over(now or timezone.now()).delete()[0]
