"""Thirty-one ways to bend the tables by SQL and more, each found by `verify_log --derived` or a kept digest (rule 8).

Whoever can lift the triggers can write anything. What they cannot do is make it fit: each bend is written by itself, with
the triggers lifted and put back, and looked for as an operator would.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model, QuerySet

from pilots import actions
from pilots.event_log import sign, triggers
from pilots.models import (
    Decision,
    DecisionEvidence,
    DecisionRight,
    Event,
    Evidence,
    Gate,
    GateKind,
    GatePeriod,
    Pilot,
    PilotPeriod,
    PortfolioRole,
    Residents,
    Seat,
)
from tests.company import DATA, LEGAL, MARCH, SPONSOR

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
DAY = timedelta(days=1)
QUALITY = "quality-threshold"


class LoggedPilot:
    """A pilot of which everything is in the log: accounts, a role, rights, answers with evidence, an acceptance, a count."""

    def __init__(self, folder: Path) -> None:
        when: dict[str, Any] = {"on": MARCH, "known": MARCH}
        self.ria, self.lena, self.sam, self.olga = (
            actions.open_account(email=f"{name}@example.org", name=name.title(), by=None, **when)
            for name in ("ria", "lena", "sam", "olga")
        )
        portfolio = actions.open_portfolio(key="one", name="One", by=None, escalation=self.olga, **when)
        actions.give_role(portfolio=portfolio, person=self.ria, role="program-office", by=None, **when)
        for kind in (LEGAL, DATA):
            actions.assign_right(
                kind=GateKind.objects.get(key=kind), holder=self.lena, portfolio=portfolio, by=None, **when
            )
        made: dict[str, Any] = {"portfolio": portfolio, "by": self.ria, "tool": "Drafter 1", **when}
        self.pilot = actions.record(key="P-1", name="Renewal drafts", manager=self.sam, **made)
        self.other = actions.record(key="P-2", name="Claims", **made)
        actions.start(pilot=self.pilot, by=self.ria, **when)
        piece = actions.file_evidence(
            pilot=self.pilot, by=self.ria, file=[b"%PDF-1.7\nterms"], file_name="terms.pdf", **when
        )
        self.later(1)
        self.yes = self.decide(LEGAL, "cleared", pieces=[piece])
        self.decide(DATA, "changes_requested", court="outside", until=MARCH + 20 * DAY)
        actions.nominate(gate=self.gate(SPONSOR), by=self.ria, person=self.sam, **self.when)
        actions.accept(gate=self.gate(SPONSOR), by=self.sam, **self.when)
        actions.accept_risk(pilot=self.pilot, by=self.olga, **self.when)
        self.later(2)
        actions.amend(pilot=self.pilot, by=self.ria, set={"tool": "Drafter 2"}, **self.when)
        actions.record_residents(pilot=self.pilot, by=self.ria, week=MARCH, people=4, **self.when)
        actions.pause(pilot=self.pilot, by=self.ria, until=MARCH + 30 * DAY, reason="The season.", **self.when)

    def later(self, days: int) -> None:
        self.when: dict[str, Any] = {"on": MARCH + days * DAY, "known": MARCH + days * DAY}

    def gate(self, kind: str) -> Gate:
        return self.pilot.gates.select_related("pilot", "kind").get(kind__key=kind)

    def decide(self, kind: str, outcome: str, **says: Any) -> Decision:
        return actions.decide(
            gate=self.gate(kind), by=self.lena, outcome=outcome, reason="Agreed.", **says, **self.when
        )

    def event(self, action: str) -> QuerySet[Event]:
        return self.pilot.events.filter(action=action)


@pytest.fixture
def logged(tmp_path: Path, settings: Any) -> LoggedPilot:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return LoggedPilot(tmp_path)


def put(rows: QuerySet[Any, Any] | Model, **columns: Any) -> None:
    """Set columns by SQL, whatever the model says of it."""
    found = type(rows)._base_manager.filter(pk=rows.pk) if isinstance(rows, Model) else rows
    assert QuerySet(found.model).filter(pk__in=[*found.values_list("pk", flat=True)]).update(**columns)


def run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def swap(logged: LoggedPilot) -> None:
    """Let two events change their places."""
    one, other = logged.event("nominate").get(), logged.event("accept_risk").get()
    for event, number in ((one, 999), (other, one.number), (one, other.number)):
        put(event, number=number)


def delete(event: Event) -> None:
    run("DELETE FROM pilots_decision WHERE event_id = %s", event.pk)
    run("DELETE FROM pilots_event WHERE id = %s", event.pk)


def insert(logged: LoggedPilot) -> None:
    """Put an event in, as whoever knows the format would sign it, and leave the head as it was."""
    last = logged.pilot.events.latest("number")
    event = Event(pilot=logged.pilot, portfolio=logged.pilot.portfolio, action="resume", by=logged.ria, **day_of(last))
    logged.pilot.log_head, logged.pilot.log_count = last.checksum, last.number
    sign.sign(logged.pilot, event)
    event.save()


def day_of(event: Event) -> dict[str, date]:
    return {"effective_on": event.effective_on, "known_on": event.known_on}


def rewrite(logged: LoggedPilot) -> None:
    """Write the pilot's chain again from one event on, every checksum right: whoever can lift the triggers can sign."""
    pilot = Pilot.objects.get(pk=logged.pilot.pk)
    pilot.log_head, pilot.log_count = "0" * 64, 0
    for event in Event.objects.filter(pilot=pilot).select_related("decision").order_by("number"):
        decision = getattr(event, "decision", None)
        pieces = [use.evidence for use in event.evidence_used.select_related("evidence")]
        if event.action == "pause":
            event.texts["reason"] = "The season was never a reason."
        sign.sign(pilot, event, decision, evidence=pieces)
        put(event, texts=event.texts, texts_digest=event.texts_digest, checksum=event.checksum)
    put(pilot, log_head=pilot.log_head, log_count=pilot.log_count)


