"""Whatever is read as of a day says whether that day has not come, and whether nothing was on record then: every answer does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pilots import actions
from tests.company import LEGAL, Company
from tests.contracts.reading import schema
from tests.readiness.api.conftest import get

pytestmark = pytest.mark.django_db

MARKS = ("at", "projected", "before_first_record")


def read_as_of_a_day() -> list[str]:
    """The addresses that take `as_of`."""
    paths = schema().items()
    takes = (
        path for path, says in paths if any(p["name"] == "as_of" for p in says.get("get", {}).get("parameters", ()))
    )
    return [path.removeprefix("/api/v1/") for path in takes]


def text_of(answer: Any) -> str:
    """A file that was answered with."""
    return b"".join(answer.streaming_content).decode()


def lists(answer: Any) -> list[dict[str, Any]]:
    """What of an answer has to say it: a page or figures, or each row of what is nothing but rows. One record says it in its head."""
    if isinstance(answer, list):
        return answer
    return [] if "key" in answer or "id" in answer else [answer]


def test_every_answer_says_of_which_day_it_is(company: Company) -> None:
    pilot = company.running(ago=40)
    company.measured(pilot, ago=30)
    link = actions.file_evidence(pilot=pilot, by=company.ria, title="Terms", link="https://x.example/terms")
    gate = company.gate(pilot, LEGAL)
    places = {"{key}": pilot.key, "{public_id}": gate.public_id, "{evidence_id}": link.public_id}
    days = {"today": (company.day(), False, False), "to come": (company.day(-200), True, False)}
    days["before the record"] = (company.day(400), False, True)
    walked, unmarked = set(), []
    for path in read_as_of_a_day():
        address = path
        for name, value in places.items():
            address = address.replace(name, value)
        if "{" in address:
            continue
        for what, (day, projected, before) in days.items():
            more = f"&from={company.day(10)}" if path.startswith("changes") and what != "before the record" else ""
            more = f"&from={day - timedelta(days=1)}" if path.startswith("changes") and not more else more
            answer = get(company.ria, f"{address}?as_of={day}{more}")
            if answer.status_code == 404 and what == "before the record":
                continue  # one pilot, or gate, that was not on record
            assert answer.status_code == 200, (address, what, answer.content)
            expected = (str(day), projected, before)
            said = tuple(answer[f"Lived-In-{name.title().replace('_', '-')}"] for name in MARKS)
            assert said == (str(day), str(projected).lower(), str(before).lower()), (address, what)
            if answer["Content-Type"].startswith("application/json"):
                for each in lists(answer.json())[-1:]:
                    if tuple(each.get(name) for name in MARKS) != expected:
                        unmarked.append((path, what, str(each)[:300]))
                    walked.add(path)
    assert not unmarked
    assert {
        "portfolio/waits/",
        "portfolio/bottlenecks/",
        "portfolio/summary/",
        "pilots/",
        "gates/",
        "events/",
    } <= walked


def test_a_wait_of_a_day_to_come_says_so_in_every_row(company: Company) -> None:
    company.running(ago=40)
    rows = get(company.ria, f"portfolio/waits/?by=kind&as_of={company.day(-30)}").json()
    assert rows
    assert all(row["projected"] for row in rows)
    assert {row["to"] for row in rows} == {str(company.day())}
    file = text_of(get(company.ria, f"portfolio/waits/?by=kind&as_of={company.day(-30)}&format=csv"))
    head, first, *_rest = file.splitlines()
    assert dict(zip(head.lstrip("\ufeff").split(","), first.split(","), strict=True))["projected"] in (
        "true",
        "True",
        "TRUE",
        "yes",
    )
