"""The set-up in words: what each step is called, what is there, and what a missing one costs. None of them blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.figures import grouped
from readiness.queries.set_up import NAMED_AT_MOST, SetUp

TITLES: dict[str, Any] = {
    "portfolio": gettext_lazy("Portfolio"),
    "functions": gettext_lazy("Functions"),
    "people": gettext_lazy("People"),
    "roles": gettext_lazy("Roles"),
    "rights": gettext_lazy("Decision rights"),
    "escalation": gettext_lazy("Escalation person of each portfolio"),
    "policy": gettext_lazy("Rules of the clock"),
    "pilots": gettext_lazy("Pilots"),
    "invitations": gettext_lazy("Invitations"),
}
"""The steps, in the order in which they can be done."""

COSTS: dict[str, Any] = {
    "portfolio": gettext_lazy("Pilots are kept in one: until it is open none can be put on record."),
    "functions": gettext_lazy(
        "Until there are some, no right can be given for one, and no pilot says where its work is done."
    ),
    "people": gettext_lazy("Until they have accounts nobody can be named, asked or given a right."),
    "invitations": gettext_lazy(
        "Until they have set a password they cannot sign in, and what waits on them waits unseen."
    ),
    "roles": gettext_lazy(
        "Until somebody keeps its records, only whoever keeps all portfolios puts pilots on record there."
    ),
    "rights": gettext_lazy("Until somebody holds them, these gates wait on nobody, and so do the pilots."),
    "escalation": gettext_lazy(
        "Needed for a third slip, a third pause and any date beyond 26 weeks; until then these are refused there."
    ),
    "pilots": gettext_lazy("Nothing is on record yet."),
}


def there(step: str, found: SetUp) -> str:
    """What is there of a step that is done, in a line."""
    counted = {
        "functions": lambda n: ngettext("%(n)s is on record.", "%(n)s are on record.", n) % {"n": grouped(n)},
        "people": lambda n: (
            ngettext("%(n)s account beside yours.", "%(n)s accounts beside yours.", n) % {"n": grouped(n)}
        ),
    }
    if step in counted:
        return counted[step](getattr(found, step))
    says: dict[str, Any] = {
        "portfolio": names(found.portfolios),
        "invitations": _("Everybody has set a password."),
        "roles": _("Every portfolio has a program office."),
        "rights": names(sorted({f"{right.kind.name}: {right.holder}" for right in found.rights})),
        "escalation": names(f"{each}: {each.escalation}" for each in found.portfolios),
        "policy": _(
            "30 quiet days, at risk 14 days before, decide by six weeks after the start. Each portfolio can set its own, with a date."
        ),
        "pilots": _("Pilots are on record."),
    }
    return str(says[step])


def comes_first(step: str, found: SetUp) -> str:
    """What has to be there before a step that is not done can be done; empty where nothing is in its way."""
    if step in ("roles", "rights", "escalation") and not found.portfolios:
        return _("A portfolio comes first.")
    if step == "invitations" and not found.people:
        return _("People come first.")
    return ""


def lacking(step: str, found: SetUp) -> str:
    """What exactly is missing of a step."""
    if first := comes_first(step, found):
        return first
    says: dict[str, Any] = {
        "invitations": ngettext(
            "%(n)s person has no password yet.", "%(n)s people have no password yet.", found.without_password
        )
        % {"n": grouped(found.without_password)},
        "roles": _("Without an office of its own: %(names)s.") % {"names": names(found.without_office)},
        "rights": _("Nobody decides: %(names)s.")
        % {"names": names(f"{hole.kind.name} ({hole.portfolio})" for hole in found.holes)},
        "escalation": _("Without one: %(names)s.") % {"names": names(found.without_escalation)},
    }
    return str(says.get(step, ""))


def names(rows: Iterable[Any]) -> str:
    """Some names, the first of many."""
    all_of_them = [str(row) for row in rows]
    shown = ", ".join(all_of_them[:NAMED_AT_MOST])
    more = len(all_of_them) - NAMED_AT_MOST
    return shown if more <= 0 else _("%(names)s and %(n)s more") % {"names": shown, "n": more}


def headline(done: int, of: int) -> str:
    """How far the set-up is."""
    if done == of:
        return _("All %(of)s steps are done.") % {"of": of}
    return ngettext("%(done)s of %(of)s steps is done.", "%(done)s of %(of)s steps are done.", done) % {
        "done": done,
        "of": of,
    }
