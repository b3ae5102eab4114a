"""What a manager's own page says: what waits for them, what lies on them, and what became of what they answered."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.queries.own_work import OwnPilot
from readiness.rules.load import Load
from readiness.text import labels, workflows
from readiness.text.both_sides import score
from readiness.text.open_gates import listed


def opening(waiting: int, pilots: int) -> str:
    """The sentence that the page opens with."""
    if not pilots:
        return _("You live with no pilot. Nothing here waits on you.")
    if not waiting:
        return _("Nothing waits for your word today.")
    return ngettext("%(n)s thing waits for your word.", "%(n)s things wait for your word.", waiting) % {
        "n": labels.number(waiting)
    }


def counts(rules: int, questions: int, steps: int, moves: int) -> str:
    """What is counted as waiting for a manager's word, and what My gates counts where that is another number.

    Args:
        rules, questions, steps: on how many pilots they are waited for here.
        moves: what only they can move, as My gates counts it: rules too, but no question and no steps.
    """
    parts = {
        ngettext("the rules of %(n)s pilot", "the rules of %(n)s pilots", rules): rules,
        ngettext(
            "the question whether it helps, on %(n)s pilot", "the question whether it helps, on %(n)s pilots", questions
        ): questions,
        ngettext("how you live %(n)s pilot, step by step", "how you live %(n)s pilots, step by step", steps): steps,
    }
    some = [says % {"n": labels.how_many(many)} for says, many in parts.items() if many]
    out = [_("Counted here: %(what)s.") % {"what": listed(some)}] if some else []
    if moves != rules + questions + steps:
        there = _(
            "My gates counts otherwise: rules that wait for you, and gates and adoptions that only you can move, %(n)s."
        )
        out.append(there % {"n": labels.how_many(moves)})
    return " ".join(out)


def load(of: Load) -> str:
    """What lies on a manager, for themselves (rule 18)."""
    pilots = ngettext("You live with %(n)s pilot.", "You live with %(n)s pilots.", of.pilots) % {
        "n": labels.how_many(of.pilots)
    }
    if of.net is None:
        return pilots
    says = {"net": workflows.a_week(of.net), "n": labels.how_many(of.known_of)}
    if of.known_of == of.pilots:
        return f"{pilots} {_('By what you said it saves you, less what it costs, %(net)s a week.') % says}"
    net = _("By what you said of %(n)s of them, they save you, less what they cost, %(net)s a week.")
    return f"{pilots} {net % says}"


def became(own: OwnPilot) -> list[str]:
    """What became of what they answered, in a sentence each."""
    out = []
    if own.run:
        says = {"week": labels.day(own.run.week)}
        out.append(_("You said how you live it in the week of %(week)s.") % says)
        if own.run.managers is None:
            out.append(_("It is not shown yet: fewer than three managers have said theirs by the close of a week."))
        else:
            out.append(_("It counts in the median of %(n)s managers.") % {"n": labels.how_many(own.run.managers)})
        if own.run.net_a_week is not None:
            out.append(
                _("Time that it saves you, less what it costs: %(net)s a week.")
                % {"net": workflows.a_week(own.run.net_a_week)}
            )
    if own.pulse and own.score is not None:
        says = {"score": score(own.score), "day": labels.day(own.pulse.closes_on)}
        out.append(_("You answered %(score)s of 5. Nothing of it is shown before %(day)s is over.") % says)
    if own.last:
        out.append(_of_last(own))
    return out


def _of_last(own: OwnPilot) -> str:
    """What became of the last question."""
    assert own.last is not None
    answers, mine = own.last
    says = {"day": labels.day(answers.asked_on), "score": score(mine), "median": score(answers.managers)}
    if answers.managers is None:
        if mine is None:
            return _("On %(day)s you were asked whether it helps. Fewer than three answered.") % says
        return _("On %(day)s you answered %(score)s of 5. Fewer than three answered, so nothing was shown.") % says
    if mine is None:
        return _("On %(day)s you did not answer. The managers’ median is %(median)s.") % says
    return _("On %(day)s you answered %(score)s of 5. The managers’ median is %(median)s.") % says
