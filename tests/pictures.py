"""The pictures of the README: what a Chromium shows of the served sample.

python -m tests.pictures            writes them into docs/
python -m tests.pictures FOLDER     every page and screen of everybody's day, narrow and wide, light and dark, to be looked at
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.browser.chromium import FLAGS, chromium
from tests.sample_server import served

DOCS = Path(__file__).resolve().parents[1] / "docs"
PICTURES = {"museum": ("/museum/", "hanne.kjeldsen", "#wall")}
"""By file: the page, who opens it, and what stands at the top."""
EACH = ("ines.aldana", "aurelia.finch", "perpetua.rask", "mara.lindqvist", "hanne.kjeldsen")
"""The office, a sponsor, a decider, a manager and a reviewer of the sample."""
SIZE: ViewportSize = {"width": 1180, "height": 740}
WIDTHS, SCHEMES = (1280, 360), ("light", "dark")

Sitting = Callable[..., Page]


@contextmanager
def sitting(address: str) -> Iterator[Sitting]:
    """Gives what opens a page of the sample as somebody, by the part of their e-mail address before the @."""
    from django.conf import settings
    from django.test import Client

    from pilots.models import Person

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the driver's own loop runs in this thread
    found = chromium()
    if found is None:
        raise SystemExit("There is no Chromium on this machine.")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(FLAGS))

        def opened(path: str, who: str, **how: object) -> Page:
            client = Client()
            client.force_login(Person.objects.get(email=f"{who}@vantling.example"))
            context = browser.new_context(**how)  # type: ignore[arg-type]
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
            page = context.new_page()
            page.goto(address + path)
            return page

        yield opened
        browser.close()


def for_the_readme(opened: Sitting) -> None:
    for name, (path, who, top) in PICTURES.items():
        page = opened(path, who, viewport=SIZE, color_scheme="light")
        page.eval_on_selector(top, "element => element.scrollIntoView()")
        page.screenshot(path=DOCS / f"{name}.png")
        page.context.close()


def to_look_at(opened: Sitting, folder: Path) -> None:
    """Each address that the masthead leads to, and one pilot, as one of each kind of people."""
    for who, width, scheme in product(EACH, WIDTHS, SCHEMES):
        for path in day_of(opened, who):
            page = opened(path, who, viewport={"width": width, "height": 900}, color_scheme=scheme)
            name = path.strip("/").replace("/", "-").partition("?")[0] or "first"
            page.screenshot(path=folder / f"{who}-{name}-{width}-{scheme}.png", full_page=True)
            page.context.close()


def day_of(opened: Sitting, who: str) -> list[str]:
    """What the masthead leads to, and the first pilot on the wall."""
    page = opened("/museum/", who)
    found = page.eval_on_selector_all("header a[href^='/']", "links => links.map(link => link.getAttribute('href'))")
    pilots = page.eval_on_selector_all("main a[href^='/pilots/']", "links => links.map(link => link.pathname)")
    page.context.close()
    return list(dict.fromkeys([*(path for path in found if "sign-out" not in path), *pilots[:1]]))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address, sitting(address) as opened:
        if len(sys.argv) > 1:
            chosen = Path(sys.argv[1])
            chosen.mkdir(parents=True, exist_ok=True)
            to_look_at(opened, chosen)
        else:
            for_the_readme(opened)


if __name__ == "__main__":
    main()
