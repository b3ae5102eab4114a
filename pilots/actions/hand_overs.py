"""Somebody leaves, and hands over what they hold, all of it at once (rules 7 and 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from pilots.actions.acceptances import nominate
from pilots.actions.event_batch import event_batch, log_batch
from pilots.actions.locked_pilot import action_days
from pilots.actions.locked_together import Days, locked_together
from pilots.actions.portfolios import amend_portfolio
from pilots.actions.records import amend
from pilots.actions.reference import concerns, log, not_beyond, only_office
from pilots.actions.right_corrections import correct_right
from pilots.actions.rights import assign_right, end_right
from pilots.actions.texts import within_reach
from pilots.event_log.rows import named
from pilots.event_log.sign import logged_transaction
from pilots.models import (
    DecisionRight,
    Event,
    Gate,
    GatePeriod,
    HandOver,
    HandOverPart,
    Person,
    Pilot,
    Portfolio,
)
from pilots.refusals import ChangedMeanwhile, Invalid, NotYours, Refused

__all__ = ["end_hand_over", "hand_over"]

Thing = DecisionRight | Gate | Pilot | Portfolio
"""What is handed over: a right, a gate that was accepted or names them, a pilot that they manage, a portfolio's escalation."""
IN_RIGHT = ("holder", "deputy", "escalate_to")
AT_ONCE = 1000
"""Pilots that are in memory at once."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing, and who is to take it over. Gates and pilots come with their portfolios."""

    thing: Thing
    to: Person

    @property
    def portfolio_id(self) -> int | None:
        """The portfolio in which it lies; none for a right that holds everywhere."""
        if isinstance(self.thing, Portfolio):
            return self.thing.pk
        return self.thing.pilot.portfolio_id if isinstance(self.thing, Gate) else self.thing.portfolio_id

    @property
    def pilot_id(self) -> int | None:
        if isinstance(self.thing, Gate):
            return self.thing.pilot_id
        return self.thing.pk if isinstance(self.thing, Pilot) else None


@dataclass(slots=True)
class HandedOver:
    """What became of each part, by its place among those given: done, requested of the office, or refused."""

    done: list[int] = field(default_factory=list)
    requested: list[int] = field(default_factory=list)
    refused: dict[int, Refused] = field(default_factory=dict)
    hand_over: HandOver | None = None


@logged_transaction()
def hand_over(
    *,
    person: Person,
    by: Person | None,
    last_day: date | None,
    parts: Sequence[Part],
    on: date | None = None,
    known: date | None = None,
) -> HandedOver:
    """Hand over what somebody holds: rights from the day after their last one, the rest from today.

    A gate stays with whoever accepted it until the next person accepts (rule 9). What the person who leaves may not do by
    themselves is requested of the office. What is refused is left as it is, and returned. Where all of it is, nothing is written.

    Raises:
        NotYours: `by` is neither the person nor of a program office that keeps any of it.
        Invalid: a last day that is over, nothing to hand over, or an account that is closed.
    """
    on, known = action_days(on, known)
    if by is None:
        raise NotYours
    if by != person:
        only_office(by, None, on)
    if person.closed_by(on):
        raise Invalid(_("This account is closed."), field="person")
    if last_day is None:
        raise Invalid(_("Missing. Give the last day."), field="last_day")
    within_reach(last_day, "last_day")
    if last_day < known:
        raise Invalid(_("That day is over. Give today or a later day."), field="last_day")
    if not parts:
        raise Invalid(_("Nothing is handed over yet. Name somebody for one thing at least."), field="successor")
    found = HandedOver()
    with event_batch() as batch:
        _hand_on(found, parts, Handing(person, by, last_day, on, known))
        found.done.sort()
        found.requested.sort()
        kept = sorted([*found.done, *found.requested])
        if not kept and all(isinstance(refusal, NotYours) for refusal in found.refused.values()):
            raise NotYours
        if kept:
            _write(found, [parts[place] for place in kept], person, by, last_day, batch, on, known)
    return found


