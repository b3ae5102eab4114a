"""Files of evidence on disk: outside the web root, under names drawn at random.

A file arrives in a room of its own and moves to its place when the transaction that files it is committed. A transaction
that fails takes the file with it; a process that is killed leaves it among the arrivals, where the next filing finds it.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import stat
import time
import weakref
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from pathlib import Path, PurePath
from typing import BinaryIO

import puremagic
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from pilots.archives import has_small_directory
from pilots.refusals import Invalid

log = logging.getLogger(__name__)

DOWNLOAD_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""With which a file is sent, on any road: no browser takes it for something else, or runs what is in it."""

CHUNK = 64 * 1024
A_DAY = 24 * 60 * 60
OWNER_ALONE = 0o700
ARRIVALS = "arriving"
TEXT = "text/plain"
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
TYPES: dict[str, str] = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".docx": f"{_OPEN_XML}wordprocessingml.document",
    ".xlsx": f"{_OPEN_XML}spreadsheetml.sheet",
    ".pptx": f"{_OPEN_XML}presentationml.presentation",
    ".odt": f"{_OPEN_DOCUMENT}text",
    ".ods": f"{_OPEN_DOCUMENT}spreadsheet",
    ".odp": f"{_OPEN_DOCUMENT}presentation",
    ".txt": TEXT,
    ".md": TEXT,
    ".csv": TEXT,
    ".eml": TEXT,
}
"""What is taken in as evidence: the content type by how the name ends. The content must say the same."""

_PARTS = {".docx": "word/", ".xlsx": "xl/", ".pptx": "ppt/"}
Upload = BinaryIO | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived: its name on disk and the one it came with, its bytes, its checksum, what it holds."""

    stored: str
    file_name: str
    size: int
    checksum: str
    content_type: str


def most() -> int:
    """The most bytes that a file may have."""
    return int(settings.EVIDENCE_MOST_BYTES)


def receive(upload: Upload, file_name: str = "") -> Received:
    """Take a file in, chunk by chunk, to be kept when the transaction is committed. Must be called in one.

    Args:
        upload: an uploaded file, an open one, or chunks of bytes. One that says its size is refused by it, unread.

    Raises:
        Invalid: too large, empty, of a kind that is not taken, or not what its name says.
    """
    assert transaction.get_connection().in_atomic_block
    named = plain_name(file_name or getattr(upload, "name", "") or "")
    ending = PurePath(named).suffix.lower()
    if ending not in TYPES:
        raise Invalid(_not_taken(ending), field="file")
    said = getattr(upload, "size", None)
    if isinstance(said, int) and said > most():
        raise Invalid(_too_large(), field="file")
    sweep()
    stored = secrets.token_hex(24)
    path = _arrivals() / stored
    transaction.on_commit(_Arrival(stored), robust=True)
    size, checksum = _copy(_chunks(upload), path)
    if size == 0:
        raise Invalid(_("This file is empty. Choose one that says something."), field="file")
    return Received(stored, named, size, checksum, sniff(path, ending))


def plain_name(name: str) -> str:
    """A file's own name: no folder, no control characters, no more than 255 characters with its ending."""
    last = PurePath(name.replace("\\", "/")).name
    clean = "".join(c for c in last if c.isprintable()).strip()
    ending = PurePath(clean).suffix
    return clean if len(clean) <= 255 else clean[: 255 - len(ending)] + ending


class _Arrival:
    """Moves an arrived file to its place on commit. Dropped uncalled, as a rollback drops it, it takes the file along."""

    def __init__(self, stored: str) -> None:
        self.stored = stored
        self.undo = weakref.finalize(self, _remove, _arrivals() / stored)

    def __call__(self) -> None:
        self.undo.detach()
        _settle(self.stored)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _root() -> Path:
    return Path(settings.EVIDENCE_ROOT)


def _arrivals() -> Path:
    _its_owners_alone(_root())
    return _its_owners_alone(_root() / ARRIVALS)


def _its_owners_alone(folder: Path) -> Path:
    """The folder, made where there is none. One that was made by hand is mostly open to all who use the machine."""
    folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ALONE)
    if folder.stat().st_mode & 0o077:
        with suppress(PermissionError):
            folder.chmod(OWNER_ALONE)
    return folder


def _settle(stored: str) -> None:
    (_arrivals() / stored).replace(_root() / stored)


def _chunks(upload: Upload) -> Iterator[bytes]:
    if hasattr(upload, "chunks"):
        yield from upload.chunks(CHUNK)
    elif hasattr(upload, "read"):
        yield from iter(partial(upload.read, CHUNK), b"")
    else:
        yield from upload


