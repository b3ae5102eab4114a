"""The page of examples shows what the API answers. `WRITE_DOCS=1` writes it."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.urls import resolve

from pilots import actions
from pilots.models import Event, Gate, Person
from tests.company import Company
from tests.readiness.api.conftest import client

EXAMPLES = settings.BASE_DIR / "readiness" / "api" / "data" / "examples.json"
PAGE = settings.BASE_DIR / "docs" / "api.md"
TODAY = date(2026, 11, 23)
HEAD = """# The API by example

Everything lies under `/api/v1/`; `/api/v1/docs/` describes each address, `/api/v1/schema/` says the same as OpenAPI 3.1; `/api/`
leads there, and so does the foot of every page. [Four jobs](api-guide.md) shows whole programs. A token is made on one's own page
`/me/tokens/`, which shows it once, or by `manage.py api_token EMAIL [--scope read|decide|write] [--days N]`; it is sent with each
request:

```sh
curl -H "Authorization: Bearer $KEY" https://lived-in.example/api/v1/pilots/
```

A token does what its person may do, within its scope: `read` reads, `decide` also answers, accepts and asks, `write` also keeps
the records; what is done with it names it in the log. What a person may not see is `404`; what they may see but not do is `403`. Ids say nothing, keys of pilots stand in
an address with their special characters as codes. Lists come in pages of 50 (`page_size` up to 200); `next` leads on.

Only gates of running and adopted pilots wait on anybody. `court=` and `waits_on=` hold no others, and `portfolio/` counts no
others, unless a stage is asked for by name: `gates/?court=team&stage=planned`. By itself the gate of a planned pilot says `team`,
of a paused one what it would say running, of a retired or void one nothing: its `court` and `days` are null. What is void is in no list and no count from that day, unless it
is asked for: `pilots/?standing=void`.

## What holds everywhere

| | |
| --- | --- |
| Done once | A `POST` or `PATCH` under an `Idempotency-Key` (1 to 255 printable characters, such as a UUID) is done once. Sent again within a day by the same token, or the same person's sessions, it gets the first answer byte for byte, refusals too, with `Idempotent-Replayed: true`. The key with another address, body or `If-Match` is 422 (`idempotency_key_reused`). Whoever sends the same at once waits for the first. Where something broke (5xx) nothing was done or kept. |
| Not overwritten | `If-Match` takes the `ETag` of a pilot or a gate, or its number alone (`"3"`). What changed since is 412 with the present `etag` and `current_version`, and `meanwhile`: what happened. A 409 has them too: there `meanwhile` is what happened last. |
| All that is wrong | `errors` names every value that cannot be, at once; `code` and `detail` are those of the first refusal. Who may comes first (403), then the version, then the stage, then the values. |
| What was made | 201 says in `Location` where it is read. |
| Many at once | `POST pilots/bulk/` and `POST gates/bulk/`: `{"action", "arguments", "pilots": [{"key", "version"}]}` (`"gates": [{"id", "version"}]`), up to 1,000; more are 422. It is done to all or to none, and is one entry in the log. `results` has each: 200 with its `version`, or its refusal, and 424 for what was left because of others. What is not yours is 404 as what there is not. |
| Reading again | Lists and figures have an `ETag` that is known before they are worked out: with `If-None-Match`, 304 costs one statement more than finding out who asks. It changes with every event, day and reader. |
| How often | A token may ask `API_REQUESTS_PER_MINUTE` times (600), counted by all processes together: `RateLimit-Policy` says so, `RateLimit` what is left at least, 429 says in `Retry-After` when to ask again. Sessions are not counted. |
| Packed | Answers to a token come packed (`br`, `gzip`) where they are asked for; answers to a session never do, since only a browser's cookie can be made to ask for a stranger who measures lengths (BREACH). |
| Kept | Whoever asks with a token may keep an answer and ask whether it is still so (`private, no-cache`); a browser keeps nothing (`no-store`). |
| Other origins | None may ask from a browser unless `API_CORS_ORIGINS` names them, and then only with a token: no cookie is taken. |
| Files | `evidence/ID/` sends a file of evidence as it was filed, held against its SHA-256 (its `ETag`); one that is not is 410. |

## Versions

The version is in the address. Within `v1` nothing that is answered disappears or changes its type, and nothing that is taken is
refused or needed from then on: fields, parameters, addresses, codes and values of a list may come. A program ignores what it does
not know. What cannot be done so becomes `v2`, beside which `v1` stays for a year; an address that will end says so for as long in
`Deprecation` and `Sunset`. `tests/contracts/test_schema.py` holds the schema against the one that was kept (`tests/contracts/data/schema.json`).

