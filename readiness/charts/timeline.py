"""The picture of a pilot: its own time line, drawn to one scale, as figures that a template draws. No text is measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pilots.models import Event, GatePeriod
from pilots.rules.actions import STAGE_EVENTS
from pilots.rules.vocabulary import Stage, Standing
from readiness.queries.snapshots import PilotSnapshot
from readiness.rules import standing
from readiness.text import events as event_texts
from readiness.text.events import EventText

LEVELS = (52, 28, 4)
"""How far down the numbers above the line stand, in pixels; the first that has room is taken."""
SLIP_LEVELS = (136, 160)
ROOM, NARROW_ROOM = 3.4, 6.4
"""What a number needs of the width, in percent, so that it does not touch the next: on a broad page, and on a telephone."""
LABEL_ROOM, NARROW_LABEL_ROOM = 9.0, 24.0
"""What the label of a tick needs of the width, in percent, on a broad page and on a telephone."""
WEEKS_UP_TO, MONTHS_UP_TO, QUARTERS_UP_TO = 90, 760, 2000
"""Days of a time line on which weeks are marked, or months, or quarters; on a longer one years are."""
SHORTEST = 28
"""Days that a time line shows at least, so that one day is not as wide as the page."""
DRAWN = STAGE_EVENTS | {"record_measurement"}


@dataclass(frozen=True, slots=True)
class Scale:
    """A stretch of days on the width of a picture."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """Where a day lies, in percent."""
        long = max((self.last - self.first).days, 1)
        place = 100 * (day - self.first).days / long
        return round(min(max(place, 0.0), 100.0), 2)


@dataclass(frozen=True, slots=True)
class Point:
    """One event: its number in the table, where it lies, and how far down its number stands, on a broad page and on a
    narrow one; None where there is no room."""

    number: int
    x: float
    y: int | None
    narrow: int | None
    on: date
    what: str
    who: str
    reason: str
    to: float | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a week, a month, a quarter or a year."""

    x: float
    label: str
    wide_only: bool = False


@dataclass(slots=True)
class Picture:
    """What a time line shows. Places are percentages of the width: from, to, and for what is hatched how wide it is."""

    scale: Scale
    ticks: list[Tick]
    ran: tuple[float, float] | None = None
    waited: tuple[float, float] | None = None
    hatched: tuple[float, float, float] | None = None
    claimed: tuple[float, float] | None = None
    over: float | None = None
    taken: float | None = None
    points: list[Point] = field(default_factory=list)
    slips: list[Point] = field(default_factory=list)
    strokes: list[float] = field(default_factory=list)

    @property
    def drawn(self) -> bool:
        """Whether there is anything on it but the days: of what has not begun there is not."""
        return any((self.ran, self.waited, self.hatched, self.claimed, self.strokes, self.over, self.taken))

    @property
    def table(self) -> list[Point]:
        """Every point in the order of its number."""
        return sorted([*self.points, *self.slips], key=lambda point: point.number)


def timeline(snapshot: PilotSnapshot, events: Iterable[Event]) -> Picture:
    """The time line of one pilot's own page: decisions and measurements above, slips below, hatched from the stall."""
    now = snapshot.status
    first = min(snapshot.pilot.recorded_on, now.started_on or snapshot.pilot.recorded_on)
    picture = _picture(snapshot, _roomy(first, snapshot.at))
    picture.ticks = ticks(picture.scale)
    shown = [event for event in events if _is_drawn(event) and event.effective_on <= snapshot.at]
    above, below = _Places(LEVELS), _Places(SLIP_LEVELS)
    for number, text in enumerate(event_texts.texts(shown, on_pilot=True), start=1):
        event = text.event
        x = picture.scale.at(_day_of(event, snapshot))
        if event_texts.moves_date(event):
            picture.slips.append(_slip(number, text, picture, below))
            continue
        if picture.hatched is None or x < picture.hatched[0]:
            picture.strokes.append(x)  # what is hatched did not move
        picture.points.append(_point(number, text, x, above))
    return picture


