"""Everybody over every action and every address. What is expected comes from the rows of `pilots.rules.actions` (section 7)."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import get_resolver, path

from config.sign_in import ROUTE
from pilots import actions, permissions
from pilots.models import Decision, Event
from pilots.refusals import Refused
from pilots.rules.actions import ACTIONS, NOBODY, PERMISSIONS
from readiness.pages import masthead
from readiness.queries.people import work_of
from readiness.registry import INTERFACES
from tests.company import NAME, ROLES, Cast, taken_back
from tests.contracts.addresses import ACTS, OWN, READS, SIGN_IN, addresses, read_by_library, unlisted
from tests.contracts.asks import ASKS, NO_PERSON, ActionInput
from tests.contracts.reading import said, unlogged
from tests.contracts.roads import Road, outcome, over_api, roads

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

BESIDE = {"pilots.actions.locked_pilot"}
"""What stands beside the actions and says what it exports."""
SIGNED_IN = [name for name in ROLES if name != "anonymous"]


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Cast]:
    """The cast, put on stage once; every test undoes what it did, and at the end there was nobody."""
    room = override_settings(EVIDENCE_ROOT=tmp_path_factory.mktemp("evidence"))
    with django_db_blocker.unblock(), room, unlogged(), transaction.atomic():
        yield Cast()
        transaction.set_rollback(True)


# Actions


def test_every_action_has_a_row_and_every_row_its_action() -> None:
    modules = [import_module(f"pilots.actions.{found.name}") for found in iter_modules(actions.__path__)]
    words = {word for module in modules for word in getattr(module, "__all__", ()) if module.__name__ not in BESIDE}
    missing, idle = sorted(words - ACTIONS.keys()), sorted(ACTIONS.keys() - words)
    assert not missing, f"say who may do {missing}: give each a row in pilots.rules.actions"
    assert not idle, f"no action is called {idle}"
    assert INTERFACES.keys() == ACTIONS.keys(), "each action has its row in readiness.registry too"


def test_every_verb_is_asked() -> None:
    unasked = sorted(set(actions.__all__) - {ask.action for ask in ASKS} - NO_PERSON)
    assert not unasked, f"say how to ask {unasked}: add them to ASKS in tests/contracts/asks.py"
    asked = {ask.line for ask in ASKS}
    assert (ACTIONS.keys() | PERMISSIONS.keys()) - asked - NO_PERSON == {"see", "enter_the_desk", "read_groups"}
    assert {word for word, action in ACTIONS.items() if action.beyond_limits} == {
        ask.action for ask in ASKS if ask.beyond_limits
    }


@pytest.mark.parametrize("action", sorted(NO_PERSON))
def test_no_person_does_what_a_list_or_the_installation_does(action: str) -> None:
    assert "by" not in inspect.signature(getattr(actions, action)).parameters
    assert ACTIONS[action].allowed == NOBODY


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.line)
def test_a_verb_is_done_by_whom_the_table_names_and_refused_to_everybody_else(cast: Cast, ask: ActionInput) -> None:
    with taken_back():
        ask.before(cast)
        found = {name: tried(cast, ask, name) for name in SIGNED_IN}
    assert found == {name: 200 if ask.allows(name) else 403 for name in SIGNED_IN}


def tried(cast: Cast, ask: ActionInput, name: str) -> int:
    """What comes of it when one of the cast does it: 200, or the status of the refusal."""
    with taken_back():
        try:
            ask.do(cast, name)
        except Refused as refused:
            return refused.status
        return 200


# Addresses


@pytest.fixture(scope="module")
def clients(cast: Cast) -> Iterator[dict[str, Client]]:
    """A browser for each, signed in; the stranger's is not. The head of a page is worked out once for each of them."""
    found = {name: Client() for name in ROLES}
    for name in SIGNED_IN:
        found[name].force_login(cast[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(masthead, "work_of", cache(work_of))
        yield found


def test_somebody_has_said_who_may_ask_every_address() -> None:
    missing = unlisted(addresses())
    assert not missing, f"say who may read {missing} in READS of tests/contracts/addresses.py"
    gone = READS.keys() | set(ACTS)
    assert gone <= {each.name for each in addresses()} | {"admin:pilots_decision_act", "admin:pilots_event_act"}


def test_an_address_that_a_newer_library_brings_is_shut_to_strangers_and_told(cast: Cast, settings: Any) -> None:
    """Whatever the library says of it: it is open when the product has said so, and the walk tells it by its rule."""

    @login_not_required
    def opened(request: HttpRequest, **_taken: Any) -> HttpResponse:
        return HttpResponse(str(request.user))

    newer = (path(f"{ROUTE}by-post/", opened, name="account_by_post"), path(f"{ROUTE}keys/<int:pk>/", opened, name="k"))
    settings.ROOT_URLCONF = (*newer, *get_resolver(settings.ROOT_URLCONF).url_patterns)
    assert unlisted(addresses()) == []
    rules = read_by_library(addresses())
    for name in ("account_by_post", "k"):
        assert rules[name].who("anonymous") == SIGN_IN
        assert outcome(Client().get(rules[name].path(cast))) == SIGN_IN


def test_every_address_is_read_by_whom_the_table_lets(cast: Cast, clients: dict[str, Client]) -> None:
    """And nobody reads the name of a pilot that is not theirs to see, on any page or list."""
    found, wanted, readable = {}, {}, set()
    with taken_back():
        cast.around()
        for name, read in READS.items():
            path = read.path(cast)
            for who, client in clients.items():
                answer = client.get(path)
                came, allowed = outcome(answer), read.who(who)
                found[name, who] = came
                wanted[name, who] = came if allowed == OWN and came != SIGN_IN else allowed
                if NAME in said(answer):
                    readable.add((name, who))
    wrong = {at: came for at, came in found.items() if came != wanted[at]}
    assert wrong == {}, f"it should be { ({at: wanted[at] for at in wrong}) }"
    assert not {at for at in readable if not permissions.allowed("see", ROLES[at[1]])}


@pytest.mark.parametrize("road", roads(), ids=str)
def test_an_act_is_done_at_an_address_by_whom_the_table_lets(
    cast: Cast, clients: dict[str, Client], road: Road
) -> None:
    with taken_back():
        road.ask.before(cast)
        typed, path = road.typed(cast), road.path(cast)
        found, opened = {}, {}
        for who, client in clients.items():
            with taken_back():
                if road.opens:
                    opened[who] = outcome(client.get(path))
                found[who] = outcome(road.send(client, cast, typed))
    assert found == {who: road.does(who) for who in ROLES}
    assert opened == ({who: road.opens(who) for who in ROLES} if road.opens else {})


@pytest.mark.parametrize("action", ["post", "put", "patch", "delete"])
def test_no_other_http_verb_writes_anything(cast: Cast, clients: dict[str, Client], action: str) -> None:
    """Sign-in apart, which is about nothing but the account of whoever asks."""
    ours = {n: r for n, r in READS.items() if "account" not in n and "mfa" not in n}
    with taken_back():
        cast.around()
        before = Event.objects.count(), Decision.objects.count()
        for name, read in ours.items():
            for who in ("anonymous", "office"):
                answer = getattr(clients[who], action)(read.path(cast))
                assert answer.status_code < 500, (name, who)
                if who == "anonymous" and read.who(who) == SIGN_IN:
                    assert outcome(answer) == SIGN_IN, name
        assert (Event.objects.count(), Decision.objects.count()) == before


@pytest.mark.parametrize("road", list(over_api()), ids=str)
def test_a_key_that_only_reads_does_nothing(cast: Cast, road: Road) -> None:
    with taken_back():
        road.ask.before(cast)
        _token, key = actions.issue_token(person=cast["office"], by=None, scope="read")
        asks = Client(headers={"authorization": f"Token {key}"})
        answer = road.send(asks, cast, road.typed(cast))
        assert (answer.status_code, answer.json()["code"]) == (403, "scope")
