"""A newer list meets what is on record: what changed in the list is taken over, what people decided since is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots import spells, verbs
from pilots.models import Event, Gate, GateSpell, Pilot, PilotSpell
from pilots.refusals import Invalid, Refused
from pilots.rules import adoption, corrections, gates
from pilots.rules.acts import Act
from pilots.rules.history import ADOPTED, NOT_STATED, PLANNED, RETIRED
from pilots.verbs.pilots import CORRECTABLE
from readiness import querysets, reading, words
from readiness.log_words import FIELDS
from readiness.standing import CLAIMED

from . import comparing, vocabulary
from .places import Places
from .records import Finding
from .said import PEOPLE, Said, mark
from .stages import same_stage, steps, without_what_cannot_be

STAGE_VERBS = ("start", "pause", "resume", "adopt", "roll_back", "retire")
BY_SOURCES = (gates.ASSERTED, gates.NO_LONGER_ASSERTED)
"""Answers that no person gave."""
OWN = "own"
Rows = Callable[[Said, Any], dict[str, Any]]
NAMES = {"started_on": gettext_lazy("start"), "decide_by": gettext_lazy("decide by"), "stage": gettext_lazy("stage")}
LONGEST = 80
"""Characters of a text that are told of a change; the record holds the rest."""


@dataclass(slots=True)
class Memory:
    """What lists said of a pilot last: digests by field, kind and column, and days. `heard` where any said something."""

    heard: bool = False
    stage: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    unread: str = ""

    def hear(self, listed: Mapping[str, Any]) -> None:
        """Remember what a list said, on top of what was said before it."""
        self.heard = True
        self.stage = listed.get("stage") or self.stage
        for name in ("fields", "dates", "holders", "cells"):
            getattr(self, name).update(listed.get(name, {}))
        self.answers = dict(listed.get("answers", {}))
        self.unread = listed.get("unread", "")

    def as_said(self, said: Said, emptied: Iterable[str]) -> dict[str, Any]:
        """What is remembered once this list is heard too; a cell that was emptied is remembered as empty."""
        listed = said.listed()
        for name in emptied:
            listed.setdefault("dates" if name in self.dates else "fields", {})[name] = ""
        return listed

    def would_change(self, listed: Mapping[str, Any]) -> bool:
        """Whether what a list says is other than what is remembered of those before it."""
        stated = ("fields", "dates", "holders", "cells")
        return (
            any(listed.get(name, {}).items() - getattr(self, name).items() for name in stated)
            or listed.get("answers", {}) != self.answers
            or (listed.get("stage") or self.stage) != self.stage
            or listed.get("unread", "") != self.unread
        )


@dataclass(slots=True)
class Standing:
    """A pilot on record, with what lists said of it last, by form and all together, and the days that it holds now."""

    pilot: Pilot
    by_form: dict[str, Memory] = field(default_factory=dict)
    of_all: Memory = field(default_factory=Memory)
    shown: bool = False
    days: dict[str, date | None] = field(default_factory=dict)
    found: comparing.Found | None = None

    @property
    def stage(self) -> str:
        """The stage, `claimed` where adoption is declared and the facts do not show it."""
        stage = self.pilot.stage
        return CLAIMED if stage == ADOPTED and not self.shown else stage

    def hear(self, listed: Mapping[str, Any]) -> None:
        """Remember what a list said."""
        self.by_form.setdefault(listed["form"], Memory()).hear(listed)
        self.of_all.hear(listed)

    def heard(self, form: str) -> Memory:
        """What lists of a form said last."""
        return self.by_form.get(form, Memory())

    def before(self, form: str) -> Memory:
        """What a list of this form is held against: the own form is the office's own, another meets all that was listed."""
        return self.heard(form) if form == OWN else self.of_all

    def now(self, name: str) -> Any:
        """What the record says of a field now, as a list would state it."""
        value = getattr(self.pilot, name)
        if name == "function":
            return value.name if value else ""
        if name in PEOPLE:
            return value.email if value else ""
        return value

    def look(self) -> None:
        """Learn again which days the pilot holds, after its stage changed."""
        self.days = _days([self.pilot.pk])[self.pilot.pk]

    def acts(self) -> list[Act]:
        """All that was done to it, each act on the day that is known of it now."""
        return corrections.corrected(spells.acts_of(self.pilot))


