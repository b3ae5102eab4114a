"""The roads on which an act is done over the web: a page, the API, the office's desk. Each act is typed as a person would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from pilots import permissions
from pilots.models import Gate, GateKind, Person, Pilot, Portfolio
from pilots.rules.vocabulary import Role
from readiness.admin.base import ActionModelAdmin
from readiness.api import inputs as api
from readiness.forms import OF_GATE, OF_PILOT, PilotForm
from readiness.forms.many import DecideManyForm
from readiness.forms.offices import Office
from readiness.forms.records import AmendForm, RecordForm
from readiness.forms.reference import ReferenceForm
from tests.company import OFFICES, ROLES, Cast
from tests.contracts.addresses import (
    GONE,
    NO,
    ROWS,
    SIGN_IN,
    YES,
    Who,
    its_office,
    reads_gap_of,
    signed_in,
    whoever_sees_it,
)
from tests.contracts.asks import FIRST, ActionInput

Typed = Callable[[Cast], Any]


@dataclass(frozen=True)
class Road:
    """One act at one address: who may do it there, and who may open its form."""

    name: str
    ask: ActionInput
    path: Callable[[Cast], str]
    typed: Typed
    does: Who
    opens: Who | None = None
    is_json: bool = False

    def __str__(self) -> str:
        return self.name

    def send(self, client: Client, cast: Cast, typed: Any) -> Any:
        if self.is_json:
            return client.post(self.path(cast), typed, "application/json")
        return client.post(self.path(cast), typed)


# What is typed


def write(field: forms.Field, value: Any) -> Any:
    """A value as it is typed into a field; None where nothing is."""
    value = field.prepare_value(value)
    if isinstance(field, forms.BooleanField):
        return "on" if value else None
    if value is None or value == []:
        return None
    return [str(each) for each in value] if isinstance(value, list) else str(value)


def filled(form: forms.Form, says: Mapping[str, Any]) -> dict[str, Any]:
    """A form filled in: what is said, and what stood there already."""
    said = {**says, **says.get("set", {})}
    found = {
        name: write(field, said[name] if name in said else form[name].value()) for name, field in form.fields.items()
    }
    return {name: value for name, value in found.items() if value is not None}


def in_form(made: type[PilotForm], says: Mapping[str, Any], by: Person, **more: Any) -> dict[str, Any]:
    form = made(target=says[made.target_argument], by=by, office=True, **more)
    return filled(form, says)


def in_json(says: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of an action as the API takes them."""
    return {
        "for" if name == "for_" else name: _plain(value)
        for name, value in says.items()
        if not isinstance(value, Pilot | Gate)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Person):
        return value.email
    if isinstance(value, GateKind | Portfolio):
        return value.key
    return value.isoformat() if isinstance(value, date) else value


# Who may


def on_page(ask: ActionInput) -> Who:
    """Whoever sees the pilot may do there what the table lets them."""

    def who(name: str) -> str:
        if name == "anonymous":
            return SIGN_IN
        if not permissions.allowed("see", ROLES[name]):
            return GONE
        return YES if ask.allows(name) else NO

    return who


def opens_page(ask: ActionInput) -> Who:
    """Whoever may do it, within the limits or beyond them, or put it on record for its decider."""
    lines = ["record_for_decider"] if ask.action in ("decide", "except_") else [ask.action] if ask.beyond_limits else []

    def who(name: str) -> str:
        also = permissions.allowed_beyond_limits(ask.action, ROLES[name]) or any(
            permissions.allowed(line, ROLES[name]) for line in lines
        )
        does = on_page(ask)(name)
        return YES if does == NO and also else does

    return who


def at_desk(ask: ActionInput, who: Who = its_office) -> Who:
    """Whoever keeps the records may do there what the table lets an office."""

    def does(name: str) -> str:
        found = who(name)
        return NO if found == YES and not ask.allows(name) else found

    return does


def opens_at_desk(ask: ActionInput) -> Who:
    def who(name: str) -> str:
        return its_office(name) if opens_page(ask)(name) in (YES, GONE) else at_desk(ask)(name)

    return who


def reads_gap(ask: ActionInput | None = None) -> Who:
    """Whoever reads a policy gap of the cast's pilot, and may do there what the table lets them."""

    def who(name: str) -> str:
        found = reads_gap_of(name)
        return NO if found == YES and ask is not None and not ask.allows(name) else found

    return who


