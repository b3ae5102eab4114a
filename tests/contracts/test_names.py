"""The product speaks one language: no identifier that was retired is left in code, templates or public documentation.

Prose may say what it likes. Names that a library, a browser or a promised address gives are allowed, each with its reason.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = settings.BASE_DIR
PACKAGES = ("config", "pilots", "readiness")

WORDS = {
    "verb": "action",
    "deed": "action, or event",
    "doing": "action",
    "spell": "period",
    "told": "history, or replay()",
    "tell": "replay()",
    "telling": "replay()",
    "cell": "unit",
    "turn": "awaits",
    "sieve": "one of Django's own filters",
}
"""Words that no identifier is made of, and what to say instead. Plurals are the same words."""

NAMES = {
    "Desk": "LockedPilot",
    "BatchDesk": "LockedPilot",
    "desk": "the pilot that is locked",
    "sit_down": "lock_pilot()",
    "only_people": "require_person()",
    "not_over": "require_not_retired()",
    "stood": "state_on()",
    "FITS": "APPLIES_IN",
    "PilotOn": "PilotSnapshot",
    "GateOn": "GateSnapshot",
    "Reading": "PilotSnapshot",
    "GateReading": "GateSnapshot",
    "read_many": "snapshots_of()",
    "read_one": "snapshot_of()",
    "known_from": "recorded_from",
    "known_until": "superseded_on",
    "of_acts": "gate_versions()",
    "Grounds": "CitedEvidence",
    "grounds": "cited_evidence",
    "may": "allowed()",
    "beyond": "beyond_limits()",
    "duties": "roles_of()",
    "_that_hold": "store_periods()",
    "_supersede": "store_periods()",
    "SeatOn": "what who_decides returns, by a noun",
    "CellOn": "what who_decides returns, by a noun",
    "Sitting": "what who_decides returns, by a noun",
    "ActForm": "ActionForm",
    "OfficeTable": "ActionModelAdmin",
    "RowForm": "a form of Django's",
    "hear": "what it returns, by a verb with an object",
    "came": "what it returns, by a verb with an object",
}
"""Names that stood for something else, and what it is called."""

BARE = {"asked", "beside", "doing", "filed", "found", "measured", "pressing", "said", "seen", "told", "within"}
"""Participles and prepositions that no module, class or function is called by itself."""

COLUMNS = {
    "on": "effective_on",
    "order": "position",
    "pieces": "evidence_checksums",
    "stored": "file_key",
    "clock_on": "stall_clock_from",
    "shown_until": "last_shown_on",
    "grants": "consecutive_exceptions",
    "verb": "action",
    "turn": "awaits",
}
"""Columns of ours that were named by a reserved word of SQL, or by a riddle."""

ARGUMENTS = {"seen": "expected_version", "saw": "expected_version"}
"""What a function took by another name; in a loop the word is plain English."""

ALLOWED = {
    **{
        ("cell", place): "a cell of a spreadsheet"
        for place in (
            *("docs/importing.md", "readiness/admin/import", "readiness/forms/imports.py", "readiness/inventory/"),
            *("readiness/models/imports.py", "readiness/queries/sources.py"),
            *("readiness/templatetags/desk.py", "templates/admin/readiness/", "templates/components/source.html"),
        )
    },
    ("desk", "readiness/templatetags/desk.py"): "the tags of the admin's templates",
    ("desk", "templates/"): "the tags of the admin's templates",
    ("verb", "docs/api.md"): "a key of the API's answers, which stays",
    ("verb", "readiness/api/serializers.py"): "a key of the API's answers, which stays",
}
"""Words and names that somebody else gives, where they stand."""

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def retired(name: str) -> str | None:
    """The word or name for which an identifier is no longer used, or None."""
    if name in NAMES:
        return name
    words = HUMP.sub("_", name).lower().split("_")
    return next((word for word in WORDS if word in words or f"{word}s" in words), None)


def allowed(word: str, where: str) -> bool:
    return any(word == name and where.startswith(place) for name, place in ALLOWED)


def in_python(source: str) -> Iterator[tuple[int, str]]:
    """The identifiers of a module with their lines: names, not strings or comments."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], token.string