@dataclass(slots=True)
class Came:
    """What came of one record: what changed, the stage now, gates asserted, what people keep, and what is not taken."""

    stage: str
    changed: bool = False
    asserted: list[str] = field(default_factory=list)
    changes: list[Finding] = field(default_factory=list)
    kept: list[Finding] = field(default_factory=list)
    not_taken: list[Finding] = field(default_factory=list)

    def change(self, said: Said, column: str, what: Any, before: Any, after: Any) -> None:
        """Tell what became another: “start: 30 June 2025 → 1 October 2025”."""
        self.changed = True
        sentence = f"{said.key}: {what}: {_told(before)} → {_told(after)}"
        self.changes.append(Finding("changed", sentence, said.line, column))

    def keep(self, said: Said, column: str, sentence: Any) -> None:
        """Tell what people decided, and stays so."""
        self.kept.append(Finding("kept", f"{said.key}: {sentence}", said.line, column))

    def refuse(self, said: Said, column: str, sentence: Any) -> None:
        """Tell what is not taken, and why."""
        self.not_taken.append(comparing.not_taken(said, column, str(sentence)))

    def is_taken(self, said: Said, column: str, act: Callable[[], object], what: str = "") -> bool:
        """Do what a cell says; where that is refused, tell it with the reason, and the rest of the row is taken."""
        try:
            act()
        except Refused as refused:
            self.refuse(said, column, f"{what} {refused.says}".strip())
            return False
        return True


def _told(value: Any) -> str:
    if value is None or value == "":
        return _("not stated")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return words.day(value)
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def on_record(said: Iterable[Said], at: date) -> dict[str, Standing]:
    """The pilots that these name by key, with what lists said of them. A handful of queries for any number."""
    named = {each.key: each for each in said}
    pilots = Pilot.objects.filter(key__in=list(named)).select_related("portfolio", "function", *PEOPLE)
    found = {pilot.pk: Standing(pilot) for pilot in pilots}
    heard = Event.objects.filter(pilot__in=found, verb__in=("record", "list_again"), data__has_key="listed")
    for pk, listed in heard.order_by("pk").values_list("pilot_id", "data__listed"):
        found[pk].hear(listed)
    for pk, days in _days(found).items():
        found[pk].days = days
    shown = querysets.pilots().standing(at).filter(pk__in=found, standing=ADOPTED)
    if any(there.pilot.stage == ADOPTED for there in found.values()):
        for pk in shown.values_list("pk", flat=True):
            found[pk].shown = True
    _read([there for there in found.values() if _is_compared(there, named[there.pilot.key])], at)
    return {there.pilot.key: there for there in found.values()}


def _days(pks: Iterable[int]) -> dict[int, dict[str, date | None]]:
    """The days that pilots hold by all that is known now, by the names that a list has for them."""
    rows = PilotSpell.objects.filter(pilot__in=list(pks), known_until=None, ends=None)
    return {
        row.pilot_id: {
            "started_on": row.started_on,
            "decide_by": row.decide_by,
            "adopted_on": row.since if row.stage == ADOPTED else None,
            "retired_on": row.since if row.stage == RETIRED else None,
        }
        for row in rows
    }


def _is_compared(there: Standing, said: Said) -> bool:
    """Whether what the gates say must be read: the own form says it, and did not say the same before."""
    before = there.heard(said.form)
    return said.form == OWN and (not before.heard or before.would_change(said.listed()))