def who_decides(ask: ActionInput) -> Who:
    """Whoever sits on a seat may open it; the action says whether this gate is theirs."""

    def who(name: str) -> str:
        does = on_page(ask)(name)
        return YES if does == NO and Role.DECIDER in ROLES[name] else does

    return who


def who_enters_minutes(name: str) -> str:
    """Whoever decides something, and any program office; the rows are on gates that they see."""
    if name == "anonymous":
        return SIGN_IN
    return YES if name in OFFICES or Role.DECIDER in ROLES[name] else NO


def who_records_minutes(name: str) -> str:
    """Whose answer is not said here, so it is the person's own: the office only records for somebody else."""
    if name == "neighbour":
        return CANNOT_BE
    ask = FIRST["record_minutes"]
    return who_enters_minutes(name) if ask.allows(name) or name == "anonymous" else NO


# The roads


def pages() -> Iterator[Road]:
    yield from on_pages_of_their_own()
    yield from _own_address()
    yield from _leaving()
    for word, made in {**OF_PILOT, **OF_GATE}.items():
        ask = FIRST[made.action]
        yield Road(f"page {word}", ask, _page(ask, made, word), _form(ask, made), on_page(ask), opens_page(ask))


def _own_address() -> Iterator[Road]:
    """Whoever has a changed address waiting says on a page of their own whether it is theirs; for others nothing waits."""

    def who(name: str) -> str:
        return SIGN_IN if name == "anonymous" else YES if name == "manager" else CANNOT_BE

    for word in ("confirm", "reject"):
        yield Road(
            f"page {word}-address",
            FIRST[f"{word}_address"],
            lambda _cast: reverse("readiness:my-address"),
            lambda _cast, word=word: {"answer": word},
            who,
            signed_in,
        )


HOLD = frozenset({"sponsor", "decider", "deputy", "stand_in", "head", "manager", "named"})
"""Of the cast, those who hold something that can be handed over."""


def _leaving() -> Iterator[Road]:
    """Everybody hands over what they hold themselves; whoever holds nothing has nothing to hand over."""

    def who(name: str) -> str:
        return SIGN_IN if name == "anonymous" else YES if name in HOLD else CANNOT_BE

    leaving = reverse("readiness:my-leaving")
    yield Road("page hand-over", FIRST["hand_over"], lambda _cast: leaving, _all_to_one, who, signed_in)
    staying = reverse("readiness:my-staying")
    yield Road("page end-hand-over", FIRST["end_hand_over"], lambda _cast: staying, lambda _cast: {}, signed_in)


def _all_to_one(cast: Cast) -> dict[str, Any]:
    return {"last_day": str(cast.day(-30)), "successor": cast["outsider"].email}


def on_pages_of_their_own() -> Iterator[Road]:
    """Acts that are on several gates, or on no gate."""
    many, minutes, filed = (FIRST["decide_many"], FIRST["record_minutes"], FIRST["file_evidence"])

    def alike(cast: Cast) -> dict[str, Any]:
        gates = many.says(cast)["gates"]
        form = DecideManyForm(gates=gates, by=cast["office"], office=False)
        typed = filled(form, many.says(cast))
        return typed | {"gate": [gate.public_id for gate in gates]}

    def at_a_meeting(cast: Cast) -> dict[str, Any]:
        entry = minutes.says(cast)["entries"][0]
        row = {
            "pilot": entry.gate.pilot.key,
            "kind": entry.gate.kind.key,
            "outcome": entry.outcome,
            "reason": entry.reason,
        }
        return {f"answers.1.{part}": value for part, value in row.items()} | {"evidence": "https://minutes.example/1"}

    def piece(cast: Cast) -> dict[str, Any]:
        return {k: v for k, v in filed.says(cast).items() if k != "pilot"}

    def of_gates(cast: Cast) -> str:
        there = reverse("readiness:decide-many")
        return f"{there}?gate={many.says(cast)['gates'][0].public_id}"

    def room(cast: Cast) -> str:
        return reverse("readiness:filing", args=[cast.pilot.key])

    yield from _while_away()
    yield from _policy_gaps()
    yield from _own_tokens()
    yield from _of_managers()
    yield Road("page decide-many", many, of_gates, alike, on_page(many), who_decides(many))
    yield Road(
        "page minutes",
        minutes,
        lambda _cast: reverse("readiness:minutes"),
        at_a_meeting,
        who_records_minutes,
        who_enters_minutes,
    )
    yield Road("page file-evidence", filed, room, piece, on_page(filed), whoever_sees_it)

    def of_many(cast: Cast) -> dict[str, Any]:
        says = many.says(cast)
        gates = [{"id": gate.public_id} for gate in says["gates"]]
        arguments = in_json({name: value for name, value in says.items() if name != "gates"})
        return {"action": "decisions", "gates": gates, "arguments": arguments}

    yield Road(
        "api decide-many",
        many,
        lambda _cast: reverse("readiness:api:gates-bulk"),
        of_many,
        on_page(many),
        is_json=True,
    )
    yield Road(
        "api file-evidence",
        filed,
        lambda cast: reverse("readiness:api:evidence", args=[cast.pilot.key]),
        piece,
        on_page(filed),
        whoever_sees_it,
        is_json=True,
    )