def cut(logged: LoggedPilot) -> None:
    """Take the last event away, and make head, count and all that follows fit."""
    last = logged.pilot.events.latest("number")
    delete(last)
    before = Event.objects.get(pilot=logged.pilot, number=last.number - 1)
    put(logged.pilot, log_head=before.checksum, log_count=before.number, version=before.number + 1, stage="running")


def take_away(logged: LoggedPilot) -> None:
    """Take a pilot away whole, with all that hangs on it."""
    gates = list(logged.other.gates.values_list("pk", flat=True))
    GatePeriod.objects.filter(gate__in=gates).delete()
    PilotPeriod.objects.filter(pilot=logged.other).delete()
    run("DELETE FROM pilots_event WHERE pilot_id = %s", logged.other.pk)
    run("DELETE FROM pilots_gate WHERE pilot_id = %s", logged.other.pk)
    run("DELETE FROM pilots_pilot WHERE id = %s", logged.other.pk)


def bytes_of(logged: LoggedPilot) -> None:
    stored = Evidence.objects.get().file_key
    [path] = [each for each in Path(settings.EVIDENCE_ROOT).rglob("*") if each.name == stored]
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.7\nother")


Bend = Callable[[LoggedPilot], Any]
DERIVED, FILES, DIGEST = "--derived", "--files", "--expect"