def _read(those: list[Standing], at: date) -> None:
    rows = {there.pilot.pk: there for there in those}
    if not rows:
        return
    last: dict[int, dict[str, GateSpell]] = {pk: {} for pk in rows}
    spells_now = GateSpell.objects.filter(gate__pilot__in=rows, known_until=None, ends=None)
    for spell in spells_now.select_related("gate", "kind"):
        last[spell.gate.pilot_id][spell.kind.key] = spell
    for found in reading.read_many([there.pilot for there in those], at=at):
        rows[found.pilot.pk].found = comparing.Found(found, last[found.pilot.pk])


def update(there: Standing, said: Said, at: date, rows: Rows, places: Places) -> Came:
    """Bring one pilot up to what the list states. What the list does not state is left as it is.

    Raises:
        Refused: the record as the list states it cannot be.
    """
    pilot = there.pilot
    if pilot.portfolio.key != said.portfolio:
        raise Invalid(
            _("The key %(key)s is that of a pilot in the portfolio %(portfolio)s.")
            % {"key": said.key, "portfolio": pilot.portfolio.key},
            field="key",
        )
    before, came = there.before(said.form), Came(there.stage)
    emptied = _emptied(before, said, came)
    listed = there.heard(said.form).as_said(said, emptied)
    _fields(there, said, at, rows, came)
    _stage(there, said, at, came)
    _dates(there, said, at, came)
    _decide_by(there, said, at, came)
    _answers(there, said, at, came)
    _holders(there, said, at, places, came)
    heard = there.heard(said.form)
    matters = came.changed or came.kept or came.not_taken
    _never_taken(there, said, came)
    if matters or (heard.heard and heard.would_change(listed)):
        _in_order(pilot, at)
        verbs.list_again(pilot=pilot, listed=listed, on=at, known=at)
    came.stage = there.stage
    return came


def _emptied(before: Memory, said: Said, came: Came) -> list[str]:
    """The cells that said something before, and are empty now: an empty cell states nothing, and takes nothing away."""
    found = [
        name
        for name in sorted(said.emptied)
        if before.fields.get(name, mark("")) not in ("", mark("")) or before.dates.get(name)
    ]
    if "stage" in said.emptied and before.stage not in (None, NOT_STATED):
        came.refuse(said, "stage", _("The cell is empty now, which states nothing; what is on record stays."))
    for name in found:
        column = said.column(name) if name in before.dates else name
        came.refuse(said, column, _("The cell is empty now, which states nothing; what is on record stays."))
    return found


def _fields(there: Standing, said: Said, at: date, rows: Rows, came: Came) -> None:
    takes, before = {}, there.before(said.form)
    for name, value in said.fields.items():
        now, was = there.now(name), before.fields.get(name)
        if _same(now, value) or was == mark(value):
            # Where the list says what it said before, somebody has amended it since, or nobody has such an address.
            continue
        if was == mark(now) or now in (None, "") or (was is None and said.form == OWN):
            takes[name] = value
        else:
            came.keep(said, name, _("the list says otherwise now; what a person wrote is kept."))
    if not takes:
        return
    _in_order(there.pilot, at)
    told = {name: (there.now(name), value) for name, value in takes.items()}
    found = rows(said, takes)
    told = {name: both for name, both in told.items() if name in found}
    rules = {name: found.pop(name) for name in adoption.RULES if name in found}
    done = []
    if found:
        done.append(verbs.amend(pilot=there.pilot, by=None, set=found, on=at, known=at))
    if rules:
        done.append(verbs.set_rules(pilot=there.pilot, by=None, on=at, known=at, **rules))
    if any(done):
        for name, (was, value) in told.items():
            came.change(said, name, _name(name), was, value)


def _name(name: str) -> Any:
    """What a field is called."""
    if name in NAMES or name in FIELDS:
        return NAMES.get(name) or FIELDS[name]
    return getattr(Pilot._meta.get_field(name), "verbose_name", name) if name in FIELD_NAMES else name


FIELD_NAMES = frozenset(f.name for f in Pilot._meta.get_fields())


