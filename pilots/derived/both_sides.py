"""Holding what sponsors and the office said of both sides of a pilot against its log. What managers said lies in no log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pilots.models import Event, FellowManager, Incentives, OfficialWorkflow, SponsorAccount, SponsorPulse
from pilots.rules.canonical_json import as_text

Rows = dict[int, list[Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What was held against the log of one table: how many rows, and where it says otherwise, in a sentence each."""

    rows: int
    sentences: Sequence[str]


def both_sides(pilots: Sequence[int], events: Mapping[int, Sequence[Event]]) -> Iterator[Difference]:
    """Each table of some pilots, by primary key, beside what follows from their events."""
    for what, (stored, follows) in TABLES.items():
        rows: Rows = defaultdict(list)
        for pilot, row in stored(pilots):
            rows[pilot].append(row)
        sentences = []
        for pilot in pilots:
            now, then = sorted(rows[pilot], key=str), sorted(follows(events[pilot]), key=str)
            if now != then:
                sentences.append(f"{what} of pilot {pilot}: {now}, and they follow as {then}")
        yield Difference(sum(map(len, rows.values())), sentences)


def _fellows(pilots: Sequence[int]) -> Iterable[tuple[int, Any]]:
    rows = FellowManager.objects.filter(pilot__in=pilots).values_list("pilot", "person", "first_day", "left_on")
    return ((pilot, tuple(row)) for pilot, *row in rows)


def _fellows_by(events: Sequence[Event]) -> list[Any]:
    found: list[tuple[int, date, date | None]] = []
    for event in events:
        person = event.data.get("person")
        if event.action == "add_fellow_manager":
            found.append((person, event.effective_on, None))
        elif event.action == "remove_fellow_manager":
            place = next(n for n, row in enumerate(found) if row[0] == person and row[2] is None)
            found[place] = (person, found[place][1], event.effective_on)
    return found


def _accounts(pilots: Sequence[int]) -> Iterable[tuple[int, Any]]:
    rows = SponsorAccount.objects.filter(pilot__in=pilots)
    names = ("pilot", "event", "sponsor", "effective_on", "known_on", "basis")
    return ((pilot, tuple(row)) for pilot, *row in rows.values_list(*names))


def _accounts_by(events: Sequence[Event]) -> list[Any]:
    return [
        (event.pk, event.by_id, event.effective_on, event.known_on, event.data["basis"])
        for event in events
        if event.action == "give_account"
    ]


def _pulses(pilots: Sequence[int]) -> Iterable[tuple[int, Any]]:
    rows = SponsorPulse.objects.filter(pilot__in=pilots).values_list("pilot", "pulse", "sponsor", "score")
    return ((pilot, tuple(row)) for pilot, *row in rows)


def _pulses_by(events: Sequence[Event]) -> list[Any]:
    answered = [event for event in events if event.action == "answer_pulse"]
    return list(
        {event.data["pulse"]: (event.data["pulse"], event.by_id, event.data["score"]) for event in answered}.values()
    )


def _workflows(pilots: Sequence[int]) -> Iterable[tuple[int, Any]]:
    rows = OfficialWorkflow.objects.filter(pilot__in=pilots).prefetch_related("steps")
    for row in rows:
        steps = [{name: getattr(step, name) for name in STEP} for step in row.steps.all()]
        yield row.pilot_id, as_text([row.effective_on, row.known_on, row.by_hand, row.runs, steps])


STEP = ("name", "who", "tool", "minutes", "counts_as")


def _workflows_by(events: Sequence[Event]) -> list[Any]:
    return [
        as_text([e.effective_on, e.known_on, e.data["by_hand"], e.data["runs"], e.data["steps"]])
        for e in events
        if e.action == "announce_workflow"
    ]


INCENTIVES = ("of_manager", "of_sponsor", "if_it_fails", "extra_hands")


def _incentives(pilots: Sequence[int]) -> Iterable[tuple[int, Any]]:
    rows = Incentives.objects.filter(pilot__in=pilots).values_list("pilot", "effective_on", "known_on", *INCENTIVES)
    return ((pilot, as_text(row)) for pilot, *row in rows)


def _incentives_by(events: Sequence[Event]) -> list[Any]:
    stated = [event for event in events if event.action == "state_incentives"]
    return [as_text([e.effective_on, e.known_on, *(e.data[name] for name in INCENTIVES)]) for e in stated]


Stored = Callable[[Sequence[int]], Iterable[tuple[int, Any]]]
Follows = Callable[[Sequence[Event]], list[Any]]

TABLES: dict[str, tuple[Stored, Follows]] = {
    "fellow managers": (_fellows, _fellows_by),
    "sponsors' accounts": (_accounts, _accounts_by),
    "sponsors' answers": (_pulses, _pulses_by),
    "announced workflows": (_workflows, _workflows_by),
    "incentives": (_incentives, _incentives_by),
}
"""What is stored of a pilot, and what its events say of the same."""
