"""A form as a browser would send it back: read from the page itself, hidden fields and all."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Reader(HTMLParser):
    """Collects the forms of a page, each as the names and values that it would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.area = self.select = ""
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = True
            self.forms.append({})
        if not self.inside:
            return
        name = has.get("name", "")
        if tag == "input" and name and has.get("type") not in ("submit", "file"):
            if has.get("type") not in ("checkbox", "radio") or "checked" in has:
                ticked = "on" if has.get("type") in ("checkbox", "radio") else ""
                self.forms[-1][name] = has.get("value", ticked)
        elif tag == "textarea":
            self.area = name
            self.forms[-1][name] = ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in has or self.select not in self.forms[-1]):
            self.forms[-1][self.select] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.forms[-1][self.area] += data.removeprefix("\n")


def form_with(field: str, page: Any) -> dict[str, str]:
    """What the form that has this field would send, as it stands on a page that was answered."""
    reader = _Reader()
    reader.feed(page.content.decode())
    return next(form for form in reader.forms if field in form)