def _copy(chunks: Iterator[bytes], path: Path) -> tuple[int, str]:
    """Write chunks to disk, for good, up to the limit. Returns how many bytes there were, and their checksum."""
    size, total = 0, hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most():
                raise Invalid(_too_large(), field="file")
            total.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, total.hexdigest()


def sniff(path: Path, ending: str) -> str:
    """The content type of a file by what it holds, which must be what its name says.

    Raises:
        Invalid: the content says otherwise.
    """
    wanted = TYPES[ending]
    holds = _is_text(path) if wanted == TEXT else _is(path, wanted, ending)
    if not holds:
        raise Invalid(
            _(
                "The content of this file is not what “%(ending)s” says. Save it again as what it is, or as a PDF, and choose that."
            )
            % {"ending": ending},
            field="file",
        )
    return wanted


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return not any(b"\0" in chunk for chunk in iter(partial(file.read, CHUNK), b""))


def _is(path: Path, wanted: str, ending: str) -> bool:
    with path.open("rb") as file:
        try:
            # The name is no evidence of what a file holds: only its bytes are asked.
            found = {match.mime_type for match in puremagic.magic_stream(file)}
            file.seek(0)
            begins = file.read(12)
        except (puremagic.PureError, ValueError):
            return False
    if wanted.startswith((_OPEN_XML, _OPEN_DOCUMENT)):
        # An archive can be read from its end: what stands before it may be something else.
        return begins.startswith(b"PK\x03\x04") and _is_document(path, wanted, ending)
    if wanted == "image/webp" and begins[8:] != b"WEBP":
        return False
    return wanted in found


def _is_document(path: Path, wanted: str, ending: str) -> bool:
    """Whether an archive holds an office document of a kind: all of them begin with the same bytes."""
    try:
        with path.open("rb") as file:
            if not has_small_directory(file):
                return False
        with zipfile.ZipFile(path) as archive:
            if ending in _PARTS:
                names = archive.namelist()
                return "[Content_Types].xml" in names and any(name.startswith(_PARTS[ending]) for name in names)
            with archive.open("mimetype") as says:
                return says.read(200).strip() == wanted.encode()
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError):
        return False


class NotAsFiled(Exception):
    """What lies on disk is not what was filed: `says` is in words, and ends a sentence that names the piece."""

    def __init__(self, says: str) -> None:
        self.says = says
        super().__init__(says)


def open_as_filed(stored: str, checksum: str) -> BinaryIO:
    """A file's bytes, held against the SHA-256 with which they were filed, to be read in chunks from the beginning.

    Raises:
        NotAsFiled: it is missing, cannot be read, or holds other bytes.
    """
    with ExitStack() as on_refusal:
        try:
            file = on_refusal.enter_context(open_stored(stored))
            found = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
        except FileNotFoundError as lost:
            raise NotAsFiled("is not on disk") from lost
        except OSError as wrong:
            raise NotAsFiled(f"cannot be read ({wrong.strerror})") from wrong
        if found != checksum:
            raise NotAsFiled("is not the one that was filed: its SHA-256 is another")
        on_refusal.pop_all()
    return file


def open_stored(stored: str) -> BufferedReader:
    """A file's bytes as they lie there. One whose process was killed on the way from the arrivals is read there."""
    try:
        return _open_regular(_root() / stored)
    except FileNotFoundError:
        return _open_regular(_root() / ARRIVALS / stored)


def _open_regular(path: Path) -> BufferedReader:
    """Open a file, and nothing that leads elsewhere or waits for somebody who writes.

    Raises:
        OSError: there is none, or it is no regular file.
    """
    found = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise OSError(errno.EINVAL, "it is no file")
    return os.fdopen(found, "rb")


def sweep(older_than: float = A_DAY) -> None:
    """Settle or remove the arrivals of processes that were killed. A day is longer than any transaction."""
    from pilots.models import Evidence

    late = time.time() - older_than
    old = {path.name for path in _arrivals().iterdir() if path.stat().st_mtime < late}
    if not old:
        return
    kept = set(Evidence.objects.filter(file_key__in=old).values_list("file_key", flat=True))
    for stored in sorted(old):
        if stored in kept:
            _settle(stored)
        else:
            log.warning("a file of evidence without a record was removed")
            _remove(_arrivals() / stored)


def _too_large() -> str:
    return _("This file is larger than %(most)d MB. Leave out what is not evidence, or file a link to it.") % {
        "most": most() // (1024 * 1024)
    }


def _not_taken(ending: str) -> str:
    return _("Files ending in “%(ending)s” are not taken. Save it as one of %(taken)s, or file a link to it.") % {
        "ending": ending or "?",
        "taken": ", ".join(TYPES),
    }