@dataclass(frozen=True, slots=True)
class Handing:
    """Who leaves, who does it, and when; each of its methods hands one thing on by that thing's own action."""

    person: Person
    by: Person
    last_day: date
    on: date
    known: date

    @property
    def days(self) -> dict[str, Any]:
        return {"by": self.by, "on": self.on, "known": self.known}

    def right(self, right: DecisionRight, to: Person) -> None:
        """A right, as it stands but for the person: corrected where it begins later, else assigned from the day after."""
        holds = {name: getattr(right, name) for name in IN_RIGHT}
        holds = {name: to if who == self.person else who for name, who in holds.items()}
        if holds["holder"] == to and right.deputy == to:
            holds["deputy"] = None
        starts = self.last_day + timedelta(days=1)
        if right.starts >= starts:
            correct_right(right=right, set=holds, **self.days)
            return
        until = right.until
        if until is not None:
            end_right(right=right, until=self.last_day, **self.days)
        assign_right(
            kind=right.kind,
            portfolio=right.portfolio,
            function=right.function,
            holder=holds["holder"],
            deputy=holds["deputy"],
            escalate_to=holds["escalate_to"],
            answer_within_days=right.answer_within_days,
            starts=starts,
            until=until,
            **self.days,
        )

    def gate(self, gate: Gate, to: Person) -> None:
        nominate(gate=gate, person=to, **self.days)

    def pilot(self, pilot: Pilot, to: Person) -> None:
        amend(pilot=pilot, set={"manager": to}, **self.days)

    def portfolio(self, portfolio: Portfolio, to: Person) -> None:
        amend_portfolio(portfolio=portfolio, set={"escalation": to}, **self.days)


def _hand_on(found: HandedOver, parts: Sequence[Part], handing: Handing) -> None:
    """Each part, the pilots first: they are locked before the seats."""
    of_pilots = [(place, part) for place, part in enumerate(parts) if part.pilot_id is not None]
    pilots = sorted({part.pilot_id for _place, part in of_pilots if part.pilot_id is not None})
    for first in range(0, len(pilots), AT_ONCE):
        some = pilots[first : first + AT_ONCE]
        with locked_together(some, handing.by, Days(handing.on, handing.known, "amend")) as together:
            theirs = [(place, part) for place, part in of_pilots if part.pilot_id in together.pilots]
            held = _gates_held(
                handing.person, [part.thing.pk for _place, part in theirs if isinstance(part.thing, Gate)]
            )
            for place, part in theirs:
                if isinstance(part.thing, Gate):
                    _hand_one(found, place, part, handing, part.thing.pk in held, handing.gate)
                else:
                    manages = together.pilots[part.thing.pk].manager_id == handing.person.pk
                    _hand_one(found, place, part, handing, manages, handing.pilot)
    for place, part in enumerate(parts):
        if isinstance(part.thing, DecisionRight):
            right = DecisionRight.objects.select_related("kind", "portfolio", "function", *IN_RIGHT).get(
                pk=part.thing.pk
            )
            holds = any(getattr(right, name) == handing.person for name in IN_RIGHT)
            holds = holds and (right.until is None or right.until > handing.last_day)
            _hand_one(found, place, Part(right, part.to), handing, holds, handing.right)
        elif isinstance(part.thing, Portfolio):
            part.thing.refresh_from_db(from_queryset=Portfolio.objects.select_for_update(of=("self",)))
            holds = part.thing.escalation_id == handing.person.pk
            _hand_one(found, place, part, handing, holds, handing.portfolio)


def _hand_one(
    found: HandedOver, place: int, part: Part, handing: Handing, holds: bool, action: Callable[[Any, Person], None]
) -> None:
    """One part, or its refusal; what the person who leaves may not do is requested."""
    try:
        if not holds:
            raise ChangedMeanwhile(_("They do not hold it any more."))
        if part.to == handing.person or part.to.closed_by(handing.last_day):
            raise Invalid(_("Name somebody else, with an open account."), field="successor")
        with logged_transaction():
            action(part.thing, part.to)
    except NotYours as refusal:
        if handing.by == handing.person:
            found.requested.append(place)
        else:
            found.refused[place] = refusal
    except Refused as refusal:
        found.refused[place] = refusal
    else:
        found.done.append(place)


