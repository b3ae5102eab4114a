"""In which characters and with which delimiter a text file is written; what is assumed is said."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

UTF_8, WINDOWS_1252 = "utf-8", "cp1252"
_CALLED = {
    WINDOWS_1252: "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "mac_roman": "Mac Roman",
    "shift_jis": "Shift-JIS",
    "gb18030": "GB 18030",
}
"""The encodings that are thought of where a file is not Unicode, by what they are called."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_SAMPLE = 200_000
"""Bytes with what is not ASCII in them from which an encoding is guessed."""
DELIMITERS = ",;\t|"
_NAMES = {";": "semicolon", "\t": "tab", "|": "bar"}
_SEPARATOR = re.compile(r'\ufeff?"?sep=(.)"?[\r\n]*', re.IGNORECASE)
_LINES_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes are read, and the sentence that says what was assumed; none where nothing had to be."""

    name: str
    assumed: str = ""


def named_encoding(name: str) -> Encoding:
    """An encoding that somebody chose. Raises LookupError where there is none of that name."""
    return Encoding(codecs.lookup(name).name)


def detect_encoding(stream: BinaryIO) -> Encoding:
    """The encoding of a file, gone through once: a mark at its beginning, else UTF-8 where it is, else what is likely.

    A file that is UTF-8 but for fewer wrong bytes than right ones is UTF-8: those rows are reported one by one.
    """
    start = stream.read(4096)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return Encoding(name, _("The file is read as UTF-16.") if name == "utf-16" else "")
    if name := _wide(start):
        return Encoding(name, _("The file is read as UTF-16."))
    stream.seek(0)
    right, wrong, sample = _look_through(stream)
    if not wrong or right > wrong:
        return Encoding(UTF_8)
    name = _likely(sample)
    return Encoding(name, _("The file is not UTF-8; it is read as %(encoding)s.") % {"encoding": _CALLED[name]})


def _wide(start: bytes) -> str:
    """UTF-16 without a mark: every other byte of what is mostly ASCII is nothing."""
    if len(start) < 8 or not start.count(0):
        return ""
    even, odd = start[0::2].count(0) / len(start[0::2]), start[1::2].count(0) / len(start[1::2])
    if odd > 0.7 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 and odd < 0.1 else ""


def _look_through(stream: BinaryIO) -> tuple[int, int, bytes]:
    """How many characters beyond ASCII are right UTF-8, how many bytes are wrong, and a sample of the lines with either."""
    decoder = codecs.getincrementaldecoder(UTF_8)("surrogateescape")
    right = wrong = 0
    sample = bytearray()
    while chunk := stream.read(_CHUNK):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        bad = sum("\udc80" <= character <= "\udcff" for character in text) if max(text, default="") >= "\udc80" else 0
        wrong += bad
        right += len(text) - len(text.encode("ascii", "ignore")) - bad
        if len(sample) < _SAMPLE:
            sample += b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())[: _SAMPLE - len(sample)]
    return right, wrong, bytes(sample)


def _likely(sample: bytes) -> str:
    """The likeliest encoding of a sample. Windows-1252 wherever it reads as well as another: most such files are."""
    matches = list(from_bytes(sample, cp_isolation=list(_CALLED)))
    usual = next((match for match in matches if WINDOWS_1252 in match.could_be_from_charset), None)
    best = matches[0] if matches else None
    if best is None or (usual is not None and usual.chaos <= best.chaos + 0.05):
        return WINDOWS_1252
    return best.encoding if best.encoding in _CALLED else WINDOWS_1252


def separator_line(line: str) -> str:
    """The delimiter that the first line of a file names (“sep=;”), as spreadsheets write it; empty where it is no such line."""
    match = _SEPARATOR.fullmatch(line)
    return match[1] if match else ""


def delimiter_of(lines: Iterable[str]) -> tuple[str, str]:
    """The delimiter that divides the first rows most evenly, and the sentence that says so; a comma is not worth one."""
    sample = list(islice(lines, _LINES_LOOKED_AT))
    best = max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))
    if best == ",":
        return best, ""
    return best, _("The cells are divided by a %(delimiter)s.") % {"delimiter": _(_NAMES[best])}


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    """The share of rows that have as many cells as most have, where that is more than one; and how many that are."""
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if any(map(str.strip, row)))
    except csv.Error:
        return 0.0, 0
    several = {width: times for width, times in widths.items() if width > 1}
    if not several:
        return 0.0, 0
    width, times = max(several.items(), key=lambda each: (each[1], each[0]))
    return times / widths.total(), width
