"""What of managers' answers may be shown, and how (rule 13): the one place that every page, API, export and print goes through.

All figures are sums over whole groups of three or more (`pilots.rules.groups`), which is what keeps differences of any two of
them harmless. On top of that, nothing is named that fewer than three managers share, nor is what remains beside the named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Generic, TypeVar

from pilots.rules.groups import LEAST, values_that_count

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Parts(Generic[K]):
    """A whole by its parts, of which the small ones are counted together.

    Attributes:
        named: how many managers, by part; each three or more.
        others: how many all other parts have together: three or more, or 0.
        folded: how many parts those are; what lies in no part counts as none.
    """

    named: Mapping[K, int]
    others: int
    folded: int

    @property
    def total(self) -> int:
        return sum(self.named.values()) + self.others


def fold(counts: Mapping[K, int], apart: int = 0) -> Parts[K] | None:
    """The parts that may be named. None where the whole has fewer than three managers: then nothing is shown.

    Args:
        counts: managers by part.
        apart: managers that are in no part of their own, or of whom it is not said.
    """
    named = {part: count for part, count in sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))) if count}
    small = {part: count for part, count in named.items() if count < LEAST}
    others = apart + sum(small.values())
    folded = len(small)
    for part in small:
        del named[part]
    while 0 < others < LEAST and named:
        _part, count = named.popitem()
        others += count
        folded += 1
    if others + sum(named.values()) < LEAST:
        return None
    return Parts(named, others, folded)


def enough(managers: int) -> bool:
    """Whether as many managers may be shown as a number."""
    return managers >= LEAST


def median_of_groups(groups: Iterable[Sequence[int]]) -> float | None:
    """The median over whole groups, each with one value a manager; None where too few, or all in a group, said the same."""
    values = [value for group in groups for value in values_that_count(group)]
    return float(median(values)) if values else None


def shuffled(sentences: Iterable[str]) -> list[str]:
    """Sentences in an order that says nothing of when or by whom they were written: the same whenever they are shown.

    Fewer than three are none.
    """
    kept = sorted(sentences, key=lambda sentence: hashlib.sha256(sentence.encode()).digest())
    return kept if len(kept) >= LEAST else []


@dataclass(frozen=True)
class Spread:
    """How the reporters of one point may lie over functions, in one group.

    Attributes:
        reporters: how many of the group are counted for the point.
        functions: how many managers of the group are of each function.
        without: how many are of none.
    """

    reporters: int
    functions: Mapping[int, int]
    without: int = 0


def functions_at_least(spreads: Iterable[Spread]) -> int:
    """The least number of functions that the reporters are of, whoever of each group they are: never more than is so.

    It is worked out from the groups' make-up and the published counts alone, so that it tells of nobody what they said.
    """
    counted: set[int] = set()
    sure = 0
    for spread in sorted(spreads, key=lambda each: len(each.functions)):
        if not spread.reporters:
            continue
        outside = sorted(
            (count for function, count in spread.functions.items() if function not in counted), reverse=True
        )
        inside = spread.without + sum(count for function, count in spread.functions.items() if function in counted)
        left = spread.reporters - inside
        for count in outside:
            if left <= 0:
                break
            sure += 1
            left -= count
        counted |= spread.functions.keys()
    return sure
