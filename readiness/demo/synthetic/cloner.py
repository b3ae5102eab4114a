"""Lives that were lived once through the verbs, copied to other days and other people, by the thousand.

What the rules tell of a pilot depends on how far its days lie apart and on who is who, never on which days or people
these are. So a copy whose days are shifted, and whose people stand in for those of the life, each for one, is as true as
the life: the same acts, the same spells, and a chain of its own.
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

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from pilots.event_log.sign import TEXTS, WHERE_THERE, salt_of
from pilots.models import Decision, Event, Gate, GateSpell, Person, Pilot, PilotSpell
from pilots.rules import chain

STAND_IN = 7_000_000_000_000_000
"""Primary keys from here on stand in for people while a life is lived; its copies put others in their place."""
STAND_IN_PLACE = 8_000_000_000_000_000
"""The same for the function in which a life is lived."""
NAME, WORKFLOW = "its-own-name", "its-own-workflow"
"""Words that a copy replaces by its own."""
NULL = "\\N"
_PERSON = re.compile(rf"{STAND_IN // 1000}(\d{{3}})")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(slots=True)
class Signed:
    """One decision of a life: its place, and what its checksum covers."""

    gate: int
    row: dict[str, Any]
    texts: dict[str, str]
    decider: int | None
    by: int | None
    dates: dict[str, str | None]


@dataclass(slots=True)
class Life:
    """A pilot's rows with blanks for its days, people and keys. `days` is how far its last act lies from its first."""

    tables: dict[type[models.Model], list[str]]
    gates: int
    events: int
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
    cell: int
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
    events = list(Event.objects.filter(pilot=pilot).order_by("pk"))
    at = {gate.pk: n for n, gate in enumerate(gates)}
    told = {event.pk: n for n, event in enumerate(events)}
    decisions = list(Decision.objects.filter(gate__pilot=pilot).order_by("event"))
    blank = _Blank(first, pilot.pk, at, told)
    tables = {
        Pilot: [blank.line(pilot)],
        Gate: [blank.line(gate) for gate in gates],
        Event: [blank.line(event) for event in events],
        Decision: [blank.line(row, n) for n, row in enumerate(decisions)],
        PilotSpell: [blank.line(s) for s in PilotSpell.objects.filter(pilot=pilot)],
        GateSpell: [blank.line(s) for s in GateSpell.objects.filter(gate__in=gates)],
    }
    people = {int(found) for lines in tables.values() for line in lines for found in re.findall(r"%\(w(\d+)\)s", line)}
    return Life(
        tables=tables,
        gates=len(gates),
        events=len(events),
        signed=[blank.signed(row) for row in decisions],
        people=frozenset(people),
        days=max((event.known_on - first).days for event in events),
    )


