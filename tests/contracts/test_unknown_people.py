"""Nobody learns by reading whether an address, a name or an id has an account that they may not see, nor by a name at all.

Whatever takes a person is asked twice, as whoever cannot know them: with somebody who has an account, and with nobody. Status,
code, sentences and statements are the same: of filters in every way, of actions and forms by a name. Who names a person for
something may write the whole address of a colleague who has done nothing here yet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django import forms
from django.db import connection
from django.forms import formset_factory
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework import serializers
from rest_framework.test import APIClient

import readiness.admin.site
import readiness.pages.away
import readiness.pages.policy_gaps  # noqa: F401
from pilots import actions, permissions
from pilots.models import Function, Person
from pilots.rules.actions import ACTIONS, Target
from readiness import registry
from readiness.api import input_fields, inputs
from readiness.api.views.bulk import GATE_ACTIONS, PILOT_ACTIONS
from readiness.forms.fields import PersonField
from readiness.forms.rows import Row
from readiness.queries.people import find_people, people_known_to
from tests.company import LEGAL, ROLES, Cast
from tests.contracts.reading import schema

pytestmark = pytest.mark.django_db

HIDDEN, NOBODY = "quillon", "quillen"
"""Somebody with an account that has nothing to do with the pilot, and nobody: as long as one another."""
WHO = ("sponsor", "decider", "reviewer", "outsider")
PERSONS = re.compile(
    r"a person by id, name or address|an id, name or address|a person: an id|by an id, a name", re.IGNORECASE
)


@pytest.fixture
def cast(db: None) -> Cast:
    found = Cast()
    far = Function.objects.create(name="Far away")
    Person.objects.create_user(f"{HIDDEN}@cast.example", None, name=HIDDEN.title(), function=far)
    found.runs()
    return found


@dataclass(frozen=True)
class Way:
    """One way to mean somebody: what is written of the one with an account, and of the one without."""

    there: str
    nobody: str


def ways() -> list[Way]:
    hidden = Person.objects.get(email=f"{HIDDEN}@cast.example")
    turned = hidden.public_id[:-1] + ("a" if hidden.public_id[-1] != "a" else "b")
    return [
        Way(hidden.email, f"{NOBODY}@cast.example"),
        Way(hidden.name, NOBODY.title()),
        Way(hidden.email.upper(), f"{NOBODY}@cast.example".upper()),
        Way(hidden.public_id, turned),
    ]


def asked(ask: Callable[[str], Any], written: str) -> tuple[int, str, list[str]]:
    """The answer, and the statements that it took; with what was written left out of both."""
    with CaptureQueriesContext(connection) as statements:
        answer = ask(written)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    hide = re.compile(f"{re.escape(written)}|'[^']*'|[0-9a-f]{{16,}}|nonce=\\S+", re.IGNORECASE)
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body.decode())
    found = [hide.sub("…", each["sql"]) for each in statements.captured_queries]
    return answer.status_code, text.replace(written, "…"), [re.sub(r"\d+", "0", each) for each in found]


def by_name() -> list[Way]:
    return [way for way in ways() if way.nobody == NOBODY.title()]


def hold(ask: Callable[[str], Any], what: str, meant: list[Way] | None = None) -> None:
    """Both answers are the same, whichever way somebody is meant."""
    meant = ways() if meant is None else meant
    assert meant
    for way in meant:
        there, nobody = asked(ask, way.there), asked(ask, way.nobody)
        assert there == nobody, f"{what}: {way.there}"


# Actions over the API


def persons_in(field: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to the fields of an input that take a person."""
    if isinstance(field, input_fields.PersonField):
        yield path
    elif isinstance(field, serializers.ListSerializer):
        yield from persons_in(field.child, (*path, 0))
    elif isinstance(field, serializers.Serializer):
        for name, each in field.fields.items():
            yield from persons_in(each, (*path, name))


def sent(path: tuple[Any, ...], written: str) -> Any:
    """A body with a person at a place, and nothing else."""
    if not path:
        return written
    inner = sent(path[1:], written)
    return [inner] if path[0] == 0 else {path[0]: inner}


FULL: dict[str, dict[str, Any]] = {
    "decide": {
        "outcome": "conditional",
        "reason": "Agreed.",
        "conditions": [{"text": "Ask them.", "due": "2099-01-01"}],
    },
    "register_threshold": {
        "metric": "Share",
        "direction": "at_least",
        "value": 0.8,
        "kind": "proportion",
        "smallest_sample": 50,
    },
}
"""What else is sent, so that only the person is wrong."""


def body_of(word: str, path: tuple[Any, ...], written: str) -> dict[str, Any]:
    body = json.loads(json.dumps(FULL.get(word, {})))
    place = body
    for step, then in zip(path, (*path[1:], None), strict=True):
        if then is None:
            place[step] = written
        elif isinstance(step, int):
            place = place[step]
        else:
            place = place.setdefault(step, sent((then,), {}) if then == 0 else {})
    return body


TAKE = [
    (word, path)
    for word, ask in registry.INPUTS.items()
    if ACTIONS[word].target in (Target.PILOT, Target.GATE)
    for path in persons_in(ask())
]


