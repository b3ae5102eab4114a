"""The company, for the rules."""

from __future__ import annotations

import pytest

from tests.company import Company, Signed


@pytest.fixture
def company(db: None) -> Company:
    return Company()


@pytest.fixture
def cast(db: None) -> Signed:
    """A pilot that runs since 3 March 2025."""
    return Signed()
