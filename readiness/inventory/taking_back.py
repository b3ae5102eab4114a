"""An import is taken back as a whole: what it brought, what becomes of that, and that it is done."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from pilots import actions
from pilots.actions.import_effects import OF_NO_ONE_PILOT, Brought, TakingBack, taking_back
from pilots.actions.list_effects import ListTakingBack, taking_back_list
from pilots.clock import today
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Person
from pilots.refusals import WrongStage
from readiness.models.imports import ImportSession, ImportStage, Subject

MAKES = frozenset({"record", "restore"})
"""The words of the events by which a list makes a pilot, or brings one back."""
CHANGES_NOTHING = OF_NO_ONE_PILOT | {"list_again"}
WRITTEN = (ImportStage.DONE, ImportStage.BROKEN_OFF)
"""The stages of an import that wrote something."""


def can_be_taken_back(session: ImportSession) -> bool:
    """Whether an import is in the log, and wrote something on pilots, or on what its list is of."""
    if session.stage not in WRITTEN:
        return False
    imported = imported_event(session)
    if session.subject == Subject.PILOTS:
        return session.last_event is not None and imported is not None
    return imported is not None and bool(imported.batch) and Event.objects.parts_of_batch(imported.batch).exists()


def imported_event(session: ImportSession) -> Event | None:
    """The event that says that a list was imported; a command writes none."""
    own = Event.objects.filter(pilot=None, action="import_list", data__session=session.public_id)
    return own.order_by("pk").first()


def brought_by(session: ImportSession) -> Brought:
    """What an import brought, by what it wrote on the pilots of its rows."""
    first, last = session.first_event or 0, session.last_event or 0
    taken = session.rows.filter(pilot__isnull=False).order_by().values("pilot")
    by = session.started_by_id
    own = Event.objects.filter(Q(by=None) | Q(by=by), pilot__in=taken, pk__gte=first, pk__lte=last).order_by()
    made, changed = set(), set()
    for pilot, action in own.values_list("pilot", "action").distinct():
        if pilot is not None and action in MAKES:
            made.add(pilot)
        elif pilot is not None and action not in CHANGES_NOTHING:
            changed.add(pilot)
    return Brought(frozenset(made), frozenset(changed - made), first, last, by)


def former_by(session: ImportSession) -> dict[int, dict[str, Any]]:
    """What the accounts that an import corrected said before, as it is kept with its rows."""
    former: dict[int, dict[str, Any]] = {}
    for findings in session.rows.order_by().values_list("findings", flat=True):
        for before in (finding["before"] for finding in findings if "before" in finding):
            former.setdefault(before["person"], {})[before["field"]] = before["value"]
    return former


def effects(session: ImportSession) -> TakingBack:
    """What would become of it now. Nothing is written."""
    return taking_back(brought_by(session))


def effects_of_list(session: ImportSession) -> ListTakingBack:
    """The same, of a list of people, functions, portfolios, roles or rights."""
    imported = imported_event(session)
    assert imported is not None
    return taking_back_list(imported, former_by(session), today())


@logged_transaction()
def take_back(session: ImportSession, *, by: Person, reason: str) -> TakingBack | ListTakingBack:
    """Take an import back, and write that down.

    Raises:
        Refused: something stands in the way, or it is not theirs; nothing was written.
    """
    now = ImportSession.objects.select_for_update().get(pk=session.pk)
    imported = imported_event(now)
    if imported is None or not can_be_taken_back(now):
        raise WrongStage(_("There is nothing of this import to take back."))
    found: TakingBack | ListTakingBack
    if now.subject == Subject.PILOTS:
        found = actions.take_back_import(imported=imported, brought=brought_by(now), by=by, reason=reason)
    else:
        found = actions.take_back_list(imported=imported, former=former_by(now), by=by, reason=reason)
    now.stage = session.stage = ImportStage.TAKEN_BACK
    now.save(update_fields=["stage"])
    return found
