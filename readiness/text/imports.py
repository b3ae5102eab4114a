"""Imports in sentences: how far one is, what comes of its rows, and what its parts are called."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from pilots.figures import grouped
from readiness.models.imports import ImportSession, ImportStage, Subject


class Count(NamedTuple):
    """Rows that something comes of: how many, what, the part of the page that shows them, and whether they need a look."""

    number: int
    what: str
    part: str = ""
    is_loud: bool = False


PARTS = {
    "problems": gettext_lazy("To look at"),
    "changed": gettext_lazy("What changes"),
    "created": gettext_lazy("What is new"),
}
ONE_OF_THEM = {
    Subject.PILOTS: gettext_lazy("pilot"),
    Subject.PEOPLE: gettext_lazy("person"),
    Subject.FUNCTIONS: gettext_lazy("function"),
    Subject.PORTFOLIOS: gettext_lazy("portfolio"),
    Subject.ROLES: gettext_lazy("role"),
    Subject.RIGHTS: gettext_lazy("decision right"),
}
"""What stands in one row of a list."""
_HOW_MANY = {
    Subject.PILOTS: ngettext_lazy("%(n)s pilot", "%(n)s pilots", "number"),
    Subject.PEOPLE: ngettext_lazy("%(n)s person", "%(n)s people", "number"),
    Subject.FUNCTIONS: ngettext_lazy("%(n)s function", "%(n)s functions", "number"),
    Subject.PORTFOLIOS: ngettext_lazy("%(n)s portfolio", "%(n)s portfolios", "number"),
    Subject.ROLES: ngettext_lazy("%(n)s role", "%(n)s roles", "number"),
    Subject.RIGHTS: ngettext_lazy("%(n)s decision right", "%(n)s decision rights", "number"),
}


def one_of_them(session: ImportSession) -> str:
    """What stands in one row, as the head of a column."""
    return capfirst(str(ONE_OF_THEM[Subject(session.subject)]))


def _how_many(session: ImportSession, number: int) -> str:
    says: str = _HOW_MANY[Subject(session.subject)] % {"n": grouped(number), "number": number}
    return says


def title(session: ImportSession) -> str:
    """What an import is, how much, and what now."""
    problems = session.counts.get("problems", 0)
    ready = ready_rows(session)
    if session.stage == ImportStage.PREVIEWED:
        what = _how_many(session, ready)
        if not problems:
            says = ngettext(
                "%(what)s is ready; nothing needs a look", "%(what)s are ready; nothing needs a look", ready
            )
            return says % {"what": what}
        says = ngettext(
            "%(n)s of %(of)s rows needs a look; %(ready)s ready",
            "%(n)s of %(of)s rows need a look; %(ready)s ready",
            problems,
        )
        are = ngettext("%(what)s is", "%(what)s are", ready) % {"what": what}
        return says % {"n": grouped(problems), "of": grouped(session.rows_read), "ready": are}
    if session.stage == ImportStage.QUEUED:
        return _("Waiting to be read: %(file)s") % {"file": session.file_name}
    if session.stage == ImportStage.RUNNING:
        return _("Being read: %(file)s") % {"file": session.file_name}
    if session.stage == ImportStage.TAKEN_BACK:
        return _("Taken back: %(file)s") % {"file": session.file_name}
    created, updated = session.counts.get("created", 0), session.counts.get("updated", 0)
    says = ngettext("%(created)s is new, %(updated)s changed", "%(created)s are new, %(updated)s changed", created)
    return says % {"created": _how_many(session, created), "updated": grouped(updated)}


def done(session: ImportSession) -> str:
    """What a confirmed import did."""
    number = ready_rows(session)
    says = ngettext("Imported: %(what)s is new or changed.", "Imported: %(what)s are new or changed.", number)
    return says % {"what": _how_many(session, number)}


def taken_back_note(session: ImportSession) -> str:
    """What became of an import that was taken back."""
    if session.subject == Subject.PILOTS:
        return _(
            "It was taken back as a whole: what it made is void, and what it changed says again what it said before. The rows below are those of the import."
        )
    return _(
        "It was taken back as a whole: what it gave is withdrawn, and what it changed says again what it said before. The rows below are those of the import."
    )


def ready_rows(session: ImportSession) -> int:
    """Rows whose pilots are new, there again, or changed; of another list what it is about."""
    return sum(session.counts.get(name, 0) for name in ("created", "restored", "updated"))


def asks_reason(session: ImportSession) -> bool:
    """Whether a list in our own form changes pilots on record, in the name of whoever imports it."""
    is_own_form = session.subject == Subject.PILOTS and session.mapping is None
    changes = session.counts.get("updated", 0) + session.counts.get("problems", 0)
    return is_own_form and session.stage == ImportStage.PREVIEWED and bool(changes)


def lacks_reason(session: ImportSession) -> bool:
    """Whether pilots on record change in somebody's name, and nobody said why."""
    return asks_reason(session) and bool(session.counts.get("updated")) and not session.reason.strip()


def button(session: ImportSession) -> str:
    """What the button of a preview does."""
    if not ready_rows(session):
        return _("Close it: nothing is to be imported")
    return _("Import %(what)s") % {"what": _how_many(session, ready_rows(session))}


def counts(session: ImportSession) -> list[Count]:
    """What comes of the rows, those that need a look first."""
    rows = session.counts
    known = [
        Count(rows.get("problems", 0), _("to look at"), "problems", is_loud=True),
        Count(rows.get("created", 0), _("new"), "created"),
        Count(rows.get("restored", 0), _("restored"), "created"),
        Count(rows.get("updated", 0), _("changed"), "changed"),
        Count(rows.get("unchanged", 0), _("unchanged")),
        Count(rows.get("merged", 0), _("the same as another row")),
        Count(rows.get("rejected", 0), _("rejected"), "problems", is_loud=True),
        Count(rows.get("no_longer", 0), _("no longer in the list; nothing is deleted")),
    ]
    return [count for count in known if count.number]


def adds_up(session: ImportSession) -> str:
    """How the rows add up to those that were read."""
    names = ("created", "restored", "updated", "unchanged", "merged", "rejected")
    numbers = [grouped(session.counts[name]) for name in names if session.counts.get(name)]
    says = _("%(sum)s = %(read)s rows read. Those to look at are among them.")
    return says % {"sum": " + ".join(numbers) or "0", "read": grouped(session.rows_read)}
