"""The stories of SCENARIOS.md, played through the actions and read back: once by the rules, once by the query."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stories import Story

OWN = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("LIVED_IN_SCENARIOS") or OWN.parents[2] / "shared" / "scenarios")
STORIES = [*sorted(OWN.glob("*.json")), *(sorted(SHARED.glob("*.json")) if SHARED.is_dir() else [])]

# What the next work deepens: story by rule. Strict, so that a story that begins to pass must leave this list.
EXPECTED_TO_FAIL: dict[str, str] = {}


def _cases() -> list[Any]:
    return [
        pytest.param(
            path,
            id=path.stem,
            marks=[pytest.mark.xfail(strict=True, reason=EXPECTED_TO_FAIL[path.stem])]
            if path.stem in EXPECTED_TO_FAIL
            else [],
        )
        for path in STORIES
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("path", _cases())
def test_the_story_holds(path: Path) -> None:
    story = Story(path)
    story.play()
    for expected in story.history["expect"]:
        at = date.fromisoformat(expected["at"])
        known_at = date.fromisoformat(expected["known_at"]) if expected.get("known_at") else None
        for way in (story.by_rules, story.by_query):
            _holds(story, expected, way(at, known_at), f"{way.__name__} at {at}")
        if "ledger" in expected:
            start = date.fromisoformat(expected["ledger_from"])
            for charged in (story.ledger_by_rules, story.ledger_by_query):
                assert charged(start, at) == expected["ledger"], f"{charged.__name__}"


def _holds(story: Story, expected: dict[str, Any], status: Any, where: str) -> None:
    for name in ("stage", "standing", "days_quiet", "slips", "blocked_by", "missing", "goalpost_moved", "quality"):
        if name in expected:
            assert getattr(status, name) == expected[name], f"{where}: {name}"
    for name in ("stalls_on", "decide_by"):
        if name in expected:
            found = getattr(status, name)
            assert (found.isoformat() if found else None) == expected[name], f"{where}: {name}"
    for key, says in expected.get("gates", {}).items():
        gate = status.gates[key]
        for name, value in says.items():
            found = getattr(gate, name)
            if name == "holder":
                value = story.people[value].pk if value else None
            elif name in ("since", "good_until"):
                found = found.isoformat() if found else None
            assert found == value, f"{where}: {key} {name}"