def _roomy(first: date, last: date) -> Scale:
    """From the first day to the last, with room before it for half a number."""
    long = max((last - first).days, SHORTEST)
    return Scale(last - timedelta(days=long + -(-long // 40)), last)


class _Places:
    """How far down numbers stand so that none touches another, for a broad page and a narrow one; the first with room."""

    def __init__(self, levels: tuple[int, ...]) -> None:
        self.levels = levels
        self.taken = {room: [-100.0] * len(levels) for room in (ROOM, NARROW_ROOM)}

    def at(self, x: float) -> tuple[int | None, int | None]:
        broad, narrow = (self._level(x, room) for room in (ROOM, NARROW_ROOM))
        return broad, narrow

    def _level(self, x: float, room: float) -> int | None:
        taken = self.taken[room]
        for place, last in enumerate(taken):
            if abs(x - last) >= room:
                taken[place] = x
                return self.levels[place]
        return None


def specimen(snapshot: PilotSnapshot, moved: Sequence[date], scale: Scale) -> Picture:
    """The picture as it hangs in the museum: the same line without numbers, on the wall's one scale."""
    picture = _picture(snapshot, scale)
    picture.ticks = wall_ticks(scale)
    picture.strokes = [scale.at(day) for day in moved if scale.first <= day]
    return picture


def moves_of(pilots: Iterable[PilotSnapshot]) -> dict[int, list[date]]:
    """The days on which something moved on a gate, by pilot. One query."""
    rows = GatePeriod.objects.filter(gate__pilot__in=[found.pilot for found in pilots], superseded_on=None, moved=True)
    found: dict[int, list[date]] = {}
    for pilot, day in rows.order_by("first_day").values_list("gate__pilot", "first_day"):
        found.setdefault(pilot, []).append(day)
    return found


def wall_scale(pilots: Sequence[PilotSnapshot], at: date) -> Scale:
    """One scale for everything on a wall: from the quarter in which the first of them began, or was first claimed."""
    began = [_began(found) for found in pilots]
    first = min(began, default=at - timedelta(days=90))
    return Scale(first.replace(month=(first.month - 1) // 3 * 3 + 1, day=1), at)


def _began(snapshot: PilotSnapshot) -> date:
    days = [snapshot.status.started_on or snapshot.pilot.recorded_on]
    if snapshot.status.claim is not None:
        days.append(snapshot.status.claim.since)
    return min(days)


def ticks(scale: Scale) -> list[Tick]:
    """The first days of weeks, months, quarters or years, by how long it is; labelled where a label has room."""
    days, written = _marks(scale)
    out: list[Tick] = []
    broad = narrow = -100.0
    for day in days:
        x = scale.at(day)
        on_broad, on_narrow = (room <= x - last for room, last in ((LABEL_ROOM, broad), (NARROW_LABEL_ROOM, narrow)))
        on_broad, on_narrow = on_broad and x + LABEL_ROOM <= 100, on_narrow and x + NARROW_LABEL_ROOM <= 100
        # What a telephone shows stands on a broad page too, so that one label is drawn for both.
        on_narrow = on_narrow and on_broad
        broad, narrow = x if on_broad else broad, x if on_narrow else narrow
        out.append(Tick(x, date_format(day, written) if on_broad else "", not on_narrow))
    return out


def _marks(scale: Scale) -> tuple[list[date], str]:
    """What is marked on a scale, and how a day of it is written: no more than about sixty of them."""
    long = (scale.last - scale.first).days
    if long <= WEEKS_UP_TO:
        monday = scale.first + timedelta(days=-scale.first.weekday() % 7)
        return [monday + timedelta(days=7 * n) for n in range((scale.last - monday).days // 7 + 1)], _("j M")
    if long <= MONTHS_UP_TO:
        return _firsts(scale, 1), _("M Y")
    return (_firsts(scale, 3), _("M Y")) if long <= QUARTERS_UP_TO else (_firsts(scale, 12), "Y")


def wall_ticks(scale: Scale) -> list[Tick]:
    """The first days of quarters, for a wall; of years where those would run into each other."""
    step = 3 if (scale.last - scale.first).days <= QUARTERS_UP_TO else 12
    return [Tick(scale.at(day), "") for day in _firsts(scale, step)]


def _firsts(scale: Scale, step: int) -> list[date]:
    out, year, month = [], scale.first.year, scale.first.month
    while (day := date(year, month, 1)) <= scale.last:
        if day >= scale.first and (month - 1) % step == 0:
            out.append(day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return out


def _picture(snapshot: PilotSnapshot, scale: Scale) -> Picture:
    """The line itself: thick while it ran, thin while it waited past its date, hatched on display."""
    now, picture = snapshot.status, Picture(scale, [])
    if now.claim is not None:
        picture.claimed = (scale.at(now.claim.since), 100.0)
    # Where nobody knows the start of what was to be decided, the line begins with the record.
    began = now.started_on or (snapshot.pilot.recorded_on if now.decide_by else None)
    if began is None:
        return picture
    stalled = now.stalls_on if now.standing == Standing.EXHIBIT else None
    ended = now.since if now.stage in (Stage.ADOPTED, Stage.RETIRED) else None
    end = stalled or ended or snapshot.at
    decided = min(now.decide_by or end, end)
    picture.ran = (scale.at(began), scale.at(decided))
    if decided < end:
        picture.waited = (scale.at(decided), scale.at(end))
    if stalled is not None:
        x = scale.at(stalled)
        picture.hatched = (x, 100.0, round(100 - x, 2))
    if now.stage == Stage.ADOPTED:
        if now.claim is None or now.claim.because == standing.NO_LONGER_SHOWN:
            picture.taken = scale.at(now.since)
    elif ended is not None:
        picture.over = scale.at(ended)
    return picture


def _is_drawn(event: Event) -> bool:
    decision = event_texts.decision_of(event)
    if decision is not None:
        return decision.outcome not in ("asserted", "declined")
    return event.action in DRAWN or event_texts.moves_date(event)


def _day_of(event: Event, snapshot: PilotSnapshot) -> date:
    """The day on which an event lies: a start that a list has corrected since, on the day that is known now."""
    of_a_list = event.action == "start" and event.by_id is None
    return snapshot.status.started_on or event.effective_on if of_a_list else event.effective_on


def _point(number: int, text: EventText, x: float, places: _Places) -> Point:
    return Point(number, x, *places.at(x), text.event.effective_on, text.what, text.who, text.event.reason)


def _slip(number: int, text: EventText, picture: Picture, places: _Places) -> Point:
    event = text.event
    change = event.changes[0] if event.changes else {}
    before, after = (_place(change.get(end), picture.scale) for end in ("from", "to"))
    x = picture.scale.at(event.effective_on) if before is None else before
    return Point(number, x, *places.at(x), event.effective_on, text.what, text.who, event.reason, after)


def _place(written: object, scale: Scale) -> float | None:
    return scale.at(date.fromisoformat(str(written))) if written else None
