"""The pages can be read from right to left: no style sheet of ours names a side of the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

SHEETS = sorted((Path(settings.BASE_DIR) / "readiness" / "static").rglob("*.css"))
SIDE = r"(?:left|right)"
PHYSICAL = re.compile(
    rf"(?:^|[{{;\s])((?:(?:margin|padding|border|scroll-margin|scroll-padding)-)?(?:{SIDE}|top|bottom)(?:-[a-z]+)*\s*:"
    rf"|border-(?:top|bottom)-{SIDE}-radius\s*:"
    rf"|(?:text-align|float|clear|caption-side)\s*:\s*{SIDE})"
)
SHORTHAND = re.compile(r"(?:^|[{;\s])((?:margin|padding|inset|scroll-margin|scroll-padding)\s*:\s*([^;}]+))")


def declarations(text: str) -> Iterator[str]:
    """What names a side of the screen in a style sheet: by its name, or by four values of which the second and the fourth differ."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    yield from (found[1].strip() for found in PHYSICAL.finditer(text))
    for found in SHORTHAND.finditer(text):
        values = re.findall(r"(?:[^\s(]|\((?:[^()]|\([^()]*\))*\))+", found[2])
        if len(values) == 4 and values[1] != values[3]:
            yield found[1].strip()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_style_sheet_names_a_side_of_the_screen(sheet: Path) -> None:
    assert list(declarations(sheet.read_text())) == []


@pytest.mark.parametrize(
    "physical",
    [
        "a { margin-left: 1px }",
        "a{padding-right:0}",
        "a { color: red; left: 0; }",
        "a { border-left: 1px solid }",
        "a { border-right-width: 0 }",
        "a { border-bottom: 1px solid }",
        "a { border-top-left-radius: 2px }",
        "a { text-align: left }",
        "a { float:right }",
        "a { top: 0 }",
        "a { padding: 1px 2px 3px 0 }",
        "a { margin: 0 calc(1px + (2px * 3)) 0 0 }",
    ],
)
def test_what_names_a_side_is_found(physical: str) -> None:
    assert list(declarations(physical)) != []


@pytest.mark.parametrize(
    "logical",
    [
        "a { margin-inline-start: 1px; inset-block-start: 0; text-align: end; float: inline-end }",
        ".left { padding: 0 1px }",
        "a { padding: 1px clamp(1px, 2cqi, 3px) 1px clamp(1px, 2cqi, 3px) }",
        "a { text-underline-offset: .2em; border-block-end: 1px }",
        "/* margin-left */ a { color: red }",
    ],
)
def test_what_names_none_is_not(logical: str) -> None:
    assert list(declarations(logical)) == []


def test_no_cell_of_a_table_has_a_direction_of_its_own() -> None:
    """Its padding would turn with its text, away from the columns beside it: the text stands in a `bdi` within the cell."""
    templates = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
    turned = re.compile(r"<t[dh]\b[^>]*\sdir=")
    assert [path.name for path in templates if turned.search(path.read_text())] == []