BENDS: dict[str, tuple[str, Bend]] = {
    "who accepted a risk": (DERIVED, lambda s: put(s.event("accept_risk"), by=s.ria)),
    "the reason of an event": (DERIVED, lambda s: put(s.event("pause"), texts={"reason": "None."})),
    "who wrote a decision down": (DERIVED, lambda s: put(s.yes.event, by=s.ria)),
    "the stage of a pilot": (DERIVED, lambda s: put(s.pilot, stage="adopted")),
    "the name of a pilot": (DERIVED, lambda s: put(s.pilot, name="Something else")),
    "the outcome of a decision": (DERIVED, lambda s: put(s.yes, outcome="refused")),
    "the court of a request": (DERIVED, lambda s: put(s.gate(DATA).decisions.all(), court="team")),
    "the end of a request": (DERIVED, lambda s: put(s.gate(DATA).decisions.all(), until=MARCH + 90 * DAY)),
    "the reason of a decision": (DERIVED, lambda s: put(s.yes.event, texts={**s.yes.event.texts, "reason": "Sure."})),
    "who decided": (DERIVED, lambda s: put(s.yes, decider=s.olga)),
    "in which capacity": (DERIVED, lambda s: put(s.yes, capacity="deputy")),
    "the evidence of a decision": (DERIVED, lambda s: put(DecisionEvidence.objects.all(), checksum="0" * 64)),
    "the day of an event": (DERIVED, lambda s: put(s.event("accept_risk"), effective_on=MARCH)),
    "the day on which it was known": (DERIVED, lambda s: put(s.event("accept_risk"), known_on=MARCH + 9 * DAY)),
    "the action of an event": (DERIVED, lambda s: put(s.event("pause"), action="resume")),
    "what the rules read of an event": (DERIVED, lambda s: put(s.event("pause"), data={"until": "2025-05-05"})),
    "what an event says that changed": (DERIVED, lambda s: put(s.event("amend"), texts={"changes": []})),
    "the batch of an event": (DERIVED, lambda s: put(s.event("pause"), batch="another")),
    "two events that change their places": (DERIVED, swap),
    "an event taken out of the middle": (DERIVED, lambda s: delete(s.event("accept_risk").get())),
    "an event put in": (DERIVED, insert),
    "the kind of a gate": (DERIVED, lambda s: put(s.gate(LEGAL), kind=_another_kind())),
    "the days of a period": (DERIVED, lambda s: put(PilotPeriod.objects.filter(stage="paused"), since=MARCH)),
    "the state of a period": (DERIVED, lambda s: put(GatePeriod.objects.filter(state="cleared"), state="waiting")),
    "who accepted, in a period": (DERIVED, lambda s: put(GatePeriod.objects.filter(person=s.sam), person=s.olga)),
    "who sits in a seat": (DERIVED, lambda s: put(Seat.objects.filter(holder=s.lena), holder=s.olga)),
    "who holds a right": (DERIVED, lambda s: put(DecisionRight.objects.filter(holder=s.lena), holder=s.olga)),
    "a role": (DERIVED, lambda s: put(PortfolioRole.objects.all(), person=s.sam)),
    "the day on which an account was closed": (DERIVED, lambda s: put(s.olga, closed_on=MARCH)),
    "the head of a chain": (DERIVED, lambda s: put(s.pilot, log_head="0" * 64)),
    "the count of a chain": (DERIVED, lambda s: put(s.pilot, log_count=99)),
    "the bytes of a file": (FILES, bytes_of),
    "a chain cut at its end": (DIGEST, cut),
    "a chain written again": (DIGEST, rewrite),
    "a pilot taken away whole": (DIGEST, take_away),
    # What an earlier version did not even keep, or what looks like nothing.
    "somebody made keeper of all": (DERIVED, lambda s: put(s.sam, is_superuser=True)),
    "a count of residents": (DERIVED, lambda s: put(Residents.objects.all(), people=40)),
    "what a decision was sealed on": (DERIVED, lambda s: put(s.yes, sealed={})),
    "a role that nobody gave": (DERIVED, lambda s: _a_role(s)),
    "an erasure that nobody asked for": (DERIVED, lambda s: put(s.yes.event, texts=None, erased_on=MARCH)),
    "the checksum of a file, with its evidence": (DERIVED, lambda s: put(Evidence.objects.all(), checksum="0" * 64)),
}
"""Each bend with the option that finds it; those with `--expect` need a digest that was kept before."""


