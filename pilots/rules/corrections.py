"""What a list says otherwise now of what it said before: the act counts from another day, and is known to from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from pilots.rules import stalls
from pilots.rules.actions import OF_STAGES
from pilots.rules.events import CORRECT_DATE, Act, in_order

STAGE_VERBS = OF_STAGES | {"move_decide_by"}
"""What happened one after the other: no correction puts one of them before another that came before it."""


def corrected(acts: Sequence[Act]) -> list[Act]:
    """The acts, each on the day that is known of it now.

    A decide-by date that followed from the start follows from the corrected one, unless somebody had moved it by then;
    that is no slip (rule 4).
    """
    out = list(acts)
    for correction in sorted((act for act in acts if act.verb == CORRECT_DATE), key=attrgetter("seq")):
        wrong = said_by_a_list(out, correction.data["of"], before=correction.seq)
        if wrong is not None:
            out[out.index(wrong)] = _on_its_day(wrong, correction, out)
    return out


def said_by_a_list(acts: Sequence[Act], verb: str, *, before: int | None = None) -> Act | None:
    """The last act of a verb that a list told, as far as it was told before another; None where the last is a person's."""
    told = [act for act in acts if act.verb == verb and (before is None or act.seq < before)]
    last = max(told, key=attrgetter("seq"), default=None)
    return last if last is not None and last.by is None else None


def _on_its_day(act: Act, correction: Act, acts: Sequence[Act]) -> Act:
    day, data = correction.data["to"], dict(act.data)
    if act.verb == "start":
        data["start_known"] = True
        moved = any(other.verb == "move_decide_by" and other.seq < correction.seq for other in acts)
        if data.get("decide_by_follows") and not moved:
            data["decide_by"] = day + stalls.SIX_WEEKS
    return replace(act, on=day, data=data)


def keeps_its_place(acts: Sequence[Act], corrected_act: Act) -> Act | None:
    """The act of stages that a corrected one would come before or after by its new day, and did not; None where none."""
    before = _stages(acts)
    place = next(n for n, act in enumerate(before) if act.seq == corrected_act.seq)
    for n, act in enumerate(before):
        if (n < place and act.on > corrected_act.on) or (n > place and act.on < corrected_act.on):
            return act
    return None


def _stages(acts: Sequence[Act]) -> list[Act]:
    return in_order([act for act in acts if act.verb in STAGE_VERBS])
