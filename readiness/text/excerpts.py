"""Excerpts of two long texts that show where they differ: of a change nobody learns from two equal beginnings."""

from __future__ import annotations


def differing_excerpts(old: str, new: str, longest: int) -> tuple[str, str]:
    """Of each no more than `longest` characters, with the first in which they differ among them; what is left out is dotted."""
    if max(len(old), len(new)) <= longest:
        return old, new
    same = _alike(old, new)
    start = 0
    if same > longest // 2:
        start = same - longest // 4
        start = old.find(" ", start, same) + 1 or start
    return _excerpt(old, start, longest), _excerpt(new, start, longest)


def _alike(old: str, new: str) -> int:
    """How many characters both begin with."""
    for place, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return place
    return min(len(old), len(new))


def _excerpt(text: str, start: int, longest: int) -> str:
    before, after = "…" if start else "", "…" if start + longest < len(text) else ""
    return f"{before}{text[start : start + longest]}{after}"
