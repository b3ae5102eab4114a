"""Rule 18: what is already carried: pilots, and net minutes a week, on a manager and on a function."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from readiness.rules.suppression import fold

F = TypeVar("F", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Carried(Generic[F]):
    """One pilot that runs or is adopted: its function, who lives with it, and its net relief where that may be shown."""

    function: F
    managers: frozenset[int]
    net: int | None


@dataclass(frozen=True, slots=True)
class Load:
    """What lies on some managers: how many they are, pilots, and net minutes a week of the pilots of which it is shown.

    `net` is None where it is shown of none; `known_of` is of how many pilots it is.
    """

    managers: int
    pilots: int
    net: int | None
    known_of: int


def own_load(nets: Iterable[int | None]) -> Load:
    """What lies on one manager, for themselves: a figure for each of their pilots, None where they have not said it."""
    figures = list(nets)
    known = [net for net in figures if net is not None]
    return Load(1, len(figures), sum(known) if known else None, len(known))


def by_function(carried: Iterable[Carried[F]]) -> tuple[dict[F, Load], Load | None]:
    """What lies on each function with three managers or more, the heaviest first; and on the others together.

    Minutes are sums of what each pilot shows by itself, so that no difference of two of these says more. The others are
    None where there are none, or where fewer than three managers are left.
    """
    rows: dict[F, list[Carried[F]]] = {}
    for each in carried:
        rows.setdefault(each.function, []).append(each)
    counts = {function: len(_managers(of)) for function, of in rows.items()}
    parts = fold(counts)
    if parts is None:
        return {}, None
    named = {function: _load(rows[function]) for function in parts.named}
    left = [each for function, of in rows.items() if function not in named for each in of]
    shown = dict(sorted(named.items(), key=lambda item: (-item[1].pilots, str(item[0]))))
    return shown, _load(left) if len(_managers(left)) >= 3 else None


def _managers(carried: Iterable[Carried[F]]) -> frozenset[int]:
    return frozenset().union(*(each.managers for each in carried))


def _load(carried: list[Carried[F]]) -> Load:
    known = [each.net for each in carried if each.net is not None]
    return Load(len(_managers(carried)), len(carried), sum(known) if known else None, len(known))
