"""Whatever can be typed: extremes in every field of every form, every input of the API, every query, and every column.

What comes back is done, or a refusal with a sentence at the field; never a failure, and nothing is kept that breaks a later
read. What is tried is found in the code: forms on their addresses (`roads.py`), serializers at their views, parameters
in the schema, filters at the tables of the desk.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.signals import request_started
from django.db import close_old_connections, connection, transaction
from django.db.models import Model
from django.test import Client, RequestFactory, override_settings
from django.urls import resolve
from rest_framework import serializers

from config.wsgi import application
from pilots.actions.texts import LONGEST_TEXT
from pilots.models import Event, Person
from readiness.api.inputs import AssignRight, FileEvidence
from readiness.forms import OF_GATE, OF_PILOT
from readiness.forms.fields import DayField, NumberField
from tests.company import LEGAL, ROLES, Cast, taken_back
from tests.contracts.addresses import READS, YES
from tests.contracts.extremes import CHARACTERS, DAYS, NUMBERS
from tests.contracts.reading import operations, parameters_read, said, unlogged
from tests.contracts.roads import Road, roads

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

LONG, LONGEST = "x" * 100_000, "x" * 1_000_000
"""The first is typed into forms, which show it again; SQLite searches for 50,000 characters at most."""
TEXTS = ("x" * (LONGEST_TEXT + 1), LONG, *CHARACTERS.values())
OF_ANOTHER_KIND = (LONGEST, True, [], {}, [[]], {"a": [1]}, float("nan"), "\ud800")
"""What JSON can say besides."""
AGAIN = re.compile(r"[._][2-9][._]")
"""A field of a further row, which is the first one's again."""
ALL = bool(os.environ.get("EXHAUSTIVE"))
"""Whether every value is tried in every field, as before a release; else each field has its turn with some of them."""
FEW = (LONG, "1e400", "9999-12-31", "a\0b")
"""For a form that is tried whole at another address."""


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Cast]:
    room = override_settings(EVIDENCE_ROOT=tmp_path_factory.mktemp("evidence"))
    with django_db_blocker.unblock(), room, unlogged(), transaction.atomic():
        yield Cast()
        transaction.set_rollback(True)


def browser(cast: Cast, name: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast[name])
    return client


def in_turn(values: Iterable[Any], turn: int) -> list[Any]:
    """All of them where every one is asked for, else one in ten, others at each turn."""
    found = list(values)
    return found if ALL else found[turn % 10 :: 10] or found[:1]


# Forms and inputs


def extremes(field: Any) -> tuple[Any, ...]:
    """What is tried in a field: all that could be meant by its kind, and some of the others."""
    if isinstance(field, NumberField | serializers.JSONField):
        return (*NUMBERS, LONG, "", "2026-02-31")
    if isinstance(field, DayField | forms.DateField | serializers.DateField):
        return (*DAYS, "", LONG, "-1", CHARACTERS["null"])
    if isinstance(field, forms.ChoiceField | forms.BooleanField | forms.ModelChoiceField):
        return (LONG, "-1", str(2**63), CHARACTERS["null"])
    return (*TEXTS, "", "-1", "1e400")


def tried_in(road: Road, cast: Cast, client: Client) -> dict[str, tuple[Any, ...]]:
    """The fields at an address, each with what is tried in it."""
    if road.is_json:
        there: Mapping[str, Any] = _input(road, cast)().fields
        return {name: (*_as_sent(field), *OF_ANOTHER_KIND) for name, field in there.items()}
    with taken_back():
        answer = client.post(road.path(cast), {"nothing": "1"})
    form = answer.context.get("form") if answer.context else None
    there = form.fields if form else {}
    if rows := getattr(form, "rows", None):
        there = there | {row.add_prefix(name): field for row in rows for name, field in row.fields.items()}
    found = {name: field for name, field in there.items() if name != "file" and not AGAIN.search(name)}
    if road.name.startswith("desk ") and road.name.removeprefix("desk ") in {*OF_PILOT, *OF_GATE}:
        return dict.fromkeys(found, FEW)
    return {name: extremes(field) for name, field in found.items()}


def _input(road: Road, cast: Cast) -> Any:
    """What is sent to an address of the API."""
    view = resolve(road.path(cast)).func.cls  # type: ignore[attr-defined]
    return getattr(view, "ask", AssignRight if "rights" in road.path(cast) else FileEvidence)


def _as_sent(field: Any) -> tuple[Any, ...]:
    numbers = (0, -1, 2**31, 2**63, 10**14, float("inf")) if isinstance(field, serializers.JSONField) else ()
    return (None, *numbers, *extremes(field))


