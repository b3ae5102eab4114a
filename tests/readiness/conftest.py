"""The company, for everything that people see and press."""

from __future__ import annotations

import pytest

from tests.company import Company


@pytest.fixture
def company(db: None) -> Company:
    return Company()