def _another_kind() -> GateKind:
    return GateKind.objects.create(key="another", name="Another", question="Another?", clears_by="approval")


def _a_role(logged: LoggedPilot) -> None:
    PortfolioRole.objects.create(portfolio=logged.pilot.portfolio, person=logged.sam, role="reviewer")


def look(capsys: Any, *asked: str) -> tuple[int, str]:
    """The exit status of `verify_log`, and all that it said."""
    try:
        call_command("verify_log", *asked)
    except CommandError as error:
        return error.returncode, capsys.readouterr().out + str(error)
    return 0, capsys.readouterr().out


def bend(logged: LoggedPilot, how: Bend) -> None:
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
    triggers.lift()
    how(logged)
    triggers.install()


def test_nothing_is_found_where_nothing_is_bent(logged: LoggedPilot, capsys: Any) -> None:
    status, said = look(capsys, "--derived", "--files")
    assert status == 0, said


@pytest.mark.parametrize("name", BENDS)
def test_each_bend_is_found(logged: LoggedPilot, capsys: Any, name: str) -> None:
    option, how = BENDS[name]
    kept = re.search(r"^Digest (\S+)$", look(capsys)[1], re.M)
    assert kept
    bend(logged, how)
    asked = ["--expect", kept[1]] if option == DIGEST else [option]
    status, said = look(capsys, *asked)
    assert status == 1, said
    if option == DIGEST:
        assert "Events that were there when that digest was kept are gone" in said
        assert "BROKEN" not in said


def test_a_bent_start_is_not_laundered_by_a_rebuild(logged: LoggedPilot, capsys: Any) -> None:
    bend(logged, lambda s: put(s.event("start"), effective_on=MARCH - DAY))
    with pytest.raises(CommandError, match="nothing was rebuilt"):
        call_command("rebuild_periods")
    assert look(capsys, "--derived")[0] == 1


GARBAGE: dict[str, tuple[str, str, Any]] = {
    "an event's data that is no JSON": ("pilots_event", "data", "{"),
    "texts that are no JSON": ("pilots_event", "texts", "{"),
    "an event's day that is none": ("pilots_event", "effective_on", "yesterday"),
    "a moment that is none": ("pilots_event", "written_at", "now"),
    "a number that is none": ("pilots_event", "number", "one"),
    "a day of a pilot that is none": ("pilots_pilot", "recorded_on", "yesterday"),
    "a pilot's version that is none": ("pilots_pilot", "version", "many"),
    "a seal that is no JSON": ("pilots_decision", "sealed", "{"),
    "a period that begins on no day": ("pilots_gateperiod", "first_day", "yesterday"),
    "missing rules that are no JSON": ("pilots_pilotperiod", "missing_rules", "{"),
    "a seat from no day": ("pilots_seat", "first_day", "yesterday"),
    "a right from no day": ("pilots_decisionright", "starts", "yesterday"),
    "a kind that seals no JSON": ("pilots_gatekind", "seals", "{"),
    "a head that is no text": ("pilots_pilot", "log_head", b"\xff"),
    "a count of people that is none": ("pilots_residents", "people", "many"),
}


@pytest.mark.skipif(connection.vendor == "postgresql", reason="needs SQLite")
@pytest.mark.parametrize("name", GARBAGE)
def test_what_cannot_even_be_read_is_told_and_is_no_trace(logged: LoggedPilot, capsys: Any, name: str) -> None:
    """SQLite takes anything into any column, where no check of its own says no."""
    table, column, value = GARBAGE[name]

    def garble(_logged: LoggedPilot) -> None:
        run("PRAGMA ignore_check_constraints = ON")
        run(f"UPDATE {table} SET {column} = %s WHERE id = (SELECT max(id) FROM {table})", value)
        run("PRAGMA ignore_check_constraints = OFF")

    bend(logged, garble)
    status, said = look(capsys, "--derived")
    assert status in (1, 2), said
