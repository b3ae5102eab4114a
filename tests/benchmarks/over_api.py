"""Acting over the API, through every layer of the product: a repeat under its key, an answer that is had already, and bulk.

The references are a plain read at the same address, and the same rows written by raw SQL in one transaction (`many`, `deciding`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

from django.db import transaction
from rest_framework.test import APIClient

from pilots import actions
from pilots.concurrency import of_gates
from pilots.models import Person, Pilot
from tests.benchmarks import deciding, many
from tests.benchmarks.harness import Measured, compare

API = "/api/v1/"


def measure(rounds: int) -> Iterator[Measured]:
    with mock.patch("django.utils.timezone.localdate", return_value=many.TODAY), transaction.atomic():
        by = Person.objects.create_superuser("api@example.org", None, name="Api")
        _token, key = actions.issue_token(person=by, by=None, scope="write")
        yield _decisions(min(rounds, 5))
        asks = APIClient()
        asks.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
        yield _bulk(asks, by, min(rounds, 5))
        yield from _once(asks, rounds)
        transaction.set_rollback(True)


def _once(asks: APIClient, rounds: int) -> Iterator[Measured]:
    """What is answered again, beside what is read."""
    address = f"{API}pilots/{Pilot.objects.filter(void_since=None).first().key}/"  # type: ignore[union-attr]

    def again() -> None:
        assert asks.post(f"{address}accept-risk/", {}, HTTP_IDEMPOTENCY_KEY="again").status_code == 200

    again()
    yield compare(
        "an idempotent repeat",
        again,
        lambda: asks.get(address),
        rounds=rounds,
        promise=2,
        says="Beside reading the pilot.",
    )
    listed = f"{API}pilots/"
    mark = asks.get(listed)["ETag"]

    def unchanged() -> None:
        assert asks.get(listed, HTTP_IF_NONE_MATCH=mark).status_code == 304

    yield compare(
        "a list that is had already",
        unchanged,
        lambda: asks.get(listed),
        rounds=rounds,
        promise=1,
        says="Beside the list.",
    )


def _bulk(asks: APIClient, by: Person, rounds: int) -> Measured:
    rows = many._that_move(by)
    body = {
        "action": "move-decide-by",
        "arguments": {"to": many.TO.isoformat(), "reason": "The board meets then."},
        "pilots": [{"key": row.key, "version": row.version} for row in rows],
    }

    def over_api() -> None:
        answer = asks.post(f"{API}pilots/bulk/", body)
        assert answer.status_code == 200, answer.content[:300]

    return compare(
        "bulk over the API",
        lambda: many._taken_back(over_api),
        lambda: many._taken_back(lambda: many._by_hand(rows, by)),
        rounds=rounds,
        promise=4,
        says=f"{len(rows):,} decide-by dates; by hand: statements for all pilots at once.",
    )


def _decisions(rounds: int) -> Measured:
    found: dict[Person, list[Any]] = {}
    there: set[tuple[Person, int]] = set()
    for gate, holder in deciding._waiting(many.THOUSAND):
        # By hand, a pilot's period is closed for each decision: of one pilot, one.
        if (holder, gate.pilot_id) not in there:
            there.add((holder, gate.pilot_id))
            found.setdefault(holder, []).append(gate)
    holder, gates = max(found.items(), key=lambda each: len(each[1]))
    _token, key = actions.issue_token(person=holder, by=None, scope="decide")
    asks = APIClient()
    asks.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    versions = of_gates(gates)
    body = {
        "action": "decisions",
        "arguments": {"outcome": "cleared", "reason": "Agreed."},
        "gates": [{"id": gate.public_id, "version": versions[gate.pk]} for gate in gates],
    }

    def over_api() -> None:
        answer = asks.post(f"{API}gates/bulk/", body)
        assert answer.status_code == 200, answer.content[:300]

    def by_hand() -> None:
        for gate in gates:
            deciding._by_hand(gate, holder)

    return compare(
        "bulk decisions over the API",
        lambda: many._taken_back(over_api),
        lambda: many._taken_back(by_hand),
        rounds=rounds,
        promise=4,
        says=f"{len(gates):,} gates of one holder, cleared alike; by hand: 7 statements for each in one transaction.",
    )
