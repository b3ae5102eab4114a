"""What an event's checksum covers (rule 8, format 1): the same text, written by Python and read by the database.

Every column of the event and of the decision that it carries, joined; but for primary keys of their own, which say
nothing, the texts, for which a digest stands that is a column itself, and what the rules read of both (`FACTS`), which
enters as one digest over the event's random id and the stored JSON. So no name and no text lies in a checksum.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.db.models import Case, CharField, F, Func, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.db.models.lookups import Exact

from pilots.models import Decision, DecisionEvidence, Event
from pilots.models.plain_rows import Joined, Listed
from pilots.rules import chain
from pilots.rules.canonical_json import as_text

NULL, BETWEEN, MANY, LINE = "~", "|", ";", "\n"
EMPTY = "{}"
FACTS = ("data", "conditions", "sealed")
"""JSON that the rules read: of the event, and twice of its decision."""
_APART = {"id", "checksum", "texts", "erased_on", "event", *FACTS}

OF_EVENT = tuple(field for field in Event._meta.concrete_fields if field.name not in _APART)
OF_DECISION = tuple(field for field in Decision._meta.concrete_fields if field.name not in _APART)
"""Every column that format 1 covers, in the order of the model. A later column enters with another format."""
BETWEENS = len(OF_EVENT) + len(OF_DECISION) - 1


def columns(event: Event, decision: Decision | None) -> str:
    """The joined columns of an event, and of the decision that it carries."""
    of_event = [text(getattr(event, field.attname)) for field in OF_EVENT]
    of_decision = [NULL if decision is None else text(getattr(decision, field.attname)) for field in OF_DECISION]
    return BETWEEN.join(of_event + of_decision)


def text(value: Any) -> str:
    if value is None:
        return NULL
    if value is True or value is False:
        return "1" if value else "0"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(value, date):
        return value.isoformat()
    return as_text(value) if isinstance(value, dict | list) else str(value)


def facts(public_id: str, data: str, conditions: str | None, sealed: str | None) -> str:
    """The digest of what the rules read, from its stored JSON; empty where there is none. None: no decision."""
    if data == EMPTY and conditions is None:
        return ""
    return facts_digest(LINE.join((public_id, data, str(conditions), str(sealed))))


def facts_digest(joined: str | None) -> str:
    """The digest of what the rules read, joined to the event's random id (`stored_facts`); empty where there is none."""
    return "" if joined is None else chain.digest(joined)


def texts_digest(texts: str) -> str:
    """The digest of an event's free texts, from their stored JSON with its salt; empty where there are none."""
    return "" if texts == EMPTY else chain.digest(texts)


def evidence(pieces: Iterable[tuple[int, str, int | None]]) -> str:
    """The pieces that an event carries: primary key, checksum, and the decision that rests on them if not its own."""
    return in_order(MANY.join(f"{pk}:{checksum}:{other or ''}" for pk, checksum, other in pieces))


def in_order(listed: str | None) -> str:
    """Pieces as the database lists them, in one order whatever the engine."""
    return MANY.join(sorted(listed.split(MANY))) if listed else ""


class _AsText(Func):
    """A column as `text` writes it, where dates are ISO 8601 as text (`one_reading`)."""

    template = f"COALESCE(CAST(%(expressions)s AS text), '{NULL}')"
    output_field = TextField()

    def __init__(self, path: str, of: type[models.Field[Any, Any]]) -> None:
        super().__init__(F(path))
        self.of = of

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        if issubclass(self.of, models.DateTimeField):
            # A full second is kept there without its fraction.
            sql, parameters = self.as_sql(compiler, connection, **extra)
            return f"CASE length({sql}) WHEN 19 THEN {sql} || '.000000' ELSE {sql} END", (*parameters,) * 3
        return self.as_sql(compiler, connection, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        inner = "%(expressions)s"
        if issubclass(self.of, models.DateTimeField):
            inner = f"to_char({inner} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        elif issubclass(self.of, models.BooleanField):
            inner = f"{inner}::int"
        return self.as_sql(compiler, connection, template=f"COALESCE(({inner})::text, '{NULL}')", **extra)


def stored_columns(path: str = "") -> Any:
    """`columns` as an expression. `path` leads to the event, as in `events__`."""
    of_decision = (_AsText(f"{path}decision__{field.attname}", type(field)) for field in OF_DECISION)
    nothing = When(**{f"{path}decision__pk": None}, then=Value(BETWEEN.join([NULL] * len(OF_DECISION))))
    return Joined(
        *(_AsText(f"{path}{field.attname}", type(field)) for field in OF_EVENT),
        Case(nothing, default=Joined(*of_decision, between=BETWEEN), output_field=TextField()),
        between=BETWEEN,
    )


def stored_facts(path: str = "") -> Any:
    """What `facts` digests, as an expression; null where there is none."""
    of_decision = [Coalesce(stored_text(f"{path}decision__{name}"), Value("None")) for name in FACTS[1:]]
    joined = Joined(f"{path}public_id", stored_text(f"{path}data"), *of_decision, between=LINE)
    nothing = Q(Exact(stored_text(f"{path}data"), Value(EMPTY)), **{f"{path}decision__conditions__isnull": True})
    return Case(When(nothing, then=None), default=joined, output_field=TextField())


def stored_text(path: str) -> Any:
    """A column as it is stored, which nobody parses."""
    return Cast(path, TextField())


def stored_evidence(path: str = "") -> Any:
    """`evidence` as an expression, in no order."""
    other = Case(
        When(decision=OuterRef(f"{path}decision__pk"), then=Value("")),
        default=Coalesce(Cast("decision_id", CharField()), Value("")),
        output_field=CharField(),
    )
    piece = Concat(Cast("evidence_id", CharField()), Value(":"), "checksum", Value(":"), other)
    rows = DecisionEvidence.objects.filter(event=OuterRef(f"{path}pk")).order_by().values("event")
    return Subquery(rows.annotate(listed=Listed(piece, between=MANY)).values("listed"))
