"""A decider's queue: the open gates in the decider's court that wait on one person, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from pilots.models import Person, Pilot, Seat
from readiness import standing
from readiness.querysets import open_gates_of
from tests.benchmarks.harness import Measured, compare
from tests.benchmarks.museum import A_PAGE, AT


def waiting_on(person: int) -> Any:
    found = open_gates_of(person, AT).filter(court=standing.DECIDER)
    return found.select_related("gate__pilot", "kind").order_by("since", "pk")


def measure(rounds: int) -> Iterator[Measured]:
    seats = Seat.objects.on(AT).filter(holder__isnull=False).values("holder")
    cells = list(seats.annotate(n=Count("pk")).order_by("n", "holder"))
    for name, row in (("longest", cells[-1]), ("middling", cells[len(cells) // 2])):
        person = row["holder"]
        number = waiting_on(person).count()
        yield compare(
            f"{name} queue, first page",
            lambda person=person: list(waiting_on(person)[:A_PAGE]),
            rounds=rounds,
            says=f"{A_PAGE} of {number:,} gates that wait on somebody who sits in {row['n']} seats.",
        )
        yield compare(f"{name} queue, count", lambda person=person: waiting_on(person).count(), rounds=rounds)
        decider = Person.objects.get(pk=person)
        yield compare(
            f"what the {name} queue's holder may see, first page",
            lambda decider=decider: list(Pilot.objects.visible_to(decider, AT).order_by("key")[:A_PAGE]),
            rounds=rounds,
        )
