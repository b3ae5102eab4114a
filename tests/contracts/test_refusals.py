"""The page of refusals says what the code says. `WRITE_DOCS=1` writes it."""

from __future__ import annotations

import ast
import inspect
import os
import re
from collections.abc import Iterator

from django.conf import settings

from pilots.refusals import ALL, Refused

ROOT = settings.BASE_DIR
PAGE = ROOT / "docs" / "refusals.md"
GETTEXT = ("_", "gettext", "ngettext", "gettext_lazy", "ngettext_lazy")
HEAD = """# Refusals

An action that does not do what it was asked says why, with one of these codes. Pages, admin, API and commands show the same
code and the same sentence, at the same field: a page and the admin at the field of the form, the API as a problem document
(`code`, `detail`, `errors`, `missing`) with this HTTP status, a command as `CODE (FIELD): SENTENCE` with exit status 2.
Nothing is written. Where more is known, a sentence of the case takes the place of the one below. One part of one row is a
field of its own, and rows are numbered as people count them: `conditions.2.due` is the last good day of the second condition.

What a person may not see is `404` on every road, before any of these.

`WRITE_DOCS=1 .venv/bin/pytest tests/contracts/test_refusals.py` writes this page from `pilots.refusals`; without
the variable it holds the page against them.

| code | HTTP | what it says | when |
|---|---|---|---|
"""


def when(refusal: type[Refused]) -> str:
    """When an action refuses so: what the class says of itself."""
    return " ".join((inspect.cleandoc(refusal.__doc__ or "")).split())


def page() -> str:
    rows = []
    for code, refusal in ALL.items():
        rows.append(f"| `{code}` | {refusal.status} | {refusal.sentence} | {when(refusal)} |\n")
    return HEAD + "".join(rows)


def test_the_page_of_refusals_says_what_the_code_says() -> None:
    said = page()
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(said, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == said


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence that is translated, with the module in which it stands."""
    for path in sorted(path for app in ("pilots", "readiness", "config") for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GETTEXT:
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield str(path.relative_to(ROOT)), argument.value


def test_an_apostrophe_that_people_read_is_curly() -> None:
    found = list(sentences())
    assert len(found) > 500
    assert [each for each in found if re.search(r"\w'\w", each[1])] == []


def test_every_refusal_says_when_and_what_to_do() -> None:
    for code, refusal in ALL.items():
        assert refusal.code == code
        assert when(refusal) != when(Refused), f"say in its docstring when {code} is"
        assert str(refusal.sentence).endswith(".")
        assert refusal.status in (403, 409, 412, 422, 503)
