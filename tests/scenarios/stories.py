"""Plays a story of `tests/scenarios` (or of the shared folder) through the actions, and reads the answers back."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from pilots import actions
from pilots.derived import load
from pilots.models import Function, GateKind, Person, Pilot, Portfolio, PortfolioRole, StallPolicy
from pilots.refusals import Refused
from pilots.rules import replay
from readiness.queries import pilots, snapshots
from readiness.rules import ledger, standing
from tests.properties.seating import seats_across, seats_of

DATES = {"until", "to", "decide_by", "due", "from"}


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class Story:
    """One story: its cast, its pilot, and the day reached so far."""

    def __init__(self, path: Path) -> None:
        self.history: dict[str, Any] = json.loads(path.read_text())
        self.people: dict[str, Person] = {}
        self.reached = date.min
        self._set_the_scene()

    def _set_the_scene(self) -> None:
        history = self.history
        for name in history["functions"]:
            Function.objects.get_or_create(name=name)
        for name, says in history["people"].items():
            function = Function.objects.get(name=says["function"]) if says.get("function") else None
            self.people[name] = Person.objects.create_user(
                f"{name}@example.org", None, name=name.title(), function=function
            )
        self.portfolio = Portfolio.objects.create(
            key="story", name="Story", escalation=self.person(history["portfolio"].get("escalation"))
        )
        for name, says in history["people"].items():
            if says.get("role"):
                PortfolioRole.objects.create(portfolio=self.portfolio, person=self.people[name], role=says["role"])
        settings = history.get("settings") or {}
        StallPolicy.objects.create(portfolio=self.portfolio, starts=date(2000, 1, 1), **settings)
        pilot = dict(history["pilot"])
        on = date.fromisoformat(pilot.pop("recorded_on"))
        for right in history["rights"]:
            self._right(right, None, min(date.fromisoformat(right["from"]), on))
        by = self.person(pilot.pop("by", None))
        started = {name: day(pilot.pop(name)) for name in ("started_on", "decide_by") if name in pilot}
        self.pilot: Pilot = actions.record(
            portfolio=self.portfolio, by=by, on=on, known=on, **started, **self._fields(pilot)
        )
        self.reached = on

    def person(self, name: str | None) -> Person | None:
        return self.people[name] if name else None

    def _fields(self, values: dict[str, Any]) -> dict[str, Any]:
        out = dict(values)
        if out.get("function"):
            out["function"] = Function.objects.get(name=out["function"])
        if out.get("manager"):
            out["manager"] = self.people[out["manager"]]
        return out

    def _right(self, says: dict[str, Any], by: Person | None, on: date) -> None:
        actions.assign_right(
            kind=GateKind.objects.get(key=says["kind"]),
            portfolio=self.portfolio,
            function=Function.objects.get(name=says["function"]) if says.get("function") else None,
            holder=self.people[says["holder"]],
            deputy=self.person(says.get("deputy")),
            escalate_to=self.person(says.get("escalate_to")),
            answer_within_days=says.get("answer_within_days", 10),
            starts=day(says.get("from")),
            until=day(says.get("until")),
            by=by,
            on=on,
            known=max(on, self.reached),
        )

    def play(self) -> None:
        for number, step in enumerate(self.history["story"], start=1):
            says = f"step {number}: {step}"
            code = None
            try:
                self.perform(dict(step))
            except Refused as refused:
                code = refused.code
            assert code == step.get("refused"), f"{says}: {code}"

    def perform(self, step: dict[str, Any]) -> None:
        on = date.fromisoformat(step.pop("on"))
        if step.pop("refused", None) != "in_future":
            # A day that has not come does not come by being written down.
            self.reached = max(self.reached, on)
        by, do = self.person(step.pop("by")), step.pop("do")
        if do == "assign_right":
            self._right(step, by, on)
            return
        when: dict[str, Any] = {"on": on, "known": self.reached}
        if do == "away":
            actions.away(
                person=self.people[step["person"]],
                by=by,
                starts=date.fromisoformat(step["from"]),
                ends=date.fromisoformat(step["to"]),
                **when,
            )
            return
        if do == "close_account":
            actions.close_account(person=Person.objects.get(pk=self.people[step["person"]].pk), by=by, **when)
            return
        self._on_pilot(do, Person.objects.get(pk=by.pk) if by else None, step, when)

    def _on_pilot(self, do: str, by: Person | None, step: dict[str, Any], when: dict[str, Any]) -> None:
        values: dict[str, Any] = {("for_" if k == "for" else k): day(v) if k in DATES else v for k, v in step.items()}
        for name in ("for_", "person", "exceptions_to", "exceptions_deputy"):
            if values.get(name):
                values[name] = Person.objects.get(pk=self.people[values[name]].pk)
        if "conditions" in values:
            values["conditions"] = [
                condition
                | {
                    "owner": self.people[condition["owner"]].pk if condition.get("owner") else None,
                    "due": day(condition.get("due")),
                }
                for condition in values["conditions"]
            ]
        if "set" in values:
            values["set"] = self._fields(values["set"])
        target: dict[str, Any] = {"pilot": Pilot.objects.get(pk=self.pilot.pk)}
        if "gate" in values:
            target = {"gate": self.pilot.gates.select_related("pilot", "kind").get(kind__key=values.pop("gate"))}
        if do == "assert":
            actions.assert_(**target, **values, **when)
        else:
            getattr(actions, do)(by=by, **target, **values, **when)

    # Reading back -----------------------------------------------------------------------------------------------

    def by_rules(self, at: date, known_at: date | None = None) -> standing.PilotStatus:
        """The pilot on a date, replayed from its events."""
        history, kinds = self._replayed(known_at)
        own = _on(history.pilot, at)
        return standing.read(
            kinds,
            own,
            {key: _on(of, at) for key, of in history.gates.items()},
            seats_across(self.portfolio.pk, history.pilot, at),
            at=at,
            terms=standing.Terms(**(self.history.get("settings") or {}), recorded_on=self.pilot.recorded_on),
        )

    def by_query(self, at: date, known_at: date | None = None) -> standing.PilotStatus:
        """The pilot on a date, from the stored periods; the querysets must say the same."""
        row = pilots.pilots().standing(at, known_at, with_void=True).get(pk=self.pilot.pk)
        snapshot = snapshots.snapshot_of(row, at=at, known_at=known_at)
        assert snapshot is not None
        assert row.standing == snapshot.status.standing
        for gate in pilots.gates_on(at, known_at).filter(gate__pilot=row):
            says = snapshot.status.gates[gate.kind.key]
            assert (gate.now, gate.court, gate.holding) == (says.state, says.court, says.holder), (
                f"{gate.kind.key} at {at}"
            )
        return snapshot.status

    def ledger_by_rules(self, start: date, end: date) -> dict[str, int]:
        """Days by court, replayed from the events."""
        history, kinds = self._replayed(None)
        sat = partial(seats_of, self.portfolio.pk)
        return ledger.by_court(ledger.charges(kinds, history.pilot, history.gates, sat, start=start, end=end))

    def ledger_by_query(self, start: date, end: date) -> dict[str, int]:
        """Days by court, from the stored periods."""
        found = snapshots.charges_of([self.pilot], start=start, end=end)
        return ledger.by_court(charge for _, charge in found)

    def _replayed(self, known_at: date | None) -> tuple[replay.History, dict[str, Any]]:
        events = [event for event in load.event_records(self.pilot) if known_at is None or event.known <= known_at]
        kinds = load.kinds_of(self.pilot)
        history = replay.replay(self.pilot.recorded_on, kinds, events)
        return history, {kind.key: kind for kind in kinds}


def _on(found: list[Any], at: date) -> Any:
    return [period for period in found if period.first_day <= at][-1]
