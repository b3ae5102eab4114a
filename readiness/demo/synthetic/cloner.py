"""Lives that were lived once through the actions, copied to other days and other people, by the thousand.

What the rules replay of a pilot depends on how far its days lie apart and on who is who, never on which days or people
these are. So a copy whose days are shifted, and whose people stand in for those of the life, each for one, is as true as
the life: the same events, the same periods, and a chain of its own.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db import connection, models, transaction

from pilots.derived.bulk_insert import free_keys
from pilots.event_log import hashing, sign
from pilots.event_log.rows import named
from pilots.models import Decision, DecisionEvidence, Event, Gate, GatePeriod, Person, Pilot, PilotPeriod
from pilots.rules import chain
from pilots.rules.canonical_json import as_text

STAND_IN = 7_000_000_000_000_000
"""Primary keys from here on stand in for people while a life is lived; its copies put others in their place."""
STAND_IN_PLACE = 8_000_000_000_000_000
"""The same for the function in which a life is lived."""
STAND_IN_PORTFOLIO = 9_000_000_000_000_000
"""The same for its portfolio."""
NAME, WORKFLOW, SALT = "its-own-name", "its-own-workflow", "its-own-salt"
"""Words that a copy replaces by its own."""
NULL = "\\N"
_PERSON = re.compile(rf"{STAND_IN // 1000}(\d{{3}})")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(slots=True)
class Signed:
    """What the checksum of an event of a life covers, with blanks: columns, texts, and what the rules read."""

    columns: str
    texts: str
    facts: tuple[str, str | None, str | None]


@dataclass(slots=True)
class Life:
    """A pilot's rows with blanks for its days, people and keys. `days` is how far its last event lies from its first."""

    tables: dict[type[models.Model], list[str]]
    gates: int
    decisions: int
    signed: list[Signed]
    people: frozenset[int]
    days: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a copy is put, and who stands in it, by the number that they have in the life."""

    key: str
    name: str
    workflow: str
    portfolio: int
    function: int
    unit: int
    first: date
    people: Sequence[tuple[int, str]]


class _Blanks(dict[str, Any]):
    """What fills the blanks of a copy. Days are worked out when they are asked for."""

    first: date

    def __missing__(self, name: str) -> str:
        day = (self.first + timedelta(days=int(name[1:]))).isoformat()
        self[name] = day
        return day


def life_of(pilot: Pilot) -> Life:
    """What a pilot that was played with people who stand in left behind, ready to be copied."""
    pilot = Pilot.objects.get(pk=pilot.pk)
    first = pilot.recorded_on
    gates = list(Gate.objects.filter(pilot=pilot).order_by("pk"))
    events = list(Event.objects.filter(pilot=pilot).select_related("decision").order_by("number"))
    at = {gate.pk: n for n, gate in enumerate(gates)}
    numbers = {event.pk: n for n, event in enumerate(events)}
    decisions = list(Decision.objects.filter(gate__pilot=pilot).order_by("event"))
    assert not DecisionEvidence.objects.filter(event__pilot=pilot).exists(), "a life files no evidence"
    blank = _Blank(
        first,
        pilot.key,
        at,
        numbers,
        {row.pk: n for n, row in enumerate(decisions)},
        {gate.public_id: n for n, gate in enumerate(gates)},
    )
    tables = {
        Pilot: [blank.line(pilot)],
        Gate: [blank.line(gate) for gate in gates],
        Event: [blank.line(event) for event in events],
        Decision: [blank.line(row) for row in decisions],
        PilotPeriod: [blank.line(s) for s in PilotPeriod.objects.filter(pilot=pilot)],
        GatePeriod: [blank.line(s) for s in GatePeriod.objects.filter(gate__in=gates)],
    }
    people = {int(found) for lines in tables.values() for line in lines for found in re.findall(r"%\(w(\d+)\)s", line)}
    return Life(
        tables=tables,
        gates=len(gates),
        decisions=len(decisions),
        signed=[blank.signed(event) for event in events],
        people=frozenset(people),
        days=max((event.known_on - first).days for event in events),
    )


@dataclass(slots=True)
class _Blank:
    """Turns rows into lines with blanks."""

    first: date
    key: str
    gates: dict[int, int]
    events: dict[int, int]
    decisions: dict[int, int]
    public_ids: dict[str, int]

    def line(self, row: Any) -> str:
        """A row as tab-separated text, in the order of `columns`."""
        own = self._own(row)
        return "\t".join(own[f.attname] if f.attname in own else self.text(text_of(f, row)) for f in columns(type(row)))

    def joined(self, row: Event | Decision, of: Iterable[Any]) -> list[str]:
        """A row's columns as the log covers them."""
        own = self._own(row)
        if isinstance(row, Event):
            own["written_at"] = f"%({self.day(row.known_on.isoformat())})s 00:00:00.000000"
        if row.gate_id is None:
            own["gate_id"] = hashing.NULL
        return [own[f.attname] if f.attname in own else self.text(hashing.text(getattr(row, f.attname))) for f in of]

    def text(self, text: str) -> str:
        """A text whose days, people and words are blanks."""
        text = text.replace("%", "%%")
        for public_id, n in self.public_ids.items():
            text = text.replace(public_id, f"%(G{n})s")
        text = _DAY.sub(lambda found: f"%({self.day(found[0])})s", text)
        text = _PERSON.sub(lambda found: f"%(w{int(found[1])})s", text)
        text = text.replace(str(STAND_IN_PLACE), "%(function)s").replace(str(STAND_IN_PORTFOLIO), "%(portfolio)s")
        text = text.replace(self.key, "%(key)s")
        return text.replace(NAME, "%(name)s").replace(WORKFLOW, "%(workflow)s")

    def day(self, day: str) -> str:
        return f"D{(date.fromisoformat(day) - self.first).days}"

    def _own(self, row: Any) -> dict[str, str]:
        """The columns of a row that name other rows, or only itself."""
        if isinstance(row, Pilot):
            return {"id": "%(pilot)s", "portfolio_id": "%(portfolio)s", "key": "%(key)s", "log_head": "%(head)s"}
        if isinstance(row, Gate):
            n = self.gates[row.pk]
            return {"id": f"%(g{n})s", "public_id": f"%(G{n})s", "pilot_id": "%(pilot)s"}
        if isinstance(row, Event):
            return self._own_of_event(row, self.events[row.pk])
        if isinstance(row, Decision):
            return {
                "public_id": f"%(X{self.decisions[row.pk]})s",
                "gate_id": f"%(g{self.gates[row.gate_id]})s",
                "event_id": f"%(e{self.events[row.event_id]})s",
            }
        if isinstance(row, GatePeriod):
            return {"gate_id": f"%(g{self.gates[row.gate_id]})s", "unit_id": "%(unit)s"}
        return {"pilot_id": "%(pilot)s", "unit_id": "%(unit)s"}

    def _own_of_event(self, row: Event, n: int) -> dict[str, str]:
        return {
            "id": f"%(e{n})s",
            "public_id": f"%(E{n})s",
            "portfolio_id": "%(portfolio)s",
            "pilot_id": "%(pilot)s",
            "gate_id": NULL if row.gate_id is None else f"%(g{self.gates[row.gate_id]})s",
            "written_at": f"%({self.day(row.known_on.isoformat())})s 00:00:00%(zone)s",
            "texts": f"%(t{n})s",
            "texts_digest": f"%(T{n})s",
            "checksum": f"%(c{n})s",
        }

    def signed(self, row: Event) -> Signed:
        decision: Decision | None = getattr(row, "decision", None)
        of_event = self.joined(row, hashing.OF_EVENT)
        of_decision = [hashing.NULL] * len(hashing.OF_DECISION)
        if decision is not None:
            of_decision = self.joined(decision, hashing.OF_DECISION)
        texts = {**row.texts, "salt": SALT} if row.texts else {}
        return Signed(
            columns=hashing.BETWEEN.join(of_event + of_decision),
            texts=self.text(as_text(texts)).replace(SALT, "%(salt)s"),
            facts=(
                self.text(as_text(row.data)),
                self.text(as_text(decision.conditions)) if decision else None,
                self.text(as_text(decision.sealed)) if decision else None,
            ),
        )


