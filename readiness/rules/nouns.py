"""Rule 16: better nouns. Of what was typed, the word that says nothing, and so the question that it leaves open.

A name says its task as soon as one of its words is on no list: what these lists know says of no task which one it is. Only a word
of promise beside it, with nothing that people do, still leaves the question. It is never a refusal, and one at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class WordKind(StrEnum):
    """What a word that says nothing is instead."""

    PROMISE = "promise"
    TECHNOLOGY = "technology"
    DEPARTMENT = "department"
    GENERAL = "general"


class Field(StrEnum):
    """Where the word stands."""

    WORKFLOW = "workflow"
    NAME = "name"
    PURPOSE = "purpose"


@dataclass(frozen=True, slots=True)
class Hint:
    """A question: at which field, because of which word, and of what else stands beside it."""

    field: Field
    word: str
    kind: WordKind
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The words and phrases that say nothing, each with what it is instead."""

    kinds: Mapping[str, WordKind]
    longest: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Words:
        """Words of phrases and their kinds; how they are written, in capitals or with a hyphen, does not matter."""
        kinds = {" ".join(each.folded for each in _tokens(phrase)): WordKind(kind) for phrase, kind in pairs}
        kinds.pop("", None)
        return cls(kinds, max((phrase.count(" ") + 1 for phrase in kinds), default=0))


GLUE = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "assisted",
        "at",
        "based",
        "better",
        "by",
        "driven",
        "enable",
        "enabled",
        "enabling",
        "enhanced",
        "for",
        "from",
        "having",
        "how",
        "improve",
        "improved",
        "improving",
        "in",
        "into",
        "its",
        "leverage",
        "leveraging",
        "more",
        "my",
        "new",
        "of",
        "on",
        "or",
        "our",
        "pilot",
        "poc",
        "powered",
        "program",
        "programme",
        "project",
        "prototype",
        "that",
        "the",
        "their",
        "this",
        "through",
        "to",
        "up",
        "use",
        "used",
        "using",
        "via",
        "we",
        "with",
    ]
)
"""Words that join others and say nothing by themselves, nor leave a question."""

_DOES = re.compile(r".{3,}(ing|tion|tions|sis|ment|ments)$")
_DONE_BY_PEOPLE = frozenset(
    [
        "review",
        "reviews",
        "draft",
        "drafts",
        "forecast",
        "forecasts",
        "search",
        "summary",
        "summaries",
        "triage",
        "transcripts",
    ]
)
_ASIDE = re.compile(r"\[[^\]]*\]|\([^)]*\)")
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?")
_ORDER = (WordKind.PROMISE, WordKind.GENERAL, WordKind.DEPARTMENT, WordKind.TECHNOLOGY)
"""Which word is asked about first."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or a phrase of the list; where it stands, and whether it only joins others."""

    written: str
    folded: str
    start: int
    end: int
    kind: WordKind | None = None
    joins: bool = False


def hint(name: str, purpose: str, workflow: str, words: Words) -> Hint | None:
    """The one question that is left open by what was typed, or none. A workflow that says its task answers for all of it."""
    if workflow.strip():
        return _of_text(Field.WORKFLOW, workflow, words)
    return _of_text(Field.NAME, name, words) or (_of_text(Field.PURPOSE, purpose, words) if purpose.strip() else None)


def _of_text(field: Field, text: str, words: Words) -> Hint | None:
    # What stands in brackets says how else it is called; blanked, so that places in the text stay as they are.
    pieces = _pieces(_tokens(_ASIDE.sub(lambda aside: " " * len(aside[0]), text)) or _tokens(text), words)
    empty = [piece for piece in pieces if piece.kind is not None]
    rest = [piece for piece in pieces if piece.kind is None and not piece.joins]
    if not empty:
        return None
    first = min(empty, key=lambda piece: _ORDER.index(piece.kind or WordKind.TECHNOLOGY))
    kind = first.kind or WordKind.TECHNOLOGY
    if not rest and kind is WordKind.GENERAL:
        return Hint(field, _span(pieces, text), kind)
    if not rest:
        return Hint(field, first.written, kind, _subject(pieces) if kind is WordKind.PROMISE else "")
    if kind is not WordKind.PROMISE or any(_is_done(piece) for piece in pieces):
        return None
    return Hint(field, first.written, kind, _subject(pieces))


def _is_done(piece: _Piece) -> bool:
    """Whether a word names something that is done; beside a word that is on no list, a general one does."""
    if piece.kind not in (None, WordKind.GENERAL) or piece.joins:
        return False
    return piece.folded in _DONE_BY_PEOPLE or _DOES.match(piece.folded) is not None


def _span(pieces: list[_Piece], text: str) -> str:
    """What is written from the first general word or department to the last."""
    said = [piece for piece in pieces if piece.kind in (WordKind.GENERAL, WordKind.DEPARTMENT)]
    return text[said[0].start : said[-1].end]


def _subject(pieces: list[_Piece]) -> str:
    """The longest run of words that are on no list, with the departments among them; else of departments."""
    runs: list[list[_Piece]] = [[]]
    for piece in pieces:
        if piece.joins or piece.kind not in (None, WordKind.DEPARTMENT):
            runs.append([])
        else:
            runs[-1].append(piece)
    named = [run for run in runs if any(piece.kind is None for piece in run)]
    return " ".join(piece.written for piece in max(named or runs, key=len))


def _tokens(text: str) -> list[_Piece]:
    found = ((match[0], match[0].casefold().replace("’", "'"), match) for match in _WORD.finditer(text))
    return [
        _Piece(written, folded, match.start(), match.end(), joins=folded in GLUE or folded.isdigit())
        for written, folded, match in found
    ]


def _pieces(tokens: list[_Piece], words: Words) -> list[_Piece]:
    """The words of a text; those that make up a phrase of the list are one piece, the longest where several fit."""
    pieces: list[_Piece] = []
    while tokens:
        for length in range(min(words.longest, len(tokens)), 0, -1):
            run = tokens[:length]
            folded = " ".join(each.folded for each in run)
            if (kind := words.kinds.get(folded)) is not None:
                written = " ".join(each.written for each in run)
                pieces.append(_Piece(written, folded, run[0].start, run[-1].end, kind))
                break
        else:
            length = 1
            pieces.append(tokens[0])
        tokens = tokens[length:]
    return pieces
