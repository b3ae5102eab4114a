"""Run by `test_busy.py` in a process of its own: what every road says while somebody else writes. Prints JSON."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from datetime import timedelta
from typing import Any

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    print(json.dumps(answers(*_facts())))


def _facts() -> tuple[Any, Any]:
    """A pilot that is planned, and whoever keeps its records."""
    from pilots.clock import today
    from tests.company import a_person, a_planned_pilot, a_portfolio

    ria, day = a_person("ria"), today()
    return ria, a_planned_pilot(a_portfolio(day=day, office=ria), day=day, by=ria)


def answers(ria: Any, pilot: Any) -> dict[str, Any]:
    """What each road answers while another connection holds the file, and once it has let go."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    client = Client()
    client.force_login(ria)
    kind = {"key": "works-council", "name": "Council", "question": "Has it agreed?", "clears_by": "approval"}
    start = {"decide_by": (pilot.recorded_on + timedelta(days=30)).isoformat()}
    roads = {
        "page": (reverse("readiness:pilot-action", args=[pilot.key, "start"]), start),
        "kind": (reverse("admin:pilots_gatekind_add"), kind),
        "desk": (
            reverse("admin:pilots_pilot_add"),
            {"portfolio": pilot.portfolio_id, "key": "P-2", "name": "Typed with care"},
        ),
        "api": (f"/api/v1/pilots/{pilot.key}/start/", "{}", "application/json"),
        "sign-out": (reverse("account_logout"), {}),
    }
    drawn = client.get(roads["page"][0]).content.decode()
    start["expected_version"] = re.findall(r'name="expected_version" value="([^"]*)"', drawn)[0]
    other = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    found = {road: _answer(client.post(*asked)) for road, asked in roads.items()}
    other.execute("ROLLBACK")
    return found | {"afterwards": _answer(client.post(*roads["page"]))}


def _answer(response: Any) -> dict[str, Any]:
    return {
        "status": response.status_code,
        "body": response.content.decode(),
        "retry": response.headers.get("Retry-After"),
    }


if __name__ == "__main__":
    main()