def _in_order(pilot: Pilot, at: date) -> None:
    """Refuse a list that is older than what is on record: what was known when must stay so."""
    last = Event.objects.filter(pilot=pilot).aggregate(last=Max("known_on"))["last"]
    if last is not None and at < last:
        raise Invalid(
            _("This list is of %(at)s, and the pilot was changed on %(last)s. Import it with --at %(last)s or later.")
            % {"at": at.isoformat(), "last": last.isoformat()},
            field="key",
        )


def _same(now: Any, value: Any) -> bool:
    return mark(now) == mark(value)


def _stage(there: Standing, said: Said, at: date, came: Came) -> None:
    pilot, before = there.pilot, there.before(said.form).stage
    if not said.states_stage or same_stage(pilot.stage, said.stage) or before == said.stage:
        return
    if _people_moved(pilot):
        came.keep(said, "stage", _("the list says another stage; what people declared is kept."))
        return
    may_be, findings = without_what_cannot_be(said, at)
    way = steps(pilot.stage, may_be, at)
    if not way:
        came.keep(said, "stage", _("the list goes back to an earlier stage; only a person can do that."))
        return
    came.not_taken += findings
    _in_order(pilot, at)
    was = pilot.stage
    for step in way:
        on = _not_before(there, step.on, said, at, came)
        verb = verbs.record_running if step.verb == "record_running" else partial(getattr(verbs, step.verb), by=None)
        verb(pilot=pilot, on=on, known=at, **step.values)
        if step.verb == "record_running":
            came.change(said, said.column("started_on"), _name("started_on"), None, _("not known"))
    there.look()
    came.change(said, "stage", _name("stage"), _stage_in_words(was), _stage_in_words(pilot.stage))


def _stage_in_words(stage: str) -> str:
    return str(Pilot.Stage(stage).label)


def _not_before(there: Standing, on: date, said: Said, at: date, came: Came) -> date:
    """The day of a step; where it lies before what is on record of the stage before, neither is taken for true: it is told."""
    last = max((day for name, day in there.days.items() if day and name != "decide_by"), default=None)
    if last is None or on >= last:
        return on
    sentence = _("%(on)s lies before %(last)s, which is on record; it counts from the day of the list.")
    came.refuse(said, said.column("adopted_on"), sentence % {"on": words.day(on), "last": words.day(last)})
    return at


def _people_moved(pilot: Pilot) -> bool:
    """Whether any person has acted on the stage: no list undoes that."""
    acts = Event.objects.filter(pilot=pilot, verb__in=STAGE_VERBS, by__isnull=False)
    return acts.exists()


def _dates(there: Standing, said: Said, at: date, came: Came) -> None:
    """Correct the days that the list itself said before; those of people are theirs."""
    before = there.before(said.form)
    waiting = {}
    for verb, name in CORRECTABLE.items():
        day = getattr(said, name)
        if day is None or before.dates.get(name) == said.remembered(name) or not _is_another(there, said, name, day):
            continue
        waiting[verb] = day
    acts = there.acts() if waiting else []
    for verb, day in _in_this_order(waiting, acts):
        name = CORRECTABLE[verb]
        column = said.column(name)
        said_it = [act for act in acts if act.verb in (verb, "adopt" if verb == "record_claim" else verb)]
        if not said_it or not comparing.says_something(said, name):
            came.refuse(said, column, _("The pilot has no such day at its stage."))
        elif said_it[-1].by is not None:
            came.keep(said, column, _("the list says another day; what a person declared is kept."))
        elif said_it[-1].on != day or not said_it[-1].data.get("start_known", True) or _is_approximate(there, said):
            _correct(there, said, verb, day, at, came)


def _in_this_order(waiting: Mapping[str, date], acts: list[Act]) -> list[tuple[str, date]]:
    """The corrections, so that none has to pass another: a day that becomes later waits for those after it."""
    last = {act.verb: act.on for act in acts}
    later = {verb: day > last.get(verb, day) for verb, day in waiting.items()}
    return [
        *((v, d) for v, d in reversed(list(waiting.items())) if later[v]),
        *((v, d) for v, d in waiting.items() if not later[v]),
    ]


