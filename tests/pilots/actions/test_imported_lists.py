"""An import in the log: who writes it down, what is taken back of it, and what a later list restores."""

from __future__ import annotations

import pytest

from pilots import actions
from pilots.actions.import_effects import Brought
from pilots.models import Event, Person, Pilot
from pilots.refusals import NotYours, ReasonRequired, WrongStage
from tests.company import Cast

pytestmark = pytest.mark.django_db
LISTED = {"session": "a-list", "file_name": "list.csv", "checksum": "0" * 64}


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def office(cast: Cast) -> Person:
    return cast["office"]


def made(cast: Cast, *keys: str) -> Brought:
    """What an import made: these pilots, and nothing else."""
    pilots = [actions.record(portfolio=cast.portfolio, key=key, name="Sorting mail", by=None) for key in keys]
    events = sorted(Event.objects.filter(pilot__in=pilots).values_list("pk", flat=True))
    return Brought(frozenset(pilot.pk for pilot in pilots), frozenset(), events[0], events[-1])


def logged(cast: Cast, office: Person) -> Event:
    (event,) = actions.import_list(counts={cast.portfolio: {"created": 1}}, by=office, **LISTED)
    return event


def pilot(key: str = "L-1") -> Pilot:
    return Pilot.objects.get(key=key)


def test_a_list_is_written_down_by_the_office_of_each_portfolio_that_it_concerns(cast: Cast, office: Person) -> None:
    both = {cast.portfolio: {"created": 1}, cast.elsewhere: {"updated": 2}}
    with pytest.raises(NotYours):
        actions.import_list(counts=both, by=office, **LISTED)
    assert not Event.objects.filter(action="import_list").exists()
    (event,) = actions.import_list(counts={cast.portfolio: {"created": 1}}, by=office, **LISTED)
    assert (event.portfolio, event.by, event.data["counts"]) == (cast.portfolio, office, {"created": 1})


def test_the_name_of_the_file_is_a_text_that_can_be_erased(cast: Cast, office: Person) -> None:
    event = logged(cast, office)
    assert "list.csv" not in str(event.data)
    assert event.changes == [{"field": "file", "from": None, "to": "list.csv"}]


def test_what_an_import_made_becomes_void_all_of_it_or_nothing(cast: Cast, office: Person) -> None:
    brought, event = made(cast, "L-1", "L-2"), logged(cast, office)
    actions.amend(pilot=pilot("L-2"), by=office, set={"name": "Mine"})
    with pytest.raises(WrongStage, match=r"L-2: something was done on it since\. .* nothing was\.") as refused:
        actions.take_back_import(imported=event, brought=brought, by=office, reason="The wrong sheet.")
    assert "L-1" not in refused.value.says
    assert (pilot("L-1").void_since, pilot("L-2").void_since) == (None, None)


def test_it_needs_a_reason_and_is_done_once(cast: Cast, office: Person) -> None:
    brought, event = made(cast, "L-1"), logged(cast, office)
    with pytest.raises(ReasonRequired):
        actions.take_back_import(imported=event, brought=brought, by=office, reason=" ")
    actions.take_back_import(imported=event, brought=brought, by=office, reason="The wrong sheet.")
    with pytest.raises(WrongStage, match="taken back already"):
        actions.take_back_import(imported=event, brought=brought, by=office, reason="The wrong sheet.")


def test_an_import_that_changed_nothing_has_nothing_to_take_back(cast: Cast, office: Person) -> None:
    event = logged(cast, office)
    nothing = Brought(frozenset(), frozenset({cast.pilot.pk}), event.pk, event.pk)
    with pytest.raises(WrongStage, match="changed nothing"):
        actions.take_back_import(imported=event, brought=nothing, by=office, reason="The wrong sheet.")


def test_more_than_five_in_the_way_are_counted(cast: Cast, office: Person) -> None:
    keys = [f"L-{number}" for number in range(7)]
    brought, event = made(cast, *keys), logged(cast, office)
    for key in keys:
        actions.amend(pilot=pilot(key), by=office, set={"name": "Mine"})
    with pytest.raises(WrongStage, match=r"L-4: .* And 2 more\.") as refused:
        actions.take_back_import(imported=event, brought=brought, by=office, reason="The wrong sheet.")
    assert "L-5" not in refused.value.says


def test_a_list_restores_what_was_taken_back_and_nothing_that_people_declared_void(cast: Cast, office: Person) -> None:
    brought, event = made(cast, "L-1", "L-2"), logged(cast, office)
    with pytest.raises(WrongStage, match="not void"):
        actions.restore_listed(pilot=pilot("L-1"))
    actions.void(pilot=pilot("L-2"), by=office, reason="Twice on the list.")
    actions.take_back_import(imported=event, brought=brought, by=office, reason="The wrong sheet.")
    with pytest.raises(WrongStage, match="People declared it void"):
        actions.restore_listed(pilot=pilot("L-2"))
    actions.restore_listed(pilot=pilot("L-1"))
    assert (pilot("L-1").void_since, pilot("L-2").void_since is None) == (None, False)


def test_people_restore_it_too_and_then_a_list_does_not(cast: Cast, office: Person) -> None:
    brought, event = made(cast, "L-1"), logged(cast, office)
    actions.take_back_import(imported=event, brought=brought, by=office, reason="The wrong sheet.")
    actions.restore(pilot=pilot(), by=office, reason="It was right after all.")
    actions.void(pilot=pilot(), by=office, reason="No, it was not.")
    with pytest.raises(WrongStage, match="People declared it void"):
        actions.restore_listed(pilot=pilot())
