"""Going through the files of evidence once: each against the SHA-256 with which it was filed, and against what rests on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F

from pilots import files
from pilots.models import DecisionEvidence, Evidence


@dataclass(slots=True)
class FilesRead:
    """What was read so far."""

    files: int = 0
    bytes: int = 0


def verify_files(read: FilesRead) -> Iterator[str]:
    """Read every file, and yield what is wrong in a sentence each, by the public id of the piece of evidence.

    Args:
        read: counts what was read.
    """
    filed = Evidence.objects.filter(kind=Evidence.Kind.FILE).order_by("pk")
    for piece in filed.values_list("public_id", "title", "file_key", "checksum", "size").iterator(chunk_size=2000):
        public_id, title, stored, checksum, size = piece
        try:
            files.open_as_filed(stored, checksum).close()
        except files.NotAsFiled as wrong:
            yield f"The file of evidence {public_id} (“{title}”) {wrong.says}."
        else:
            read.files += 1
            read.bytes += size or 0
    yield from _other_than_used()


def _other_than_used() -> Iterator[str]:
    """Pieces whose checksum is not the one that an answer rests on: then the record was bent, not the file."""
    bent = DecisionEvidence.objects.exclude(checksum=F("evidence__checksum")).order_by("pk")
    rows = bent.values_list("decision__public_id", "evidence__public_id").iterator(chunk_size=2000)
    for decision, evidence in rows:
        yield f"Decision {decision} rests on evidence {evidence} with another SHA-256 than the evidence has now."
