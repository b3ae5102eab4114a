"""What the product says, and how it says it in other languages.

    python -m tests.translations           says what is missing, and exits with 1 where something is
    python -m tests.translations --write   brings locale/*/LC_MESSAGES/django.po and django.mo up to date

It reads Python by its syntax and templates by Django's own reader, so it needs no gettext. A new text is written into each
django.po with nothing beside it: fill it in, and write again. Texts that nothing says any more are left out.
"""

from __future__ import annotations

import ast
import os
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "locale"
PACKAGES = ("config", "pilots", "readiness", "templates")
MARKS = {"gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "ngettext": 1, "ngettext_lazy": 1}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
"""The functions that mark a text, with how many further texts they take: the plural; and those that say first what is meant."""
CONTEXT = "\x04"
"""Stands between what is meant and the text, as gettext writes it."""
QUOTED = r"""u?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
IN_TEMPLATES = re.compile(rf"\b([np]?)(?:gettext|_)\(\s*{QUOTED}(?:\s*,\s*{QUOTED})?")
NAMED = re.compile(r"%\((\w+)\)[sd]|%[sd%]|\{\w*\}")
TAG = re.compile(r"</?(?:a|b|code|em|kbd|p|q|span|strong|time)\b[^>]*>")


@dataclass
class Entry:
    """One text: its plural where it has one, where it is said, and what stands for it."""

    text: str
    plural: str | None = None
    places: list[str] = field(default_factory=list)
    says: list[str] = field(default_factory=list)


def texts() -> dict[str, Entry]:
    """Every text that the product marks, by itself, in the order of the files; each has its plural, if it has one anywhere."""
    found: dict[str, Entry] = {}
    for path in _files():
        place = path.relative_to(ROOT).as_posix()
        for text, plural in _in_python(path) if path.suffix == ".py" else _in_template(path):
            if not text:
                continue
            entry = found.setdefault(text, Entry(text))
            entry.plural = entry.plural or plural
            if place not in entry.places:
                entry.places.append(place)
    return found


def _files() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and path.is_file():
                yield path


def _in_python(path: Path) -> Iterator[tuple[str, str | None]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    marks = {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in MARKS or name.name in IN_CONTEXT
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in marks:
            parts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            # What else is marked is a name: its text is marked where it is written.
            name = marks[node.func.id]
            if parts and name in IN_CONTEXT:
                yield CONTEXT.join(parts[:2]), None
            elif parts:
                yield parts[0], parts[1] if MARKS[name] else None


def _in_template(path: Path) -> Iterator[tuple[str, str | None]]:
    from django.utils.translation.template import templatize

    for match in IN_TEMPLATES.finditer(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        text, more = ast.literal_eval(match[2]), ast.literal_eval(match[3]) if match[1] else None
        yield (f"{text}{CONTEXT}{more}", None) if match[1] == "p" else (text, more)


# Files of texts


def read_po(path: Path) -> tuple[str, dict[str, Entry]]:
    """The comments and the header of a file as they are written, and its texts."""
    blocks = path.read_text(encoding="utf-8").strip("\n").split("\n\n")
    entries = [_entry(block) for block in blocks[1:]]
    return blocks[0], {entry.text: entry for entry in entries}


def _entry(block: str) -> Entry:
    parts: dict[str, str] = {}
    word = ""
    places = []
    for line in block.splitlines():
        if line.startswith("#: "):
            places += line[3:].split()
        if line.startswith("#, ") and "fuzzy" in line:
            raise ValueError(f"fuzzy: {block}")
        if line.startswith("#"):
            continue
        if not line.startswith('"'):
            word, line = line.split(" ", 1)
        parts[word] = parts.get(word, "") + ast.literal_eval(line)
    says = [parts[name] for name in ("msgstr", "msgstr[0]", "msgstr[1]") if name in parts]
    text = CONTEXT.join(parts[name] for name in ("msgctxt", "msgid") if name in parts)
    return Entry(text, parts.get("msgid_plural"), places, says)


def write_po(path: Path, head: str, entries: Iterable[Entry]) -> None:
    """Writes texts in the order given, each string on one line, or one for each of its own lines."""
    path.write_text("\n\n".join([head, *map(_block, entries)]) + "\n", encoding="utf-8")


def _block(entry: Entry) -> str:
    lines = [f"#: {place}" for place in entry.places]
    if NAMED.search(entry.text + (entry.plural or "")):
        lines.append("#, python-format" if "%" in entry.text + (entry.plural or "") else "#, python-brace-format")
    *context, text = entry.text.split(CONTEXT)
    lines += [f"msgctxt {_quoted(meant)}" for meant in context]
    lines.append(f"msgid {_quoted(text)}")
    if entry.plural is None:
        return "\n".join([*lines, f"msgstr {_quoted((entry.says or [''])[0])}"])
    lines.append(f"msgid_plural {_quoted(entry.plural)}")
    says = entry.says if len(entry.says) == 2 else ["", ""]
    return "\n".join([*lines, *(f"msgstr[{n}] {_quoted(text)}" for n, text in enumerate(says))])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    parts = [part.replace("\n", "\\n") for part in escaped.splitlines(keepends=True)] or [""]
    return "\n".join(f'"{part}"' for part in ([""] if len(parts) > 1 else []) + parts)


def compiled(head: str, entries: Iterable[Entry]) -> bytes:
    """The same as gettext reads it (its manual, “The format of GNU MO files”), without the table of hashes."""
    rows = {"": "".join(ast.literal_eval(line) for line in head.splitlines() if line.startswith('"'))}
    for entry in entries:
        if entry.says and all(entry.says):
            rows["\0".join(filter(None, (entry.text, entry.plural)))] = "\0".join(entry.says)
    pairs = [(key.encode(), rows[key].encode()) for key in sorted(rows, key=str.encode)]
    start = 28 + 16 * len(pairs)
    tables: list[bytes] = []
    texts_: list[bytes] = []
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<2I", len(pair[column]), start))
            texts_.append(pair[column] + b"\0")
            start += len(pair[column]) + 1
    count = len(pairs)
    head_ = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 28 + 16 * count)
    return b"".join((head_, *tables, *texts_))


# What is missing


def faults(path: Path) -> Iterator[str]:
    """Whatever is missing in one file of texts, or does not fit what is said, in a line each."""
    head, written = read_po(path)
    said = texts()
    for text, entry in said.items():
        if text not in written or written[text].plural != entry.plural:
            yield f"not in the file: {text!r}, of {entry.places[0]}"
    for text, entry in written.items():
        if text not in said:
            yield f"said nowhere: {text!r}"
        elif not entry.says or not all(entry.says):
            yield f"not translated: {text!r}"
        else:
            yield from _misfits(entry)
    if path.with_suffix(".mo").read_bytes() != compiled(head, written.values()):
        yield f"{path.with_suffix('.mo').relative_to(ROOT)} is not made of django.po"


def _misfits(entry: Entry) -> Iterator[str]:
    """Names in a text that its translation lacks or makes up, tags likewise, and what it begins or ends with."""
    originals = [entry.text] if entry.plural is None else [entry.text, entry.plural]
    for original, says in zip(originals, entry.says, strict=True):
        for what, pattern in (("names", NAMED), ("tags", TAG)):
            wanted, there = _all(pattern, original), _all(pattern, says)
            # One may be written as a word in one language and as a figure in the other.
            if wanted != there and not (entry.plural and set(there) <= set(_all(pattern, entry.plural)) >= set(wanted)):
                yield f"other {what}: {original!r} has {wanted}, {says!r} has {there}"
        for end in ("startswith", "endswith"):
            if any(getattr(original, end)(mark) != getattr(says, end)(mark) for mark in (" ", "\n")):
                yield f"other spaces: {original!r}, {says!r}"


def _all(pattern: re.Pattern[str], text: str) -> list[str]:
    return sorted(match[0] for match in pattern.finditer(text))


def files() -> list[Path]:
    """The files of texts, one for each language."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def write(path: Path) -> None:
    """Brings one file up to date with what is said, and compiles it."""
    head, written = read_po(path)
    said = texts()
    for text, entry in said.items():
        old = written.get(text)
        if old is not None and (old.plural is None) == (entry.plural is None):
            entry.says = old.says
    write_po(path, head, said.values())
    path.with_suffix(".mo").write_bytes(compiled(head, said.values()))


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    found = 0
    for path in files():
        if "--write" in sys.argv[1:]:
            write(path)
        for fault in faults(path):
            found += 1
            print(f"{path.relative_to(ROOT)}: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
