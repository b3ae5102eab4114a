"""How a pilot's key stands in an address: keys of imported lists may hold anything, a slash too."""

from __future__ import annotations

from urllib.parse import unquote


class PilotKey:
    """A key as one part of a path. What would end that part, or the path, is written as its code."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return unquote(value)

    def to_url(self, value: str) -> str:
        written = value.replace("%", "%25").replace("/", "%2F")
        return written.replace(".", "%2E") if written in (".", "..") else written