| since | what came |
| --- | --- |
| 1.1 | `Idempotency-Key`; `pilots/bulk/` and `gates/bulk/`; `evidence/ID/`; `etag`, `current_version` and `meanwhile` in 409 and 412; every wrong value at once; `Location`; `ETag` on lists and figures; rate limits; packed answers; `token` in the log; `at`, `projected` and `before_first_record` in rows of waits and bottlenecks, and in signals; `page_size`, `cursor` and `Link` on waits; in the schema, nulls where there were some all along |
| 1.0 | the rest |

## Examples

## How lists are asked

A filter that says so takes several values: give it once more (`standing=at_risk&standing=ready`). `none` asks for what nobody is:
`sponsor=none`, `holder=none`, `function=none`. A person is written as their id, their name or their address, and is somebody of
whom you may know: whom the pilots that you see name, everybody for a program office. Anybody else is answered for as nobody is, so
no list says whether an address has an account; of several people of one name those are offered whom you may know.

`ordering=stalls_on` orders, `ordering=-stalls_on` downwards; what is not known comes last either way. `next` and `previous` lead
on and back, as the header `Link` does (`rel="next"`, `rel="prev"`); a cursor is signed, holds no primary key, and belongs to the list that
it was given for. `fields=key,standing` leaves the other fields out, `gates=false` the gates, `expand=gates` gives them whole.

Any list goes out whole as a file, by `Accept: text/csv`, which may be weighed, or by `?format=csv` and `?format=xlsx`, under its filters. Pilots have the columns
of the product's own form there, which an import reads again (addresses of people only for whoever keeps the records; others find
names), and with `fields=` those fields. A text that a spreadsheet would take for a formula has an apostrophe before it. What has
parts has a column for each: `sponsor` and `sponsor_id`, `standing_from` and `standing_to` of changes.

Every answer that takes `as_of` says in its head, and where it has a place for it in its body, for which day it was read (`at`), whether that
day has not come (`projected`: what would be so if nothing happened until then), and whether nothing that you see was on record
then (`before_first_record`). `known_at` asks for what was recorded by a day: pilots, exhibits, gates, the board, decisions, events and
changes are answered by it; everything else refuses it by name.

`events/` is the log. `changes/?from=&to=` is what stands differently on two dates: each pilot whose stage, standing, decide-by date,
stall date, sponsor or a gate's state differs, that came on record, or on which somebody answered in between. `changes` says what a review calls it:
`recorded`, `stalled`, `left_museum` (and how), `claimed`, `claim_fell` (and how), `decided`, or the fact that differs. The first page counts all of them.

`portfolio/decisions-that-free/` ranks decisions. A decision is one holder's answer on one kind of gate, given on every pilot that waits for it;
it frees the pilots in which nothing else is open, and each is named with the address that does it. Where no single answer frees a
pilot, sets of two or three do. They are searched for among what pilots wait for, and the unions of two of the 200 commonest pairs; a
set is given where it frees pilots that no part of it does. At most 50 decisions and 20 sets are given, each with its first 50 pilots.

`portfolio/waits/` tells finished waits from those that go on: `still_open` are the days of gates that wait on the last day, since they
are in that state, `finished` all others. Whoever has most comes first, a thousand rows an answer (`page_size` asks for fewer); where
there are more, as with `by=pilot`, the body is still rows alone, and `Link` leads to the others; a file has them all. `portfolio/bottlenecks/` groups by kind, court and holder unless `by=` says otherwise.

