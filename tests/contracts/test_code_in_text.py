"""Code that stands in text: what a string, a setting or a page of the documents names by its place can be imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

pytestmark = [pytest.mark.thorough, pytest.mark.once]

ROOT = Path(__file__).resolve().parents[2]
OURS = ("config", "pilots", "readiness", "tests")
OF_OURS = rf"(?:{'|'.join(OURS)})(?:\.\w+)*"
IMPORTED = re.compile(rf"^\s*from ({OF_OURS}) import (\w+(?:, ?\w+)*)|^\s*import ({OF_OURS})\b", re.M)
NAMED = re.compile(rf"(?<![\w./@-]){OF_OURS}\.[a-zA-Z]\w*(?![\w/-])")
PLACE = re.compile(r"\.\d+\.")
"""What was sent at a place in a list: `pilots.0.version`."""
NO_CODE = re.compile(r"\.(?:csv|xlsx|[EW]\d{3})$")  # files, and the warnings of `manage.py check`


def texts() -> Iterator[tuple[str, str]]:
    """What is read by people or run by others, and every string in our own code."""
    for pattern in ("*.md", "*.toml", "docs/*.md", ".ci/*", "[!.]*/**/*.html"):
        for path in ROOT.glob(pattern):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for path in [ROOT / "gunicorn.conf.py", *(path for each in OURS for path in ROOT.joinpath(each).rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and path != Path(__file__):
                yield str(path.relative_to(ROOT)), node.value


def names(text: str) -> set[str]:
    """Every dotted name of ours in a text: written out, or imported a part at a time."""
    found = {name for name in NAMED.findall(text) if not NO_CODE.search(name) and not PLACE.search(name)}
    for place, parts, whole in IMPORTED.findall(text.replace(";", "\n")):
        found |= {f"{place}.{part.strip()}" for part in parts.split(",")} if place else {whole}
    return found


def is_there(name: str) -> bool:
    """Whether a name is a module, something in one, or an attribute of that; or a model by its label."""
    place, _, last = name.rpartition(".")
    if place in apps.app_configs and last.lower() in apps.all_models[place]:
        return True
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def test_whatever_is_named_in_text_is_there() -> None:
    import_module("config.urls")  # what settings name is imported with the addresses, or in a circle
    found = {(where, name) for where, text in texts() for name in names(text)}
    assert len(found) > 50
    assert {each for each in found if not is_there(each[1])} == set()


@pytest.mark.parametrize("text", ["x; from pilots import triggers", "import pilots.triggers", "see `pilots.triggers`"])
def test_a_module_that_has_moved_is_found(text: str) -> None:
    assert [name for name in names(text) if not is_there(name)] == ["pilots.triggers"]
