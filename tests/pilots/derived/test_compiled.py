"""A query whose SQL is worked out once says what the same query says that is built each time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.models import BigIntegerField, DateField

from pilots import actions
from pilots.models import Event, Pilot, Portfolio
from pilots.models.compiled import Compiled

EARLIER, DAY = date(2026, 3, 1), date(2026, 3, 2)


def _asked(pilot: Any, day: Any) -> Any:
    there = Event.objects.filter(pilot=pilot, effective_on__lte=day, action__in=["record", "start"])
    return there.order_by("pk").values_list("action", "effective_on", "data", "written_at")


ASKED = Compiled(_asked, pilot=BigIntegerField(), day=DateField())


@pytest.mark.django_db
def test_it_says_the_same_in_one_query(django_assert_num_queries: Any) -> None:
    portfolio = Portfolio.objects.create(key="p", name="Portfolio")
    for key in ("P-1", "P-2"):
        pilot = actions.record(portfolio=portfolio, key=key, name=key, by=None, on=EARLIER, known=EARLIER)
        actions.start(pilot=pilot, by=None, on=DAY, known=DAY)
    numbers = []
    for pilot in Pilot.objects.all():
        for day in (EARLIER, DAY):
            with django_assert_num_queries(1):
                found = ASKED(pilot=pilot.pk, day=day)
            assert [tuple(row) for row in found] == list(_asked(pilot.pk, day))
            numbers.append(len(found))
    assert numbers == [1, 2, 1, 2]
