"""Bad input, by the office's admin, a page, the API and the command alike: the same code, the same sentence, at the same field.

Nothing is written. `docs/roads.md` says which roads each action has, and why not the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from rest_framework.test import APIClient

from pilots import actions
from pilots.actions.texts import LONGEST_TEXT
from pilots.models import Decision, DecisionRight, Event, Evidence, Gate, GateKind, Person, Pilot
from pilots.refusals import ALL, Refused
from readiness.forms.concurrency import token
from tests.company import Company, browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

Said = tuple[str, str, str | None]
"""The code of a refusal, its sentence, and the field at which it stands, if it is at one."""
IN_API = {
    "decide": "decisions",
    "record-measurement": "measurements",
    "except": "decisions",
    "record-residents": "residents",
}
"""The actions that the API calls otherwise."""


@dataclass(frozen=True)
class Bad:
    """Something that cannot be done: who tries, which action, on which gate, with what typed."""

    name: str
    who: str
    action: str
    kind: str | None
    typed: dict[str, str]
    code: str
    before: Callable[[Company, Pilot], None] | None = None
    field: str | None = None
    late: bool = False
    """Whether what `before` did came after the person had looked."""

    def __str__(self) -> str:
        return self.name


def retired(company: Company, pilot: Pilot) -> None:
    actions.retire(pilot=pilot, by=company.ria, learned="Nobody reads them.")


def answered_meanwhile(company: Company, pilot: Pilot) -> None:
    gate = company.gate(pilot, "legal-sign-off")
    actions.decide(gate=gate, by=company.jory, outcome="refused", reason="No.")


def held_by_the_office(company: Company, pilot: Pilot) -> None:
    """Whoever keeps the records also decides, and has asked for an exception."""
    actions.assign_right(
        kind=GateKind.objects.get(key="legal-sign-off"),
        portfolio=company.portfolio,
        holder=company.ria,
        by=None,
        starts=company.day(30),
        on=company.day(30),
    )
    gate = company.gate(pilot, "legal-sign-off")
    actions.ask_exception(gate=gate, by=company.ria, reason="It cannot wait.")


def asked_by_the_office(company: Company, pilot: Pilot) -> None:
    gate = company.gate(pilot, "legal-sign-off")
    actions.ask_exception(gate=gate, by=company.ansel, reason="Quarter's end.")


LEGAL, QUALITY = "legal-sign-off", "quality-threshold"
FOR = {"for_": "perpetua@example.org", "evidence": "https://mail.example.org/1"}
LONG = "x" * (LONGEST_TEXT + 1)
YES = {"outcome": "cleared", "reason": "Standard terms apply."}
THRESHOLD = {"metric": "Share", "direction": "at_least", "value": "NaN", "kind": "mean", "smallest_sample": "9"}
CONDITIONS = {"outcome": "conditional", "reason": "If."} | {
    f"conditions.{number}.{part}": value
    for number in (1, 2)
    for part, value in {"text": f"List {number}.", "owner": "hedda@example.org", "due": "2998-01-01"}.items()
}
CASES = [
    Bad("not yours", "ria", "decide", LEGAL, YES, "not_yours", field="for"),
    Bad(
        "for somebody who does not decide it",
        "ria",
        "decide",
        LEGAL,
        YES | FOR | {"for_": "bastian@example.org"},
        "not_yours",
        field="for",
    ),
    Bad(
        "without evidence",
        "ria",
        "decide",
        LEGAL,
        YES | {"for_": "perpetua@example.org"},
        "evidence_required",
        field="evidence",
    ),
    Bad("without a reason", "ria", "decide", LEGAL, FOR | {"outcome": "cleared"}, "reason_required", field="reason"),
    Bad(
        "without conditions",
        "ria",
        "decide",
        LEGAL,
        FOR | {"outcome": "conditional", "reason": "If."},
        "conditions_required",
        field="conditions",
    ),
    Bad(
        "without an end",
        "ria",
        "decide",
        LEGAL,
        FOR | {"outcome": "changes_requested", "reason": "Whose data?", "court": "outside"},
        "end_required",
        field="until",
    ),
    Bad("in the future", "ria", "decide", LEGAL, YES | FOR | {"on": "2999-01-01"}, "in_future", field="on"),
    Bad("before the record", "ria", "decide", LEGAL, YES | FOR | {"on": "2001-01-01"}, "before_record", field="on"),
    Bad("on a retired pilot", "ria", "decide", LEGAL, YES | FOR, "wrong_stage", retired),
    Bad("not measured", "ria", "decide", QUALITY, YES | FOR | {"for_": "tove@example.org"}, "not_measured"),
    Bad(
        "an exception beyond ninety days",
        "ria",
        "except",
        LEGAL,
        FOR | {"reason": "Until then.", "until": "2998-01-01"},
        "end_too_late",
        asked_by_the_office,
        field="until",
    ),
    Bad(
        "an exception that nobody asked for",
        "ria",
        "except",
        LEGAL,
        FOR | {"reason": "Until then.", "until": "2998-01-01"},
        "nothing_asked",
    ),
    Bad("a decision on what is accepted", "ria", "decide", "error-owner", YES | FOR, "wrong_gate"),
    Bad("asking without a reason", "ria", "ask-exception", LEGAL, {}, "reason_required", field="reason"),
    Bad("a threshold that is no number", "ria", "register-threshold", None, THRESHOLD, "invalid", field="value"),
    Bad(
        "a measurement without a threshold",
        "ria",
        "record-measurement",
        None,
        {"value": "0.9", "sample": "100"},
        "invalid",
        field="value",
    ),
    Bad("started twice", "ria", "start", None, {}, "wrong_stage"),
    Bad("a pause without an end", "ria", "pause", None, {"reason": "Holidays."}, "end_required", field="until"),
    Bad(
        "retired without what was learned",
        "ria",
        "retire",
        None,
        {"because": "cost"},
        "reason_required",
        field="learned",
    ),
    Bad("adopted too early", "ria", "adopt", None, {}, "gates_open"),
    Bad(
        "answered already, and not looked at since",
        "ria",
        "decide",
        LEGAL,
        YES | FOR,
        "changed_meanwhile",
        answered_meanwhile,
        late=True,
    ),
    Bad(
        "an exception of one's own asking",
        "ria",
        "except",
        LEGAL,
        {"reason": "Until then.", "until": "2998-01-01"},
        "self_approval",
        held_by_the_office,
    ),
    Bad(
        "an exception without an end",
        "ria",
        "except",
        LEGAL,
        FOR | {"reason": "Until then."},
        "end_required",
        asked_by_the_office,
        "until",
    ),
    Bad("accepting what is decided", "ria", "accept", LEGAL, {}, "wrong_gate"),
    Bad("accepting for somebody else", "ria", "accept", "error-owner", {}, "not_named"),
    Bad(
        "an answer that is none",
        "ria",
        "decide",
        LEGAL,
        FOR | {"outcome": "perhaps", "reason": "If."},
        "invalid",
        field="outcome",
    ),
    Bad("a day that is none", "ria", "decide", LEGAL, YES | FOR | {"on": "soon"}, "invalid", field="on"),
    Bad(
        "for somebody who is not here",
        "ria",
        "decide",
        LEGAL,
        YES | FOR | {"for_": "nobody@example.org"},
        "invalid",
        field="for",
    ),
    Bad("nobody is named", "ria", "nominate", "error-owner", {}, "invalid", field="person"),
    Bad("moved to no day", "ria", "move-decide-by", None, {"reason": "Later data."}, "invalid", field="to"),
    Bad("residents of no week", "ria", "record-residents", None, {"people": "4"}, "invalid", field="week"),
    Bad(
        "a share beyond one",
        "ria",
        "register-threshold",
        None,
        THRESHOLD | {"value": "1.5", "kind": "proportion"},
        "invalid",
        field="value",
    ),
    Bad(
        "a threshold in no direction",
        "ria",
        "register-threshold",
        None,
        THRESHOLD | {"direction": "about"},
        "invalid",
        field="direction",
    ),
    Bad("a reason beyond the limit", "ria", "decide", LEGAL, YES | FOR | {"reason": LONG}, "invalid", field="reason"),
    Bad(
        "what would change it, beyond the limit",
        "ria",
        "decide",
        LEGAL,
        FOR | {"outcome": "refused", "reason": "No.", "would_change": LONG},
        "invalid",
        field="would_change",
    ),
    Bad(
        "evidence beyond the limit", "ria", "decide", LEGAL, YES | FOR | {"evidence": LONG}, "invalid", field="evidence"
    ),
    Bad(
        "a condition beyond the limit",
        "ria",
        "decide",
        LEGAL,
        CONDITIONS | FOR | {"conditions.2.text": LONG},
        "invalid",
        field="conditions.2.text",
    ),
    Bad("asking beyond the limit", "ria", "ask-exception", LEGAL, {"reason": LONG}, "invalid", field="reason"),
    Bad(
        "learned more than anybody reads",
        "ria",
        "retire",
        None,
        {"learned": LONG, "because": "cost"},
        "invalid",
        field="learned",
    ),
    Bad("a rule beyond the limit", "ria", "set-rules", None, {"trust_when": LONG}, "invalid", field="trust_when"),
    Bad(
        "a metric beyond the limit",
        "ria",
        "register-threshold",
        None,
        THRESHOLD | {"value": "9", "metric": LONG},
        "invalid",
        field="metric",
    ),
    Bad(
        "a condition that was over beforehand",
        "ria",
        "decide",
        LEGAL,
        CONDITIONS | FOR | {"conditions.2.due": "2001-01-01"},
        "invalid",
        field="conditions.2.due",
    ),
    Bad(
        "a condition on no day that there is",
        "ria",
        "decide",
        LEGAL,
        CONDITIONS | FOR | {"conditions.2.due": "soon"},
        "invalid",
        field="conditions.2.due",
    ),
    Bad(
        "a condition said twice",
        "ria",
        "decide",
        LEGAL,
        CONDITIONS | FOR | {"conditions.2.text": "list  1."},
        "invalid",
        field="conditions.2.text",
    ),
    Bad(
        "a condition that nobody meets",
        "ria",
        "decide",
        LEGAL,
        CONDITIONS | FOR | {"conditions.2.owner": ""},
        "conditions_required",
        field="conditions.2.owner",
    ),
    Bad(
        "a condition for somebody who is not here",
        "ria",
        "decide",
        LEGAL,
        CONDITIONS | FOR | {"conditions.2.owner": "nobody@example.org"},
        "invalid",
        field="conditions.2.owner",
    ),
    Bad(
        "a rule that says neither",
        "ria",
        "set-rules",
        None,
        {"matters_more": "beauty"},
        "invalid",
        field="matters_more",
    ),
]


@pytest.fixture
def company() -> Company:
    company = Company()
    Person.objects.filter(pk=company.ria.pk).update(is_staff=True)
    company.people["ria"] = Person.objects.get(pk=company.ria.pk)
    return company


def by_page(bad: Bad, person: Person, pilot: Pilot, expected_version: str = "") -> Said:
    if not bad.kind:
        place = reverse("readiness:pilot-action", args=[pilot.key, bad.action])
        return _typed_into(place, pilot, bad, person, expected_version)
    gate = pilot.gates.get(kind__key=bad.kind)
    place = reverse("readiness:gate-action", args=[gate.public_id, bad.action])
    return _typed_into(place, gate, bad, person, expected_version)


def by_admin(bad: Bad, person: Person, pilot: Pilot, expected_version: str = "") -> Said:
    if not bad.kind:
        place = reverse("admin:pilots_pilot_act", args=[pilot.pk, bad.action])
        return _typed_into(place, pilot, bad, person, expected_version)
    place = reverse("admin:pilots_pilot_gate", args=[pilot.pk, bad.kind, bad.action])
    return _typed_into(place, pilot.gates.get(kind__key=bad.kind), bad, person, expected_version)


def _typed_into(place: str, target: Pilot | Gate, bad: Bad, person: Person, expected_version: str) -> Said:
    """What the form of an address says to what is typed; the sentence must stand on the page that comes back."""
    return in_form(browser_of(person).post(place, bad.typed | {"expected_version": expected_version or token(target)}))


def in_form(answer: Any) -> Said:
    """What a form says, which must stand at its field on the page that comes back."""
    form = answer.context["form"]
    assert answer.status_code == form.status
    at, says = next(iter(form.all_errors.items()))
    if form.refused is None:
        return "invalid", str(says[0]), at.rstrip("_")
    field = form.refused.field
    place = getattr(form, "places", {}).get(field, field)
    assert form.all_errors[place if place in form.all_errors else "__all__"] == [form.refused.says]
    return form.refused.code, form.refused.says, field


def by_api(bad: Bad, person: Person, pilot: Pilot, expected_version: str = "") -> Said:
    client = APIClient()
    client.force_login(person)
    word = IN_API.get(bad.action, bad.action)
    place = f"/api/v1/pilots/{pilot.key}/{word}/"
    if bad.kind:
        gate = pilot.gates.get(kind__key=bad.kind)
        place = f"/api/v1/gates/{gate.public_id}/{word}/"
    body: dict[str, Any] = {"for" if k == "for_" else k: v for k, v in bad.typed.items()}
    rows: dict[str, dict[str, str]] = {}
    for name in [name for name in body if name.startswith("conditions.")]:
        _rows, number, part = name.split(".")
        rows.setdefault(number, {})[part] = body.pop(name) or None
    if rows:
        body["conditions"] = list(rows.values())
    if bad.action == "except":
        body["outcome"] = "excepted"
    headers = {"if-match": f'"{expected_version}.0"'} if expected_version else {}
    return in_problem(client.post(place, body, headers=headers))


def in_problem(answer: Any) -> Said:
    """What a problem document says, at its field and as its detail."""
    says = answer.json()
    field, sentences = next(iter(says.get("errors", {}).items()), (None, [says["detail"]]))
    assert sentences == [says["detail"]]
    return says["code"], says["detail"], field


def by_command(bad: Bad, person: Person, pilot: Pilot, expected_version: str = "") -> Said:
    gate = ["--gate", bad.kind] if bad.kind else []
    values = [f"{name}={value}" for name, value in bad.typed.items()]
    values += [f"expected_version={expected_version}"] if expected_version else []
    return in_command("act", bad.action, pilot.key, *values, *gate, "--by", person.email)


def in_command(*words: str) -> Said:
    """What a command says as it ends with 2, on its first line."""
    with pytest.raises(CommandError) as ended:
        call_command(*words)
    assert ended.value.returncode == 2
    found = re.match(r"(\w+)(?: \(([\w.]+)\))?: (.*)", str(ended.value))
    assert found is not None, str(ended.value)
    field = found[2] and found[2].rstrip("_")
    return found[1], found[3], field


ROADS = (by_page, by_admin, by_api, by_command)


@pytest.mark.parametrize("bad", CASES, ids=str)
def test_the_four_roads_refuse_alike_and_write_nothing(company: Company, bad: Bad) -> None:
    pilot = company.running()
    looked = token(company.gate(pilot, bad.kind)) if bad.late and bad.kind else ""
    if bad.before:
        bad.before(company, pilot)
    pilot.refresh_from_db()
    before = (Event.objects.count(), Decision.objects.count())
    said = {road.__name__: road(bad, company.people[bad.who], pilot, looked) for road in ROADS}
    assert {(code, field) for code, _, field in said.values()} == {(bad.code, bad.field)}, said
    assert len(set(said.values())) == 1, said
    assert (Event.objects.count(), Decision.objects.count()) == before


def test_every_case_names_a_code_that_there_is() -> None:
    assert {bad.code for bad in CASES} <= ALL.keys()


# Evidence

MB = 1024 * 1024
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(512)
FILES: dict[str, tuple[str, bytes] | None] = {
    "fifty megabytes": ("minutes.pdf", b"%PDF-1.7\n" + bytes(50 * MB)),
    "a program called a PDF": ("minutes.pdf", EXE),
    "a program": ("setup.exe", EXE),
    "an empty file": ("minutes.pdf", b""),
    "neither a file nor a link": None,
}


@pytest.fixture
def room(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Where evidence is kept. Nothing of what is refused stays there."""
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    yield tmp_path
    assert [path for path in settings.EVIDENCE_ROOT.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("what", FILES)
def test_evidence_that_cannot_be_is_refused_alike(company: Company, room: Path, what: str) -> None:
    pilot, ria, named = company.running(), company.ria, FILES[what]

    def sent() -> dict[str, Any]:
        return {"file": SimpleUploadedFile(*named)} if named else {}

    words = ["file_evidence", pilot.key, "--by", ria.email]
    if named:
        (room / named[0]).write_bytes(named[1])
        words += ["--file", str(room / named[0])]
    asks = APIClient()
    asks.force_login(ria)
    filing = reverse("readiness:filing", args=[pilot.key])
    admin = reverse("admin:pilots_pilot_evidence", args=[pilot.pk])
    events = Event.objects.count()
    said = {
        "page": in_form(browser_of(ria).post(filing, sent())),
        "admin": in_form(browser_of(ria).post(admin, sent())),
        "api": in_problem(asks.post(f"/api/v1/pilots/{pilot.key}/evidence/", sent(), format="multipart")),
        "command": in_command(*words),
    }
    with pytest.raises(Refused) as refused:
        actions.file_evidence(pilot=pilot, by=ria, **sent())
    action = (refused.value.code, refused.value.says, refused.value.field)
    assert said == dict.fromkeys(said, action)
    assert not Evidence.objects.exists()
    assert Event.objects.count() == events


# Rights

RIGHT = {"holder": "bastian@example.org", "starts": "2026-01-01"}
RIGHTS: dict[str, tuple[dict[str, str], str, str | None]] = {
    "an end before its start": ({"until": "2025-12-31"}, "invalid", "until"),
    "a deputy who is the holder": ({"deputy": "bastian@example.org"}, "invalid", "deputy"),
    "a holder who is not here": ({"holder": "nobody@example.org"}, "invalid", "holder"),
    "nobody holds it": ({"holder": ""}, "invalid", "holder"),
    "no working day to answer in": ({"answer_within_days": "0"}, "invalid", "answer_within_days"),
    "a number of days that is none": ({"answer_within_days": "soon"}, "invalid", "answer_within_days"),
    "a start that is no day": ({"starts": "soon"}, "invalid", "starts"),
    "a function that there is not": ({"function": "Nowhere"}, "invalid", "function"),
    "days on which another holds it": ({"starts": "2019-01-01"}, "overlap", None),
}


@pytest.mark.parametrize("what", RIGHTS)
def test_a_right_that_cannot_be_is_refused_alike(company: Company, what: str) -> None:
    """The office's admin is the page of rights that are assigned; a function is chosen there, and not written."""
    company.running()
    typed, code, field = RIGHTS[what]
    typed = RIGHT | typed
    kind = GateKind.objects.get(key="legal-sign-off")
    body = {k: v or None for k, v in typed.items()} | {"kind": kind.key, "portfolio": company.portfolio.key}
    if typed.get("answer_within_days") == "0":
        body["answer_within_days"] = 0  # type: ignore[assignment]
    options = [word for k, v in typed.items() for word in (f"--{k.replace('_', '-')}", v)]
    admin = (
        {}
        if "function" in typed
        else {
            "admin": in_form(
                browser_of(company.ria).post(
                    reverse("admin:pilots_decisionright_add"),
                    typed | {"kind": kind.pk, "portfolio": company.portfolio.pk},
                )
            )
        }
    )
    asks = APIClient()
    asks.force_login(company.ria)
    before = DecisionRight.objects.count(), Event.objects.count()
    said = {
        **admin,
        "api": in_problem(asks.post("/api/v1/rights/", body)),
        "command": in_command(
            "assign_right", kind.key, "--portfolio", company.portfolio.key, "--by", company.ria.email, *options
        ),
    }
    assert len(set(said.values())) == 1, said
    assert {(c, f) for c, _, f in said.values()} == {(code, field)}
    assert (DecisionRight.objects.count(), Event.objects.count()) == before


def test_a_right_is_assigned_over_the_api_and_by_the_command(company: Company) -> None:
    company.running()
    asks = APIClient()
    asks.force_login(company.ria)
    body = {"kind": "legal-sign-off", "portfolio": company.portfolio.key, "holder": "bastian@example.org"}
    answer = asks.post("/api/v1/rights/", body)
    assert (answer.status_code, answer.json()["holder"]["name"]) == (201, "Bastian Oake")
    call_command(
        "assign_right",
        "it-data-access",
        "--portfolio",
        company.portfolio.key,
        "--function",
        company.function.name,
        "--holder",
        "Tove Harlan",
        "--by",
        company.ria.email,
        stdout=StringIO(),
    )
    latest = DecisionRight.objects.order_by("-pk")
    assert [(right.kind.key, right.function, right.holder) for right in latest[:2]] == [
        ("it-data-access", company.function, company.tove),
        ("legal-sign-off", None, company.bastian),
    ]
    assert (
        in_command("assign_right", "it-data-access", "--holder", "Tove Harlan", "--by", company.noam.email)[0]
        == "not_yours"
    )


def test_evidence_is_filed_by_the_command_and_in_the_admin(company: Company, tmp_path: Path, settings: Any) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    pilot, minutes = company.running(), tmp_path / "minutes.pdf"
    minutes.write_bytes(b"%PDF-1.7\n%%EOF\n")
    call_command("file_evidence", pilot.key, "--file", str(minutes), "--by", company.ottilie.email, stdout=StringIO())
    sent = {"file": SimpleUploadedFile("letter.pdf", minutes.read_bytes())}
    admin = browser_of(company.ria).post(reverse("admin:pilots_pilot_evidence", args=[pilot.pk]), sent)
    assert admin.status_code == 302
    filed = Evidence.objects.order_by("pk").values_list("title", "by__name")
    assert list(filed) == [("minutes.pdf", "Ottilie Bramm"), ("letter.pdf", "Ria Sand")]
    gone = call_of(["file_evidence", pilot.key, "--file", "/nowhere.pdf", "--by", company.ria.email])
    assert gone == "The file /nowhere.pdf cannot be read."


def call_of(words: list[str]) -> str:
    with pytest.raises(CommandError) as ended:
        call_command(*words)
    assert ended.value.returncode == 2
    return str(ended.value)
