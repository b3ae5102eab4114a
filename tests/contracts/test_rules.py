"""The README says where each rule lives, and it is so."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

import pytest
from django.conf import settings

FILE = r"`[\w/]+\.py`"
ROW = re.compile(
    rf"^\| (\d+) \| [^|]+ \| (not built yet|{FILE}) \|(?: `([\w.]+)`)? \|(?: ({FILE}))? \|(?: ({FILE}))? \|$", re.M
)
NAMED = re.compile(r"\brules? ((?:\d+|, | and | to )+)", re.IGNORECASE)
BUILT = tuple(range(1, 19))
"""Of those that are not, the README says so; each joins here when it is built."""


class Row(NamedTuple):
    """Where a rule lives: its home, the function to begin with, where it is asked of sets in SQL, and its test."""

    home: str
    function: str
    in_sql: str
    test: str


def rows() -> dict[int, Row]:
    """Where each rule lives, as the README has it."""
    table = (settings.BASE_DIR / "README.md").read_text().partition("### Where each rule lives")[2]
    return {int(number): Row(*(part.strip("`") for part in parts)) for number, *parts in ROW.findall(table)}


def names_in(tree: ast.Module) -> set[str]:
    """The functions of a module, and the methods of its classes with the class before them."""
    functions = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
    classes = [each for each in tree.body if isinstance(each, ast.ClassDef)]
    return functions | {
        f"{of.name}.{each.name}" for of in classes for each in of.body if isinstance(each, ast.FunctionDef)
    }


def rules_named(text: str) -> set[int]:
    """The numbers that a text names: “rule 7”, “rules 2, 5 and 6”, “rules 3 to 5”."""
    found: set[int] = set()
    for numbers in NAMED.findall(text):
        for first, last in re.findall(r"(\d+)(?: to (\d+))?", numbers):
            found.update(range(int(first), int(last or first) + 1))
    return found


@pytest.mark.parametrize(
    ("text", "named"),
    [("Rule 7: who decides.", {7}), ("It holds (rules 2, 5 and 16).", {2, 5, 16}), ("Rules 3 to 5, or 8", {3, 4, 5})],
)
def test_the_numbers_in_a_text_are_read(text: str, named: set[int]) -> None:
    assert rules_named(text) == named


def test_the_readme_has_a_line_for_each_rule() -> None:
    assert list(rows()) == list(range(1, 19))
    assert [number for number, row in rows().items() if row.home != "not built yet"] == list(BUILT)


@pytest.mark.parametrize("number", BUILT)
def test_a_rules_home_and_its_test_name_it(number: int) -> None:
    home, function, in_sql, test = rows()[number]
    for file in filter(None, (home, in_sql)):
        docstring = ast.get_docstring(ast.parse((settings.BASE_DIR / file).read_text()))
        assert number in rules_named(docstring or ""), f"the docstring of {file} does not name rule {number}"
    assert function in names_in(ast.parse((settings.BASE_DIR / home).read_text()))
    assert test.startswith(f"tests/rules/test_rule_{number:02}_")
    tree = ast.parse((settings.BASE_DIR / test).read_text())
    assert number in rules_named(ast.get_docstring(tree) or "")
    tests = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")]
    assert any(number in rules_named(f"{each.name.replace('_', ' ')} {ast.get_docstring(each)}") for each in tests)


def test_every_test_of_a_rule_stands_in_the_readme() -> None:
    files = {f"tests/rules/{path.name}" for path in (settings.BASE_DIR / "tests" / "rules").glob("test_*.py")}
    assert files == {row.test for row in rows().values() if row.test}
