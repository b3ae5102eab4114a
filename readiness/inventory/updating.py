"""A newer list meets what is on record: what changed in the list is taken over, what people decided since is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from pilots import verbs
from pilots.models import Event, Pilot
from pilots.refusals import Invalid
from pilots.rules import adoption
from pilots.rules.history import ADOPTED
from readiness import querysets
from readiness.standing import CLAIMED

from .records import Finding
from .said import PEOPLE, Said, mark
from .stages import same_stage, steps

STAGE_VERBS = ("start", "pause", "resume", "adopt", "roll_back", "retire")
Rows = Callable[[Said, Any], dict[str, Any]]


@dataclass(slots=True)
class Standing:
    """A pilot on record, with what lists said of it last: form, stage, digests of fields and answers."""

    pilot: Pilot
    listed: dict[str, Any] = field(default_factory=dict)
    shown: bool = False

    @property
    def stage(self) -> str:
        """The stage, `claimed` where adoption is declared and the facts do not show it."""
        stage = self.pilot.stage
        return CLAIMED if stage == ADOPTED and not self.shown else stage

    def hear(self, listed: Mapping[str, Any]) -> None:
        """Remember what a list said, on top of what others said before it."""
        fields = self.listed.get("fields", {}) | listed["fields"]
        self.listed = {**listed, "fields": fields}

    def now(self, name: str) -> Any:
        """What the record says of a field now, as a list would state it."""
        value = getattr(self.pilot, name)
        if name == "function":
            return value.name if value else ""
        if name in PEOPLE:
            return value.email if value else ""
        return value


@dataclass(slots=True)
class Came:
    """What came of one record: whether anything changed, the stage now, gates asserted, and what people keep."""

    stage: str
    changed: bool = False
    asserted: list[str] = field(default_factory=list)
    kept: list[Finding] = field(default_factory=list)


def on_record(keys: Iterable[str], at: date) -> dict[str, Standing]:
    """The pilots with these keys, by key, with what lists said of them. Three queries for any number."""
    pilots = Pilot.objects.filter(key__in=list(keys)).select_related("portfolio", "function", *PEOPLE)
    found = {pilot.pk: Standing(pilot) for pilot in pilots}
    said = Event.objects.filter(pilot__in=found, verb__in=("record", "list_again"), data__has_key="listed")
    for pk, listed in said.order_by("pk").values_list("pilot_id", "data__listed"):
        found[pk].hear(listed)
    shown = querysets.pilots().standing(at).filter(pk__in=found, standing=ADOPTED)
    if any(there.pilot.stage == ADOPTED for there in found.values()):
        for pk in shown.values_list("pk", flat=True):
            found[pk].shown = True
    return {there.pilot.key: there for there in found.values()}


def update(there: Standing, said: Said, at: date, rows: Rows) -> Came:
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
    came = Came(there.stage)
    _fields(there, said, at, rows, came)
    _stage(there, said, at, came)
    _answers(there, said, at, came)
    if came.changed or came.kept:
        verbs.list_again(pilot=pilot, listed=said.listed(), on=at, known=at)
    came.stage = there.stage
    return came


def _fields(there: Standing, said: Said, at: date, rows: Rows, came: Came) -> None:
    takes = {}
    for name, value in said.fields.items():
        if _same(there.now(name), value):
            continue
        before = there.listed.get("fields", {}).get(name)
        if before == mark(value):
            # The list says what it said before; somebody has amended it since, or nobody has such an address.
            continue
        if before == mark(there.now(name)) or not there.now(name):
            takes[name] = value
        else:
            sentence = _("%(key)s: the list says otherwise now; what a person wrote is kept.") % {"key": said.key}
            came.kept.append(Finding("kept", sentence, said.line, name))
    if takes:
        _in_order(there.pilot, at)
    found = rows(said, takes)
    rules = {name: found.pop(name) for name in adoption.RULES if name in found}
    if found:
        done = verbs.amend(pilot=there.pilot, by=None, set=found, on=at, known=at)
        came.changed |= done is not None
    if rules:
        done = verbs.set_rules(pilot=there.pilot, by=None, on=at, known=at, **rules)
        came.changed |= done is not None


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
    pilot, before = there.pilot, there.listed.get("stage")
    if same_stage(pilot.stage, said.stage) or before == said.stage:
        return
    if _people_moved(pilot):
        sentence = _("%(key)s: the list says another stage; what people declared is kept.")
    elif way := steps(pilot.stage, said, at):
        _in_order(pilot, at)
        for step in way:
            verb = getattr(verbs, step.verb)
            verb(pilot=pilot, by=None, on=step.on, known=at, **step.values)
        came.changed = True
        return
    else:
        sentence = _("%(key)s: the list goes back to an earlier stage; only a person can do that.")
    finding = Finding("kept", sentence % {"key": said.key}, said.line, "stage")
    came.kept.append(finding)


def _people_moved(pilot: Pilot) -> bool:
    """Whether any person has acted on the stage: no list undoes that."""
    acts = Event.objects.filter(pilot=pilot, verb__in=STAGE_VERBS, by__isnull=False)
    return acts.exists()


def _answers(there: Standing, said: Said, at: date, came: Came) -> None:
    """Assert what the list says yes to now and did not before; a list new to the pilot, what nobody has answered."""
    before = there.listed.get("answers", {}) if there.listed.get("form") == said.form else None
    new = [kind for kind, text in said.answers.items() if before is None or before.get(kind) != mark(text)]
    if not new:
        return
    _in_order(there.pilot, at)
    gates = there.pilot.gates.filter(kind__key__in=new).select_related("pilot", "kind")
    for gate in gates:
        if before is not None or gate.count == 0:
            verbs.assert_(gate=gate, source=said.asserted[gate.kind.key], on=at, known=at)
            came.asserted.append(gate.kind.key)
            came.changed = True
