"""What is said of the two accounts of a pilot: the sponsor's and the managers' (rules 14 to 17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.models import Incentives
from readiness.queries.both_sides import Apart, Narration
from readiness.queries.sponsor_accounts import Accounts
from readiness.rules.incentives import Pull
from readiness.rules.pulses import Answers
from readiness.rules.sponsor_accounts import Narrated
from readiness.text import labels

NEVER: dict[str, Any] = {
    "sat": gettext_lazy("Sat with the work: never."),
    "spoke": gettext_lazy("Spoke with a manager: never."),
}
CLOSER: dict[str, Any] = {
    "sat": gettext_lazy("Sat with the work: %(day)s, %(ago)s."),
    "spoke": gettext_lazy("Spoke with a manager: %(day)s, %(ago)s."),
}


def narrated(accounts: Accounts, at: date, *, has_sponsor: bool) -> str:
    """Why a pilot is narrated, not managed, in a sentence; empty where it is managed."""
    why, latest = accounts.narrated, accounts.latest
    if why is None:
        return ""
    if not has_sponsor:
        return _("Nobody carries it, and nobody gives an account of it: narrated, not managed.")
    if latest is None:
        return _("Its sponsor has given no account of it: narrated, not managed.")
    if why == Narrated.MISSING:
        return _("Its sponsor has given no account of it, only whoever carried it before: narrated, not managed.")
    says = {"day": labels.day(latest.effective_on), "ago": labels.ago(latest.effective_on, at)}
    if why == Narrated.OLD:
        return _("The sponsor’s account is of %(day)s, %(ago)s: narrated, not managed.") % says
    return _("The sponsor’s account rests on a summary: narrated, not managed.")


def due(accounts: Accounts, at: date) -> str:
    """Until when a new account is asked for, in a sentence; empty where none is."""
    if not accounts.due:
        return ""
    if accounts.reviews.next is None:
        return _("A new account is due.")
    says = {"day": labels.day(accounts.reviews.next), "ago": labels.ago(accounts.reviews.next, at)}
    return _("A new account is due before the review of %(day)s, %(ago)s.") % says


def closeness(accounts: Accounts, at: date) -> list[str]:
    """When the sponsor last knew it more closely than from a summary, in a sentence for each way."""
    out = []
    for basis in ("sat", "spoke"):
        day = accounts.last_on.get(basis)
        says = {"day": labels.day(day), "ago": labels.ago(day, at)} if day else {}
        out.append(str(CLOSER[basis]) % says if day else str(NEVER[basis]))
    return out


def score(value: float | None) -> str:
    """An answer on the scale, or a median of several: “2”, “2.5”."""
    if value is None:
        return "–"
    return f"{value:g}"


def sponsor_only(accounts: Accounts, sponsor: Any) -> str:
    """What is said to whoever does not read what groups of managers say."""
    if sponsor is None:
        return _("Nobody carries it.")
    if accounts.latest is None:
        return _("Its sponsor has given no account of it.")
    return _("Its sponsor’s account of it.")


def before(answers: Sequence[Answers]) -> str:
    """What the gap was the time before; empty where there is none to say."""
    earlier = next((each for each in answers[1:] if each.gap is not None), None)
    if earlier is None or earlier.gap is None:
        return ""
    return _("The gap was %(gap)s on %(day)s.") % {"gap": score(earlier.gap), "day": labels.day(earlier.asked_on)}


def headline(pulse: Answers | None) -> str:
    """Where both sides stand, in a sentence that could be read aloud."""
    if pulse is None:
        return _("Nobody has been asked yet whether it helps.")
    if pulse.managers is None and pulse.sponsor is None:
        return _("Neither side’s answer can be shown.")
    if pulse.managers is None:
        return _("Its sponsor says %(score)s of 5. What the managers say cannot be shown yet.") % {
            "score": score(pulse.sponsor)
        }
    says = {"score": score(pulse.sponsor), "median": score(pulse.managers), "n": labels.how_many(pulse.answers or 0)}
    if pulse.sponsor is None or pulse.gap is None:
        return _("The %(n)s managers who answered say %(median)s of 5. Its sponsor has not answered.") % says
    if pulse.gap > 0:
        return _("Its sponsor says %(score)s of 5. The %(n)s managers who answered say %(median)s.") % says
    if pulse.gap < 0:
        return (
            _("Its sponsor says %(score)s of 5, the %(n)s managers who answered %(median)s: they like it better.")
            % says
        )
    return _("Its sponsor and the %(n)s managers who answered say the same: %(score)s of 5.") % says


def managers(number: int) -> str:
    """“5 managers”."""
    return ngettext("%(n)s manager", "%(n)s managers", number) % {"n": labels.how_many(number)}


def unprotected(stated: Incentives) -> list[str]:
    """What nothing says of whoever tries, in a sentence each (rule 17)."""
    out = []
    if not stated.if_it_fails:
        out.append(_("Nothing says what happens to the person whose experiment fails."))
    if not stated.extra_hands:
        out.append(_("Nothing says who gets extra hands when review work spikes."))
    return out


def narration_opening(found: Narration) -> str:
    """How many pilots are narrated, not managed, in the sentence that the portfolio's page opens with."""
    if not found.pilots:
        return _("Nobody lives with a pilot here yet.")
    if not found.narrated:
        return _("Every sponsor has sat with the work, or spoken with a manager, in the last 90 days.")
    says = {"n": labels.number(found.narrated), "all": labels.how_many(found.pilots)}
    return (
        ngettext(
            "%(n)s of %(all)s pilots is narrated, not managed.",
            "%(n)s of %(all)s pilots are narrated, not managed.",
            found.narrated,
        )
        % says
    )


def gaps(row: Apart) -> dict[str, Any]:
    """How far both sides lie apart in a function, quarter by quarter, as a table shows it."""
    return {
        "function": row.function or _("No function"),
        "quarters": [(score(each.gap), each.pilots) if each else None for each in row.quarters],
    }


def no_workflow(number: int) -> str:
    """How many pilots name no workflow (rule 16); empty where all do."""
    if not number:
        return ""
    return ngettext("%(n)s pilot names no workflow.", "%(n)s pilots name no workflow.", number) % {
        "n": labels.number(number)
    }


def pull(found: Pull) -> str:
    """Where the two sides pull apart, in a sentence (rule 17)."""
    says = {
        "sponsor": found.sponsor,
        "managers": get_text_list([_("“%(name)s”") % {"name": n} for n in found.managers], _("and")),
    }
    return _("“%(sponsor)s” pulls against %(managers)s.") % says
