"""The sample as it is written down: one company, its people, and what each did so many days before today."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

DATES = frozenset({"due", "decide_by", "ends", "held_on", "starts", "to", "until", "week"})
"""What is written as a number of days from today, like the day of an action."""


BESIDE_PILOTS = frozenset({"company.toml", "managers.toml"})
REPORT = "report_friction"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which day a number of days before today is. People work from Monday to Friday: a day at the weekend becomes its Friday."""

    today: date

    def day(self, away: int) -> date:
        day = self.today + timedelta(days=away)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def dated(self, values: Any) -> Any:
        """The same values with days instead of numbers of days, all the way down."""
        if isinstance(values, dict):
            return {name: self.day(value) if name in DATES else self.dated(value) for name, value in values.items()}
        if isinstance(values, list):
            return [self.dated(value) for value in values]
        return values


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the sample: its day, the day it was written down, who did what, and to which pilot (none: the company)."""

    on: date
    known: date
    by: str | None
    do: str
    pilot: str | None
    values: dict[str, Any] = field(default_factory=dict)


def company() -> dict[str, Any]:
    """The company, its functions and people, and who of them shows what each role sees."""
    return _read("company.toml")


def steps(calendar: Calendar) -> list[Step]:
    """Everything that happened, in the order in which people wrote it down."""
    found = [
        *_steps(company()["acts"], None, calendar),
        *_steps(_read("managers.toml")["act"], None, calendar),
        *_reports(calendar),
        *(step for pilot in pilots() for step in _of_pilot(pilot, calendar)),
    ]
    return sorted(found, key=lambda step: step.known)


def pilots() -> list[dict[str, Any]]:
    """The pilots, function by function, each with what was done to it."""
    names = sorted(entry.name for entry in _folder().iterdir() if entry.name.endswith(".toml"))
    return [pilot for name in names if name not in BESIDE_PILOTS for pilot in _read(name)["pilot"]]


def _reports(calendar: Calendar) -> Iterator[Step]:
    """What managers answered, each as a step of its own that is no action of the registry."""
    for report in _read("managers.toml")["report"]:
        values = dict(report)
        on, by, pilot = calendar.day(values.pop("on")), values.pop("by"), values.pop("pilot")
        yield Step(on, on, by, REPORT, pilot, values)


def _of_pilot(pilot: dict[str, Any], calendar: Calendar) -> Iterator[Step]:
    facts = {k: v for k, v in pilot.items() if k not in ("recorded", "acts", "listed_by")}
    on = calendar.day(pilot["recorded"])
    by = None if "listed_by" in pilot else pilot["recorded_by"]
    facts.pop("recorded_by", None)
    if "listed_by" in pilot:
        facts["source"] = pilot["listed_by"]
    yield Step(on, on, by, "record", pilot["key"], facts)
    yield from _steps(pilot.get("acts", []), pilot["key"], calendar)


def _steps(rows: list[dict[str, Any]], pilot: str | None, calendar: Calendar) -> Iterator[Step]:
    for action in rows:
        values = dict(action)
        on = calendar.day(values.pop("on"))
        known = calendar.day(values.pop("known", action["on"]))
        by, do = values.pop("by", None), values.pop("do")
        yield Step(on, known, by, do, pilot, calendar.dated(values))


def _folder() -> Any:
    return files("readiness.demo.sample") / "data"


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_folder() / name).read_text(encoding="utf-8"))
