"""Plain answers to what must hold of any story, worked out from decisions and events alone, by none of the rules' own code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from pilots.models import Absence, Decision, DecisionRight, Event, Gate, Person, Pilot

YES = ("cleared", "conditional", "excepted")
DAY = timedelta(days=1)


def plain(value: Any) -> str:
    return " ".join(str(value or "").split()).casefold()


def history(pilot: Pilot) -> list[Event]:
    """A pilot's events in the order in which they count."""
    rows = pilot.events.select_related("decision", "gate__kind")
    return sorted(rows, key=lambda e: (e.action != "record", e.effective_on, e.pk))


def values_on(pilot: Pilot, day: date, until: int | None = None) -> dict[str, Any]:
    """What the record and the rules of a pilot said at the end of a day, by what was written before one event."""
    values: dict[str, Any] = {}
    for event in history(pilot):
        if until is not None and event.pk >= until:
            continue
        if event.action in ("record", "amend", "set_rules") and event.effective_on <= day:
            values |= event.data.get("set") or {}
    return values


def carried_by(pilot: Pilot, day: date, kind: str = "named-sponsor") -> int | None:
    """Who had accepted a gate, and not left it, at the end of a day."""
    who = None
    for event in history(pilot):
        answer = getattr(event, "decision", None)
        if answer is None or event.effective_on > day or event.gate.kind.key != kind:
            continue
        if answer.outcome == "accepted":
            who = answer.decider_id
        elif answer.outcome == "left" and answer.decider_id == who:
            who = None
    return who


def capacity(decision: Decision, barred: set[int | None]) -> str | None:
    """In which capacity somebody could decide on that day, by the rights as they are written down now."""
    pilot, day, who = decision.gate.pilot, decision.effective_on, decision.decider_id
    function = values_on(pilot, day).get("function")
    reach = [(pilot.portfolio_id, function), (None, function), (pilot.portfolio_id, None), (None, None)]
    for portfolio, of in reach:
        if of is None and (portfolio, of) in reach[:2] and function is not None:
            continue
        right = (
            DecisionRight.objects.filter(kind=decision.gate.kind, portfolio=portfolio, function=of, starts__lte=day)
            .exclude(until__lt=day)
            .first()
        )
        if right is None:
            continue
        people = [right.holder, right.deputy, right.escalate_to]
        roles = ["holder", "deputy", "escalation"]
        there = [
            (role, person)
            for role, person in zip(roles, people, strict=True)
            if person and not (person.closed_on and person.closed_on <= day)
        ]
        if there:
            return _among(there, who, day, barred)
    return None


def _among(there: list[tuple[str, Person]], who: int | None, day: date, barred: set[int | None]) -> str | None:
    gone = set(Absence.objects.filter(starts__lte=day, ends__gte=day).values_list("person", flat=True))
    for place, (role, person) in enumerate(there):
        before = [other.pk for _, other in there[:place]]
        first = place == 0 or role == "deputy"
        hindered = all(pk in gone or pk in barred for pk in before)
        if person.pk == who and who not in barred and (first or hindered):
            return role
    return None


def asked_since_the_last_grant(decision: Decision) -> set[int | None]:
    """Who had asked for an exception on a gate when one was granted."""
    askers: set[int | None] = set()
    for event in history(decision.gate.pilot):
        if event.gate_id != decision.gate_id or event.effective_on > decision.effective_on:
            continue
        if event.pk == decision.event_id:
            break
        if event.action == "ask_exception":
            askers.add(event.by_id)
        elif event.action == "except":
            askers.clear()
    return askers


def changed_since_the_request(decision: Decision) -> set[str]:
    """What of the record a grant seals and was another when it was last asked for; of a threshold, only which one."""
    pilot, asked = decision.gate.pilot, None
    for event in history(pilot):
        if (
            event.pk < decision.event_id
            and event.effective_on <= decision.effective_on
            and event.gate_id == decision.gate_id
        ):
            asked = event if event.action == "ask_exception" else None if event.action == "except" else asked
    assert asked is not None
    then, now = (
        values_on(pilot, asked.effective_on, asked.pk),
        values_on(pilot, decision.effective_on, decision.event_id),
    )
    of_record = set(decision.sealed) - {"threshold"}
    changed = {name for name in of_record if plain(then.get(name)) != plain(now.get(name))}
    if _threshold(pilot, asked.effective_on, asked.pk) != _threshold(pilot, decision.effective_on, decision.event_id):
        changed |= {"threshold"} & set(decision.sealed)
    return changed


