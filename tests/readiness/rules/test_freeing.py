"""Which few decisions free most pilots, by what each still waits for."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from readiness.rules.freeing import smallest_sets


def sets_of(wants: dict[str, int], most: int = 20) -> list[tuple[str, int, int]]:
    found = smallest_sets({frozenset(want): many for want, many in wants.items()}, most=most)
    return [("".join(sorted(one.decisions)), one.frees, one.together) for one in found]


def test_a_single_decision_is_no_set() -> None:
    assert sets_of({"a": 9}) == []


def test_where_none_frees_alone_two_do() -> None:
    assert sets_of({"ab": 3, "bc": 1}) == [("ab", 3, 3), ("bc", 1, 1), ("abc", 4, 1)]


def test_what_its_members_free_alone_counts_with_a_set_and_not_for_it() -> None:
    assert sets_of({"a": 5, "b": 2, "ab": 1}) == [("ab", 8, 1)]


def test_three_are_named_where_they_free_what_no_two_of_them_do() -> None:
    assert sets_of({"abc": 4, "ab": 1})[0] == ("abc", 5, 4)
    # Three pairs that share their decisions are three decisions.
    assert ("abc", 6, 4) in sets_of({"ab": 2, "bc": 2, "ac": 2})


def test_four_decisions_are_no_next_step() -> None:
    assert sets_of({"abcd": 100, "ab": 1}) == [("ab", 1, 1)]


@pytest.mark.parametrize("seed", range(5))
def test_no_other_set_frees_more_of_what_its_parts_do_not(seed: int) -> None:
    """Held against every set of two and three of six decisions."""
    parts = [frozenset(part) for size in (1, 2, 3) for part in combinations("abcdef", size)]
    drawn = Random(seed)
    wants = {part: drawn.randrange(4) for part in parts}

    def several(decisions: frozenset[str]) -> int:
        return sum(many for want, many in wants.items() if len(want) > 1 and want <= decisions)

    expected = {
        found: several(found) - max(several(found - {one}) for one in found) for found in parts if len(found) > 1
    }
    found = smallest_sets(wants, most=1000)
    assert {one.decisions: one.together for one in found} == {one: many for one, many in expected.items() if many > 0}
    assert [one.together for one in found] == sorted((one.together for one in found), reverse=True)
