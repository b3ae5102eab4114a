"""The page of examples shows what the API answers. `WRITE_DOCS=1` writes it."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings

from pilots import actions
from pilots.models import Event, Gate, Person
from tests.company import Company
from tests.readiness.api.conftest import client

PAGE = settings.BASE_DIR / "docs" / "api.md"
TODAY = date(2026, 11, 23)
HEAD = """# The API by example

Everything lies under `/api/v1/`; `/api/v1/docs/` describes each address, `/api/v1/schema/` says the same as OpenAPI 3.1. A key
is made by `manage.py api_token EMAIL [--scope read|decide|write] [--days N]`, which prints it once, and is sent with each request:

```sh
curl -H "Authorization: Token $KEY" https://lived-in.example/api/v1/pilots/
```

A key does what its person may do, within its scope: `read` reads, `decide` also answers, accepts and asks, `write` also keeps
the records. What a person may not see is `404`; what they may see but not do is `403`. Ids say nothing, keys of pilots stand in
an address with their special characters as codes. Lists come in pages of 50 (`page_size` up to 200); `next` leads on.

Only gates of running and adopted pilots wait on anybody. `court=` and `waits_on=` hold no others, and `portfolio/` counts no
others, unless a stage is asked for by name: `gates/?court=team&stage=planned`. By itself the gate of a planned pilot says `team`,
of a paused one what it would say running, of a retired or void one nothing: its `court` and `days` are null. What is void is in no list and no count from that day, unless it
is asked for: `pilots/?standing=void`.

`WRITE_DOCS=1 .venv/bin/pytest tests/contracts/test_api_examples.py` asks all of this of an invented portfolio and writes
this page; without the variable it holds the page against the answers. Lists are cut to their first entry, and marks and ids
are made readable.
"""


class Writer:
    """Asks as somebody, and writes down what was asked and answered."""

    def __init__(self, company: Company) -> None:
        self.company, self.page = company, [HEAD]

    def ask(self, title: str, who: Person, address: str, body: Any = None, **marks: str) -> Any:
        asks, path = client(who), f"/api/v1/{address}"
        headers = {f"HTTP_{name.upper()}": mark for name, mark in marks.items()}
        answer = asks.get(path, **headers) if body is None else asks.post(path, body, **headers)  # type: ignore[arg-type]
        self.page.append(f"\n## {title}\n\n{_asked(who, path, body, marks)}\n")
        self.page.append(f"\n{_answered(answer)}\n")
        return answer

    def text(self) -> str:
        """The page, with ids and marks that are the same whenever it is written."""
        page = "".join(self.page)
        for person in Person.objects.all():
            page = page.replace(person.public_id, f"id-of-{person.name.split()[0].lower()}")
        for gate in Gate.objects.select_related("pilot", "kind"):
            page = page.replace(gate.public_id, f"id-of-{gate.kind.key}")
        for event in Event.objects.all():
            page = page.replace(event.public_id, f"id-of-{event.action}")
        return re.sub(r'"(\d+)\.[0-9a-f]{16}"', r'"\1.mark"', page)


def _asked(who: Person, path: str, body: Any, marks: dict[str, str]) -> str:
    lines = [f"{'GET' if body is None else 'POST'} {path}"]
    lines += [f"{name.title().replace('_', '-')}: {mark}" for name, mark in marks.items()]
    if body is not None:
        lines += ["", json.dumps(body, indent=2, ensure_ascii=False)]
    return f"{who.name} asks:\n\n```http\n" + "\n".join(lines) + "\n```"


def _answered(answer: Any) -> str:
    head = [f"{answer.status_code} {answer.reason_phrase}"]
    head += [f"{name}: {answer[name]}" for name in ("ETag",) if answer.has_header(name)]
    body = answer.json() if answer.content else None
    said = [json.dumps(_cut(body), indent=2, ensure_ascii=False)] if body else []
    return "```http\n" + "\n".join([*head, "", *said]).rstrip() + "\n```"


def _cut(body: Any) -> Any:
    """Lists of records to their first; lists of words as they are."""
    if isinstance(body, dict):
        return {name: _cut(value) for name, value in body.items()}
    if isinstance(body, list):
        return [_cut(body[0])] if body and isinstance(body[0], dict) else body
    return body


def written(company: Company) -> str:
    """The whole page, asked anew."""
    pilot = company.running(ago=150)
    legal = company.gate(pilot, "legal-sign-off")
    actions.ask_exception(
        gate=company.gate(pilot, "it-data-access"), by=company.ansel, reason="The review is in January."
    )
    writer, gate = Writer(company), f"gates/{legal.public_id}/"
    exhibits = "pilots/?standing=museum_exhibit&gate=legal-sign-off&court=decider"
    writer.ask("Which pilots have stalled on Legal", company.vera, exhibits)
    writer.ask(
        "What waits on one decider, as their own page shows it",
        company.perpetua,
        "gates/?waits_on=perpetua@example.org",
    )
    read = writer.ask("One gate, and whose move it is", company.perpetua, gate)
    again = {"if_none_match": read["ETag"]}
    writer.ask("The same again, which has not changed", company.perpetua, gate, **again)
    yes = {
        "outcome": "conditional",
        "reason": "Standard terms apply.",
        "conditions": [{"text": "Name the retention period.", "owner": "ria@example.org", "due": "2026-12-31"}],
    }
    expected_version = {"if_match": read["ETag"]}
    writer.ask("Legal decides, on what was read", company.perpetua, f"{gate}decisions/", yes, **expected_version)
    late = {"outcome": "refused", "reason": "Not with names in it."}
    writer.ask(
        "The deputy decides on what is not so any more", company.jory, f"{gate}decisions/", late, **expected_version
    )
    access = f"gates/{company.gate(pilot, 'it-data-access').public_id}/decisions/"
    grant = {"outcome": "excepted", "reason": "Until the review."}
    writer.ask("An exception without an end", company.bastian, access, grant)
    writer.ask("Adopting too early", company.ansel, f"pilots/{pilot.key}/adopt/", {})
    writer.ask("What was so on another day", company.vera, "portfolio/summary/?as_of=2026-08-01")
    writer.ask("The one answer that frees most", company.vera, "portfolio/bottlenecks/")
    writer.ask(
        "Whom a quarter was spent waiting on", company.vera, "portfolio/waits/?from=2026-07-01&to=2026-10-01&by=kind"
    )
    writer.ask("What happened last week", company.vera, "changes/?from=2026-11-16&to=2026-11-23")
    return writer.text()


def test_the_page_of_examples_shows_what_the_api_answers(db: None, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_a, **_k: TODAY)
    said = written(Company())
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(said, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == said
