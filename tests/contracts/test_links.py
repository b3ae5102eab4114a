"""Every link, menu entry and way to a form leads to a page that is there and that its reader may open, for each role."""

from __future__ import annotations

import os
import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from pilots.clock import today
from pilots.models import Person
from readiness.demo.first_start import ROLES
from readiness.demo.sample import playing, script

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

ALIKE = 3
"""Pages of one kind (one view, one form) that are opened for each role."""
EACH = {"readiness:pilot"} if os.environ.get("EXHAUSTIVE") else set()
"""Before a release every pilot's own page is opened, for each role."""
ASKS_AGAIN = {"mfa_activate_totp"}
"""What asks for the password once more: these people signed in without one. The tests of sign-in hold it."""
HREF = re.compile(r'<a\b[^>]*\shref="([^"]*)"')
ID = re.compile(r'\sid="([^"]+)"')
START = ("/", "/museum/", "/museum/claims/", "/portfolio/", "/rights/", "/my/gates/", "/my/decisions/", "/my/away/")


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[dict[str, Person]]:
    """The sample's demo people by their role; at the end nothing was played."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        played = playing.play(today())
        yield {role: played.people[key] for role, key in script.company()["demo"].items()}
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", ROLES)
def test_every_link_leads_to_a_page_that_is_there_and_may_be_opened(people: dict[str, Person], role: str) -> None:
    client = Client()
    client.force_login(Person.objects.get(pk=people[role].pk))
    assert list(broken(client)) == []


def broken(client: Client) -> Iterator[str]:
    """The links that lead nowhere, each with the page on which it stands."""
    waiting = [(path, "the browser's own line") for path in START]
    expected_version, alike, anchors = set(), Counter[str](), dict[str, set[str]]()
    while waiting:
        path, stands_on = waiting.pop()
        parts = urlsplit(path)
        place = f"{parts.path}?{','.join(sorted(parse_qs(parts.query)))}"
        if place in expected_version:
            continue
        expected_version.add(place)
        kind = kind_of(parts.path)
        alike[kind] += 1
        if alike[kind] > ALIKE and kind not in EACH:
            continue
        answer = client.get(path, follow=True)
        if answer.status_code != 200 and kind not in ASKS_AGAIN:
            yield f"{answer.status_code} {path}, on {stands_on}"
        if answer.streaming:
            deque(answer.streaming_content, maxlen=0)  # Read to its end, it closes what it reads from.
            continue
        if not answer["Content-Type"].startswith("text/html"):
            continue
        text = answer.content.decode()
        here = urlsplit(answer.redirect_chain[-1][0]).path if answer.redirect_chain else parts.path
        anchors[here] = set(ID.findall(text))
        for href in map(unescape, HREF.findall(text)):
            target = urlsplit(urljoin(here, href))
            if target.scheme or target.netloc or not href:
                continue
            if target.fragment and target.path == here and target.fragment not in anchors[here]:
                yield f"no #{target.fragment} on {here}"
            waiting.append((target._replace(fragment="").geturl(), here))


def kind_of(path: str) -> str:
    """What is alike about an address: its view, and the word that says which form."""
    found = resolve(path)
    words = [str(found.kwargs[name]) for name in ("act", "word") if name in found.kwargs]
    return ":".join([found.view_name, *words])
