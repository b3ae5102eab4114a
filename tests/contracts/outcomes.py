"""Every outcome by every capacity by every kind of gate, found out by running the actions, as a page of the docs.

`tests/contracts/test_outcomes.py` holds the committed page against what the actions do, and says how to write it again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from pilots import actions
from pilots.models import GateKind, Person, PilotPeriod
from pilots.refusals import Refused
from readiness.queries import pilots, snapshots
from tests.company import (
    ERROR,
    FUNDING,
    QUALITY,
    SPONSOR,
    a_planned_pilot,
    a_portfolio,
    a_right,
    gate_of,
    on,
    taken_back,
    with_a_result,
    with_a_threshold,
)

PAGE = settings.BASE_DIR / "docs" / "outcomes.md"
START, DAY = date(2025, 3, 3), timedelta(days=1)
ON = START + 9 * DAY
UNMEASURED = f"{QUALITY}, not measured"
ACCEPTANCE = (FUNDING, SPONSOR, ERROR)

CAPACITIES = {
    "holder": "the holder of the right",
    "deputy": "the deputy",
    "escalation": "the escalation person of the right",
    "escalation, others away": "the same, with holder and deputy away",
    "recorded for the holder": "the program office, for the holder, with evidence",
    "recorded, no evidence": "the program office, for the holder, without evidence",
    "program office": "the program office in its own name",
    "named": "the person named for the gate",
    "holder who asked": "the holder, who asked for the exception",
    "holder who carries it": "the holder, who has accepted to carry the pilot as its sponsor",
    "outsider": "somebody with no part in it",
    "import": "a list that is read in",
}

OUTCOMES = {
    "cleared": "Yes.",
    "conditional": "Yes, on a condition that is due in thirty days.",
    "changes_requested": "The team is asked for something.",
    "changes_requested, outside": "It waits on somebody outside, until a date ten days on.",
    "refused": "No.",
    "withdrawn": "The answer of the day before, a yes, is taken back.",
    "excepted": "Let past for thirty days; somebody asked for it the day before.",
    "excepted, not asked": "Let past, and nobody asked for it.",
    "asserted": "A source says yes.",
    "accepted": "Accepted by whoever does it.",
    "declined": "Declined by whoever does it.",
    "left": "Left by whoever does it; the person named had accepted the day before.",
}


class Trial:
    """A running pilot with rights, a measurement that meets its threshold, and somebody named for each acceptance gate."""

    def __init__(self) -> None:
        self.people = {
            name: Person.objects.create_user(f"{name}@outcomes.example", name=name)
            for name in ("office", "holder", "deputy", "escalation", "named", "manager", "outsider")
        }
        who = self.people
        self.portfolio = a_portfolio("outcomes", day=START, office=who["office"])
        self.kinds = list(GateKind.objects.filter(ships=True))
        for kind in self.kinds:
            if kind.key not in ACCEPTANCE:
                others = {"deputy": who["deputy"], "escalate_to": who["escalation"]}
                a_right(kind.key, who["holder"], self.portfolio, day=START, **others)
        self.pilot = a_planned_pilot(self.portfolio, "OUT-1", day=START, manager=who["manager"])
        actions.start(pilot=self.pilot, by=who["office"], **on(START))
        for key in ACCEPTANCE:
            self.do("nominate", key, "office", person=who["named"])
        self._threshold(START)
        with_a_result(self.pilot, by=who["office"], on=START + DAY, known=START + DAY)

    def _threshold(self, on: date) -> None:
        with_a_threshold(self.pilot, by=self.people["office"], on=on, known=on)

    def do(self, action: str, kind: str, by: str | None, on: date = START, **says: Any) -> Any:
        gate = gate_of(self.pilot, kind)
        if by is not None or action != "assert_":
            says["by"] = self.people[by] if by else None
        return getattr(actions, action)(gate=gate, on=on, known=on, **says)

    def unmeasured(self) -> None:
        """A new version of the threshold, which nothing was measured against."""
        self._threshold(START + DAY)

    def rows(self) -> list[str]:
        """The kinds in their order, the quality gate twice."""
        out: list[str] = []
        for kind in self.kinds:
            out += [UNMEASURED, QUALITY] if kind.key == QUALITY else [kind.key]
        return out

    def unit(self, outcome: str, capacity: str, row: str) -> str:
        """What happens, in words. Everything is taken back afterwards."""
        with taken_back():
            kind = row.partition(",")[0]
            if row == UNMEASURED:
                self.unmeasured()
            try:
                self._before(outcome, capacity, kind)
                self._act(outcome, capacity, kind)
            except Refused as refused:
                return f"refused: `{refused.code}`"
            return self._after(kind)

    def _before(self, outcome: str, capacity: str, kind: str) -> None:
        """What leads up to it. A gate on which this cannot happen is refused for the action itself, later."""
        accepting = kind in ACCEPTANCE
        eve = ON - DAY
        if outcome == "withdrawn" and not accepting:
            quiet(lambda: self.do("decide", kind, "holder", eve, outcome="cleared", reason="Yes."))
        if outcome == "left" and accepting:
            self.do("accept", kind, "named", eve)
        if capacity == "holder who asked" or outcome == "excepted":
            asks = "holder" if capacity == "holder who asked" else "manager"
            if not accepting and outcome != "excepted, not asked":
                self.do("ask_exception", kind, asks, eve, reason="It is needed.")
        if capacity == "holder who carries it":
            self.do("nominate", SPONSOR, "office", eve, person=self.people["holder"])
            self.do("accept", SPONSOR, "holder", eve)
        if capacity == "escalation, others away":
            for name in ("holder", "deputy"):
                actions.away(person=self.people[name], by=None, starts=ON, ends=ON, on=ON, known=ON)

    def _act(self, outcome: str, capacity: str, kind: str) -> None:
        by, for_ = _who(capacity)
        action, says = self._action(outcome, by)
        if action in ("decide", "except_") and for_:
            says["for_"] = self.people[for_]
            if capacity != "recorded, no evidence":
                says["evidence"] = "https://minutes.example/12"
        self.do(action, kind, by, ON, **says)

    def _action(self, outcome: str, by: str | None) -> tuple[str, dict[str, Any]]:
        name, _, more = outcome.partition(", ")
        if name in ("accepted", "declined", "left"):
            return {"accepted": "accept", "declined": "decline", "left": "leave"}[name], {}
        if name == "asserted":
            # Only a list asserts: there is no action by which a person could.
            return (
                ("assert_", {"source": "Row 12"}) if by is None else ("decide", {"outcome": name, "reason": "Row 12"})
            )
        if name == "excepted":
            return "except_", {"reason": "Until the tool is moved.", "until": ON + 30 * DAY}
        says: dict[str, Any] = {"outcome": name, "reason": "Said in the meeting."}
        if name == "conditional":
            due = ON + 30 * DAY
            says["conditions"] = [{"text": "Log it.", "owner": self.people["manager"].pk, "due": due}]
        if more == "outside":
            says |= {"court": "outside", "until": ON + 10 * DAY}
        return "decide", says

    def _after(self, kind: str) -> str:
        row = pilots.pilots().get(pk=self.pilot.pk)
        snapshot = snapshots.snapshot_of(row, at=ON)
        assert snapshot is not None
        gate = snapshot.gate(kind).status
        said = [f"`{gate.state}`"]
        if gate.court:
            said.append(f"court {gate.court}")
        if gate.good_until:
            said.append(f"for {(gate.good_until - ON).days + 1} days")
        moved = PilotPeriod.objects.filter(pilot=self.pilot, superseded_on=None).latest("first_day")
        if moved.last_movement == ON:
            said.append("**moves**")
        return ", ".join(said)


def _who(capacity: str) -> tuple[str | None, str | None]:
    """Who acts, and for whom."""
    if capacity == "import":
        return None, None
    if capacity.startswith("recorded"):
        return "office", "holder"
    if capacity == "program office":
        return "office", None
    return capacity.replace(",", "").split()[0], None


def quiet(action: Callable[[], Any]) -> None:
    """Do what may be refused."""
    with suppress(Refused):
        action()


HEAD = """# Every outcome, by capacity and gate

What each outcome does to each gate, by who gives it, in a running pilot. A cell says the gate's state on that day, whose
court it is in where it is open, for how many days the answer holds, and whether it moves the pilot (rule 3); or the code
with which it is refused. Deciders are the same people for every gate; the three acceptance gates name one person.

`WRITE_DOCS=1 .venv/bin/pytest tests/contracts/test_outcomes.py` runs the actions and writes this page; without the
variable it holds the page against them.

Who acts:

"""


def page() -> str:
    """The whole page, as the actions have it."""
    with taken_back():
        trial = Trial()
        rows = trial.rows()
        parts = [HEAD, *(f"* **{name}**: {says}\n" for name, says in CAPACITIES.items())]
        for outcome, says in OUTCOMES.items():
            parts.append(f"\n## {outcome}\n\n{says}\n\n")
            parts.append(f"| | {' | '.join(rows)} |\n|---{'|---' * len(rows)}|\n")
            for capacity in CAPACITIES:
                units = [trial.unit(outcome, capacity, row) for row in rows]
                parts.append(f"| {capacity} | {' | '.join(units)} |\n")
        return "".join(parts)
