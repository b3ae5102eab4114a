"""What the schema calls required, the action refuses to do without, by its name; what it does not, can be left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings

from readiness.api.inputs import OF_GATE, OF_PILOT
from tests.company import Cast, taken_back
from tests.contracts.asks import FIRST
from tests.contracts.reading import unlogged
from tests.contracts.roads import over_api

pytestmark = pytest.mark.django_db
ASKED = {word: (row, FIRST[row[0]]) for word, row in {**OF_PILOT, **OF_GATE}.items()}
ROADS = {road.name: road for road in over_api()}


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Cast]:
    room = override_settings(EVIDENCE_ROOT=tmp_path_factory.mktemp("evidence"))
    with django_db_blocker.unblock(), room, unlogged(), transaction.atomic():
        yield Cast()
        transaction.set_rollback(True)


@pytest.mark.parametrize("word", [word for word, (row, _ask) in ASKED.items() if row[1].needs])
def test_what_is_required_is_refused_by_name_where_it_is_left_out(cast: Cast, word: str) -> None:
    (action, shape), ask = ASKED[word]
    road = next(road for name, road in ROADS.items() if name.endswith(f" {word} {action}"))
    name = next(name for name in ("office", "decider", "named", "manager", "head") if ask.allows(name))
    with taken_back():
        ask.before(cast)
        client = Client()
        client.force_login(cast[name])
        typed = road.typed(cast)
        for field in shape.needs:
            with taken_back():
                answer = road.send(client, cast, {k: v for k, v in typed.items() if k != field})
            assert answer.status_code == 422, (field, answer.content)
            assert field in answer.json()["errors"], (field, answer.content)
