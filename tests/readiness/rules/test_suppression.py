"""Rule 13: nothing of fewer than three managers is named, nor what remains beside what is named."""

from __future__ import annotations

from readiness.rules.suppression import (
    Spread,
    enough,
    fold,
    functions_at_least,
    median_of_groups,
    shuffled,
)


def test_small_parts_are_counted_together_and_never_alone() -> None:
    parts = fold({"field": 5, "finance": 4, "people": 1})
    assert parts is not None
    assert dict(parts.named) == {"field": 5}
    assert (parts.others, parts.folded, parts.total) == (5, 2, 10)


def test_a_whole_without_small_parts_is_shown_by_all_its_parts() -> None:
    parts = fold({"field": 3, "finance": 3})
    assert parts is not None
    assert (dict(parts.named), parts.others) == ({"field": 3, "finance": 3}, 0)


def test_fewer_than_three_are_nothing() -> None:
    assert fold({"field": 1, "finance": 1}) is None
    assert not enough(2)
    assert enough(3)


def test_a_median_leaves_out_groups_that_said_the_same() -> None:
    assert median_of_groups([[2, 2, 2]]) is None
    assert median_of_groups([[2, 2, 2], [5, 4, 1]]) == 4


def test_sentences_are_in_an_order_that_does_not_depend_on_when_they_came() -> None:
    assert shuffled(["b", "a"]) == []
    assert shuffled(["a", "b", "c"]) == shuffled(["c", "a", "b"])


def test_functions_are_counted_as_few_as_they_can_be() -> None:
    assert functions_at_least([Spread(3, {1: 3}), Spread(2, {1: 2, 2: 1, 3: 1})]) == 1
    assert functions_at_least([Spread(3, {1: 1, 2: 1, 3: 1, 4: 1})]) == 3
    assert functions_at_least([Spread(2, {1: 1, 2: 1, 3: 1}), Spread(2, {4: 1, 5: 1, 6: 1})]) == 4
    assert functions_at_least([Spread(2, {1: 1}, without=2)]) == 0
