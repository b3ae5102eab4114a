"""Rule 6: an adoption that the facts do not show is a claim, and says since when: never, or since the day after they last did."""

from __future__ import annotations

from datetime import date
from typing import Any

from pilots.rules import adoption, replay
from pilots.rules.events import EventRecord, Kind
from readiness.rules import standing

LEGAL = Kind("legal-sign-off", "approval", 365, ("tool",))
RULES = dict.fromkeys(adoption.RULES, "said")
START, ADOPTED = date(2025, 1, 1), date(2025, 2, 1)


def story(*more: tuple[date, str, dict[str, Any]], cleared: bool = True) -> list[EventRecord]:
    """A pilot with one gate, its rules known and its risk accepted, declared adopted; and what came after."""
    history: list[tuple[date, str, dict[str, Any]]] = [
        (START, "record", {"set": {"tool": "A", "manager": 7}, "rules": RULES}),
        (START, "start", {"decide_by": date(2025, 3, 1)}),
        (START, "accept_risk", {}),
        (START, "confirm_rules", {}),
    ]
    if cleared:
        history.append((ADOPTED, "decide", yes(date(2026, 1, 31))))
    history += [(ADOPTED, "adopt", {}), *more]
    return [
        EventRecord(n, on, on, action, 7, LEGAL.key if action == "decide" else None, data)
        for n, (on, action, data) in enumerate(history)
    ]


def yes(through: date) -> dict[str, Any]:
    return {"outcome": "cleared", "good_until": through, "sealed": {"tool": "A"}}


def read(events: list[EventRecord], at: date) -> standing.PilotStatus:
    history = replay.replay(START, [LEGAL], events)

    def on(found: list[Any]) -> Any:
        return [period for period in found if period.first_day <= at][-1]

    gates = {LEGAL.key: on(history.gates[LEGAL.key])}
    return standing.read({LEGAL.key: LEGAL}, on(history.pilot), gates, {}, at=at)


def test_what_was_never_shown_is_claimed_since_it_was_declared() -> None:
    """Rule 6: a claim says whether the facts never showed it, or no longer do."""
    claim = read(story(cleared=False), date(2025, 6, 1)).claim
    assert claim == standing.Claim(standing.NEVER_SHOWN, ADOPTED)


def test_shown_on_its_last_good_day_it_is_claimed_from_the_day_after() -> None:
    events = story()
    assert read(events, date(2026, 1, 31)).standing == "adopted"
    assert read(events, date(2026, 2, 1)).claim == standing.Claim(standing.NO_LONGER_SHOWN, date(2026, 2, 1))


def test_a_claim_that_lapsed_is_no_younger_for_what_is_done_after() -> None:
    """The facts showed it up to the last good day, whatever was looked at later."""
    events = story((date(2026, 6, 1), "set_rules", {"set": {"success": "More."}}))
    assert read(events, date(2026, 7, 1)).claim == standing.Claim(standing.NO_LONGER_SHOWN, date(2026, 2, 1))


def test_what_happens_to_a_claim_later_does_not_make_it_younger() -> None:
    broken, later = date(2025, 4, 1), date(2025, 8, 1)
    events = story(
        (broken, "amend", {"set": {"tool": "B"}}), (later, "decide", {"outcome": "changes_requested", "court": "team"})
    )
    for at in (broken, later, date(2026, 6, 1)):
        assert read(events, at).claim == standing.Claim(standing.NO_LONGER_SHOWN, broken)


def test_rules_that_are_no_longer_known_count_from_their_day() -> None:
    changed, measured = date(2025, 5, 5), date(2025, 9, 9)
    events = story((changed, "set_rules", {"set": {"success": "More."}}), (measured, "amend", {"set": {"tool": "B"}}))
    assert read(events, date(2025, 10, 1)).claim == standing.Claim(standing.NO_LONGER_SHOWN, changed)


def test_shown_again_and_lost_again_it_counts_from_the_second_loss() -> None:
    events = story(
        (date(2025, 4, 1), "amend", {"set": {"tool": "B"}}),
        (date(2025, 4, 8), "amend", {"set": {"tool": "A"}}),
        (date(2025, 6, 1), "amend", {"set": {"tool": "C"}}),
        (date(2025, 7, 1), "set_rules", {"set": {"success": "More."}}),
    )
    assert read(events, date(2025, 4, 8)).standing == "adopted"
    assert read(events, date(2025, 8, 1)).claim == standing.Claim(standing.NO_LONGER_SHOWN, date(2025, 6, 1))