def _is_another(there: Standing, said: Said, name: str, day: date) -> bool:
    return there.days.get(name) != day or _is_approximate(there, said)


def _is_approximate(there: Standing, said: Said) -> bool:
    """Whether the list is nearer, or less near, to the day than the record says of itself."""
    return said.approximate is not None and said.approximate != there.pilot.approximate


def _correct(there: Standing, said: Said, verb: str, day: date, at: date, came: Came) -> None:
    name = CORRECTABLE[verb]
    column = said.column(name)
    _in_order(there.pilot, at)
    was, decide_by = there.days.get(name), there.days.get("decide_by")
    says = said.sentence(column, _cell(said, column) or day.isoformat())
    correct = partial(verbs.correct_date, of=verb, to=day, source=says, approximate=said.approximate)
    if not came.is_taken(said, column, partial(correct, pilot=there.pilot, on=at, known=at)):
        return
    there.look()
    came.change(said, column, _name(name), was or (_("not known") if verb == "start" else None), day)
    now = there.days.get("decide_by")
    if now != decide_by:
        came.change(said, column, _name("decide_by"), decide_by, now)


def _cell(said: Said, column: str) -> str:
    return dict(said.facts).get(column, "").strip()[:60]


def _decide_by(there: Standing, said: Said, at: date, came: Came) -> None:
    """Move the decide-by date where rule 4 lets a list do so: a later one is a slip, and no mark is typed away."""
    day, before = said.decide_by, there.before(said.form).dates.get("decide_by")
    if day is None or there.days.get("decide_by") == day or before == said.remembered("decide_by"):
        return
    if any(finding.column == "decide_by" for finding in came.not_taken):
        return
    if there.pilot.stage in (PLANNED, NOT_STATED):
        came.refuse(said, "decide_by", _("The pilot has not started."))
        return
    acts = [act for act in there.acts() if act.verb in ("start", "move_decide_by")]
    if before is not None and acts and acts[-1].by is not None:
        came.keep(said, "decide_by", _("the list says another day; what a person declared is kept."))
        return
    _in_order(there.pilot, at)
    was = there.days.get("decide_by")
    says = said.sentence("decide_by", _cell(said, "decide_by") or day.isoformat())
    move = partial(verbs.move_decide_by, pilot=there.pilot, by=None, to=day, reason=says, on=at, known=at)
    if not came.is_taken(said, "decide_by", move, _("decide by %(day)s.") % {"day": words.day(day)}):
        return
    there.look()
    came.change(said, "decide_by", _name("decide_by"), was, day)


def _answers(there: Standing, said: Said, at: date, came: Came) -> None:
    """Assert what the list says yes to now and did not before, and end what it no longer says yes to."""
    heard = there.heard(said.form)
    before = heard.answers if heard.heard else None
    asked = {
        kind for kind in said.asked if before is None or before.get(kind) != _marked(said.answers.get(kind))
    } - _as_before(there, said)
    if not asked:
        return
    of_kinds = there.pilot.gates.filter(kind__key__in=asked).select_related("pilot", "kind")
    for gate in of_kinds.order_by("kind__order", "pk"):
        _answer(there, gate, said, before, at, came)


def _marked(text: str | None) -> str | None:
    return None if text is None else mark(text)


def _as_before(there: Standing, said: Said) -> set[str]:
    """The gates of which the own form says yes in the word that is on record."""
    if there.found is None:
        return set()
    state = {gate.kind.key: gate.reading.state for gate in there.found.on.gates}
    return {kind for kind, text in said.answers.items() if text == f"{kind} {state.get(kind)}"}


