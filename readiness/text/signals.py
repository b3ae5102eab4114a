"""Sentences about what managers report: openings, how far from a signal, and letters of invitation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.figures import grouped
from pilots.models import PolicyGap
from pilots.rules.vocabulary import FrictionQuestion
from readiness.queries.signals import ShownPoint, Signals
from readiness.text import labels

REPORTED_AS = {
    FrictionQuestion.SAVES: gettext_lazy("time saved"),
    FrictionQuestion.REWORK: gettext_lazy("rework"),
    FrictionQuestion.JUDGEMENT: gettext_lazy("judgement, no policy"),
}


def name(point: ShownPoint) -> str:
    """How a friction point is called."""
    return point.label or (_("Something else") if point.point == "something-else" else point.point)


def reported_as(point: ShownPoint) -> str:
    """To which question it is an answer: “rework”."""
    return str(REPORTED_AS[FrictionQuestion(point.question)])


def managers(number: int) -> str:
    return ngettext("%(n)s manager", "%(n)s managers", number) % {"n": grouped(number)}


def hours(minutes: int | None) -> str:
    """Minutes a week as people say them: “46 h”, “5 h 10 min”; empty where nothing is known."""
    if minutes is None:
        return ""
    sign, minutes = ("−" if minutes < 0 else ""), abs(minutes)
    whole, rest = divmod(minutes, 60)
    if not whole:
        return _("%(sign)s%(minutes)d min") % {"sign": sign, "minutes": rest}
    if not rest:
        return _("%(sign)s%(hours)s h") % {"sign": sign, "hours": grouped(whole)}
    return _("%(sign)s%(hours)s h %(minutes)d min") % {"sign": sign, "hours": grouped(whole), "minutes": rest}


def headline(point: ShownPoint) -> str:
    """What is so, in a sentence: “Twelve managers in at least four functions report: Reading every line …”."""
    says = {
        "n": capfirst(labels.how_many(point.managers)),
        "point": name(point),
        "functions": ngettext("one function", "%(n)s functions", point.functions)
        % {"n": labels.how_many(point.functions)},
    }
    if point.question == FrictionQuestion.JUDGEMENT:
        return _("%(n)s managers in at least %(functions)s decide with no policy behind them: %(point)s.") % says
    if point.question == FrictionQuestion.SAVES:
        return _("%(n)s managers in at least %(functions)s save time on: %(point)s.") % says
    return _("%(n)s managers in at least %(functions)s report rework: %(point)s.") % says


def opening(found: Signals) -> str:
    """The sentence that the page of signals opens with."""
    if found.raised:
        return headline(found.raised[0])
    if found.points:
        return _("Nothing that managers report has become a signal.")
    return _("Nothing that managers report can be shown to you yet: too few have answered where you read.")


def short_of(point: ShownPoint) -> str:
    """How far a point is from being a signal."""
    if point.short is None:
        return ""
    few, functions = point.short
    says = []
    if few:
        says.append(ngettext("%(n)d manager short", "%(n)d managers short", few) % {"n": few})
    if functions:
        says.append(
            ngettext("%(n)d function short, as far as is sure", "%(n)d functions short, as far as is sure", functions)
            % {"n": functions}
        )
    return capfirst(", ".join(says)) + "." if says else ""


def court(gap: PolicyGap) -> str:
    """Whose move an open policy gap is: its owner's, or nobody's where the account is closed."""
    return "nobody" if gap.owner is None or gap.owner.closed_on is not None else "decider"


def is_answered(gap: PolicyGap, at: date) -> bool:
    """Whether a policy gap had its answer by a day."""
    return gap.answered_on is not None and gap.answered_on <= at


def wait(gap: PolicyGap, at: date) -> str:
    """Whose it is and since when: “Hedda Fjorn, for 49 days, due 18 December 2026, in 25 days”."""
    if is_answered(gap, at):
        assert gap.answered_on is not None
        if gap.answered_on == gap.asked_on:
            says_so = _("Answered by %(who)s on %(day)s, the day on which it was asked.")
            return says_so % {"who": gap.answered_by, "day": labels.day(gap.answered_on)}
        days = labels.days((gap.answered_on - gap.asked_on).days)
        answered = {"who": gap.answered_by, "day": labels.day(gap.answered_on), "days": days}
        return _("Answered by %(who)s on %(day)s, after %(days)s.") % answered
    waiting = (at - (gap.owner_since if gap.owner_since <= at else gap.asked_on)).days
    says: dict[str, Any] = {
        "who": gap.owner if court(gap) == "decider" else _("Nobody"),
        "days": labels.days(waiting),
        "since": labels.day(at),
        "due": labels.day(gap.due),
        "ago": labels.ago(gap.due, at),
    }
    if not waiting:
        return _("%(who)s, since %(since)s; due on %(due)s, %(ago)s.") % says
    return _("%(who)s, for %(days)s; due on %(due)s, %(ago)s.") % says


def question(point: ShownPoint) -> str:
    """The question that a policy gap about a friction point begins with."""
    says = {"point": name(point).rstrip(".?")}
    if point.question == FrictionQuestion.JUDGEMENT:
        return _("%(point)s: what is the rule, and who decides where it does not fit?") % says
    return _("%(point)s: when is it needed, when is it not, and who says so?") % says


def agenda(gaps: Sequence[PolicyGap], at: date) -> list[str]:
    """What to ask in the room: what is not decided; where all is, whether it reached those who live with it."""
    waits = [gap.question for gap in gaps if not is_answered(gap, at)]
    if gaps and not waits:
        return [
            _("Do those who live with it know the answer, and can they work by it?"),
            _("What is still decided without a policy, and is that another question?"),
            _("By when should fewer managers report it, and who looks?"),
        ]
    first = waits or [_("Which decision would relieve this, and who takes it by when?")]
    return [*first, _("Whose name is on what goes wrong meanwhile?"), _("What waits instead, while nobody decides?")]
