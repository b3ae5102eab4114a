"""The pilots on record that a list names, with what lists said of them last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from pilots.derived import load
from pilots.models import Event, GatePeriod, Pilot, PilotPeriod
from pilots.refusals import Invalid
from pilots.rules import corrections
from pilots.rules.actions import STAGE_EVENTS
from pilots.rules.events import EventRecord
from pilots.rules.vocabulary import Stage, Standing
from readiness.inventory import comparing
from readiness.inventory.statement import PEOPLE, Statement, digest_of
from readiness.models.imports import MAKES, ImportedRow, ImportStage
from readiness.queries import pilots as pilot_queries
from readiness.queries import snapshots, sources

OWN = "own"
"""The product's own form."""


_OF_STAGE = frozenset({"stage", "started_on", "decide_by", "adopted_on", "retired_on"})
_OF_DAYS = {"move_decide_by": frozenset({"decide_by"}), "correct_date": _OF_STAGE - {"stage"}}
"""The columns of which an event says something else: of a stage all its days."""


@dataclass(slots=True)
class Memory:
    """What lists said of a pilot last: digests by field, kind and column, and days. `remembered` where any said something."""

    remembered: bool = False
    stage: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    emptied: frozenset[str] = frozenset()
    unread: str = ""

    def remember(self, listed: Mapping[str, Any]) -> None:
        """Remember what a list said, on top of what was said before it."""
        self.remembered = True
        self.stage = listed.get("stage") or self.stage
        for name in ("fields", "dates", "holders", "cells"):
            getattr(self, name).update(listed.get(name, {}))
        self.answers = dict(listed.get("answers", {}))
        self.emptied = frozenset(listed.get("emptied", ()))
        self.unread = listed.get("unread", "")

    def with_statement(self, statement: Statement, emptied: Iterable[str]) -> dict[str, Any]:
        """What is remembered once this list is heard too; a cell that was emptied is remembered as empty.

        A gate of which this list says neither yes nor no (no column, or a word that is no value) is as it was said before.
        """
        listed = statement.listed()
        unsaid = {kind: answer for kind, answer in self.answers.items() if kind not in statement.asked}
        listed["answers"] = unsaid | listed["answers"]
        if found := sorted(emptied):
            listed["emptied"] = found
        return listed

    def would_change(self, listed: Mapping[str, Any]) -> bool:
        """Whether what a list says is other than what is remembered of those before it."""
        stated = ("fields", "dates", "holders", "cells")
        return (
            any(listed.get(name, {}).items() - getattr(self, name).items() for name in stated)
            or listed.get("answers", {}) != self.answers
            or (listed.get("stage") or self.stage) != self.stage
            or frozenset(listed.get("emptied", ())) != self.emptied
            or listed.get("unread", "") != self.unread
        )


@dataclass(slots=True)
class RecordedPilot:
    """A pilot on record, with what lists said of it last, by form and all together, and the days that it holds now.

    `is_taken_back`: it is void for no reason but that the import that made it was taken back. `changed` are the columns of which
    something else was said here after the export that comes back.
    """

    pilot: Pilot
    by_form: dict[str, Memory] = field(default_factory=dict)
    of_all: Memory = field(default_factory=Memory)
    shown: bool = False
    days: dict[str, date | None] = field(default_factory=dict)
    found: comparing.Current | None = None
    is_taken_back: bool = False
    changed: frozenset[str] = frozenset()

    @property
    def stage(self) -> str:
        """The stage, `claimed` where adoption is declared and the facts do not show it."""
        stage = self.pilot.stage
        return Standing.CLAIMED if stage == Stage.ADOPTED and not self.shown else stage

    def remember(self, listed: Mapping[str, Any]) -> None:
        """Remember what a list said."""
        self.by_form.setdefault(listed["form"], Memory()).remember(listed)
        self.of_all.remember(listed)

    def remembered(self, form: str) -> Memory:
        """What lists of a form said last."""
        return self.by_form.get(form, Memory())

    def before(self, form: str) -> Memory:
        """What a list of this form is held against: the own form is the office's own, another meets all that was listed."""
        return self.remembered(form) if form == OWN else self.of_all

    def now(self, name: str) -> Any:
        """What the record says of a field now, as a list would state it."""
        value = getattr(self.pilot, name)
        if name == "function":
            return value.name if value else ""
        if name in PEOPLE:
            return value.email if value else ""
        return value

    def learn_what_changed(self, version: int) -> None:
        """Learn the columns of which something else was said here after an event of the pilot, by its number."""
        if self.pilot.log_count <= version:
            return
        rows = Event.objects.filter(pilot=self.pilot, number__gt=version)
        found: set[str] = set()
        for action, data, kind in rows.values_list("action", "data", "gate__kind__key"):
            found |= {*data.get("set", ())}
            if action in STAGE_EVENTS or action in _OF_DAYS:
                found |= _OF_DAYS.get(action, _OF_STAGE)
            if kind:
                found.add(f"gate:{kind}:holder")
        self.changed = frozenset(found)

    def look(self) -> None:
        """Learn again which days the pilot holds, after its stage changed."""
        self.days = _days([self.pilot.pk])[self.pilot.pk]

    def look_whether_shown(self, at: date) -> None:
        """Learn again whether the facts show an adoption, after they changed."""
        self.shown = self.pilot.stage == Stage.ADOPTED and bool(_shown_adopted([self.pilot.pk], at))

    def events(self) -> list[EventRecord]:
        """All that was done to it, each event on the day that is known of it now."""
        return corrections.corrected(load.event_records(self.pilot))


