"""The company, for everything that people see and press."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import timezone

from tests.company import Company
from tests.readiness.both_sides import Both


@pytest.fixture
def company(db: None) -> Company:
    return Company()


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Sets the day that it is."""

    def freeze(day: date) -> None:
        monkeypatch.setattr(timezone, "localdate", lambda *_args, **_kwargs: day)

    return freeze


@pytest.fixture
def both(db: None, frozen: Callable[[date], None]) -> Both:
    """A running pilot with its sponsor and four managers, on a Monday."""
    return Both(frozen)
