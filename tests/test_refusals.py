"""The page of refusals says what the code says. `WRITE_DOCS=1 .venv/bin/pytest tests/test_refusals.py` writes it again."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

from pilots.refusals import ALL, Refused

PAGE = Path(__file__).resolve().parent.parent / "docs" / "refusals.md"
HEAD = """# Refusals

A verb that does not do what it was asked says why, with one of these codes. Pages, admin, API and commands show the same
code and the same sentence, at the same field: a page and the admin at the field of the form, the API as a problem document
(`code`, `detail`, `errors`, `missing`) with this HTTP status, a command as `CODE (FIELD): SENTENCE` with exit status 2.
Nothing is written. Where more is known, a sentence of the case takes the place of the one below.

What a person may not see is `404` on every road, before any of these.

`WRITE_DOCS=1 .venv/bin/pytest tests/test_refusals.py` writes this page from `pilots.refusals`; without the variable it
holds the page against them.

| code | HTTP | what it says | when |
|---|---|---|---|
"""


def when(refusal: type[Refused]) -> str:
    """When a verb refuses so: what the class says of itself."""
    return " ".join((inspect.cleandoc(refusal.__doc__ or "")).split())


def page() -> str:
    rows = []
    for code, refusal in ALL.items():
        rows.append(
            f"| `{code}` | {refusal.status} | {refusal.sentence} | {when(refusal)} |\n"
        )
    return HEAD + "".join(rows)


def test_the_page_of_refusals_says_what_the_code_says() -> None:
    said = page()
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(said, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == said


def test_every_refusal_says_when_and_what_to_do() -> None:
    for code, refusal in ALL.items():
        assert refusal.code == code
        assert when(refusal) != when(Refused), f"say in its docstring when {code} is"
        assert str(refusal.sentence).endswith(".")
        assert refusal.status in (403, 409, 412, 422)