def wrong_with(answer: Any, field: str, road: Road) -> str | None:
    """What is wrong with an answer: a failure, or a refusal without a sentence."""
    if answer.status_code >= 500:
        return str(answer.status_code)
    if answer.status_code < 400 or answer.status_code == 404:
        return None
    if road.is_json:
        says = answer.json()
        errors = [each for each in says.get("errors", {}) if each.split(".")[0] == field]
        fine = says["status"] == answer.status_code and len(says["detail"]) > 10
        return None if fine and (errors or says["code"] not in ("invalid",) or says.get("errors")) else str(says)
    form = answer.context["form"]
    return None if any(getattr(form, "all_errors", form.errors).values()) else "no sentence"


LATER = ("/", "/museum/", "/rights/", "/admin/", "/admin/pilots/pilot/", "/admin/pilots/event/", "/api/v1/pilots/")


def broken_later(cast: Cast, client: Client) -> list[str]:
    """What cannot be read after something was kept."""
    pilot = cast.pilot
    of_it = (f"/pilots/{pilot.key}/", f"/admin/pilots/pilot/{pilot.pk}/change/", f"/api/v1/pilots/{pilot.key}/")
    return [path for path in (*LATER, *of_it) if client.get(path).status_code >= 400]


@pytest.mark.parametrize("road", roads(), ids=str)
def test_no_field_takes_what_cannot_be_or_answers_with_a_failure(cast: Cast, road: Road) -> None:
    wrong: dict[tuple[str, str], Any] = {}
    with taken_back():
        road.ask.before(cast)
        typed, path = road.typed(cast), road.path(cast)
        client = browser(cast, next((n for n in ROLES if n != "anonymous" and road.does(n) == YES), "office"))
        office = browser(cast, "office")
        kept: dict[str, Any] = {}
        for turn, (field, values) in enumerate(tried_in(road, cast, client).items()):
            for value in in_turn(values, turn):
                with taken_back():
                    answer = send(client, road, path, {**typed, field: value})
                    if says := wrong_with(answer, field, road):
                        wrong[field, repr(value)[:20]] = says
                    if answer.status_code < 400:
                        kept[field] = value
        send(client, road, path, typed | kept)
        if kept and (later := broken_later(cast, office)):
            wrong["all of them", repr(kept)[:200]] = later
    assert wrong == {}


def send(client: Client, road: Road, path: str, body: dict[str, Any]) -> Any:
    return client.post(path, json.dumps(body), "application/json") if road.is_json else client.post(path, body)


def test_an_answer_can_be_given_on_a_gate_whatever_number_was_typed_for_its_kind(cast: Cast) -> None:
    """What was kept as "valid for days" is counted with when the next yes is given."""
    with taken_back():
        cast.runs()
        office, decider = Client(raise_request_exception=False), browser(cast, "decider")
        office.force_login(Person.objects.create_superuser("all@example.org", name="Keeps All"))
        gate = cast.gate(LEGAL)
        kind = {"name": "Legal", "question": "Has it?", "position": "10"}
        for number in ("", "1", "3650", *NUMBERS):
            with taken_back():
                typed = {**kind, "valid_for": number}
                kept = office.post(f"/admin/pilots/gatekind/{gate.kind_id}/change/", typed)
                assert kept.status_code in ((302,) if number in ("", "1", "3650") else (422,)), number
                yes = {"outcome": "cleared", "reason": "Standard terms."}
                there = f"/api/v1/gates/{gate.public_id}/decisions/"
                assert decider.post(there, json.dumps(yes), "application/json").status_code == 201


# Sign-in


def test_no_field_of_the_sign_in_fails() -> None:
    found, wrong, client = 0, {}, Client(raise_request_exception=False)
    for path in ("/accounts/login/", "/accounts/password/reset/"):
        form = client.get(path).context["form"]
        for field, value in product(
            form.fields, (LONGEST, "a\0b", "x" * 300 + "@example.org", "\u202e@example.org", "")
        ):
            found += 1
            typed = dict.fromkeys(form.fields, "someone@example.org") | {field: value}
            with taken_back():
                if (status := client.post(path, typed).status_code) >= 500:
                    wrong[path, field, value[:20]] = status
    assert found > 10
    assert wrong == {}


# Queries


QUERIES = (
    "-1",
    str(2**63),
    "1e400",
    "9999-12-31",
    "2026-02-31",
    "x" * 3000,
    "a\0b",
    "\u202e\U0001f9ef",
    "a " * 200,
    "%",
)


@cache
def of_schema() -> list[tuple[str, str]]:
    return [(path, name) for path, method, known in operations() if method == "get" for name in known]


