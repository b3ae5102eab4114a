"""Bad input, by the office's desk, a page, the API and the command alike: the same code, the same sentence, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from pilots import verbs
from pilots.models import Decision, Event, Gate, Person, Pilot
from pilots.refusals import ALL
from readiness.forms.seen import token
from tests.pages.conftest import Stage, set_the_stage

pytestmark = pytest.mark.django_db

Said = tuple[str, str]
"""The code of a refusal, and its sentence."""
IN_API = {"decide": "decisions", "record-measurement": "measurements", "except": "decisions"}  # fmt: skip
"""The acts that the API calls otherwise."""


@dataclass(frozen=True)
class Bad:
    """Something that cannot be done: who tries, which act, on which gate, with what typed."""

    name: str
    who: str
    act: str
    kind: str | None
    typed: dict[str, str]
    code: str
    before: Callable[[Stage, Pilot], None] | None = None

    def __str__(self) -> str:
        return self.name


def retired(stage: Stage, pilot: Pilot) -> None:
    verbs.retire(pilot=pilot, by=stage.ria, learned="Nobody reads them.")


def asked_by_the_office(stage: Stage, pilot: Pilot) -> None:
    gate = stage.gate(pilot, "legal-sign-off")
    verbs.ask_exception(gate=gate, by=stage.ansel, reason="Quarter's end.")


LEGAL, QUALITY = "legal-sign-off", "quality-threshold"
FOR = {"for_": "perpetua@example.org", "evidence": "https://mail.example.org/1"}
YES = {"outcome": "cleared", "reason": "Standard terms apply."}
THRESHOLD = {"metric": "Share", "direction": "at_least", "value": "NaN", "kind": "mean", "smallest_sample": "9"}  # fmt: skip
CASES = [
    Bad("not yours", "ria", "decide", LEGAL, YES, "not_yours"),
    Bad("for somebody who does not decide it", "ria", "decide", LEGAL, YES | FOR | {"for_": "bastian@example.org"}, "not_yours"),
    Bad("without evidence", "ria", "decide", LEGAL, YES | {"for_": "perpetua@example.org"}, "evidence_required"),
    Bad("without a reason", "ria", "decide", LEGAL, FOR | {"outcome": "cleared"}, "reason_required"),
    Bad("without conditions", "ria", "decide", LEGAL, FOR | {"outcome": "conditional", "reason": "If."}, "conditions_required"),
    Bad("without an end", "ria", "decide", LEGAL, FOR | {"outcome": "changes_requested", "reason": "Whose data?", "court": "outside"}, "end_required"),
    Bad("in the future", "ria", "decide", LEGAL, YES | FOR | {"on": "2999-01-01"}, "in_future"),
    Bad("before the record", "ria", "decide", LEGAL, YES | FOR | {"on": "2001-01-01"}, "before_record"),
    Bad("on a retired pilot", "ria", "decide", LEGAL, YES | FOR, "wrong_stage", retired),
    Bad("not measured", "ria", "decide", QUALITY, YES | FOR | {"for_": "tove@example.org"}, "not_measured"),
    Bad("an exception beyond ninety days", "ria", "except", LEGAL, FOR | {"reason": "Until then.", "until": "2998-01-01"}, "end_too_late", asked_by_the_office),
    Bad("an exception that nobody asked for", "ria", "except", LEGAL, FOR | {"reason": "Until then.", "until": "2998-01-01"}, "nothing_asked"),
    Bad("a decision on what is accepted", "ria", "decide", "error-owner", YES | FOR, "wrong_gate"),
    Bad("asking without a reason", "ria", "ask-exception", LEGAL, {}, "reason_required"),
    Bad("a threshold that is no number", "ria", "register-threshold", None, THRESHOLD, "invalid"),
    Bad("a measurement without a threshold", "ria", "record-measurement", None, {"value": "0.9", "sample": "100"}, "invalid"),
    Bad("started twice", "ria", "start", None, {}, "wrong_stage"),
    Bad("a pause without an end", "ria", "pause", None, {"reason": "Holidays."}, "end_required"),
    Bad("retired without what was learned", "ria", "retire", None, {}, "reason_required"),
    Bad("adopted too early", "ria", "adopt", None, {}, "gates_open"),
]  # fmt: skip


@pytest.fixture
def stage() -> Stage:
    stage = set_the_stage()
    Person.objects.filter(pk=stage.ria.pk).update(is_staff=True)
    stage.people["ria"] = Person.objects.get(pk=stage.ria.pk)
    return stage


def by_page(bad: Bad, person: Person, pilot: Pilot) -> Said:
    if not bad.kind:
        place = reverse("readiness:pilot-act", args=[pilot.key, bad.act])
        return _typed_into(place, pilot, bad, person)
    gate = pilot.gates.get(kind__key=bad.kind)
    place = reverse("readiness:gate-act", args=[gate.public_id, bad.act])
    return _typed_into(place, gate, bad, person)


def by_desk(bad: Bad, person: Person, pilot: Pilot) -> Said:
    if not bad.kind:
        place = reverse("admin:pilots_pilot_act", args=[pilot.pk, bad.act])
        return _typed_into(place, pilot, bad, person)
    place = reverse("admin:pilots_pilot_gate", args=[pilot.pk, bad.kind, bad.act])
    return _typed_into(place, pilot.gates.get(kind__key=bad.kind), bad, person)


def _typed_into(place: str, target: Pilot | Gate, bad: Bad, person: Person) -> Said:
    """What the form of an address says to what is typed; the sentence must stand on the page that comes back."""
    client = Client()
    client.force_login(person)
    answer = client.post(place, bad.typed | {"seen": token(target)})
    refused = answer.context["form"].refused
    assert answer.status_code == refused.status
    sentences = [str(each) for says in answer.context["form"].errors.values() for each in says]  # fmt: skip
    assert refused.says in sentences
    return refused.code, refused.says


def by_api(bad: Bad, person: Person, pilot: Pilot) -> Said:
    client = APIClient()
    client.force_login(person)
    word = IN_API.get(bad.act, bad.act)
    place = f"/api/v1/pilots/{pilot.key}/{word}/"
    if bad.kind:
        gate = pilot.gates.get(kind__key=bad.kind)
        place = f"/api/v1/gates/{gate.public_id}/{word}/"
    body: dict[str, Any] = {"for" if k == "for_" else k: v for k, v in bad.typed.items()}  # fmt: skip
    if bad.act == "except":
        body["outcome"] = "excepted"
    says = client.post(place, body).json()
    return says["code"], says["detail"]


def by_command(bad: Bad, person: Person, pilot: Pilot) -> Said:
    gate = ["--gate", bad.kind] if bad.kind else []
    values = [f"{name}={value}" for name, value in bad.typed.items()]
    with pytest.raises(CommandError) as ended:
        call_command("act", bad.act, pilot.key, *values, *gate, "--by", person.email)
    assert ended.value.returncode == 2
    first = str(ended.value).split("\n")[0]
    code, _colon, sentence = first.partition(": ")
    return code.split(" ")[0], sentence


ROADS = (by_page, by_desk, by_api, by_command)


@pytest.mark.parametrize("bad", CASES, ids=str)
def test_the_four_roads_refuse_alike_and_write_nothing(stage: Stage, bad: Bad) -> None:
    pilot = stage.running()
    if bad.before:
        bad.before(stage, pilot)
    pilot.refresh_from_db()
    before = (Event.objects.count(), Decision.objects.count())
    said = {road.__name__: road(bad, stage.people[bad.who], pilot) for road in ROADS}
    assert {code for code, _ in said.values()} == {bad.code}, said
    assert len(set(said.values())) == 1, said
    assert (Event.objects.count(), Decision.objects.count()) == before


def test_every_case_names_a_code_that_there_is() -> None:
    assert {bad.code for bad in CASES} <= ALL.keys()
