"""The company, for the rules."""

from __future__ import annotations

import pytest

from tests.company import Signed, Stage, set_the_stage, signed


@pytest.fixture
def stage(db: None) -> Stage:
    return set_the_stage()


@pytest.fixture
def cast(db: None) -> Signed:
    """A pilot that runs since 3 March 2025."""
    return signed()