def _threshold(pilot: Pilot, day: date, until: int) -> dict[str, Any] | None:
    """What was agreed to be good enough at the end of a day, by what was written before one event."""
    agreed = [e for e in history(pilot) if e.action == "register_threshold" and e.effective_on <= day and e.pk < until]
    names = ("metric", "direction", "value", "kind", "smallest_sample")
    return {name: agreed[-1].data[name] for name in names} if agreed else None


def reason_to_be_clear(gate: Gate, day: date) -> bool:
    """Whether an answer stands on a gate on a day: the last one is a yes, within its term, unbroken, its conditions kept."""
    if gate.kind.clears_by == "acceptance":
        return carried_by(gate.pilot, day, gate.kind.key) is not None
    events = [e for e in history(gate.pilot) if e.effective_on <= day]
    last = None
    for event in events:
        answer = getattr(event, "decision", None)
        if event.gate_id == gate.pk and answer and answer.outcome != "asserted":
            last = answer
    if last is None or last.outcome not in YES:
        return False
    if last.good_until is not None and day > last.good_until:
        return False
    return _kept(last, events, day) and _unbroken(last, events, day)


def _kept(answer: Decision, events: Iterable[Event], day: date) -> bool:
    met = {plain(e.data["text"]) for e in events if e.action == "meet_condition" and e.gate_id == answer.gate_id}
    return all(plain(c["text"]) in met or day <= date.fromisoformat(c["due"]) for c in answer.conditions)


def _unbroken(answer: Decision, events: list[Event], day: date) -> bool:
    values = values_on(answer.gate.pilot, day)
    verdict, threshold = "none", 0
    for event in events:
        if event.action == "register_threshold":
            verdict, threshold = "none", event.pk
        elif event.action == "record_measurement":
            verdict = event.data["verdict"]
    for name, value in answer.sealed.items():
        if name == "verdict" and plain(value) != plain(verdict):
            return False
        if name == "threshold" and bool(value) != bool(threshold):
            return False
        if name not in ("verdict", "threshold") and plain(value) != plain(values.get(name)):
            return False
    return True


MOVES = ("start", "adopt", "roll_back", "record_measurement", "decide", "except", "accepted")
QUIET, HALF_A_YEAR, MOST_PAUSED = (timedelta(days=30), timedelta(weeks=26), timedelta(days=180))


def latest_stall(pilot: Pilot, kai: Person) -> date | None:
    """The latest day on which rules 3 to 5 let a pilot stall, by the most generous reading of what was done."""
    events = history(pilot)
    started = [e for e in events if e.action == "start"]
    if not started:
        return None
    moves = [e.effective_on for e in events if e.action in MOVES and _could_move(e)]
    moves.append(pilot.recorded_on)
    dates = [date.fromisoformat(str(e.data["decide_by"])) for e in started]
    dates += [date.fromisoformat(e.data["to"]) for e in events if e.action == "move_decide_by"]
    paused: set[date] = set()
    for event in events:
        if event.action == "pause":
            until = date.fromisoformat(event.data["until"])
            paused |= {event.effective_on + n * DAY for n in range((until - event.effective_on).days + 1)}
    latest = max(*moves, *dates) + QUIET + len(paused) * DAY
    if any(e.by_id == kai.pk for e in events):
        return latest
    # Nobody but the escalation person may go beyond this.
    bound = max(max(moves), max(e.effective_on for e in started) + HALF_A_YEAR)
    return min(latest, bound + QUIET + MOST_PAUSED)


def _could_move(event: Event) -> bool:
    if event.action == "record_measurement":
        return event.data["verdict"] in ("met", "not_met")
    answer = getattr(event, "decision", None)
    return answer is None or answer.outcome != "withdrawn"
