"""One decision over the API and one on its page, beside the same rows written by hand in one transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

from tests.benchmarks.http.people import Reader
from tests.benchmarks.http.reads import Read
from tests.benchmarks.http.servers import Answer, Server

OVER_API = Read("decision by API", "/api/v1/gates/", "decide", 5, 3.5)
ON_PAGE = Read("decision by page", "/gates/", "decide", 8, 5)
MOST = 12
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
AGREED = {"outcome": "cleared", "reason": "Agreed."}
Pair = tuple[Answer, Answer]


def decisions(
    reader: Reader, product: Server, limit: Server, rounds: int, today: str, only: str
) -> Iterator[tuple[Read, list[Pair]]]:
    """The two ways, each with its pairs of answers, turn by turn: every decision is on a gate of a pilot of its own."""
    waiting = iter(_waiting(reader, product, today))
    for read, decide in ((OVER_API, _over_api), (ON_PAGE, _on_page)):
        if only in read.name:
            pairs = []
            for turn in range(min(rounds, MOST) + 1):
                gates = next(waiting, None), next(waiting, None)
                if None in gates:
                    break
                pair = decide(reader, product, str(gates[0])), _by_hand(reader, limit, str(gates[1]), today)
                # The first is for warmth.
                pairs += [pair] if turn else []
            if pairs:
                yield read, pairs


def _waiting(reader: Reader, product: Server, today: str) -> list[str]:
    """Gates that wait on this person as their holder, each of a running pilot of its own that nothing has happened to today."""
    asked = urlencode({"waits_on": reader.public_id, "kind": "legal-sign-off", "page_size": 200})
    found = json.loads(product.ask(f"/api/v1/gates/?{asked}", _key(reader)).body)["results"]
    theirs = [gate for gate in found if gate["holder"]["id"] == reader.public_id and gate["state"] == "waiting"]
    return [gate["id"] for gate in theirs if gate["since"] < today]


def _key(reader: Reader) -> dict[str, str]:
    return {"Authorization": f"Token {reader.key}"}


def _over_api(reader: Reader, product: Server, gate: str) -> Answer:
    sent = json.dumps(AGREED).encode()
    headers = _key(reader) | {"Content-Type": "application/json"}
    return _good(product.ask(f"/api/v1/gates/{gate}/decisions/", headers, "POST", sent), 201)


def _on_page(reader: Reader, product: Server, gate: str) -> Answer:
    """The form is read first, as whoever decides does; only what is sent is measured."""
    place, headers = (
        f"/gates/{gate}/decide/",
        {"Cookie": reader.cookie, "Referer": f"https://localhost/gates/{gate}/decide/"},
    )
    page = _good(product.ask(place, headers), 200)
    form = dict(HIDDEN.findall(page.body.decode()))
    headers |= {"Cookie": f"{reader.cookie}; {page.cookies}", "Content-Type": "application/x-www-form-urlencoded"}
    return _good(product.ask(place, headers, "POST", urlencode(form | AGREED).encode()), 302)


def _by_hand(reader: Reader, limit: Server, gate: str, today: str) -> Answer:
    return _good(limit.ask("/decide", _key(reader), "POST", json.dumps({"gate": gate, "today": today}).encode()), 200)


def _good(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise SystemExit(f"a decision was answered with {answer.status}: {answer.body[:2000]!r}")
    return answer
