"""A test stands where its code stands; what several share stands in a module without tests, so that each can be moved alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from django.conf import settings

TESTS = settings.BASE_DIR / "tests"


@cache
def files() -> dict[str, ast.Module]:
    """Every file of the tests, by its path from there."""
    found = sorted(TESTS.rglob("*.py"))
    return {str(path.relative_to(TESTS)): ast.parse(path.read_text(encoding="utf-8")) for path in found}


def imported(tree: ast.Module) -> Iterator[str]:
    """The dotted names that a file imports, with what it takes from each."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module}.{each.name}" for each in node.names)


def of_a_test(name: str) -> bool:
    return name.startswith((".", "tests.")) and any(part.startswith("test_") for part in name.split("."))


def test_no_file_imports_from_a_file_with_tests() -> None:
    assert len(files()) > 100
    found = {path: [name for name in imported(tree) if of_a_test(name)] for path, tree in files().items()}
    assert {path: names for path, names in found.items() if names} == {}


def test_tests_stand_in_files_that_are_called_so() -> None:
    for path, tree in files().items():
        defined = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        has_tests = any(name.startswith("test_") for name in defined)
        assert has_tests == path.rpartition("/")[2].startswith("test_"), path


def test_a_test_stands_where_its_code_stands() -> None:
    beside = {"benchmarks", "browser", "contracts", "properties", "rules", "scenarios"}
    for path in files():
        folder, _, name = path.rpartition("/")
        if name.startswith("test_"):
            assert folder, f"{path} lies loose"
            assert folder in beside or (settings.BASE_DIR / folder).is_dir(), (
                f"{path}: there is no {folder} in the code"
            )