`WRITE_DOCS=1 .venv/bin/pytest tests/contracts/test_api_examples.py` asks all of this of an invented portfolio and writes
this page; without the variable it holds the page against the answers. Lists are cut to their first entry, and marks and ids
are made readable.
"""


SHOWN = ("ETag", "Location", "Idempotent-Replayed")


class Writer:
    """Asks as somebody, and writes down what was asked and answered."""

    def __init__(self, company: Company) -> None:
        self.company, self.page = company, [HEAD]
        self.examples: dict[str, dict[str, Any]] = {}

    def ask(self, title: str, who: Person, address: str, body: Any = None, **marks: str) -> Any:
        asks, path = client(who), f"/api/v1/{address}"
        headers = {f"HTTP_{name.upper()}": mark for name, mark in marks.items()}
        answer = asks.get(path, **headers) if body is None else asks.post(path, body, **headers)  # type: ignore[arg-type]
        self.page.append(f"\n## {title}\n\n{_asked(who, path, body, marks)}\n")
        self.page.append(f"\n{_answered(answer)}\n")
        self._keep(path, body, answer)
        return answer

    def _keep(self, path: str, body: Any, answer: Any) -> None:
        """What was asked and answered, for the schema: the first of each kind."""
        route = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", resolve(path.partition("?")[0]).route)
        kept = self.examples.setdefault(f"{'get' if body is None else 'post'} /{route}", {})
        if answer.content:
            kept.setdefault(f"{answer.status_code}", _cut(answer.json()))
        if body is not None:
            kept.setdefault("request", body)

    def text(self) -> str:
        """The page, with ids and marks that are the same whenever it is written."""
        return self._readable("".join(self.page))

    def as_json(self) -> str:
        """What the schema shows, with the same ids and marks."""
        return self._readable(json.dumps(self.examples, indent=1, ensure_ascii=False, sort_keys=True) + "\n")

    def _readable(self, page: str) -> str:
        for person in Person.objects.all():
            page = page.replace(person.public_id, f"id-of-{person.name.split()[0].lower()}")
        for gate in Gate.objects.select_related("pilot", "kind"):
            page = page.replace(gate.public_id, f"id-of-{gate.kind.key}")
        for event in Event.objects.all():
            page = page.replace(event.public_id, f"id-of-{event.action}")
        page = re.sub(r'ETag: "[0-9a-f]{24}"', 'ETag: "mark"', page)
        return re.sub(r'(\d+)\.[0-9a-f]{16}(\\?")', r"\1.mark\2", page)


def _asked(who: Person, path: str, body: Any, marks: dict[str, str]) -> str:
    lines = [f"{'GET' if body is None else 'POST'} {path}"]
    lines += [f"{name.title().replace('_', '-')}: {mark}" for name, mark in marks.items()]
    if body is not None:
        lines += ["", json.dumps(body, indent=2, ensure_ascii=False)]
    return f"{who.name} asks:\n\n```http\n" + "\n".join(lines) + "\n```"


def _answered(answer: Any) -> str:
    head = [f"{answer.status_code} {answer.reason_phrase}"]
    head += [f"{name}: {answer[name]}" for name in SHOWN if answer.has_header(name)]
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


def written(company: Company) -> Writer:
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
    once = {**expected_version, "idempotency_key": "6f9e4c52"}
    writer.ask("Legal decides, on what was read, and once", company.perpetua, f"{gate}decisions/", yes, **once)
    writer.ask("Sent again under the key: the first answer", company.perpetua, f"{gate}decisions/", yes, **once)
    late = {"outcome": "refused", "reason": "Not with names in it."}
    writer.ask(
        "The deputy decides on what is not so any more", company.jory, f"{gate}decisions/", late, **expected_version
    )
    access = f"gates/{company.gate(pilot, 'it-data-access').public_id}/decisions/"
    grant = {"outcome": "excepted", "reason": "Until the review."}
    writer.ask("An exception without an end", company.bastian, access, grant)
    writer.ask("Adopting too early", company.ansel, f"pilots/{pilot.key}/adopt/", {})
    keys = {"action": "pause", "arguments": {"until": "2026-12-31"}, "pilots": [{"key": pilot.key}, {"key": "CO-99"}]}
    writer.ask("Many at once, of which one is not there: none is done", company.ria, "pilots/bulk/", keys)
    writer.ask("What was so on another day", company.vera, "portfolio/summary/?as_of=2026-08-01")
    writer.ask("The one answer that frees most", company.vera, "portfolio/bottlenecks/")
    writer.ask(
        "Whom a quarter was spent waiting on", company.vera, "portfolio/waits/?from=2026-07-01&to=2026-10-01&by=kind"
    )
    other = company.all_clear(company.running("CO-015", "Complaint summaries", ago=30))
    on_legal = company.gate(other, "legal-sign-off")
    actions.decide(gate=on_legal, by=company.perpetua, outcome="withdrawn", reason="The terms are new.")
    writer.ask("Which decision frees most", company.vera, "portfolio/decisions-that-free/")
    writer.ask("What happened last week", company.vera, "events/?from=2026-11-16&to=2026-11-23")
    writer.ask("What stands differently than a quarter ago", company.vera, "changes/?from=2026-08-23&to=2026-11-23")
    return writer


def test_the_page_of_examples_shows_what_the_api_answers(db: None, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_a, **_k: TODAY)
    writer = written(Company())
    said, shown = writer.text(), writer.as_json()
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(said, encoding="utf-8")
        EXAMPLES.write_text(shown, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == said
    assert EXAMPLES.read_text(encoding="utf-8") == shown
