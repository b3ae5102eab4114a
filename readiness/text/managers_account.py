"""What the managers' account says of a pilot, in one line: on placards and on pilots' pages (rules 13 and 14)."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.rules.vocabulary import FrictionQuestion
from readiness.queries.managers_account import ManagersAccount, Named
from readiness.rules.workflows import Compared
from readiness.text import labels

OF_ITS_OWN: dict[str, Any] = {
    FrictionQuestion.REWORK: gettext_lazy("%(n)s of its managers report rework: %(point)s."),
    FrictionQuestion.JUDGEMENT: gettext_lazy("%(n)s of its managers decide with no policy behind them: %(point)s."),
}
IN_ITS_PORTFOLIO: dict[str, Any] = {
    FrictionQuestion.REWORK: gettext_lazy("%(n)s managers in at least %(functions)s report rework: %(point)s."),
    FrictionQuestion.JUDGEMENT: gettext_lazy(
        "%(n)s managers in at least %(functions)s decide with no policy behind them: %(point)s."
    ),
}


def on_placard(account: ManagersAccount | None) -> str:
    """The one line for a placard; empty where nothing may be shown. What makes more work comes before what helps."""
    if account is None:
        return ""
    relief = _relief(account.compared)
    if relief is not None and relief < 0:
        return _("Its managers say: another layer of supervision.")
    if account.named is not None:
        return named(account.named)
    return _("Its managers say: leverage.") if relief else ""


def named(point: Named) -> str:
    """How many managers name a friction point, in a sentence."""
    says: dict[str, Any] = {"n": capfirst(labels.how_many(point.managers)), "point": point.label.rstrip(".")}
    if point.functions is None:
        return str(OF_ITS_OWN[point.question]) % says
    functions = ngettext("one function", "%(n)s functions", point.functions) % {"n": labels.how_many(point.functions)}
    return str(IN_ITS_PORTFOLIO[point.question]) % (says | {"functions": functions})


def _relief(compared: Compared | None) -> float | None:
    """Net relief of a run in minutes, where it may be shown."""
    if compared is None or compared.managers is None or compared.relief is None:
        return None
    return compared.relief.net
