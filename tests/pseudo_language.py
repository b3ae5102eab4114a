"""A language in which every marked text stands in brackets: what stands outside them is a name, a figure, or not marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

from django.test import override_settings
from django.utils import translation
from django.utils.translation import trans_real

CODE = "eo"
"""Its code: one that Django knows, so that the language is found by what a browser asks for."""
OPEN, SHUT = "⟦", "⟧"
BRACKETED = re.compile(f"{OPEN}[^{OPEN}{SHUT}]*{SHUT}")
WORD = re.compile(r"[^\W\d_]{2,}")
ATTRIBUTES = ("alt", "aria-label", "content", "placeholder", "title")
"""Attributes that are read aloud or shown; `value` holds what was typed."""
UNREAD = ("script", "style", "code", "kbd", "textarea", "option-value")


class Bracketed:
    """Stands for a catalogue: each text in brackets. What it is given empty stays so."""

    def gettext(self, message: str) -> str:
        # Django asks for a text with what is meant before it, and this mark between.
        text = message.rpartition("\x04")[2]
        return f"{OPEN}{text}{SHUT}" if text.strip() else text

    def ngettext(self, singular: str, plural: str, number: float) -> str:
        return self.gettext(singular if number == 1 else plural)

    def language(self) -> str:
        return CODE

    def to_language(self) -> str:
        return CODE


@contextmanager
def pseudo_language(*, active: bool = True) -> Iterator[None]:
    """Within it the language can be asked for by its code; `active`: it is the one in use."""
    with override_settings(LANGUAGES=[("en-gb", "English"), (CODE, "Brackets")]):
        # Django empties the catalogues where the languages change; this is after it.
        trans_real._translations[CODE] = Bracketed()  # type: ignore[attr-defined]
        with translation.override(CODE if active else translation.get_language()):
            yield


class Read(HTMLParser):
    """What of a page is read by people: its texts, and the attributes that are read aloud; code and what was typed are not."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in UNREAD:
            self.within.append(tag)
        for name in ATTRIBUTES:
            if given.get(name) and not (tag == "meta" and given.get("name") == "viewport"):
                self.texts.append(str(given[name]))

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not self.within and data.strip():
            self.texts.append(" ".join(data.split()))


def texts_outside(page: str) -> list[str]:
    """What people read of a page, and that stands in no brackets. One text may reach over a link or an emphasis."""
    reader = Read()
    reader.feed(page)
    return outside("\n".join(reader.texts)).split("\n")


def outside(text: str) -> str:
    """What of a text stands in no brackets."""
    while BRACKETED.search(text):
        text = BRACKETED.sub(" ", text)
    return text
