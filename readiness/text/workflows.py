"""What is said of a workflow as announced and as lived (rule 14)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.figures import decimal
from readiness.queries.workflows import Workflow
from readiness.rules.workflows import Change, Compared, Mark
from readiness.text import labels

MARK: dict[str, tuple[str, Any]] = {
    Mark.ADDED: ("A", gettext_lazy("added")),
    Mark.SKIPPED: ("S", gettext_lazy("skipped")),
    Mark.SLOWER: ("L", gettext_lazy("slower")),
    Mark.TWICE: ("D", gettext_lazy("done twice")),
    Mark.JUDGEMENT: ("J", gettext_lazy("judgement")),
}
"""A letter for each mark, and what it says; in this order."""
APART: dict[str, Any] = {
    "work": gettext_lazy("Further work that few named alike"),
    "rework": gettext_lazy("Further rework that few named alike"),
    "review": gettext_lazy("Further review that few named alike"),
    "waiting": gettext_lazy("Further waiting that few named alike"),
}


def minutes(value: float | None) -> str:
    """Minutes, in halves at the finest: “7”, “2.5”; a dash where there are none."""
    return "–" if value is None else decimal(f"{value:g}")


def signed(value: float) -> str:
    """A figure with its sign: “+6”, “−9”, “0”."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{decimal(f'{abs(value):g}')}"


def a_week(value: float) -> str:
    """Minutes a week with their sign, in hours from an hour on: “−21 h”, “+40 min”."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    if abs(value) < 60:
        return _("%(sign)s%(n)s min") % {"sign": sign, "n": f"{abs(round(value))}"}
    return _("%(sign)s%(n)s h") % {"sign": sign, "n": f"{abs(value) / 60:.0f}"}


def _minutes_words(value: float) -> str:
    whole = decimal(f"{value:g}")
    return ngettext("%(n)s minute", "%(n)s minutes", 1 if value == 1 else 2) % {"n": whole}


def headline(found: Workflow) -> str:
    """What was announced, what is lived, and what it is therefore called."""
    official, now = found.official, found.now
    if now.managers is None:
        if official is None:
            return _("Nobody has said how a run was announced, and fewer than three managers how they live it.")
        return _("How it was announced. How it is lived is shown from three managers on.")
    if now.relief is None:
        says = {"official": minutes(now.official), "lived": minutes(now.lived)}
        return (
            _("Announced: %(official)s minutes a run. Lived: %(lived)s. Nobody has said what it took by hand.") % says
        )
    return " ".join([_announced(now), _lived(now), verdict(now)])


def _announced(now: Compared) -> str:
    assert now.relief is not None
    saved = now.relief.by_hand - now.official
    if saved > 0:
        return _("Announced: %(n)s saved on each run.") % {"n": _minutes_words(saved)}
    if saved == 0:
        return _("Announced: nothing saved on a run.")
    return _("Announced: %(n)s more for each run.") % {"n": _minutes_words(-saved)}


def _lived(now: Compared) -> str:
    assert now.relief is not None
    net = now.relief.net
    if net > 0:
        return _("Lived: %(n)s saved.") % {"n": _minutes_words(net)}
    if net == 0:
        return _("Lived: nothing saved.")
    return _("Lived: %(n)s more.") % {"n": _minutes_words(-net)}


def verdict(now: Compared) -> str:
    """What net relief is called; empty where it is not known."""
    if now.relief is None or now.managers is None:
        return ""
    if now.relief.net > 0:
        return _("It is leverage.")
    return _("It is another layer of supervision.") if now.relief.net < 0 else _("It is neither relief nor a burden.")


def cost(found: Workflow) -> str:
    """What that comes to in a week, and which step weighs most; empty where it is not known."""
    now = found.now
    out = []
    if now.net_a_week is not None and now.managers is not None:
        says = {"runs": f"{now.runs:,.0f}", "net": a_week(now.net_a_week)}
        out.append(_("At %(runs)s runs a week that is %(net)s.") % says)
    more = [(step.lived - (step.official or 0), step) for step in now.steps if step.lived is not None and step.name]
    worst = max(more, key=lambda each: each[0], default=None)
    if worst and worst[0] > 0:
        out.append(_("The largest part is one step: “%(step)s”.") % {"step": worst[1].name})
    return " ".join(out)


def without_review(now: Compared) -> str:
    """What it would be without review and waiting, where that would turn it into leverage; else empty."""
    relief = now.relief
    if now.managers is None or relief is None or relief.net >= 0 or relief.without_judgement <= 0:
        return ""
    return _("Without the waiting and the review it would be %(net)s: leverage.") % {
        "net": signed(relief.without_judgement)
    }


def change(each: Change) -> str:
    """What became different of one step, in a sentence."""
    says = {"step": each.name, "before": minutes(each.before), "now": minutes(each.now)}
    if each.before is None:
        return _("“%(step)s” was not there, and takes %(now)s.") % says
    if each.now is None:
        return _("“%(step)s” took %(before)s, and is no longer done.") % says
    return _("“%(step)s” took %(before)s, and takes %(now)s.") % says


def marks(of: frozenset[Mark]) -> list[tuple[str, str, bool]]:
    """The marks of a step: letter, words, and whether it is the one that waits for somebody's policy."""
    return [(letter, str(says), mark == Mark.JUDGEMENT) for mark, (letter, says) in MARK.items() if mark in of]


def rests_on(now: Compared) -> str:
    """How many managers it rests on."""
    if now.managers is None:
        return _("Fewer than three managers have said how they live it: theirs is not shown.")
    return _("Right, as %(n)s managers say it: medians, none of them alone.") % {"n": labels.how_many(now.managers)}
