"""How a cell answers for a gate where a word does not do: converters, by the name under which a mapping calls them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from readiness.inventory import vocabulary
from readiness.inventory.keys import plain

_REVIEWS = frozenset(("internal independent review", "caio review", "oversight board review"))
WAIVED = "caio waived"
_UNDER_WAY = "in-progress"
_ONE_ADDRESS = r"https?://[^\s/]+\S*"
_ADDRESS = re.compile(rf"{_ONE_ADDRESS}(?:(?:\s*[;,]\s*|\s+(?:and\s+)?){_ONE_ADDRESS})*", re.IGNORECASE)
"""One address or several, and nothing else: what stands behind one may say that it is not there any more."""

Converter = Callable[[str], str | None]
"""What a cell answers: YES, NO, UNSAID or EXCEPTION; None where it is not understood."""


def yes_or_no(text: str) -> str | None:
    """Yes and no in several languages; what is under way or waived is no."""
    return vocabulary.NO if plain(text) in (WAIVED, _UNDER_WAY) else vocabulary.yes_or_no(text)


def review(text: str) -> str | None:
    """The same, and the reviews that an inventory names are a yes; a waiver is no review."""
    return vocabulary.YES if plain(text) in _REVIEWS else yes_or_no(text)


def address(text: str) -> str | None:
    """An address at which the approval can be read is a yes; what says no, or nothing, is no."""
    if _ADDRESS.fullmatch(text.strip()):
        return vocabulary.YES
    return vocabulary.NO if vocabulary.yes_or_no(text) in (vocabulary.NO, vocabulary.UNSAID) else None


CONVERTERS: Mapping[str, Converter] = {"yes_or_no": yes_or_no, "review": review, "address": address}


def is_waived(text: str) -> bool:
    """Whether a cell says that a review was waived."""
    return plain(text) == WAIVED
