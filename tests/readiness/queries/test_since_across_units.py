"""Rules 2 and 7: a pilot that moves to another function restarts no wait, asked one by one and for sets alike."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pilots import actions
from pilots.models import Person, Pilot
from readiness.queries.bottlenecks import bottlenecks
from readiness.queries.decider_queue import decider_queue
from readiness.queries.pilots import gates_on, open_since, pilots
from readiness.queries.snapshots import snapshot_of
from tests.company import LEGAL, a_cast, a_portfolio, a_right, a_running_pilot, on

pytestmark = pytest.mark.django_db

RECORD = date(2025, 3, 3)
APRIL, MAY, JUNE, JULY = (date(2025, month, 2) for month in (4, 5, 6, 7))


class Moved:
    """A pilot that lay in sales from March and lies in claims from June; Legal's right holds in each from a day of its own."""

    def __init__(self, sales: date | None, claims: date | None) -> None:
        self.people = a_cast("lena", "cleo")
        self.portfolio = a_portfolio(day=RECORD)
        places = {name: actions.name_function(name=name, by=None, **on(RECORD)) for name in ("sales", "claims")}
        pilot = a_running_pilot(self.portfolio, day=RECORD, function=places["sales"])
        for day, name, who in ((sales, "sales", "lena"), (claims, "claims", "cleo")):
            if day is not None:
                a_right(LEGAL, self.people[who], self.portfolio, function=places[name], day=day)
        actions.amend(pilot=pilot, by=None, set={"function": places["claims"]}, **on(JUNE))
        self.pilot = Pilot.objects.get(pk=pilot.pk)

    def by_rule(self, at: date) -> tuple[str, date]:
        snapshot = snapshot_of(self.pilot, at=at)
        assert snapshot is not None
        gate = snapshot.gate(LEGAL).status
        return gate.state, gate.since

    def by_query(self, at: date, known_at: date | None = None) -> tuple[str, date]:
        row = gates_on(at, known_at).annotate(open_since=open_since(at, known_at)).get(kind__key=LEGAL)
        return row.now, row.open_since

    def of_group(self, at: date) -> int:
        return next(one.days for one in bottlenecks(pilots(), at=at) if one.kind and one.kind.key == LEGAL)


CASES = [
    ("held all along, by a right that is younger where it lies now", APRIL, MAY, "waiting", APRIL),
    ("held by nobody before, and for long where it lies now", None, APRIL, "waiting", JUNE),
    ("held before, by nobody where it lies now", APRIL, None, "unowned", JUNE),
    ("held by nobody anywhere", None, None, "unowned", RECORD),
    ("held since the record in both", RECORD, RECORD, "waiting", RECORD),
    ("held before, and again only after the move", APRIL, date(2025, 6, 20), "waiting", date(2025, 6, 20)),
]


@pytest.mark.parametrize(("sales", "claims", "state", "since"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_it_is_open_since_the_day_that_the_rule_says(
    sales: date | None, claims: date | None, state: str, since: date
) -> None:
    moved = Moved(sales, claims)
    assert moved.by_rule(JULY) == (state, since)
    assert moved.by_query(JULY) == (state, since)
    assert moved.by_query(JULY, known_at=JULY) == (state, since)
    assert moved.of_group(JULY) == (JULY - since).days
    waited = (JULY - since).days
    assert gates_on(JULY).waiting_longer(JULY, waited - 1).filter(kind__key=LEGAL).exists()
    assert not gates_on(JULY).waiting_longer(JULY, waited).filter(kind__key=LEGAL).exists()


def test_a_queue_is_in_the_order_in_which_they_have_waited() -> None:
    moved = Moved(APRIL, MAY)
    where = moved.pilot.function
    later = a_running_pilot(moved.portfolio, "P-2", day=APRIL + timedelta(days=9), function=where)
    queue = decider_queue(Person.objects.get(pk=moved.people["cleo"].pk), JULY).filter(kind__key=LEGAL)
    # The second waits since Cleo's right began; the first was waiting for Lena before.
    assert [row.gate.pilot_id for row in queue] == [moved.pilot.pk, later.pk]
    assert [row.open_since for row in queue] == [APRIL, MAY]