def _answer(there: Standing, gate: Gate, said: Said, before: Mapping[str, str] | None, at: date, came: Came) -> None:
    kind, column = gate.kind.key, said.column_of_gate(gate.kind.key)
    stands = gate.decisions.order_by("number").last()
    answered = gate.decisions.exclude(outcome__in=BY_SOURCES).exists()
    asserted = stands is not None and stands.outcome == gates.ASSERTED
    if kind in said.answers:
        if before is None and answered:
            _unless_on_record(there, said, kind, came)
        elif before is not None or not asserted:
            _assert(there, gate, said, at, came, answered=answered, asserted=asserted)
    elif answered:
        if before is not None and kind in before:
            came.keep(said, column, _("the list no longer says yes; what a person answered is kept."))
    elif asserted and (kind in (before or ()) or _says_open(said, kind)):
        _in_order(there.pilot, at)
        source = _("%(file)s, row %(row)d: the list no longer says yes.") % {"file": said.file, "row": said.line}
        if came.is_taken(said, column, partial(verbs.end_assertion, gate=gate, source=source, on=at, known=at)):
            came.change(said, column, gate.kind.name, _("asserted"), _("open, the list no longer says yes"))


def _assert(there: Standing, gate: Gate, said: Said, at: date, came: Came, *, answered: bool, asserted: bool) -> None:
    kind, column = gate.kind.key, said.column_of_gate(gate.kind.key)
    _in_order(there.pilot, at)
    says = said.asserted[kind]
    if not came.is_taken(said, column, partial(verbs.assert_, gate=gate, source=says, on=at, known=at)):
        return
    came.asserted.append(kind)
    came.changed = True
    if answered:
        came.keep(said, column, _("the list says yes anew, which is logged; what a person answered is kept."))
        return
    was = _("asserted") if asserted else _("open")
    came.change(said, column, gate.kind.name, was, _("asserted: %(says)s") % {"says": says.partition(": ")[2]})


def _unless_on_record(there: Standing, said: Said, kind: str, came: Came) -> None:
    """A list that is new to a pilot says yes where a person has answered: told, unless the answer is yes."""
    found = there.found.gate(kind) if there.found else None
    if found is None or vocabulary.gate(found.reading.state) != vocabulary.YES:
        came.keep(said, said.column_of_gate(kind), _("the list says yes; what a person answered is kept."))


def _says_open(said: Said, kind: str) -> bool:
    """Whether a cell of the own form says that a gate is open; an empty one does not."""
    return said.form == OWN and vocabulary.gate(said.cells.get(f"gate:{kind}:state", "")) == vocabulary.NO


def _holders(there: Standing, said: Said, at: date, places: Places, came: Came) -> None:
    """Name whom the list names now for what is accepted, unless a person named somebody since."""
    before = there.before(said.form).holders
    for kind, address in said.holders.items():
        gate = there.found.gate(kind) if there.found else None
        if there.found is None or gate is None or before.get(kind) == mark(address):
            continue
        column = f"gate:{kind}:holder"
        now = gate.holder.email.lower() if gate.holder else ""
        person = places.person(address)
        if now == address or (person and there.found.last[kind].nominee_id == person.pk):
            continue
        if person is None:
            came.not_taken.append(comparing.no_account(said, column, address))
        elif kind in before and now and before[kind] != mark(now):
            came.keep(said, column, _("the list names somebody else; whom people named is kept."))
        else:
            _nominate(there, gate.gate, person, said, column, now, at, came)


def _nominate(
    there: Standing, gate: Gate, person: Any, said: Said, column: str, now: str, at: date, came: Came
) -> None:
    _in_order(there.pilot, at)
    if came.is_taken(said, column, partial(verbs.nominate, gate=gate, by=None, person=person, on=at, known=at)):
        came.change(said, column, gate.kind.name, now, person.email)


def _never_taken(there: Standing, said: Said, came: Came) -> None:
    """Tell the cells that say otherwise than the record and than the list before, and are never taken."""
    before = there.heard(said.form)
    told = [column for column, text in said.cells.items() if before.cells.get(column) != mark(text)]
    came.not_taken += comparing.otherwise(said, told, there.found, there.pilot)
    if before.heard and before.unread != said.unread:
        came.refuse(said, "", _("Columns that are not read say something else now."))