def _gates_held(person: Person, gates: Iterable[int]) -> set[int]:
    """Those of these gates that somebody has accepted, or is named for."""
    now = GatePeriod.objects.filter(superseded_on=None, last_day=None, gate__in=gates)
    rows = now.order_by().values_list("gate", "person", "nominee")
    return {gate for gate, accepted, nominee in rows if person.pk in (accepted, nominee)}


def _write(
    found: HandedOver,
    parts: Sequence[Part],
    person: Person,
    by: Person,
    last_day: date,
    batch: str,
    on: date,
    known: date,
) -> None:
    """Keep what is handed over, to whom, and write the event that stands for all of it, one for each portfolio."""
    found.hand_over, rows = _kept(parts, person, last_day, known)
    data = {
        "person": person.pk,
        "last_day": last_day,
        "done": len(found.done),
        "requested": len(found.requested),
    }
    within = {part.portfolio_id for part in parts if part.portfolio_id is not None}
    places: list[Portfolio | None] = list(Portfolio.objects.filter(pk__in=within).order_by("pk"))
    everywhere = any(part.portfolio_id is None for part in parts)
    log_batch(
        batch,
        "hand_over",
        by,
        on,
        known,
        data,
        portfolios=[*places, None] if everywhere else places,
        changes=concerns(person=person, until=last_day),
        rows=[found.hand_over, *rows],
    )


def _kept(parts: Sequence[Part], person: Person, last_day: date, known: date) -> tuple[HandOver, list[HandOverPart]]:
    """The hand-over that is open, or a new one, and those of its parts that are others than before."""
    row = HandOver.objects.select_for_update(of=("self",)).filter(person=person, ended_on=None).first()
    if row is None:
        row = HandOver.objects.create(person=person, asked_on=known, last_day=last_day)
    row.last_day = last_day
    row.save(update_fields=["last_day"])
    wanted = {(new.right, new.gate, new.pilot, new.portfolio): new for new in _rows(row, parts)}
    changed = []
    for old in row.parts.select_related("right", "gate", "pilot", "portfolio"):
        new = wanted.pop((old.right, old.gate, old.pilot, old.portfolio), None)
        if new is not None and new.successor_id != old.successor_id:
            old.successor = new.successor
            old.save(update_fields=["successor"])
            changed.append(old)
    return row, [*changed, *HandOverPart.objects.bulk_create(wanted.values())]


def _rows(row: HandOver, parts: Iterable[Part]) -> list[HandOverPart]:
    portfolios = Portfolio.objects.in_bulk([part.portfolio_id for part in parts if part.portfolio_id is not None])
    return [
        HandOverPart(
            hand_over=row,
            portfolio=portfolios[part.portfolio_id] if part.portfolio_id else None,
            right=part.thing if isinstance(part.thing, DecisionRight) else None,
            gate=part.thing if isinstance(part.thing, Gate) else None,
            pilot=part.thing if isinstance(part.thing, Pilot) else None,
            successor=part.to,
        )
        for part in parts
    ]


def end_open(person: Person, day: date) -> list[HandOver]:
    """End the hand-over of somebody that is open, if any."""
    rows = list(HandOver.objects.select_for_update(of=("self",)).filter(person=person, ended_on=None))
    for row in rows:
        row.ended_on = max(day, row.asked_on)
        row.save(update_fields=["ended_on"])
    return rows


@logged_transaction()
def end_hand_over(*, person: Person, by: Person | None, on: date | None = None, known: date | None = None) -> Event:
    """Ask for nothing more: they stay, or the rest is settled otherwise. What was handed on stays so.

    Raises:
        NotYours: `by` is neither the person nor of a program office, or the person holds something beyond what `by` keeps.
        Invalid: nothing of theirs is being handed over.
    """
    on, known = action_days(on, known)
    if by is not None and by != person:
        only_office(by, None, on)
        not_beyond(by, person)
    rows = end_open(person, known)
    if not rows:
        raise Invalid(_("Nothing is being handed over."), field="person")
    return log("end_hand_over", by, on, known, {"person": person.pk}, changes=concerns(person=person), rows=rows)


def end_with_account(person: Person, day: date) -> list[tuple[type[Any], Any]]:
    """The hand-over that ends because an account is closed, as its event carries it."""
    return [named(row) for row in end_open(person, day)]
