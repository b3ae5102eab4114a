"""A right corrected on its first day, while nothing was decided under it (rule 7). After that the next one is assigned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from pilots.actions.event_batch import log_part
from pilots.actions.locked_pilot import action_days
from pilots.actions.reference import need_whole, put
from pilots.actions.rights import in_order, keep_reach, reach_of, still_here
from pilots.derived import seats
from pilots.event_log.rows import named
from pilots.event_log.sign import logged_transaction
from pilots.figures import written_day
from pilots.models import Decision, DecisionRight, Event, Person
from pilots.models.rights import LONGEST_TO_ANSWER
from pilots.refusals import Invalid, Overlap
from pilots.rules.vocabulary import Capacity

__all__ = ["correct_right"]


CORRECTABLE = ("holder", "deputy", "escalate_to", "answer_within_days", "until")


@logged_transaction()
def correct_right(
    *,
    right: DecisionRight,
    by: Person | None,
    set: Mapping[str, Any],
    on: date | None = None,
    known: date | None = None,
) -> Event | None:
    """Correct who holds a right, in how many days they answer, and its end. Returns None where nothing changed.

    Raises:
        NotYours: `by` does not keep all that it reaches.
        Invalid: its first day is over, or something was decided or delegated under it: the next one is assigned.
        Overlap: with another end it would hold on days of another right of the same reach.
    """
    on, known = action_days(on, known)
    keep_reach(by, right.portfolio, on)
    seats.hold_seats([right.kind])
    right.refresh_from_db(from_queryset=DecisionRight.objects.select_for_update(of=("self",)))
    _is_new(right, known)
    history = reach_of(right)
    changes = put(right, set, CORRECTABLE)
    if not changes:
        return None
    _can_be(right)
    right.save()
    data = {"right": right.pk, "fields": [change["field"] for change in changes]}
    event = log_part(
        "correct_right", by, on, known, data, portfolio=right.portfolio, changes=history + changes, rows=[right]
    )
    seats.rebuild_seats([right.kind], seats.units_within(right))
    return event


def _is_new(right: DecisionRight, known: date) -> None:
    """Refuse a right whose first day is over, or under which something was done, and say what to do instead."""
    if known > right.starts:
        raise Invalid(
            _("Its first day, %(day)s, is over: it stays as it was. Assign the next one, from today or a later day.")
            % {"day": written_day(right.starts)},
            field="right",
        )
    if right.delegations.exists():
        raise Invalid(
            _("It was delegated already, so it stays as it is. Assign the next one, from tomorrow on."), field="right"
        )
    if decided_under([right.pk]):
        raise Invalid(
            _("Something was decided under it already, so it stays as it is. Assign the next one, from tomorrow on."),
            field="right",
        )


SEATED = (Capacity.HOLDER, Capacity.DEPUTY, Capacity.DELEGATE, Capacity.ESCALATION)
"""The capacities in which people decide from a seat."""


def decided_under(rights: Collection[int], *, after: int = 0) -> set[int]:
    """Those of these rights from whose seats anybody has decided, by primary key; `after`: only what was written after an event.

    One query.
    """
    day, right = F("effective_on"), "gate__periods__unit__seats__right"
    there = Q(
        capacity__in=SEATED,
        event__gt=after,
        gate__periods__superseded_on=None,
        gate__periods__first_day__lte=day,
        gate__periods__unit__seats__first_day__lte=day,
        **{f"{right}__in": rights, f"{right}__kind": F("gate__kind"), f"{right}__starts__lte": day},
    )
    ends = ("gate__periods__last_day", "gate__periods__unit__seats__last_day")
    for name in ends:
        there &= Q(**{name: None}) | Q(**{f"{name}__gte": day})
    return set(Decision.objects.filter(there).order_by().values_list(right, flat=True).distinct())


def _can_be(right: DecisionRight) -> None:
    """Refuse a right that could not have been assigned so."""
    if right.holder_id is None:
        raise Invalid(_("Missing. A name, not a team."), field="holder")
    still_here(right.starts, holder=right.holder, deputy=right.deputy, escalate_to=right.escalate_to)
    in_order(right.starts, right.until)
    if right.deputy_id == right.holder_id:
        raise Invalid(_("A deputy is somebody else."), field="deputy")
    need_whole(right.answer_within_days, "answer_within_days", least=1, most=LONGEST_TO_ANSWER)
    alike = DecisionRight.objects.filter(kind=right.kind, portfolio=right.portfolio, function=right.function)
    clash = alike.exclude(pk=right.pk).filter(Q(until=None) | Q(until__gte=right.starts))
    if right.until is not None:
        clash = clash.filter(starts__lte=right.until)
    if (other := clash.select_related("holder").first()) is not None:
        raise Overlap(
            _("%(other)s holds it from %(from)s on. Let this one end before that day.")
            % {"other": other.holder, "from": written_day(other.starts)},
            field="until",
        )


def withdrawing(right: DecisionRight, by: Person | None, on: date, known: date) -> Event:
    """Take back a right that has not begun, or on its first day, while nothing was decided under it: it was never there.

    Raises:
        NotYours: `by` does not keep all that it reaches.
        Invalid: its first day is over, or something was decided or delegated under it.
    """
    keep_reach(by, right.portfolio, on)
    seats.hold_seats([right.kind])
    right.refresh_from_db(from_queryset=DecisionRight.objects.select_for_update(of=("self",)))
    _is_new(right, known)
    data = {"right": right.pk, "kind": right.kind.key}
    changes = [*reach_of(right), {"field": "holder", "from": right.holder_id, "to": None}]
    row, units = named(right), seats.units_within(right)
    right.delete()
    event = log_part("withdraw_right", by, on, known, data, portfolio=right.portfolio, changes=changes, rows=[row])
    seats.rebuild_seats([right.kind], units)
    return event


def extending(right: DecisionRight, until: date | None, by: Person | None, on: date, known: date) -> Event:
    """Let a right that still holds, or held until yesterday, end later or not at all. No day that is over changes.

    Raises:
        NotYours: `by` does not keep all that it reaches.
        Invalid, Overlap: it ended before yesterday; another one of the same reach holds on those days.
    """
    keep_reach(by, right.portfolio, on)
    seats.hold_seats([right.kind])
    right.refresh_from_db(from_queryset=DecisionRight.objects.select_for_update(of=("self",)))
    if right.until is not None and right.until < known - timedelta(days=1):
        raise Invalid(_("It ends earlier than that. Assign it anew."), field="until")
    changes = [*reach_of(right), {"field": "until", "from": right.until, "to": until}]
    right.until = until
    _can_be(right)
    right.save(update_fields=["until"])
    data = {"right": right.pk, "until": until}
    event = log_part("extend_right", by, on, known, data, portfolio=right.portfolio, changes=changes, rows=[right])
    seats.rebuild_seats([right.kind], seats.units_within(right))
    return event
