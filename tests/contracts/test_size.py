"""A function fits on a screen: 50 lines at the most, from its `def` to its last line."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from django.conf import settings

PACKAGES = ("pilots", "readiness", "config")
MOST = 50


def functions() -> Iterator[tuple[str, int]]:
    """Every function of the product but for migrations, by where it stands, with its lines."""
    for package in PACKAGES:
        for path in sorted((settings.BASE_DIR / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    where = f"{path.relative_to(settings.BASE_DIR)}:{node.lineno} {node.name}"
                    yield where, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_longer_than_fifty_lines() -> None:
    found = list(functions())
    assert len(found) > 1000
    long = [f"{where} has {lines} lines" for where, lines in found if lines > MOST]
    assert not long, f"Longer than {MOST} lines, so split them:\n" + "\n".join(long)
