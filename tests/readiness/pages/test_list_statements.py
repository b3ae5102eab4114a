"""A list as a file takes as many statements for many rows as for few."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.company import Company, browser_of

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("address", ["/museum/", "/portfolio/", "/my/gates/", "/my/decisions/", "/rights/"])
def test_statements_do_not_grow_with_the_rows(company: Company, address: str) -> None:
    def counted() -> list[int]:
        out = []
        for person in (company.ria, company.ansel, company.perpetua):
            browser = browser_of(person)
            with CaptureQueriesContext(connection) as asked:
                answer: Any = browser.get(address, {"format": "csv"})
                answer.getvalue()
            out.append(len(asked))
        return out

    for number in range(2):
        company.running(f"X-{number}", ago=400)
        company.running(f"R-{number}", ago=20)
    counted()
    few = counted()
    for number in range(2, 9):
        company.running(f"X-{number}", ago=400)
        company.running(f"R-{number}", ago=20)
    assert counted() == few
