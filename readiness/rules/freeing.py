"""Which few decisions free most pilots, by what each pilot still waits for.

A pilot is free when all that it waits for is decided, so a set of decisions frees the pilots whose wants lie within it. Sets of
two and three are looked for among the wants of pilots, and the unions of two wants of two that share a decision: any other set
frees no more than its parts do. Unions are taken of the commonest wants alone, so that the search has a bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

MOST_IN_A_SET = 3
"""More than three decisions are no next step."""
MOST_JOINED = 200
"""Wants of two decisions of which unions are taken, the commonest first: at most 19,900 sets are weighed besides the wants."""

Want = frozenset[Any]
"""The decisions that a pilot still waits for, each by whatever names it."""


@dataclass(frozen=True, slots=True)
class DecisionSet:
    """Some decisions. `frees` counts the pilots that wait for nothing else, `together` those of them that no smaller set frees."""

    decisions: Want
    frees: int
    together: int


def smallest_sets(wants: Mapping[Want, int], *, most: int) -> list[DecisionSet]:
    """The sets of two or three decisions that free most of what no part of them does, the smaller ones first among equals.

    Args:
        wants: how many pilots wait for exactly these decisions; wants of more than three are of no use.
        most: how many sets at the most.
    """
    useful = {want: many for want, many in wants.items() if 1 <= len(want) <= MOST_IN_A_SET and many}
    sets = [_weigh(found, useful) for found in _candidates(useful)]
    worthy = (found for found in sets if found.together > 0)
    return sorted(worthy, key=_rank)[:most]


def _rank(found: DecisionSet) -> Any:
    return -found.together, len(found.decisions), -found.frees, sorted(map(str, found.decisions))


def _candidates(wants: Mapping[Want, int]) -> set[Want]:
    found = {want for want in wants if len(want) > 1}
    pairs = sorted((want for want in found if len(want) == 2), key=lambda want: (-wants[want], sorted(map(str, want))))
    for one, other in combinations(pairs[:MOST_JOINED], 2):
        if one & other:
            found.add(one | other)
    return found


def _weigh(decisions: Want, wants: Mapping[Want, int]) -> DecisionSet:
    """What a set frees; and of that, what is freed by no single decision, nor by the best of the sets within it."""
    several, alone = _freed(decisions, wants), sum(wants.get(frozenset({one}), 0) for one in decisions)
    best = max(_freed(decisions - {one}, wants) for one in decisions)
    return DecisionSet(decisions, several + alone, several - best)


def _freed(decisions: Want, wants: Mapping[Want, int]) -> int:
    """How many pilots wait for two or more of these decisions, and nothing else."""
    parts = (frozenset(part) for size in range(2, len(decisions) + 1) for part in combinations(decisions, size))
    return sum(wants.get(part, 0) for part in parts)