def _policy_gaps() -> Iterator[Road]:
    """Who carries or decides on a pilot puts a question about it, its office hands it on, and whoever owns it answers."""
    opens, assigns, answers = (FIRST[f"{word}_policy_gap"] for word in ("open", "assign", "answer"))

    def one(cast: Cast) -> str:
        return reverse("readiness:policy-gap", args=[answers.says(cast)["gap"].public_id])

    def question(cast: Cast) -> dict[str, Any]:
        says = opens.says(cast)
        return {"portfolio": says["portfolio"].key, "question": says["question"]} | {
            "owner": says["owner"].email,
            "due": str(says["due"]),
            "keys": ", ".join(pilot.key for pilot in says["pilots"]),
        }

    def puts(name: str) -> str:
        """For another office the portfolio is no choice: what is typed cannot be."""
        if name == "neighbour":
            return CANNOT_BE
        return SIGN_IN if name == "anonymous" else YES if opens.allows(name) else NO

    yield Road(
        "page open-policy-gap",
        opens,
        lambda _cast: reverse("readiness:policy-gaps"),
        question,
        puts,
        signed_in,
    )
    yield Road(
        "page assign-policy-gap",
        assigns,
        one,
        lambda cast: {"assign": "yes", "owner": assigns.says(cast)["owner"].email},
        reads_gap(assigns),
        reads_gap(),
    )
    yield Road(
        "page answer-policy-gap",
        answers,
        one,
        lambda cast: {"answer": answers.says(cast)["answer"]},
        reads_gap(answers),
        reads_gap(),
    )
    yield Road(
        "api open-policy-gap",
        opens,
        lambda _cast: reverse("readiness:api:policy-gaps"),
        lambda cast: in_json(opens.says(cast)) | {"pilots": [pilot.key for pilot in opens.says(cast)["pilots"]]},
        puts,
        is_json=True,
    )


def _of_managers() -> Iterator[Road]:
    """What a manager says by pseudonym, each on a page of its own."""
    answer, steps = FIRST["answer_pulse_unnamed"], FIRST["describe_steps"]

    def typed(cast: Cast) -> dict[str, Any]:
        [step] = steps.says(cast)["steps"]
        return {f"steps.1.{part}": value for part, value in step.items()}

    def score(cast: Cast) -> dict[str, Any]:
        return {"score": str(answer.says(cast)["score"])}

    for word, ask, says in (("pulse", answer, score), ("own-steps", steps, typed)):
        yield Road(
            f"page {word}",
            ask,
            lambda cast, word=word: reverse(f"readiness:{word}", args=[cast.pilot.key]),
            says,
            on_page(ask),
            on_page(ask),
        )


