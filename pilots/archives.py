"""How many parts a ZIP archive says it has, before anything reads its directory into memory."""

from __future__ import annotations

import os
from typing import BinaryIO

LARGEST_DIRECTORY = 1_000_000
"""Bytes of an archive's directory: several thousand parts. An office document has some dozens."""

_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_END_OF_LARGE = b"PK\x06\x07"


def has_small_directory(stream: BinaryIO) -> bool:
    """Whether an archive's directory is of a size that an office document can have. Leaves the stream at its start."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT))
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(_END)
    if at < 0 or _END_OF_LARGE in tail[max(0, at - 20) : at]:
        return False
    return int.from_bytes(tail[at + 12 : at + 16], "little") <= LARGEST_DIRECTORY
