"""The rooms that the masthead leads to: those that a person has a reason to enter. Each is there, or no page is drawn.

Beside the two that wait for somebody's own move stands how many do: the same number as the page itself shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from pilots.models import Person
from readiness.queries.decider_queue import COUNTED_AT_MOST
from readiness.queries.own_moves import ACCEPT, MOST, OwnMove, own_moves
from readiness.queries.people import Duties, work_and_queue_of, work_of
from readiness.text import labels

May = Callable[[Person, Duties], bool]


def _anybody(_person: Person, _does: Duties) -> bool:
    return True


def _reads_signals(person: Person, does: Duties) -> bool:
    return does.office or does.reviews or does.escalates or does.carries or does.manages or person.is_superuser


ROOMS: tuple[tuple[str, Any, May], ...] = (
    ("readiness:my-work", _("My work"), lambda _p, does: does.manages),
    ("readiness:my-gates", _("My gates"), lambda _p, does: does.carries or does.manages),
    ("readiness:my-decisions", _("My decisions"), lambda _p, does: does.decides or does.named or does.escalates),
    ("readiness:listen", _("Feedback"), lambda _p, does: does.manages),
    ("readiness:policy-gaps", _("Policy gaps"), lambda _p, does: does.owns_gap),
    ("readiness:museum", _("Museum"), _anybody),
    ("readiness:portfolio", _("Portfolio"), _anybody),
    ("readiness:signals", _("Signals"), _reads_signals),
    ("readiness:rights", _("Rights"), _anybody),
    ("admin:index", _("Admin"), lambda person, does: person.is_staff and does.office),
)
"""Address, name, and who is shown the way; the address itself guards what may be seen there."""


@dataclass(frozen=True, slots=True)
class Room:
    """One link of the masthead."""

    name: str
    address: str
    here: bool
    waits: str = ""
    """How many things wait there for the reader, as it is written; empty where none does, or none can."""


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above every page; `desk` is the address of the admin for whoever may enter it, else empty."""

    rooms: list[Room]

    @property
    def admin_url(self) -> str:
        address = reverse("admin:index")
        return address if any(room.address == address for room in self.rooms) else ""


class Waits:
    """What waits for one person today, asked once for a request: by the masthead, and by the page whose list it counts."""

    def __init__(self, person: Person) -> None:
        self.person, self.at = person, today()
        self.queued: int | None = None
        """How long their queue is, where a page has read it already."""

    @cached_property
    def _read(self) -> list[OwnMove]:
        return own_moves(self.person, self.at)

    @property
    def moves(self) -> list[OwnMove]:
        """What only they can move, so much of it as is read at once."""
        return self._read[:MOST]

    @cached_property
    def does(self) -> Duties:
        """What they are to the pilots, and where no page has read it how long their queue is."""
        if self.queued is not None:
            return work_of(self.person)
        found, self.queued = work_and_queue_of(self.person)
        return found

    @property
    def named(self) -> list[OwnMove]:
        """The gates that name them, whose answer is theirs alone."""
        return [move for move in self.moves if move.action == ACCEPT]

    def count(self, route: str) -> str:
        """How many things wait in a room; with a plus sign where the count stopped."""
        stopped = len(self._read) > MOST
        if route == "readiness:my-gates":
            return _written(len(self.moves)) + ("+" if stopped else "")
        queued = self.queued or 0
        more = "+" if stopped or queued > COUNTED_AT_MOST else ""
        return _written(min(queued, COUNTED_AT_MOST) + len(self.named)) + more


def _written(many: int) -> str:
    return labels.count(many) if many else ""


def waits_of(request: HttpRequest) -> Waits:
    """What waits for whoever is signed in, on this request."""
    assert isinstance(request.user, Person)
    found: Waits = vars(request).setdefault("waits", Waits(request.user))
    return found


def duties_of(request: HttpRequest) -> Duties:
    """What whoever is signed in is to the pilots today, asked once for a request."""
    return waits_of(request).does


COUNTED = ("readiness:my-gates", "readiness:my-decisions")


def rooms(request: HttpRequest) -> list[Room]:
    """The rooms for whoever is signed in; none for strangers."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return []
    does, found = duties_of(request), []
    for route, name, allowed in ROOMS:
        if allowed(person, does):
            waits = waits_of(request).count(route) if route in COUNTED else ""
            address = reverse(route)
            found.append(Room(name, address, request.path.startswith(address), waits))
    return found


def masthead(request: HttpRequest) -> dict[str, Any]:
    """A context processor. Nothing is asked of the database until a page draws its masthead."""
    return {"masthead": SimpleLazyObject(lambda: Masthead(rooms(request)))}