OWN_KEYS = (Pilot, Gate, Event)
"""Tables whose keys other rows name; the others number themselves."""


def columns(model: Any) -> list[Any]:
    """The columns of a table that a copy writes, in their order."""
    numbered = model in OWN_KEYS
    return [f for f in model._meta.concrete_fields if numbered or not f.primary_key]


def text_of(of: Any, row: Any) -> str:
    value = getattr(row, of.attname)
    if value is None:
        return NULL
    if isinstance(of, models.JSONField):
        return json.dumps(value, cls=of.encoder, ensure_ascii=False)
    if isinstance(value, bool):
        return str(int(value))
    text = str(value)
    assert not set(text) & set("\t\n\\"), "a life holds plain texts only"
    return text


@dataclass(slots=True)
class Copies:
    """Copies that are written together. `seed` makes their public ids and salts the same on every run."""

    random: Random
    taken: list[tuple[Life, Place]] = field(default_factory=list)

    def take(self, life: Life, place: Place) -> None:
        self.taken.append((life, place))

    @transaction.atomic
    def file(self) -> int:
        """Write all of it, table by table. Returns how many pilots there are more."""
        taken, self.taken = self.taken, []
        keys = {
            Pilot: free_keys(Pilot, len(taken)),
            Gate: free_keys(Gate, sum(life.gates for life, _ in taken)),
            Event: free_keys(Event, sum(len(life.signed) for life, _ in taken)),
        }
        filled = [self._fill(life, place, keys) for life, place in taken]
        for model in (Pilot, Gate, Event, Decision, PilotPeriod, GatePeriod):
            write(
                model,
                (line % blanks for (life, _), blanks in zip(taken, filled, strict=True) for line in life.tables[model]),
            )
        return len(taken)

    def _fill(self, life: Life, place: Place, keys: dict[Any, Iterator[int]]) -> _Blanks:
        blanks = _Blanks(
            key=place.key,
            name=place.name,
            workflow=place.workflow,
            portfolio=place.portfolio,
            function=place.function,
            unit=place.unit,
            pilot=next(keys[Pilot]),
            zone="+00" if connection.vendor == "postgresql" else "",
        )
        blanks.first = place.first
        for n in life.people:
            blanks[f"w{n}"] = place.people[n][0]
        public = self._public_ids(life.gates + len(life.signed) + life.decisions)
        for n in range(life.gates):
            blanks[f"g{n}"], blanks[f"G{n}"] = next(keys[Gate]), next(public)
        for n in range(life.decisions):
            blanks[f"X{n}"] = next(public)
        head = chain.START
        for n, signed in enumerate(life.signed):
            blanks[f"e{n}"], blanks[f"E{n}"] = next(keys[Event]), next(public)
            head = blanks[f"c{n}"] = self._sign(n, signed, blanks, head)
        blanks["head"] = head
        return blanks

    def _sign(self, n: int, signed: Signed, blanks: _Blanks, head: str) -> str:
        """The checksum of an event in its pilot's chain, as `sign` would give it. Its texts are salted."""
        blanks["salt"] = self.random.randbytes(16).hex()
        blanks[f"t{n}"] = texts = signed.texts % blanks
        blanks[f"T{n}"] = hashing.texts_digest(texts)
        data, conditions, sealed = (part and part % blanks for part in signed.facts)
        facts = hashing.facts(blanks[f"E{n}"], data or hashing.EMPTY, conditions, sealed)
        return chain.checksum(head, signed.columns % blanks, "", facts)

    def _public_ids(self, number: int) -> Iterator[str]:
        """Opaque ids as `opaque_id` makes them: twelve random bytes each."""
        text = urlsafe_b64encode(self.random.randbytes(12 * number)).decode()
        return (text[16 * n : 16 * n + 16] for n in range(number))


def write(model: type[models.Model], lines: Iterable[str]) -> None:
    """Write lines of tab-separated columns into a table: by COPY on PostgreSQL, by one prepared statement on SQLite."""
    table = connection.ops.quote_name(model._meta.db_table)
    names = [connection.ops.quote_name(f.column) for f in columns(model)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                copy.write("".join(f"{line}\n" for line in lines))
            return
        blanks = ", ".join(["%s"] * len(names))
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({blanks})",
            [[None if part == NULL else part for part in line.split("\t")] for line in lines],
        )


def people_at_once(names: Iterable[tuple[str, str]], random: Random, day: date) -> list[Person]:
    """Accounts for many people (address and name) who cannot sign in until a password is set."""
    made = []
    for email, name in names:
        person = Person(email=email, name=name, password="!")
        person.public_id = urlsafe_b64encode(random.randbytes(12)).decode()
        made.append(person)
    people = Person.objects.bulk_create(made, batch_size=1000)
    for first in range(0, len(people), ROWS_AN_EVENT):
        event = Event(action="open_accounts", effective_on=day, known_on=day)
        sign.put_last([event], [named(person) for person in people[first : first + ROWS_AN_EVENT]])
    return people


ROWS_AN_EVENT = 500
"""Accounts that one event names."""