def test_there_are_inputs_that_take_a_person() -> None:
    assert {word for word, _path in TAKE} >= {
        "decide",
        "nominate",
        "set_rules",
        "register_threshold",
        "add_fellow_manager",
    }
    assert ("decide", ("conditions", 0, "owner")) in TAKE


def clients(person: Person) -> APIClient:
    asks = APIClient()
    asks.force_login(person)
    return asks


@pytest.mark.thorough
@pytest.mark.parametrize("who", WHO)
def test_no_action_of_the_api_says_who_has_an_account(cast: Cast, who: str) -> None:
    asks = clients(cast[who])
    for word, path in TAKE:
        action = registry.INTERFACES[word].api or registry.address(word)
        on = Target.PILOT if ACTIONS[word].target is Target.PILOT else Target.GATE
        target = cast.pilot.key if on is Target.PILOT else cast.gate(kind_for(word)).public_id
        address = f"/api/v1/{'pilots' if on is Target.PILOT else 'gates'}/{target}/{action}/"
        hold(
            lambda written, a=address, w=word, p=path: asks.post(a, body_of(w, p, written)),
            f"{who} {word} {path}",
            by_name(),
        )


def kind_for(word: str) -> str:
    return "funding-owner" if ACTIONS[word].on_acceptance else LEGAL


@pytest.mark.thorough
@pytest.mark.parametrize("who", WHO)
def test_nor_does_one_on_many(cast: Cast, who: str) -> None:
    asks, walked = clients(cast[who]), 0
    for items, actions_of in (("pilots", PILOT_ACTIONS), ("gates", GATE_ACTIONS)):
        for address, (word, ask) in actions_of.items():
            for path in persons_in(ask()):
                named = {"key": cast.pilot.key} if items == "pilots" else {"id": cast.gate(kind_for(word)).public_id}

                def send(written: str, body: Any = (items, address, word, path, named)) -> Any:
                    of, action, asked_for, place, item = body
                    says = {"action": action, of: [item], "arguments": body_of(asked_for, place, written)}
                    return asks.post(f"/api/v1/{of}/bulk/", says)

                hold(send, f"{who} {word} {path}", by_name())
                walked += 1
    assert walked >= 3


@pytest.mark.thorough
@pytest.mark.parametrize("who", WHO)
def test_nor_what_only_an_office_does(cast: Cast, who: str) -> None:
    asks, walked = clients(cast[who]), 0
    for method, address, ask in (
        ("post", "rights", inputs.AssignRight),
        ("patch", "rights", inputs.CorrectRight),
    ):
        for path in persons_in(ask()):
            send = getattr(asks, method)
            hold(
                lambda written, s=send, a=address, p=path: s(f"/api/v1/{a}/", body_of("", p, written)), f"{who} {path}"
            )
            walked += 1
    assert walked > 2


@pytest.mark.thorough
@pytest.mark.parametrize("who", WHO)
def test_nor_does_a_question_put_to_somebody(cast: Cast, who: str) -> None:
    """Who carries or decides on a pilot names the owner as everybody names a person: by the whole address, or whom they may know."""
    asks = clients(cast[who])
    [path] = persons_in(inputs.OpenPolicyGap())
    may_ask = permissions.allowed("open_policy_gap", ROLES[who])

    def send(written: str) -> Any:
        says = {"portfolio": cast.portfolio.key, "pilots": [cast.pilot.key], "question": "Which?", "due": "2099-01-01"}
        return asks.post("/api/v1/policy-gaps/", body_of("", path, written) | says)

    hold(send, f"{who} {path}", *((by_name(),) if may_ask else ()))
    assert send(NOBODY).status_code == (422 if may_ask else 403)


def test_an_office_names_everybody(cast: Cast) -> None:
    asks = clients(cast["office"])
    gate = cast.gate("funding-owner").public_id
    for way in ways():
        answer = asks.post(f"/api/v1/gates/{gate}/nominate/", {"person": way.there})
        assert answer.status_code == 201, (way, answer.content)
        assert asks.post(f"/api/v1/gates/{gate}/nominate/", {"person": way.nobody}).status_code == 422


def test_a_decider_names_for_a_condition_whom_they_may_know(cast: Cast) -> None:
    asks = clients(cast["decider"])
    body = body_of("decide", ("conditions", 0, "owner"), "Manager")
    answer = asks.post(f"/api/v1/gates/{cast.gate(LEGAL).public_id}/decisions/", body)
    assert answer.status_code == 201, answer.content


def test_a_colleague_whom_one_does_not_know_of_is_named_by_the_whole_address(cast: Cast) -> None:
    asks = clients(cast["decider"])
    address = f"/api/v1/gates/{cast.gate(LEGAL).public_id}/decisions/"
    [known] = by_name()
    assert asks.post(address, body_of("decide", ("conditions", 0, "owner"), known.there)).status_code == 422
    body = body_of("decide", ("conditions", 0, "owner"), f"{HIDDEN}@cast.example")
    answer = asks.post(address, body)
    assert answer.status_code == 201, answer.content