def on_record(statement: Iterable[Statement], at: date) -> dict[str, RecordedPilot]:
    """The pilots that these name by key, with what lists said of them. A handful of queries for any number."""
    named = {each.key: each for each in statement}
    pilots = Pilot.objects.filter(key__in=list(named)).select_related("portfolio", "function", *PEOPLE)
    found = {pilot.pk: RecordedPilot(pilot) for pilot in pilots}
    remembered = Event.objects.filter(pilot__in=found, action__in=("record", "list_again"), data__has_key="listed")
    forgotten = _forgotten(found)
    columns = ("pk", "action", "pilot_id", "data__listed")
    for event, action, pk, listed in remembered.order_by("pk").values_list(*columns):
        # What made a pilot is what it goes on from, where a later list restores it.
        if action == "record" or not any(first <= event <= last for first, last in forgotten.get(pk, ())):
            found[pk].remember(listed)
    _learn_whether_taken_back([recorded for recorded in found.values() if recorded.pilot.void_since])
    _remember_kept([recorded for recorded in found.values() if named[recorded.pilot.key].kept], named)
    for pk, days in _days(found).items():
        found[pk].days = days
    for pk in _shown_adopted([pk for pk, recorded in found.items() if recorded.pilot.stage == Stage.ADOPTED], at):
        found[pk].shown = True
    _read([recorded for recorded in found.values() if _is_compared(recorded, named[recorded.pilot.key])], at)
    return {recorded.pilot.key: recorded for recorded in found.values()}


def _forgotten(pks: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """From which event to which nothing counts that a list said of pilots on record, for it was taken back; by pilot."""
    rows = ImportedRow.objects.filter(pilot__in=list(pks), session__stage=ImportStage.TAKEN_BACK)
    rows = rows.exclude(outcome__in=MAKES).filter(session__last_event__isnull=False)
    found: dict[int, list[tuple[int, int]]] = {}
    for pk, first, last in rows.values_list("pilot_id", "session__first_event", "session__last_event"):
        found.setdefault(pk, []).append((first or 0, last or 0))
    return found


def _learn_whether_taken_back(those: list[RecordedPilot]) -> None:
    """Learn of pilots that are void whether the import that made them was taken back, or people declared them so."""
    if not those:
        return
    rows = {recorded.pilot.pk: recorded for recorded in those}
    declared = Event.objects.filter(pilot__in=list(rows), action="void").order_by("pk")
    for pk, data in declared.values_list("pilot_id", "data"):
        rows[pk].is_taken_back = "taken_back" in data


def read_again(recorded: RecordedPilot, statement: Statement, at: date) -> None:
    """Learn again all that is so of a pilot, after it was restored."""
    recorded.look()
    recorded.look_whether_shown(at)
    if _is_compared(recorded, statement):
        _read([recorded], at)


def _remember_kept(those: list[RecordedPilot], named: Mapping[str, Statement]) -> None:
    """Of the own form: what stands beside a pilot already is said again where it comes back from an export."""
    again = {one.pilot.pk: one for one in those if named[one.pilot.key].form == OWN and OWN in one.by_form}
    for pk, cells in (sources.kept_cells(again) if again else {}).items():
        statement = named[again[pk].pilot.key]
        if digest_of(tuple(cells.items())) == statement.unread:
            again[pk].by_form[OWN].unread = statement.unread


def _shown_adopted(pks: list[int], at: date) -> list[int]:
    """Which of these pilots are shown to be adopted on a day."""
    rows = pilot_queries.pilots().standing(at).filter(pk__in=pks, standing=Stage.ADOPTED)
    return list(rows.values_list("pk", flat=True)) if pks else []


def _days(pks: Iterable[int]) -> dict[int, dict[str, date | None]]:
    """The days that pilots hold by all that is known now, by the names that a list has for them."""
    rows = PilotPeriod.objects.filter(pilot__in=list(pks), superseded_on=None, last_day=None)
    return {
        row.pilot_id: {
            "started_on": row.started_on,
            "decide_by": row.decide_by,
            "adopted_on": row.since if row.stage == Stage.ADOPTED else None,
            "retired_on": row.since if row.stage == Stage.RETIRED else None,
        }
        for row in rows
    }


def _is_compared(recorded: RecordedPilot, statement: Statement) -> bool:
    """Whether what the gates say must be read: the own form says it, and did not say the same before."""
    before = recorded.remembered(statement.form)
    return statement.form == OWN and (
        not before.remembered or before.would_change(statement.listed()) or _is_emptied(before, statement)
    )


def _is_emptied(before: Memory, statement: Statement) -> bool:
    """Whether a cell of a gate is empty that said something before."""
    return any(before.cells.get(column) and column not in before.emptied for column in statement.emptied)


def _read(those: list[RecordedPilot], at: date) -> None:
    rows = {recorded.pilot.pk: recorded for recorded in those}
    if not rows:
        return
    last: dict[int, dict[str, GatePeriod]] = {pk: {} for pk in rows}
    periods_now = GatePeriod.objects.filter(gate__pilot__in=rows, superseded_on=None, last_day=None)
    for period in periods_now.select_related("gate", "kind"):
        last[period.gate.pilot_id][period.kind.key] = period
    for snapshot in snapshots.snapshots_of([recorded.pilot for recorded in those], at=at):
        rows[snapshot.pilot.pk].found = comparing.Current(snapshot, last[snapshot.pilot.pk])


def refuse_older(pilot: Pilot, at: date) -> None:
    """Refuse a list that is older than what is on record: what was known when must stay so."""
    last = Event.objects.filter(pilot=pilot).aggregate(last=Max("known_on"))["last"]
    if last is not None and at < last:
        raise Invalid(
            _("This list is of %(at)s, and the pilot was changed on %(last)s. Import it with --at %(last)s or later.")
            % {"at": at.isoformat(), "last": last.isoformat()},
            field="key",
        )
