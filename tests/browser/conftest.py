"""A real browser on a live server: Debian's Chromium, which may reach this machine and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pilots.models import Person
from tests.browser.chromium import FLAGS, chromium
from tests.company import Company

# The browser's driver runs a loop in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = chromium()
    if found is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=list(FLAGS))
        yield opened
        opened.close()


@dataclass
class Visitor:
    """Somebody at a browser. `trouble` collects what no page may do: errors, refused scripts and styles, foreign hosts."""

    page: Page
    address: str
    trouble: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page


@dataclass
class House:
    """A live server with its cast, and its front door."""

    browser: Browser
    address: str
    company: Company
    open_doors: list[BrowserContext] = field(default_factory=list)

    def visit(self, person: Person, **how: Any) -> Visitor:
        """Sit somebody down at a browser of their own, signed in."""
        client = Client()
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context = self.browser.new_context(**how)
        self.open_doors.append(context)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.address}
        context.add_cookies([cookie])  # type: ignore[list-item]
        visitor = Visitor(context.new_page(), self.address)
        _watch(visitor)
        return visitor


def _watch(visitor: Visitor) -> None:
    page, trouble = visitor.page, visitor.trouble
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("console", lambda said: trouble.append(said.text) if said.type in ("error", "warning") else None)

    def asked(request: Any) -> None:
        if not request.url.startswith((visitor.address, "data:")):
            trouble.append(f"foreign: {request.url}")

    page.on("request", asked)


@pytest.fixture
def house(browser: Browser, live_server: Any) -> Iterator[House]:
    opened = House(browser, live_server.url, Company())
    yield opened
    for context in opened.open_doors:
        context.close()