def in_template(source: str) -> Iterator[tuple[int, str]]:
    """The identifiers of a template's expressions with their lines, without what is quoted in them."""
    for each in EXPRESSION.finditer(source):
        line = source.count("\n", 0, each.start()) + 1
        yield from ((line, name) for name in IDENTIFIER.findall(QUOTED.sub("", each[0])))


def in_page(source: str) -> Iterator[tuple[int, str]]:
    """The identifiers that stand in a page's code, with their lines."""
    for each in CODE.finditer(source):
        line = source.count("\n", 0, each.start()) + 1
        yield from ((line, name) for name in IDENTIFIER.findall(each[0]))


READERS = {".py": in_python, ".md": in_page}


def identifiers(path: Path) -> set[str | None]:
    """The retired words and names in a file."""
    read = READERS.get(path.suffix, in_template)
    return {retired(name) for _line, name in read(path.read_text(encoding="utf-8"))}


def found_in(paths: list[Path]) -> list[str]:
    """Every retired identifier in some files, by its line, with what to call it."""
    out = []
    for path in paths:
        where = str(path.relative_to(ROOT))
        for line, name in READERS.get(path.suffix, in_template)(path.read_text(encoding="utf-8")):
            word = retired(name)
            if word is not None and not allowed(word, where):
                out.append(f"{where}:{line}: {name}: say {WORDS.get(word) or NAMES[word]}")
    return out


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_no_retired_identifier_is_left_in_the_code() -> None:
    assert len(modules()) > 150
    assert found_in(modules()) == []


def test_no_module_class_or_function_is_called_by_a_bare_participle() -> None:
    out = [str(path.relative_to(ROOT)) for path in modules() if path.stem in BARE]
    for path in modules():
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        defined = [each for each in tree if isinstance(each, ast.FunctionDef | ast.ClassDef)]
        out += [f"{path.relative_to(ROOT)}:{each.lineno}: {each.name}" for each in defined if each.name in BARE]
    assert out == []


def test_no_file_is_called_by_a_retired_word() -> None:
    paths = {str(path.relative_to(ROOT)): retired(path.stem) for path in modules()}
    assert [where for where, word in paths.items() if word is not None and not allowed(word, where)] == []


def test_no_function_takes_an_argument_by_a_retired_name() -> None:
    out = []
    for path in modules():
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        taken = [each for each in tree if isinstance(each, ast.arg | ast.keyword) and each.arg in ARGUMENTS]
        out += [f"{path.relative_to(ROOT)}:{each.lineno}: {each.arg}: say {ARGUMENTS[str(each.arg)]}" for each in taken]
    assert out == []


def templates() -> list[Path]:
    return sorted(path for suffix in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{suffix}"))


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_no_retired_identifier_is_left_in_templates() -> None:
    assert len(templates()) > 20
    assert found_in(templates()) == []


def test_no_retired_identifier_is_left_in_public_documentation() -> None:
    assert found_in(pages()) == []


def test_no_column_has_a_retired_name() -> None:
    models = [model for name in ("pilots", "readiness") for model in apps.get_app_config(name).get_models()]
    columns = {f"{model.__name__}.{field.name}" for model in models for field in model._meta.local_fields}
    assert len(columns) > 100
    assert sorted(each for each in columns if each.partition(".")[2] in COLUMNS) == []


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("GateSpell", "spell"),
        ("rebuild_spells", "spell"),
        ("PilotOn", "PilotOn"),
        ("CELLS", "cell"),
        ("verbose_name", None),
        ("return_to", None),
        ("dispelled", None),
    ],
)
def test_whole_words_of_an_identifier_are_compared(name: str, word: str | None) -> None:
    assert retired(name) == word


@pytest.mark.parametrize(("word", "place"), ALLOWED)
def test_an_allowance_that_nothing_needs_is_taken_away(word: str, place: str) -> None:
    there = [path for path in (*modules(), *templates(), *pages()) if str(path.relative_to(ROOT)).startswith(place)]
    assert any(retired(path.stem) == word or word in identifiers(path) for path in there)