@dataclass(slots=True)
class _Blank:
    """Turns rows into lines with blanks."""

    first: date
    pilot: int
    gates: dict[int, int]
    events: dict[int, int]

    def line(self, row: Any, number: int = 0) -> str:
        """A row as tab-separated text, in the order of `columns`."""
        own = self._own(row, number)
        return "\t".join(own[f.attname] if f.attname in own else self.text(text_of(f, row)) for f in columns(type(row)))

    def text(self, text: str) -> str:
        """A text whose days, people and words are blanks."""
        text = text.replace("%", "%%")
        text = _DAY.sub(lambda found: f"%({self.day(found[0])})s", text)
        text = _PERSON.sub(lambda found: f"%(w{int(found[1])})s", text)
        text = text.replace(str(STAND_IN_PLACE), "%(function)s")
        return text.replace(NAME, "%(name)s").replace(WORKFLOW, "%(workflow)s")

    def day(self, day: str) -> str:
        return f"D{(date.fromisoformat(day) - self.first).days}"

    def _own(self, row: Any, number: int) -> dict[str, str]:
        """The columns of a row that name other rows, or only itself."""
        if isinstance(row, Pilot):
            return {"id": "%(pilot)s", "portfolio_id": "%(portfolio)s", "key": "%(key)s"}
        if isinstance(row, Gate):
            n = self.gates[row.pk]
            return {"id": f"%(g{n})s", "public_id": f"%(G{n})s", "pilot_id": "%(pilot)s", "head": f"%(h{n})s"}
        if isinstance(row, Event):
            n = self.events[row.pk]
            gate = NULL if row.gate_id is None else f"%(g{self.gates[row.gate_id]})s"
            written = f"%({self.day(row.known_on.isoformat())})s 00:00:00%(zone)s"
            return {
                "id": f"%(e{n})s",
                "public_id": f"%(E{n})s",
                "portfolio_id": "%(portfolio)s",
                "pilot_id": "%(pilot)s",
                "gate_id": gate,
                "written_at": written,
            }
        if isinstance(row, Decision):
            of_gate, event = self.gates[row.gate_id], self.events[row.event_id]
            return {
                "public_id": f"%(X{number})s",
                "gate_id": f"%(g{of_gate})s",
                "event_id": f"%(e{event})s",
                "salt": f"%(s{number})s",
                "digests": f"%(q{number})s",
                "checksum": f"%(c{number})s",
            }
        if isinstance(row, GateSpell):
            return {"gate_id": f"%(g{self.gates[row.gate_id]})s", "cell_id": "%(cell)s"}
        return {"pilot_id": "%(pilot)s", "cell_id": "%(cell)s"}

    def signed(self, row: Decision) -> Signed:
        texts = {
            name: self.text(json.dumps(getattr(row, name), sort_keys=True, cls=DjangoJSONEncoder))
            for name in TEXTS
            if name not in WHERE_THERE or getattr(row, name)
        }
        dates = {
            name: self.day(day.isoformat()) if day else None
            for name, day in (
                ("on", row.on),
                ("known_on", row.known_on),
                ("until", row.until),
                ("good_until", row.good_until),
            )
        }
        same = ("number", "outcome", "capacity", "recorded_for", "court")
        return Signed(
            gate=self.gates[row.gate_id],
            row={name: getattr(row, name) for name in same},
            texts=texts,
            decider=row.decider_id and row.decider_id - STAND_IN,
            by=row.by_id and row.by_id - STAND_IN,
            dates=dates,
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
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
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
            Event: free_keys(Event, sum(life.events for life, _ in taken)),
        }
        filled = [self._fill(life, place, keys) for life, place in taken]
        for model in (Pilot, Gate, Event, Decision, PilotSpell, GateSpell):
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
            cell=place.cell,
            pilot=next(keys[Pilot]),
            zone="+00" if connection.vendor == "postgresql" else "",
        )
        blanks.first = place.first
        for n in life.people:
            blanks[f"w{n}"] = place.people[n][0]
        public = self._public_ids(life.gates + life.events + len(life.signed))
        for n in range(life.gates):
            blanks[f"g{n}"], blanks[f"G{n}"] = next(keys[Gate]), next(public)
            blanks[f"h{n}"] = chain.START
        for n in range(life.events):
            blanks[f"e{n}"], blanks[f"E{n}"] = next(keys[Event]), next(public)
        for n, signed in enumerate(life.signed):
            self._sign(n, signed, place, blanks, next(public))
        return blanks

    def _sign(self, n: int, signed: Signed, place: Place, blanks: _Blanks, public: str) -> None:
        """A decision's place in its gate's chain, as `signing.sign` would give it."""
        salt = self.random.randbytes(16).hex()
        digests = {
            name: chain.digest(text % blanks, salt_of(name, salt, public)) for name, text in signed.texts.items()
        }
        row = {
            "id": public,
            "gate": blanks[f"G{signed.gate}"],
            "decider": None if signed.decider is None else place.people[signed.decider][1],
            "by": None if signed.by is None else place.people[signed.by][1],
            "digests": digests,
            **signed.row,
            **{name: day and blanks[day] for name, day in signed.dates.items()},
        }
        head = chain.checksum(blanks[f"h{signed.gate}"], row)
        blanks[f"h{signed.gate}"] = blanks[f"c{n}"] = head
        blanks[f"X{n}"], blanks[f"s{n}"] = public, salt
        blanks[f"q{n}"] = json.dumps(digests)

    def _public_ids(self, number: int) -> Iterator[str]:
        """Opaque ids as `opaque_id` makes them: twelve random bytes each."""
        text = urlsafe_b64encode(self.random.randbytes(12 * number)).decode()
        return (text[16 * n : 16 * n + 16] for n in range(number))


def free_keys(model: type[models.Model], number: int) -> Iterator[int]:
    """As many free primary keys of a table, kept from everybody else."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, number]
            )
            return iter([row[0] for row in cursor.fetchall()])
    # On SQLite the transaction keeps others from writing, and the table goes on after its highest key.
    last = model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0
    return iter(range(last + 1, last + number + 1))


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


def people_at_once(names: Iterable[tuple[str, str]], random: Random) -> list[Person]:
    """Accounts for many people (address and name) who cannot sign in until a password is set."""
    made = []
    for email, name in names:
        person = Person(email=email, name=name, password="!")
        person.public_id = urlsafe_b64encode(random.randbytes(12)).decode()
        made.append(person)
    return Person.objects.bulk_create(made, batch_size=1000)