def _while_away() -> Iterator[Road]:
    """Everybody says their own absence, and takes back none but their own; whoever holds a right lets somebody else decide."""
    away, back, delegate = FIRST["away"], FIRST["back"], FIRST["delegate"]

    def takes_back(name: str) -> str:
        return SIGN_IN if name == "anonymous" else YES if name == "manager" else GONE

    def holds(name: str) -> str:
        if name == "anonymous":
            return SIGN_IN
        return YES if Role.HOLDER in ROLES[name] else NO

    def days(cast: Cast) -> dict[str, Any]:
        return {k: str(v) for k, v in away.says(cast).items() if k != "person"}

    def of_right(cast: Cast) -> dict[str, Any]:
        says = delegate.says(cast)
        return {k: str(v) for k, v in says.items()} | {"right": says["right"].pk, "to": says["to"].email}

    yield Road("page away", away, lambda _cast: reverse("readiness:my-away"), days, signed_in, signed_in)
    yield Road(
        "page back",
        back,
        lambda cast: reverse("readiness:my-back", args=[back.says(cast)["absence"].pk]),
        lambda _cast: {},
        takes_back,
    )
    yield Road("page delegate", delegate, lambda _cast: reverse("readiness:my-delegate"), of_right, holds, holds)


def _own_tokens() -> Iterator[Road]:
    """Everybody makes tokens for themselves, and takes back none but their own."""
    issue, revoke = FIRST["issue_token"], FIRST["revoke_token"]

    def takes_back(name: str) -> str:
        return SIGN_IN if name == "anonymous" else YES if name == "manager" else GONE

    def path(cast: Cast) -> str:
        return reverse("readiness:revoke-token", args=[revoke.says(cast)["token"].token_key])

    typed = {"name": "Monday review", "scope": "read", "days": "9"}
    yield Road(
        "page issue-token", issue, lambda _cast: reverse("readiness:my-tokens"), lambda _c: typed, signed_in, signed_in
    )
    yield Road("page revoke-token", revoke, path, lambda _cast: {}, takes_back)


def _page(ask: ActionInput, made: type[PilotForm], word: str) -> Callable[[Cast], str]:
    def path(cast: Cast) -> str:
        if made.target_argument == "pilot":
            return reverse("readiness:pilot-action", args=[cast.pilot.key, word])
        gate = ask.says(cast)["gate"]
        return reverse("readiness:gate-action", args=[gate.public_id, word])

    return path


def _form(ask: ActionInput, made: type[PilotForm]) -> Typed:
    def typed(cast: Cast) -> dict[str, Any]:
        return in_form(made, ask.says(cast), cast["office"])

    return typed


def over_api() -> Iterator[Road]:
    for word, (action, _shape) in api.OF_PILOT.items():
        yield _over_api("pilot", word, FIRST[action])
    for word, (action, _shape) in api.OF_GATE.items():
        yield _over_api("gate", word, FIRST[action])
    yield _over_api("gate", "decisions", FIRST["except_"], outcome="excepted")
    right = FIRST["assign_right"]
    yield Road(
        "api assign-right",
        right,
        lambda _cast: reverse("readiness:api:rights"),
        lambda cast: in_json(right.says(cast)),
        _adds(right),
        is_json=True,
    )


def _over_api(on: str, word: str, ask: ActionInput, **more: Any) -> Road:
    def path(cast: Cast) -> str:
        of = cast.pilot.key if on == "pilot" else ask.says(cast)["gate"].public_id
        return reverse(f"readiness:api:{on}-{word}", args=[of])

    return Road(
        f"api {on} {word} {ask.action}",
        ask,
        path,
        lambda cast: in_json(ask.says(cast)) | more,
        on_page(ask),
        is_json=True,
    )


def at_the_desk() -> Iterator[Road]:
    yield from _acts_on_pilots()
    for model, table in admin.site._registry.items():
        if isinstance(table, ActionModelAdmin) and model is not Pilot:
            yield from _of_rows(model, table)


def _files_evidence() -> Road:
    ask = FIRST["file_evidence"]
    return Road(
        "desk file-evidence",
        ask,
        lambda cast: reverse("admin:pilots_pilot_evidence", args=[cast.pilot.pk]),
        lambda cast: {k: v for k, v in ask.says(cast).items() if k != "pilot"},
        at_desk(ask),
        its_office,
    )


def _acts_on_pilots() -> Iterator[Road]:
    yield _files_evidence()
    new, edit = FIRST["record"], FIRST["amend"]
    yield Road(
        "desk record",
        new,
        lambda _cast: reverse("admin:pilots_pilot_add"),
        lambda cast: filled(RecordForm(office=_office(cast)), new.says(cast)),
        _adds(new),
    )
    yield Road(
        "desk amend",
        edit,
        lambda cast: reverse("admin:pilots_pilot_change", args=[cast.pilot.pk]),
        _form(edit, AmendForm),
        at_desk(edit),
    )
    for word, made in {**OF_PILOT, **OF_GATE}.items():
        ask = FIRST[made.action]
        yield Road(f"desk {word}", ask, _desk(ask, made, word), _form(ask, made), at_desk(ask), opens_at_desk(ask))


