"""The company, for everything that people see and press."""

from __future__ import annotations

import pytest

from tests.company import Stage, set_the_stage


@pytest.fixture
def stage(db: None) -> Stage:
    return set_the_stage()