def test_no_parameter_of_the_api_fails(cast: Cast) -> None:
    wrong = {}
    with taken_back():
        cast.around()
        client, gate = browser(cast, "office"), cast.gate(LEGAL).public_id
        asked = ((place, value) for turn, place in enumerate(of_schema()) for value in in_turn(QUERIES, turn))
        for (path, name), value in asked:
            answer = client.get(path.format(key=cast.pilot.key, public_id=gate, point="nothing"), {name: value})
            if answer.status_code >= 400 and not answer["Content-Type"].startswith("application/problem+json"):
                wrong[path, name, value[:20]] = answer.status_code
            if answer.status_code >= 500:
                wrong[path, name, value[:20]] = answer.status_code
    assert wrong == {}


def of_lists() -> dict[str, set[str]]:
    """What each list of the desk can be asked: the search, the order, the page, and its filters."""
    names: dict[str, set[str]] = {}
    for model, table in admin.site._registry.items():
        filters = {str(getattr(each, "parameter_name", "")) for each in table.list_filter} - {""}
        names[f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"] = {
            SEARCH_VAR,
            ORDER_VAR,
            PAGE_VAR,
            *filters,
        }
    return names


def test_no_parameter_of_a_page_or_a_list_fails(cast: Cast) -> None:
    wrong, lists = {}, of_lists()
    with taken_back():
        cast.around()
        client = browser(cast, "office")
        paths = {name: read.path(cast) for name, read in READS.items() if ":api:" not in name and "logout" not in name}
        for turn, (name, path) in enumerate(paths.items()):
            with parameters_read() as read:
                answer = client.get(path)
                said(answer)
            if answer.status_code != 200:
                continue
            there = read | lists.get(name, set())
            asked = [dict.fromkeys(there, value) for value in QUERIES]
            asked += [{parameter: value} for parameter, value in product(there, (str(2**63), "9999-12-31"))]
            for query in in_turn(asked, turn):
                answer = client.get(path, query)
                said(answer)  # a piece of evidence is read to its end, which closes its file
                if answer.status_code >= 500:
                    wrong[name, str(query)[:200]] = answer.status_code
    assert lists.keys() <= READS.keys()
    assert wrong == {}


def relations() -> Iterable[tuple[type[Model], str]]:
    for model in [
        *admin.site._registry,
        *{r.related_model for m in admin.site._registry for r in m._meta.related_objects},
    ]:
        for field in model._meta.fields:
            if field.is_relation:
                yield model, field.name


def test_only_people_are_offered_while_a_name_is_typed(cast: Cast) -> None:
    client = browser(cast, "office")
    found: dict[bool, set[int]] = {}
    for model, field in relations():
        of = {
            "app_label": model._meta.app_label,
            "model_name": model._meta.model_name,
            "field_name": field,
            "term": "a",
        }
        answered = client.get("/admin/autocomplete/", of).status_code
        found.setdefault(model._meta.get_field(field).related_model is Person, set()).add(answered)
    assert found == {True: {200}, False: {403, 404}}


@pytest.mark.parametrize("number", ["0", str(2**31), str(2**63), "9" * 30, "9" * 5000, "-1"])
def test_no_number_in_an_address_fails(cast: Cast, number: str) -> None:
    client = browser(cast, "office")
    ours = [model._meta for model in admin.site._registry if model._meta.app_label == "pilots"]
    tables = [f"/admin/pilots/{meta.model_name}/{number}/change/" for meta in ours]
    others = (
        f"/admin/pilots/pilot/{number}/acts/pause/",
        f"/my/away/{number}/back/",
        f"/pilots/{number}/",
        f"/admin/r/1/{number}/",
    )
    for path in (*tables, *others, f"/evidence/{number}/", f"/gates/{number}/decide/", f"/api/v1/gates/{number}/"):
        assert client.get(path).status_code in (302, 404, 405), path


@pytest.fixture
def kept_open() -> Iterator[None]:
    """A server begins a request by closing what the one before left open: here, the transaction in which the cast stands."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


@pytest.mark.usefixtures("kept_open")
@pytest.mark.parametrize("coding", ["base64", "idna", "undefined", "utf-16", "rot13", "punycode", "nonsense", "utf-8"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_no_coding_of_a_request_fails(coding: str, kind: str) -> None:
    """As a server calls it: the client of the tests reads the coding itself."""
    found: list[str] = []
    for method, path in (
        ("GET", "/accounts/login/?next=%41"),
        ("POST", "/accounts/login/?next=%41"),
        ("GET", "/api/v1/?q=%41"),
    ):
        request = RequestFactory().generic(method, path, b"login=%41")
        environ = request.environ | {"CONTENT_TYPE": f"{kind}; charset={coding}"}
        application(environ, lambda status, _headers: found.append(status[:3]))
    assert found[0] == "200"
    assert found[1] in ("200", "400", "403")
    assert found[2] == "401"


def test_the_engine_is_still_there(cast: Cast) -> None:
    """A statement that fails inside a transaction would make all that follow fail on PostgreSQL."""
    assert connection.in_atomic_block
    assert Event.objects.exists()
