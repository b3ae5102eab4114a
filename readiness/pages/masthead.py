"""The rooms that the masthead leads to: those that a person has a reason to enter. Each is there, or no page is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from pilots.models import Person
from readiness.queries.people import Duties, work_of

May = Callable[[Person, Duties], bool]


def _anybody(_person: Person, _does: Duties) -> bool:
    return True


ROOMS: tuple[tuple[str, Any, May], ...] = (
    ("readiness:my-gates", _("My gates"), lambda _p, does: does.carries or does.manages),
    ("readiness:my-decisions", _("My decisions"), lambda _p, does: does.decides or does.named or does.escalates),
    ("readiness:museum", _("Museum"), _anybody),
    ("readiness:portfolio", _("Portfolio"), _anybody),
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


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above every page; `desk` is the address of the admin for whoever may enter it, else empty."""

    rooms: list[Room]

    @property
    def admin_url(self) -> str:
        address = reverse("admin:index")
        return address if any(room.address == address for room in self.rooms) else ""


def rooms(request: HttpRequest) -> list[Room]:
    """The rooms for whoever is signed in; none for strangers."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return []
    does = work_of(person)
    theirs = [(reverse(route), name) for route, name, allowed in ROOMS if allowed(person, does)]
    return [Room(name, address, here=request.path.startswith(address)) for address, name in theirs]


def masthead(request: HttpRequest) -> dict[str, Any]:
    """A context processor. Nothing is asked of the database until a page draws its masthead."""
    return {"masthead": SimpleLazyObject(lambda: Masthead(rooms(request)))}
