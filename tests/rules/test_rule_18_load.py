"""Rule 18: what is already carried, on a manager for themselves, and on functions from three managers on."""

from __future__ import annotations

from readiness.rules.load import Carried, by_function, own_load


def carried(function: str, *managers: int, net: int | None = None) -> Carried[str]:
    return Carried(function, frozenset(managers), net)


def test_rule_18_counts_pilots_and_net_minutes_of_a_function() -> None:
    found, others = by_function([carried("A", 1, 2, net=-60), carried("A", 2, 3), carried("A", 3, net=10)])
    assert (found["A"].managers, found["A"].pilots, found["A"].net, found["A"].known_of) == (3, 3, -50, 2)
    assert others is None


def test_a_function_of_fewer_than_three_managers_is_counted_with_the_others() -> None:
    rows = [carried("A", 1, 2, 3, 4), carried("B", 5, 6), carried("C", 7)]
    found, others = by_function(rows)
    assert list(found) == ["A"]
    assert others is not None
    assert (others.managers, others.pilots) == (3, 2)


def test_what_is_left_beside_the_named_is_never_fewer_than_three() -> None:
    found, others = by_function([carried("A", 1, 2, 3, 4), carried("B", 5, 6, 7), carried("C", 8)])
    assert list(found) == ["A"]
    assert others is not None
    assert others.managers == 4


def test_fewer_than_three_managers_are_not_shown_at_all() -> None:
    assert by_function([carried("A", 1, 2), carried("B", 1)]) == ({}, None)


def test_a_managers_own_load_is_what_they_said_themselves() -> None:
    found = own_load([-30, None, 10])
    assert (found.pilots, found.net, found.known_of) == (3, -20, 2)
    assert own_load([None]).net is None
