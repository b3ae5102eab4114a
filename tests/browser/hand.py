"""A hand at a page, whose clicks and page loads are counted."""

from __future__ import annotations

from playwright.sync_api import Page


class Hand:
    """Somebody's hand at a page: what is clicked, and what is loaded. Fields one after the other are reached by the tabulator."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.loads = 0
        page.on("load", lambda _page: self._loaded())

    def _loaded(self) -> None:
        self.loads += 1

    def click(self, selector: str) -> None:
        self.clicks += 1
        self.page.locator(selector).first.click()

    def press(self, selector: str) -> None:
        """Click what leads to another page."""
        with self.page.expect_navigation():
            self.click(selector)

    def type(self, **typed: str) -> None:
        for name, value in typed.items():
            self.page.fill(f"[name='{name}']", value)
