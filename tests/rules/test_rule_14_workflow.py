"""Rule 14: the official and the lived sequence, compared step by step, and what relief is left."""

from __future__ import annotations

import random
from itertools import product

import pytest

from readiness.rules.workflows import Mark, Run, Step, changes, compare, own

OFFICIAL = [
    Step("Model drafts", 1),
    Step("Agent corrects the draft", 3),
    Step("Agent checks the price", 2),
    Step("Second agent approves", 2, counts_as="review"),
    Step("Send", 1),
]
READING = Step("Manager reads every line", 7, counts_as="review", is_judgement=True)
WAITING = Step("It waits for the manager", 4, counts_as="waiting")
COPYING = Step("Agent copies it into the mailbox", 2, counts_as="rework")


def lived(*more: Step, correcting: int = 6) -> Run:
    """A run of somebody who corrects longer, checks the price twice, and whom nobody approves."""
    steps = [
        Step("Agent corrects the draft", correcting),
        Step("agent  checks the PRICE", 2, times=2),
        Step("Second agent approves", 2, times=0, counts_as="review"),
    ]
    return Run([*steps, *more])


def test_rule_14_names_what_is_added_skipped_slower_done_twice_and_a_judgement() -> None:
    found = compare(OFFICIAL, [lived(READING, WAITING, COPYING)] * 5, by_hand=16, runs=140)
    marks = {step.name: set(step.marks) for step in found.steps}
    assert marks == {
        "Model drafts": set(),
        "Agent corrects the draft": {Mark.SLOWER},
        "Agent checks the price": {Mark.TWICE},
        "Second agent approves": {Mark.SKIPPED},
        "Send": set(),
        "Manager reads every line": {Mark.ADDED, Mark.JUDGEMENT},
        "It waits for the manager": {Mark.ADDED},
        "Agent copies it into the mailbox": {Mark.ADDED},
    }
    assert (found.official, found.lived) == (9, 25)


def test_net_relief_is_time_saved_less_rework_review_and_waiting() -> None:
    relief = (found := compare(OFFICIAL, [lived(READING, WAITING, COPYING)] * 5, by_hand=16, runs=140)).relief
    assert relief is not None
    assert (relief.work, relief.saved) == (10, 6)
    assert (relief.rework, relief.review, relief.waiting) == (4, 7, 4)
    assert relief.net == -9
    assert relief.net == 16 - (found.lived or 0)
    assert found.net_a_week == -9 * 140


@pytest.mark.parametrize(("managers", "shown"), [(0, None), (1, None), (2, None), (3, 3)])
def test_fewer_than_three_are_not_shown(managers: int, shown: int | None) -> None:
    found = compare(OFFICIAL, [lived(READING)] * managers, by_hand=16)
    assert found.managers == shown
    assert (found.lived is None) == (shown is None)
    assert all(step.lived is None and not step.marks for step in found.steps) == (shown is None)
    assert (found.relief is None) == (shown is None)


def test_the_manager_sees_their_own() -> None:
    found = own(OFFICIAL, lived(READING), by_hand=16, runs=10)
    assert found.relief is not None
    assert found.net_a_week == found.relief.net * 10
    assert "Manager reads every line" in [step.name for step in found.steps]


def test_whoever_says_nothing_of_a_step_does_it_as_announced() -> None:
    runs = [Run([Step("Send", 1)])] * 3
    assert compare(OFFICIAL, runs).lived == 9


def test_a_step_that_few_added_alike_is_not_named_but_counted_by_what_it_is() -> None:
    two = [
        lived(Step("Reading to my boss", 5, counts_as="review")),
        lived(Step("Reading aloud", 7, counts_as="review")),
    ]
    runs = [*two, lived(Step("Reading it twice", 9, counts_as="review"))]
    found = compare(OFFICIAL, runs)
    assert [step.name for step in found.steps if Mark.ADDED in step.marks] == [""]
    assert [step.lived for step in found.steps if Mark.ADDED in step.marks] == [7]
    none = compare(OFFICIAL, [lived(), lived(), *two])
    assert [step.lived for step in none.steps if Mark.ADDED in step.marks] == [2.5]


def test_no_single_managers_minutes_follow_from_a_median() -> None:
    """For every manager there is another figure of theirs, with which the same is shown: medians say nothing beyond doubt."""
    rng = random.Random(14)
    for _each in range(40):
        minutes = [rng.randrange(1, 9) for _manager in range(3)]
        shown = compare(OFFICIAL, [lived(correcting=n) for n in minutes])
        for place in range(3):
            others = (
                compare(OFFICIAL, [lived(correcting=n) for n in story])
                for story in product(range(1, 9), repeat=3)
                if story[place] != minutes[place]
            )
            assert any(story == shown for story in others)


def test_what_became_different_is_told_of_named_steps_only() -> None:
    before = compare(OFFICIAL, [lived(COPYING)] * 3)
    now = compare(OFFICIAL, [lived(Step(COPYING.name, 5, counts_as="rework"))] * 3)
    [change] = changes(before, now)
    assert (change.name, change.before, change.now) == (COPYING.name, 2, 5)
    assert changes(compare(OFFICIAL, []), now) == []