def _desk(ask: ActionInput, made: type[PilotForm], word: str) -> Callable[[Cast], str]:
    def path(cast: Cast) -> str:
        if made.target_argument == "pilot":
            return reverse("admin:pilots_pilot_act", args=[cast.pilot.pk, word])
        kind = ask.says(cast)["gate"].kind.key
        return reverse("admin:pilots_pilot_gate", args=[cast.pilot.pk, kind, word])

    return path


def _office(cast: Cast) -> Office:
    return Office(cast["office"], permissions.portfolios_kept(cast["office"]))


CANNOT_BE = "cannot be"


def _adds(ask: ActionInput) -> Who:
    """For another office the portfolio is no choice: what is typed cannot be."""

    def who(name: str) -> str:
        if name == "neighbour" and not (ask.shared or ask.reaches):
            return CANNOT_BE
        return SIGN_IN if name == "anonymous" else YES if name in OFFICES and ask.allows(name) else NO

    return who


def _of_rows(model: type[Model], table: ActionModelAdmin) -> Iterator[Road]:
    if table.add_form:
        ask, name = (FIRST[table.add_form.action], f"admin:pilots_{model._meta.model_name}_add")
        yield Road(
            f"desk add {model._meta.model_name}",
            ask,
            lambda _cast: reverse(name),
            _row_form(ask, table.add_form, None),
            _adds(ask),
        )
    if table.change_form:
        yield _changes(model, table.change_form)
    for word, made in table.object_actions.items():
        yield _action_on_row(model, word, made)


def _changes(model: type[Model], made: type[ReferenceForm]) -> Road:
    ask, rows = FIRST[made.action], ROWS[model]
    name = f"admin:pilots_{model._meta.model_name}_change"
    # Of a table that all share, a row may still be one office's own: a kind of gate for its portfolio.
    who = its_office if rows.shared and not (ask.shared or ask.reaches) else rows.who
    return Road(
        f"desk change {model._meta.model_name}",
        ask,
        lambda cast: reverse(name, args=[_row(ask, made, model, cast).pk]),
        _row_form(ask, made, model),
        at_desk(ask, who),
    )


def _action_on_row(model: type[Model], word: str, made: type[ReferenceForm]) -> Road:
    ask, rows = FIRST[made.action], ROWS[model]
    name = f"admin:pilots_{model._meta.model_name}_act"
    does = _adds(ask) if rows.shared and not ask.shared else at_desk(ask, rows.who)
    return Road(
        f"desk {model._meta.model_name} {word}",
        ask,
        lambda cast: reverse(name, args=[_row(ask, made, model, cast).pk, word]),
        _all_to_one if ask.action == "hand_over" else _row_form(ask, made, model),
        does,
        at_desk(ask, rows.who) if ask.reaches else rows.who,
    )


def _row(ask: ActionInput, made: type[ReferenceForm], model: type[Model], cast: Cast) -> Any:
    """The row that an act is on: the action's own, or, where the action makes one anew, the one it comes after."""
    return ask.says(cast)[made.target_argument] if made.target_argument else ROWS[model].one(cast)


def _row_form(ask: ActionInput, made: type[ReferenceForm], model: type[Model] | None) -> Typed:
    def typed(cast: Cast) -> dict[str, Any]:
        row = _row(ask, made, model, cast) if model else None
        return filled(made(row=row, office=_office(cast)), ask.says(cast))

    return typed


def roads() -> list[Road]:
    """Every act at every address where it can be done."""
    return [*pages(), *over_api(), *at_the_desk()]


def outcome(answer: Any) -> str:
    """What came of asking an address."""
    if answer.status_code == 401 or _signs_in(answer):
        return SIGN_IN
    known = {403: NO, 404: GONE, 422: CANNOT_BE}
    if answer.status_code in known:
        return known[answer.status_code]
    return YES if answer.status_code < 400 else str(answer.status_code)


def _signs_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(("/accounts/login/", "/admin/login/"))
