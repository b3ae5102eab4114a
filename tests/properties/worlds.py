"""Small worlds for property tests: a cast, their rights, a few pilots, and actions of every kind on days in any order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from pilots import actions
from pilots.derived import load
from pilots.models import DecisionRight, Function, Gate, GateKind, Person, Pilot, Portfolio, PortfolioRole, StallPolicy
from pilots.refusals import Refused
from tests.company import a_cast, with_a_threshold, with_rules

FIRST_DAY = date(2024, 1, 8)
CAST = ("ria", "kai", "lena", "tom", "sam", "mia")
APPROVALS = ("legal-sign-off", "it-data-access", "quality-threshold")
ACCEPTANCES = ("funding-owner", "named-sponsor", "error-owner")
OUTCOMES = ("cleared", "conditional", "changes_requested", "refused", "withdrawn")


@dataclass(frozen=True)
class Step:
    """One action to try. `pick` chooses among whatever the action can choose from."""

    do: str
    pilot: int
    pick: int
    later: int
    back: int
    length: int


@dataclass(frozen=True)
class Right:
    """A right to be there from the start, or from a day within the story."""

    kind: str
    portfolio: int
    function: int
    holder: int
    deputy: int
    escalate_to: int
    starts: int
    days: int


@dataclass(frozen=True)
class Lies:
    """Where a pilot lies, and how it began."""

    portfolio: int
    function: int
    listed: bool
    opening: int


@dataclass(frozen=True)
class World:
    """All that is drawn: settings of one portfolio, rights, where each pilot lies, and the actions.

    `held` says, bit by bit, which kinds somebody may decide everywhere.
    """

    quiet: int
    warning: int
    held: int
    rights: list[Right]
    pilots: list[Lies]
    steps: list[Step]


@dataclass
class Played:
    """A world in the tables, and the days on which something was done in it."""

    portfolios: list[Portfolio]
    pilots: list[Pilot]
    days: list[date] = field(default_factory=list)


def worlds() -> st.SearchStrategy[World]:
    """Worlds with up to three pilots and two dozen actions."""
    few = st.integers(0, 2)
    anyone = st.integers(0, len(CAST) - 1)
    rights = st.builds(
        Right,
        kind=st.sampled_from(APPROVALS),
        portfolio=few,
        function=few,
        holder=anyone,
        deputy=st.integers(-4, len(CAST) - 1),
        escalate_to=st.integers(-4, len(CAST) - 1),
        starts=st.sampled_from([-400, -400, -400, 0, 30, 200]),
        days=st.sampled_from([0, 0, 0, 90, 500]),
    )
    steps = st.builds(
        Step,
        do=st.sampled_from(_OFTEN),
        pilot=few,
        pick=st.integers(0, 59),
        later=st.sampled_from([0, 0, 1, 1, 2, 3, 7, 13, 29, 42, 100]),
        back=st.sampled_from([0, 0, 0, 1, 10, 45]),
        length=st.sampled_from([0, 1, 13, 30, 42, 88, 90, 190]),
    )
    lies = st.builds(
        Lies,
        portfolio=st.integers(0, 1),
        function=few,
        listed=st.booleans(),
        opening=st.sampled_from(range(len(OPENINGS))),
    )
    return st.builds(
        World,
        quiet=st.integers(1, 45),
        warning=st.integers(0, 20),
        held=st.sampled_from([7, 7, 7, 5, 2, 0]),
        rights=st.lists(rights, max_size=6),
        pilots=st.lists(lies, min_size=2, max_size=3),
        steps=st.lists(steps, min_size=12, max_size=24),
    )


class Player:
    """Plays a world through the actions. What an action refuses is passed over."""

    def __init__(self, world: World) -> None:
        self.today = FIRST_DAY
        self.people = a_cast(*CAST)
        self.functions: list[Function | None] = [None]
        self.functions += [Function.objects.create(name=f"Function {n}") for n in range(2)]
        portfolios = [self._portfolio(n) for n in range(2)]
        StallPolicy.objects.create(
            portfolio=portfolios[1], starts=date(2000, 1, 1), quiet_days=world.quiet, warning_days=world.warning
        )
        self.played = Played(portfolios, [])
        for number, kind in enumerate(APPROVALS):
            if world.held >> number & 1:
                self._right(Right(kind, 0, 0, 2, 3, 1, starts=-500, days=0))
        for right in world.rights:
            self.try_to(self._right, right)
        for number, says in enumerate(world.pilots):
            self._record(number, says)
        for number, says in enumerate(world.pilots):
            for do in OPENINGS[says.opening]:
                step = Step(do, number, pick=1, later=0, back=0, length=30)
                self.try_to(ACTIONS[do], self, step)

    def _portfolio(self, number: int) -> Portfolio:
        portfolio = Portfolio.objects.create(
            key=f"p{number}", name=f"Portfolio {number}", escalation=self.people["kai"]
        )
        PortfolioRole.objects.create(portfolio=portfolio, person=self.people["ria"], role="program-office")
        return portfolio

    def _right(self, says: Right) -> None:
        starts = FIRST_DAY + timedelta(days=says.starts)
        actions.assign_right(
            kind=GateKind.objects.get(key=says.kind),
            portfolio=[None, *self.played.portfolios][says.portfolio],
            function=self.functions[says.function],
            holder=self.someone(says.holder),
            deputy=self.someone(says.deputy) if says.deputy >= 0 else None,
            escalate_to=self.someone(says.escalate_to) if says.escalate_to >= 0 else None,
            by=None,
            starts=starts,
            until=starts + timedelta(days=says.days) if says.days else None,
            **self.when(),
        )

    def _record(self, number: int, says: Lies) -> None:
        pilot = actions.record(
            portfolio=self.played.portfolios[says.portfolio],
            key=f"P-{number}",
            name=f"Pilot {number}",
            by=None,
            stage="not_stated" if says.listed and says.function else "planned",
            source="a list, row 7" if says.listed else "",
            function=self.functions[says.function],
            manager=self.people["mia"],
            **self.when(),
        )
        self.played.pilots.append(pilot)
        self.played.days.append(self.today)

    def play(self, steps: list[Step]) -> Played:
        for step in steps:
            self.today += timedelta(days=step.later)
            self.try_to(ACTIONS[step.do], self, step)
            self.played.days.append(self.today - timedelta(days=step.back))
        return self.played

    def try_to(self, event: Callable[..., Any], *args: Any) -> None:
        with suppress(Refused):
            event(*args)

    def someone(self, number: int) -> Person:
        """Read afresh: an account may have been closed meanwhile."""
        names = list(self.people)
        return Person.objects.get(pk=self.people[names[number % len(names)]].pk)

    def when(self, back: int = 0) -> dict[str, date]:
        return {"on": self.today - timedelta(days=back), "known": self.today}

    def pilot(self, step: Step) -> Pilot:
        of = self.played.pilots
        return Pilot.objects.get(pk=of[step.pilot % len(of)].pk)

    def gate(self, step: Step, keys: tuple[str, ...]) -> Gate:
        return Gate.objects.select_related("pilot__portfolio", "kind").get(
            pilot=self.pilot(step), kind__key=keys[step.pick % len(keys)]
        )

    def holder(self, gate: Gate, step: Step) -> Person:
        """Mostly whoever holds the decision, now and then anybody."""
        day = self.when(step.back)["on"]
        seat = load.seats_on(gate.pilot.portfolio_id, gate.pilot.function_id, day).get(gate.kind.key)
        if seat is None or seat.holder is None or step.length == 1:
            return self.someone(step.pick)
        return Person.objects.get(pk=seat.holder)


def _decide(player: Player, step: Step) -> None:
    gate = player.gate(step, APPROVALS)
    on = player.when(step.back)["on"]
    end = on + timedelta(days=step.length)
    outcome = OUTCOMES[step.pick // 3 % len(OUTCOMES)]
    office = step.length == 88
    holder = player.holder(gate, step)
    actions.decide(
        gate=gate,
        by=player.someone(0) if office else holder,
        for_=holder if office else None,
        evidence="a letter" if office else "",
        outcome=outcome,
        reason="Because.",
        conditions=[{"text": "Ask first", "owner": player.someone(5).pk, "due": end}]
        if outcome == "conditional"
        else (),
        court="outside" if step.pick % 2 else "team",
        until=end,
        **player.when(step.back),
    )


def _except(player: Player, step: Step) -> None:
    gate, when = player.gate(step, APPROVALS), player.when(step.back)
    end = when["on"] + timedelta(days=min(step.length, 90))
    if step.pick % 4:
        actions.ask_exception(gate=gate, by=player.someone(0), reason="We cannot wait.", until=end, **when)
    gate.pilot.refresh_from_db()
    says = {"reason": "For a while.", "until": end, "confirmed": bool(step.pick % 2)}
    actions.except_(gate=gate, by=player.holder(gate, step), **says, **when)


def _answer(player: Player, step: Step) -> None:
    gate = player.gate(step, APPROVALS)
    actions.answer(gate=gate, by=player.someone(0), text="Here it is.", **player.when(step.back))


def _meet(player: Player, step: Step) -> None:
    actions.meet_condition(
        gate=player.gate(step, APPROVALS),
        by=player.someone(5),
        text="ask first",
        evidence="a letter",
        **player.when(step.back),
    )


def _assert(player: Player, step: Step) -> None:
    actions.assert_(gate=player.gate(step, APPROVALS), source="a list", **player.when(step.back))


def _end_assertion(player: Player, step: Step) -> None:
    actions.end_assertion(gate=player.gate(step, APPROVALS), source="a newer list", **player.when(step.back))


def _correct(player: Player, step: Step) -> None:
    when = player.when(0)
    of = ("start", "start", "record_claim", "retire")[step.pick % 4]
    to = when["on"] - timedelta(days=2 * step.length)
    actions.correct_date(pilot=player.pilot(step), of=of, to=to, source="a newer list", **when)


def _runs(player: Player, step: Step) -> None:
    actions.record_running(pilot=player.pilot(step), **player.when(step.back))


def _nominate(player: Player, step: Step) -> None:
    gate, when = player.gate(step, ACCEPTANCES), player.when(step.back)
    person = player.someone(step.pick // 3)
    actions.nominate(gate=gate, by=player.someone(0), person=person, **when)
    if step.length > 13:
        gate = player.gate(step, ACCEPTANCES)
        actions.accept(gate=gate, by=person, **when)


def _withdraw_nomination(player: Player, step: Step) -> None:
    gate = player.gate(step, ACCEPTANCES)
    actions.withdraw_nomination(gate=gate, by=player.someone(0), **player.when(step.back))


def _let_go(player: Player, step: Step) -> None:
    gate = player.gate(step, ACCEPTANCES)
    for who in range(len(CAST)):
        for action in (actions.leave, actions.decline):
            player.try_to(
                lambda action=action, who=who: action(gate=gate, by=player.someone(who), **player.when(step.back))
            )


def _start(player: Player, step: Step) -> None:
    listed = step.pick % 3 == 0
    on = player.when(step.back)["on"]
    actions.start(
        pilot=player.pilot(step),
        by=None if listed else player.someone(0),
        decide_by=on + timedelta(days=step.length) if step.length else None,
        **player.when(step.back),
    )


def _move(player: Player, step: Step) -> None:
    pilot = player.pilot(step)
    period = pilot.periods.filter(superseded_on=None, last_day=None).get()
    to = (period.decide_by or player.today) + timedelta(days=step.length - 30)
    by = player.someone(step.pick % 2)
    actions.move_decide_by(pilot=pilot, by=by, to=to, reason="Not yet.", **player.when(step.back))


def _pause(player: Player, step: Step) -> None:
    on = player.when(step.back)["on"]
    actions.pause(
        pilot=player.pilot(step),
        by=player.someone(step.pick % 2),
        until=on + timedelta(days=min(step.length, 90)),
        reason="A holiday.",
        **player.when(step.back),
    )


def _threshold(player: Player, step: Step) -> None:
    says = {"value": 0.7 + 0.05 * (step.pick % 4), "smallest_sample": 50 if step.pick % 2 else 200}
    with_a_threshold(player.pilot(step), by=player.someone(0), **says, **player.when(step.back))


def _measure(player: Player, step: Step) -> None:
    actions.record_measurement(
        pilot=player.pilot(step),
        by=player.someone(0),
        value=(0.99, 0.4, 0.8)[step.pick % 3],
        sample=(500, 100)[step.pick % 2],
        **player.when(step.back),
    )


def _amend(player: Player, step: Step) -> None:
    field = ("tool", "data", "workflow", "function", "manager", "name")[step.pick % 6]
    values: dict[str, Any] = {
        "function": player.functions[step.pick // 6 % 3],
        "manager": player.someone(4 + step.pick % 2),
    }
    value = values.get(field, f"{field} {step.pick // 6 % 2}")
    actions.amend(pilot=player.pilot(step), by=player.someone(0), set={field: value}, **player.when(step.back))


def _rules(player: Player, step: Step) -> None:
    pilot, when = player.pilot(step), player.when(step.back)
    sam = player.someone(4)
    says = {"acceptable_use": f"Drafts {step.pick % 2}", "exceptions_deputy": player.someone(2)}
    with_rules(pilot, by=player.someone(0), exceptions_to=sam, **says, **when)
    if step.length:
        actions.confirm_rules(pilot=player.pilot(step), by=pilot.manager or sam, **when)
    if step.length > 1:
        actions.accept_risk(pilot=player.pilot(step), by=player.someone(1), **when)


def _clear_all(player: Player, step: Step) -> None:
    """All that adoption needs, as far as it goes."""
    for number in range(3):
        player.try_to(_nominate, player, _as(step, pick=number + 12, length=30))
    player.try_to(_threshold, player, step)
    player.try_to(_measure, player, _as(step, pick=0))
    player.try_to(_rules, player, _as(step, length=30))
    for number in range(3):
        player.try_to(_decide, player, _as(step, pick=number, length=0))
    if step.length > 30:
        _adopt(player, step)


def _adopt(player: Player, step: Step) -> None:
    actions.adopt(pilot=player.pilot(step), by=player.someone(0), **player.when(step.back))


def _as(step: Step, **values: int) -> Step:
    return replace(step, **values)


def _claim(player: Player, step: Step) -> None:
    actions.record_claim(pilot=player.pilot(step), **player.when(step.back))


def _resume(player: Player, step: Step) -> None:
    actions.resume(pilot=player.pilot(step), by=player.someone(0), **player.when(step.back))


def _roll_back(player: Player, step: Step) -> None:
    actions.roll_back(pilot=player.pilot(step), by=player.someone(0), reason="Too early.", **player.when(step.back))


def _retire(player: Player, step: Step) -> None:
    if step.pick % 3 == 0:
        actions.retire(
            pilot=player.pilot(step), by=player.someone(0), learned="Not this way.", **player.when(step.back)
        )


def _reopen(player: Player, step: Step) -> None:
    """Take a retirement back; now and then of a pilot that was retired for just that, some days before."""
    if step.pick % 2:
        before = player.when(step.back + step.length)
        player.try_to(lambda: actions.retire(pilot=player.pilot(step), by=None, learned="", **before))
    by = player.someone(step.pick // 2 % 2)
    actions.reopen(pilot=player.pilot(step), by=by, reason="It was another one.", **player.when(step.back))


def _close(player: Player, step: Step) -> None:
    """Lena, Tom or Sam goes; the office stays, or nothing more would happen."""
    if step.pick % 2:
        actions.close_account(person=player.someone(2 + step.pick % 3), by=None, **player.when(step.back))


def _assign(player: Player, step: Step) -> None:
    player._right(
        Right(
            kind=APPROVALS[step.pick % 3],
            portfolio=step.pilot,
            function=step.pick // 3 % 3,
            holder=step.pick,
            deputy=step.pick // 2 if step.pick % 2 else -1,
            escalate_to=1,
            starts=(player.today - FIRST_DAY).days - step.back,
            days=step.length,
        )
    )


def _away(player: Player, step: Step) -> None:
    starts = player.when(step.back)["on"]
    ends = starts + timedelta(days=step.length)
    person = player.someone(step.pick)
    actions.away(person=person, by=None, starts=starts, ends=ends, **player.when(step.back))


def _delegate(player: Player, step: Step) -> None:
    """The holder of some right lets somebody else decide too."""
    rights = list(DecisionRight.objects.order_by("pk"))
    if rights:
        until = player.today + timedelta(days=step.length)
        right, to = rights[step.pick % len(rights)], player.someone(step.pick // 2)
        actions.delegate(right=right, to=to, by=None, until=until, **player.when(step.back))


def _switch(player: Player, step: Step) -> None:
    pilot = player.pilot(step)
    kind = GateKind.objects.get(key=(*APPROVALS, *ACCEPTANCES)[step.pick % 6])
    event: Callable[..., Any] = actions.switch_off
    why: dict[str, str] = {"reason": "Not here."}
    if kind.off_for(pilot.portfolio, player.today):
        event, why = actions.switch_on, {}
    event(kind=kind, portfolio=pilot.portfolio, by=None, **why, **player.when(step.back))


ACTIONS: dict[str, Callable[[Player, Step], None]] = {
    "adopt": _adopt,
    "amend": _amend,
    "answer": _answer,
    "assert": _assert,
    "assign": _assign,
    "away": _away,
    "claim": _claim,
    "clear_all": _clear_all,
    "close": _close,
    "correct": _correct,
    "decide": _decide,
    "delegate": _delegate,
    "end_assertion": _end_assertion,
    "except": _except,
    "let_go": _let_go,
    "measure": _measure,
    "meet": _meet,
    "move": _move,
    "nominate": _nominate,
    "pause": _pause,
    "reopen": _reopen,
    "resume": _resume,
    "retire": _retire,
    "roll_back": _roll_back,
    "rules": _rules,
    "runs": _runs,
    "start": _start,
    "switch": _switch,
    "threshold": _threshold,
    "withdraw_nomination": _withdraw_nomination,
}
_OFTEN = [*sorted(ACTIONS), *("decide", "except", "amend", "measure", "pause") * 2, "decide", "reopen"]
OPENINGS: list[tuple[str, ...]] = [
    (),
    ("claim",),
    ("assert", "start"),
    ("assert", "runs", "end_assertion"),
    ("start", "threshold", "measure", "decide"),
    ("start", "clear_all"),
    ("start", "clear_all", "adopt"),
    ("start", "nominate", "pause"),
    ("start", "clear_all", "adopt", "reopen"),
]
"""How a pilot may have begun before anything is drawn."""
