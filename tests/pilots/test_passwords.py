"""Nobody reaches further through another's account than through their own, by its password either."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilots import verbs
from pilots.models import Person
from pilots.refusals import NotYours

pytestmark = pytest.mark.django_db
WHEN: dict[str, Any] = {"on": date(2026, 3, 2), "known": date(2026, 3, 2)}


@pytest.fixture
def offices() -> dict[str, Person]:
    """An office each of two portfolios, and a person of none."""
    people = {
        name: verbs.open_account(email=f"{name}@example.org", name=name, by=None, **WHEN)
        for name in ("ria", "rob", "sam")
    }
    for key, name in (("one", "ria"), ("two", "rob")):
        there = verbs.open_portfolio(key=key, name=key, by=None, **WHEN)
        verbs.give_role(portfolio=there, person=people[name], role="program-office", by=None, **WHEN)
    return people


def test_an_office_sets_the_password_of_somebody_who_keeps_no_records(offices: dict[str, Person]) -> None:
    verbs.set_password(person=offices["sam"], password="7731 and more", by=offices["ria"])
    assert Person.objects.get(pk=offices["sam"].pk).check_password("7731 and more")


def test_no_office_sets_the_password_of_whoever_keeps_other_records(offices: dict[str, Person]) -> None:
    with pytest.raises(NotYours):
        verbs.set_password(person=offices["rob"], password="7731 and more", by=offices["ria"])
    verbs.set_password(person=offices["rob"], password="7731 and more", by=offices["rob"])
