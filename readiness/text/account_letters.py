"""Letters that ask sponsors for their account of what they carry (rule 15), with the address where to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.core import mail
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.languages import installation_language
from pilots.models import Person
from pilots.rules.vocabulary import Basis
from readiness.queries.account_requests import AccountDue
from readiness.text import labels
from readiness.text.letters import Letter
from readiness.text.mail import send_letters


def to_sponsor(
    to: Person, asked: Sequence[AccountDue], at: date, absolute: Callable[[str], str], *, sender: Person | None = None
) -> Letter:
    """One letter about all of a sponsor's pilots of which an account is due.

    Args:
        absolute: makes an address of ours one that can stand in a letter.
        sender: who signs it; None: the program office.
    """
    subject = ngettext("Your account of %(pilot)s", "Your account of %(n)s pilots", len(asked)) % {
        "pilot": asked[0].pilot.name,
        "n": labels.how_many(len(asked)),
    }
    opening = ngettext(
        "You carry the pilot below. Before it is reviewed, please say in your own words what got easier, what got riskier, and which decisions stay muddy.",
        "You carry the pilots below. Before they are reviewed, please say of each in your own words what got easier, what got riskier, and which decisions stay muddy.",
        len(asked),
    )
    knows = _(
        "Say how you know it. An hour beside the work, or a word with a manager who lives with it, tells more than a summary. That nothing got easier is an answer too."
    )
    lines = [_line(each, at, absolute) for each in asked]
    return Letter(to, subject, [opening, *lines, knows], sender)


def _line(asked: AccountDue, at: date, absolute: Callable[[str], str]) -> str:
    """One pilot: what there is of it until now, when it is reviewed, and where to answer."""
    address = absolute(reverse("readiness:two-accounts", args=[asked.pilot.key])) + "#write"
    parts = [_("%(pilot)s (%(key)s).") % {"pilot": asked.pilot.name, "key": asked.pilot.key}, _until_now(asked, at)]
    if asked.review is not None:
        review = {
            "portfolio": asked.pilot.portfolio.name,
            "day": labels.day(asked.review),
            "ago": labels.ago(asked.review, at),
        }
        parts.append(_("%(portfolio)s is reviewed on %(day)s, %(ago)s.") % review)
    return " ".join(parts) + "\n" + address


def _until_now(asked: AccountDue, at: date) -> str:
    if asked.latest is None:
        return _("You have given no account of it yet.")
    says = {"day": labels.day(asked.latest.effective_on), "ago": labels.ago(asked.latest.effective_on, at)}
    if asked.latest.basis == Basis.SUMMARY:
        return _("Your last account is of %(day)s, %(ago)s, and rests on a summary.") % says
    return _("Your last account is of %(day)s, %(ago)s.") % says


def send(to: Person, asked: Sequence[AccountDue], at: date, absolute: Callable[[str], str]) -> bool:
    """Send a sponsor the letter about all of their pilots, in the program office's name. Whether it could be sent."""
    with installation_language():
        letter = to_sponsor(to, asked, at, absolute)
        message = mail.EmailMessage(letter.subject, letter.body, to=[to.email])
    return send_letters([message]).failed == 0
