"""Nobody reaches further through another's account than through their own, by its password either."""

from __future__ import annotations

from datetime import date

import pytest

from pilots import actions
from pilots.models import ApiToken, Event, Person
from pilots.refusals import NotYours
from tests.company import a_portfolio, an_account, an_office_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def offices() -> dict[str, Person]:
    """An office each of two portfolios, and a person of none."""
    offices = {name: an_office_of(a_portfolio(f"of-{name}", day=DAY), name, day=DAY) for name in ("ria", "rob")}
    return offices | {"sam": an_account("sam", day=DAY)}


@pytest.mark.parametrize("whose", ["sam", "rob"])
def test_nobody_sets_the_password_of_somebody_else(offices: dict[str, Person], whose: str) -> None:
    """Whoever did could decide and accept in their name."""
    root = Person.objects.create_superuser("root@example.org", None, name="Root")
    for by in (offices["ria"], root):
        with pytest.raises(NotYours):
            actions.set_password(person=offices[whose], password="7731 and more", by=by)
    actions.set_password(person=offices[whose], password="7731 and more", by=offices[whose])
    assert Person.objects.get(pk=offices[whose].pk).check_password("7731 and more")


@pytest.mark.parametrize(("keep", "left"), [(False, 0), (True, 2)])
def test_tokens_end_with_the_password_unless_they_are_kept(offices: dict[str, Person], keep: bool, left: int) -> None:
    sam, rob = offices["sam"], offices["rob"]
    for person in (sam, sam, rob):
        actions.issue_token(person=person, by=None)
    actions.set_password(person=sam, password="7731 and more", by=sam, keep_tokens=keep)
    assert ApiToken.objects.filter(user=sam).count() == left
    assert ApiToken.objects.filter(user=rob).count() == 1
    history = Event.objects.get(action="set_password")
    assert len(history.data["tokens"]) == 2 - left
