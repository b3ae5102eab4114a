"""What pages hang on the wall: dates, marks, gates, charts, fields. Words and figures are worked out elsewhere."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pilots.models import Decision, DecisionRight
from readiness.charts import gate_badge
from readiness.queries.snapshots import GateSnapshot
from readiness.rules.deadlines import AnswerDue
from readiness.rules.who_decides import PortfolioSeats, SeatPeriod, SeatStatus, Step
from readiness.text import events, labels, rights
from readiness.text.letters import Letter

register = template.Library()


@register.simple_tag
def day(when: date | str | None) -> SafeString | str:
    """`{% day date %}`: a date as people write it, which machines can read too. A stored condition holds it as text."""
    if not when:
        return ""
    when = date.fromisoformat(when) if isinstance(when, str) else when
    return format_html('<time datetime="{}">{}</time>', when.isoformat(), labels.day(when))


@register.simple_tag
def ago(when: date | None, at: date) -> str:
    """`{% ago date at %}`: “106 days ago”, “in 9 days”, “today”."""
    return labels.ago(when, at) if when else ""


@register.filter
def may_break(address: str) -> SafeString:
    """`{{ person.email|may_break }}`: an e-mail address that a narrow line may break after its @."""
    return format_html_join(mark_safe("@<wbr>"), "{}", ((part,) for part in address.split("@")))


@register.filter
def days(number: int) -> str:
    """`{{ n|days }}`: “9 days”."""
    return labels.days(number)


@register.filter
def standing_words(standing: str) -> str:
    """`{{ status.standing|standing_words }}`: “Museum exhibit”."""
    return capfirst(str(labels.STANDING[standing]))


@register.filter
def state_words(state: str) -> str:
    """`{{ gate.status.state|state_words }}`: “waiting”."""
    return str(labels.STATE[state])


@register.filter
def move_words(gate: GateSnapshot) -> str:
    """`{{ gate|move_words }}`: whose move it is, and for how long."""
    return labels.move(gate)


@register.filter
def clear_apart(gates: list[GateSnapshot]) -> str:
    """`{{ found.gates|clear_apart }}`: “4 cleared, 1 only asserted”."""
    return labels.clear_apart(gates)


@register.filter
def count_words(many: int) -> str:
    """`{{ view.many|count_words }}`: “3,608”."""
    return labels.count(many)


@register.filter
def wait_words(gate: GateSnapshot) -> str:
    """`{{ gate|wait_words }}`: “70 days”, “since today”, or no more than is known."""
    return labels.wait(gate.status)


@register.filter
def deadline_words(due: AnswerDue, at: date) -> str:
    """`{{ row.due|deadline_words:at }}`: since when it has been with the decider, and by when an answer is due."""
    return labels.deadline(due, at)


@register.filter
def from_site(letter: Letter, request: HttpRequest) -> Letter:
    """`{{ letter|from_site:request }}`: a letter that says at which address it is answered."""
    return letter.from_site(request.build_absolute_uri("/"))


@register.filter
def hole_words(why: str) -> str:
    """`{{ seat.hole|hole_words }}`: why nobody decides."""
    return str(labels.HOLE[why])


@register.filter
def sitting_words(sitting: SeatPeriod) -> str:
    """`{{ sitting|sitting_words }}`: who decides, in which capacity, and until when they are away."""
    return labels.sitting(sitting)


@register.simple_tag(takes_context=True)
def seat(context: template.RequestContext, status: SeatStatus) -> SafeString:
    """`{% seat status %}`: who decides, whom it escalates to, or why nobody does or has to, in a cell of the table.

    One right reaches many places, so what was drawn once on a page is drawn again as it is.
    """
    on_page: dict[Any, Any] = vars(context.render_context)
    drawn: dict[Any, SafeString] = on_page.setdefault("drawn_seats", {})
    same = (status.asked, status.switched_off, status.orphaned, tuple(status.sitting), status.escalation)
    if same not in drawn:
        drawn[same] = _seat(status)
    return drawn[same]


def _seat(status: SeatStatus) -> SafeString:
    lines = []
    if not status.asked:
        lines.append(format_html('<span class="note">{}</span>', _("not asked here")))
    if status.switched_off:
        lines.append(format_html('<span class="note">{}</span>', _("switched off here")))
    if status.hole:
        badge = '<span class="mark nobody" aria-hidden="true">{}</span> <strong>{}</strong>'
        lines.append(format_html(badge, _("U"), labels.HOLE[status.hole]))
    if status.orphaned and not status.sitting:
        lines.append(format_html("<small>{}</small>", _("orphaned: whoever had it has left")))
    for place, one in enumerate(status.sitting):
        passed = _("orphaned: passed on, for an account is closed") if status.orphaned and not place else None
        after = format_html(" <small>{}</small>", passed) if passed else ""
        lines.append(format_html('<span dir="auto">{}</span>{}<br>', labels.sitting(one), after))
    if status.escalation:
        name = status.escalation.person.name
        lines.append(format_html('<small>{} <span dir="auto">{}</span></small>', _("escalates to"), name))
    return format_html_join(" ", "{}", ((line,) for line in lines))


@register.filter
def decider_words(seats: PortfolioSeats) -> list[str]:
    """`{{ seats|decider_words }}`: who decides in a portfolio, a line each."""
    return rights.deciders(seats)


@register.filter
def portfolio_hole_words(seats: PortfolioSeats) -> str:
    """`{{ seats|portfolio_hole_words }}`: in how many places of a portfolio nobody decides."""
    return rights.hole_in(seats)


@register.filter
def reach_words(right: DecisionRight) -> str:
    """`{{ right|reach_words }}`: where a right holds."""
    return labels.reach(right)


@register.filter
def step_words(step: Step) -> str:
    """`{{ step|step_words }}`: one right on the way to whoever decides."""
    return labels.step(step)


@register.simple_tag
def mark(state: str, court: str | None = None, spoken: bool = True) -> SafeString:
    """`{% mark state court %}`: the letter and its edge, and the same in hidden words unless they stand beside it."""
    return _mark(state, court, spoken, get_language())


@lru_cache
def _mark(state: str, court: str | None, spoken: bool, _language: str | None) -> SafeString:
    """There are a few of them, and hundreds on one page."""
    drawn = gate_badge.mark(state, court)
    badge = format_html('<span class="mark {}" aria-hidden="true">{}</span>', drawn.classes, drawn.letter)
    if not spoken:
        return badge
    return format_html('{}<span class="said">{}</span>', badge, drawn.words)


@register.inclusion_tag("components/key.html")
def mark_key() -> dict[str, Any]:
    """`{% mark_key %}`: what each mark means; wherever marks stand without words."""
    return {"marks": gate_badge.key()}


@register.filter
def verdict_words(verdict: str) -> str:
    """`{{ measured.verdict|verdict_words }}`: “met”, “not enough to tell”."""
    return str(labels.VERDICT.get(verdict, verdict))


@register.filter
def figure_words(value: float, kind: str) -> str:
    """`{{ agreed.value|figure_words:agreed.kind }}`: “85%”, or a mean as it is."""
    return labels.figure(value, kind)


@register.filter
def answer_text(decision: Decision) -> str:
    """`{{ decision|answer_text }}`: “cleared until 28 April 2027”."""
    return events.answer(decision)


@register.filter
def waited_for_words(gate: GateSnapshot) -> str:
    """`{{ gate|waited_for_words }}`: “Perpetua Rask”, and where they are away until when, and who acts for them."""
    return labels.waited_for(gate)


@register.filter
def absence_words(gate: GateSnapshot) -> str:
    """`{{ gate|absence_words }}`: “away until 4 December 2026; Jory Mellin acts for them”, empty where the holder is there."""
    return labels.absence(gate)


@register.filter
def capacity_words(capacity: str) -> str:
    """`{{ decision.capacity|capacity_words }}`: “deputy”."""
    return str(labels.CAPACITY[capacity])


@register.filter
def residence_words(residence: str) -> str:
    """`{{ status.residence|residence_words }}`: “Lived in”."""
    return capfirst(str(labels.RESIDENCE[residence]))