# Filters


def filters_by_person() -> list[tuple[str, str]]:
    """The addresses, and their parameters, that take a person."""
    found = []
    for path, methods in schema().items():
        for each in methods.get("get", {}).get("parameters", ()):
            if PERSONS.search(each.get("description", "")) or each["name"] in ("holder", "sponsor", "manager", "by"):
                found.append((path, each["name"]))
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("who", ["sponsor", "outsider"])
def test_no_filter_says_who_has_an_account(cast: Cast, who: str) -> None:
    found, asks = filters_by_person(), clients(cast[who])
    assert {name for _path, name in found} >= {"sponsor", "manager", "holder", "waits_on", "by", "decider"}
    for path, name in found:
        if name == "by" and path.endswith("bottlenecks/"):
            continue  # by kind, function or holder
        address = path.replace("{key}", cast.pilot.key)
        hold(lambda written, a=address, n=name, g=asks.get: g(a, {n: written}), f"{who} {path} {name}")


# Pages, the admin and commands: every form asks the same field


@pytest.mark.thorough
@pytest.mark.parametrize("who", WHO)
def test_no_page_of_an_action_says_who_has_an_account(cast: Cast, who: str) -> None:
    asks = Client()
    asks.force_login(cast[who])
    walked = 0
    for on in (Target.PILOT, Target.GATE):
        for address, form in registry.forms_on(on).items():
            names = [name for name, field in form.base_fields.items() if isinstance(field, PersonField)]
            if form.rows_of is not None:
                rows = form.rows_of.form.base_fields.items()
                names += [
                    f"{form.rows_of.form.called}.1.{name}" for name, each in rows if isinstance(each, PersonField)
                ]
            if on is Target.PILOT:
                page = f"/pilots/{cast.pilot.key}/{address}/"
            else:
                page = f"/gates/{cast.gate(kind_for(form.action)).public_id}/{address}/"
            for name in names:
                full = {
                    "outcome": "conditional",
                    "reason": "Agreed.",
                    "conditions.1.text": "Ask.",
                    "conditions.1.due": "2099-01-01",
                }
                hold(
                    lambda written, p=page, n=name, f=full: asks.post(p, f | {n: written}),
                    f"{who} {page} {name}",
                    by_name(),
                )
                walked += 1
    assert walked > 5


def test_nor_does_the_page_on_which_somebody_delegates(cast: Cast) -> None:
    asks = Client()
    asks.force_login(cast["decider"])
    body = {"right": cast.rights[LEGAL].pk, "until": "2099-01-01"}
    hold(lambda written: asks.post(reverse("readiness:my-delegate"), body | {"to": written}), "delegate", by_name())


def test_nor_the_one_on_which_they_hand_over(cast: Cast) -> None:
    asks = Client()
    asks.force_login(cast["sponsor"])
    body = {"last_day": cast.day(-7).isoformat()}
    hold(
        lambda written: asks.post(reverse("readiness:my-leaving"), body | {"successor": written}),
        "hand over",
        by_name(),
    )


def test_a_form_that_does_not_say_who_types_it_fails() -> None:
    class Forgetful(forms.Form):
        who = PersonField()

    with pytest.raises(AssertionError, match="who types it"):
        Forgetful({"who": "quillon@cast.example"}).is_valid()


def test_rows_say_it_too(cast: Cast) -> None:
    class One(Row):
        called = "rows"
        who = PersonField()

    rows = formset_factory(One)(QueryDict(), form_kwargs={"by": cast["decider"]})
    assert rows.empty_form.fields["who"].asker == cast["decider"]  # type: ignore[attr-defined]


# Who is known


def test_a_colleague_is_known_and_who_decides_the_same(cast: Cast) -> None:
    decider, outsider = cast["decider"], cast["outsider"]
    assert not find_people(outsider, "Manager")
    colleague = Person.objects.create_user("ada@cast.example", None, name="Ada", function=cast.function)
    outsider.function = cast.function
    outsider.save()
    assert find_people(outsider, "Ada") == [colleague]
    assert colleague in people_known_to(outsider)
    other = Person.objects.create_user("lin@cast.example", None, name="Lin")
    assert not find_people(decider, "Lin")
    actions.assign_right(kind=cast.rights[LEGAL].kind, portfolio=cast.elsewhere, holder=other, by=None, **cast.when)
    assert find_people(decider, "Lin") == [other]
    assert other in people_known_to(decider)
    assert not find_people(outsider, "Lin")


def test_nobody_without_a_function_is_a_colleague_of_the_others(cast: Cast) -> None:
    outsider = cast["outsider"]
    assert outsider.function_id is None
    assert list(people_known_to(outsider)) == [outsider]
    assert find_people(outsider, "outsider@cast.example") == [outsider]


def test_whoever_is_offered_can_be_typed(cast: Cast) -> None:
    from readiness.forms.pilots import people_near

    near = people_near(cast.pilot)
    assert near
    for who in ("sponsor", "decider", "manager"):
        for one in near:
            assert find_people(cast[who], one.email) == [one]
