"""Periods and seats follow from the log (rule 1): only `pilots.derived` writes their tables.

The cloner of synthetic portfolios is the one exception: it writes facts and derived rows alike, and `verify_log --derived`
proves them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DERIVED = {"PilotPeriod", "GatePeriod", "Seat"}
WRITES = {"create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create", "save"}
EXCEPT = {"readiness/demo/synthetic/cloner.py", "readiness/rules/who_decides.py"}
"""The cloner, and a seat that is worked out for a date and never saved."""


def test_derived_tables_are_written_by_pilots_derived_only() -> None:
    files = [path for package in ("pilots", "readiness", "config") for path in (ROOT / package).rglob("*.py")]
    found = {
        str(path.relative_to(ROOT)): sorted(set(_writes(path)))
        for path in files
        if "migrations" not in path.parts and "derived" not in path.parts
    }
    assert {path: lines for path, lines in found.items() if lines and path not in EXCEPT} == {}
    # The test sees what it looks for, where it may be.
    assert any(_writes(ROOT / "pilots" / "derived" / name) for name in ("periods.py", "seats.py"))


def _writes(path: Path) -> list[int]:
    """The lines on which a derived row is made, or a query of derived rows is written with."""
    tree = ast.parse(path.read_text())
    # The rules have periods and seats of the same names, which are no rows.
    rows = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pilots.models")
        for name in node.names
        if name.name in DERIVED
    }
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_write(node, rows)]


def _is_write(call: ast.Call, rows: set[str]) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id in rows
    return isinstance(call.func, ast.Attribute) and call.func.attr in WRITES and bool(rows & set(_names(call.func)))


def _names(node: ast.AST) -> Iterator[str]:
    """The names of a chain of calls: `Seat.objects.filter(…).delete` has `Seat`."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return
    yield node.id
