"""Rule 17: where what the sponsor is measured on pulls against what the managers are measured on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Reward(StrEnum):
    """What a measure rewards."""

    USE = "use"
    SPEED = "speed"
    COST = "cost"
    QUALITY = "quality"
    PEOPLE = "people"
    RESULT = "result"


AGAINST: Mapping[Reward, frozenset[Reward]] = {
    Reward.USE: frozenset({Reward.QUALITY, Reward.PEOPLE}),
    Reward.SPEED: frozenset({Reward.QUALITY, Reward.PEOPLE}),
    Reward.COST: frozenset({Reward.QUALITY, Reward.PEOPLE}),
    Reward.QUALITY: frozenset({Reward.USE, Reward.SPEED, Reward.COST}),
    Reward.PEOPLE: frozenset({Reward.USE, Reward.SPEED, Reward.COST}),
}
"""More of the one costs the other."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A measure of the sponsor, and those of the managers of which more costs it, or it costs them."""

    sponsor: str
    managers: tuple[str, ...]


def pulls(of_sponsor: Iterable[str], of_managers: Iterable[str], rewards: Mapping[str, str]) -> list[Pull]:
    """Where the two sides pull apart, in the order of the lists. A measure that is on no list pulls at nothing.

    Args:
        rewards: what each measure rewards, by its name in small letters.
    """
    found, managers = [], list(of_managers)
    for mine in of_sponsor:
        against = AGAINST.get(_reward(mine, rewards), frozenset())
        if theirs := tuple(name for name in managers if _reward(name, rewards) in against):
            found.append(Pull(mine, theirs))
    return found


def _reward(name: str, rewards: Mapping[str, str]) -> Reward:
    return Reward(rewards.get(name.casefold(), Reward.RESULT))
