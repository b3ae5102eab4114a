"""The versions that a fresh machine gets: each is named, lies within what is promised, and comes from nowhere in particular."""

from __future__ import annotations

import re
import tomllib

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = settings.BASE_DIR
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PROMISED = [Requirement(each) for each in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])]
MAKE = re.compile(r"^\.venv/bin/uv pip compile .*-o constraints\.txt.*$", re.M)


def pinned() -> dict[str, str]:
    """The version of each library, by its name."""
    found = (Requirement(line) for line in LINES)
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in found}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_a_name_and_a_version_and_names_no_index_file_or_checksum(line: str) -> None:
    condition = r"[a-z_]+ [!=<>]=? '[\w.]+'"
    assert re.fullmatch(rf"[a-z0-9-]+==[0-9][a-z0-9.]*( ; {condition}( (and|or) {condition})*)?", line)


@pytest.mark.parametrize("promised", PROMISED, ids=lambda each: each.name)
def test_everything_that_is_promised_is_pinned_within_its_bounds(promised: Requirement) -> None:
    version = pinned().get(canonicalize_name(promised.name))
    assert version is not None, f"{promised.name} has no pin: run the command in CONTRIBUTING.md"
    assert promised.specifier.contains(version), (
        f"{version} is not within {promised}: run the command in CONTRIBUTING.md"
    )


def test_both_commands_of_the_readme_install_by_it() -> None:
    installs = re.findall(r"pip install.*", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(installs) >= 2
    assert all("-c constraints.txt" in each for each in installs)


def test_one_command_makes_it_and_names_no_index() -> None:
    (command,) = MAKE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert "--no-emit-index-url" in command
    assert "://" not in command
