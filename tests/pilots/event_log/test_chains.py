"""How events lie in their chains: in one order, known no earlier than those before, with texts apart (rule 8)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilots import actions
from pilots.derived import rebuild
from pilots.event_log import sign, verify
from pilots.models import Decision, Event, Installation, Person, Pilot
from pilots.refusals import Invalid
from pilots.rules import chain
from pilots.rules.canonical_json import as_text
from tests.company import DATA, MARCH, SPONSOR, Signed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)

PLAIN = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(-1e15, 1e15) | st.text(PLAIN, max_size=20)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(PLAIN, max_size=8), inner, max_size=5)
)


@pytest.fixture
def cast() -> Signed:
    return Signed()


def all_holds() -> None:
    found = verify.verify()
    assert (found.first, found.missing) == (None, [])
    assert list(rebuild.rebuild(keep=False, done=rebuild.Rebuilt())) == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES)
def test_json_reads_the_same_from_every_engine(value: Any) -> None:
    text = as_text(value)
    assert json.loads(text) == value
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::jsonb::text", [text])
            assert cursor.fetchone() == (text,)


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError):
        as_text({"a": object()})
    with pytest.raises(ValueError, match="no number"):
        as_text(float("nan"))


def test_a_pilots_events_are_numbered_without_a_gap_and_its_head_is_the_last(cast: Signed) -> None:
    cast.decide()
    actions.amend(pilot=cast.pilot, by=cast.ria, set={"tool": "Drafter 2"}, on=MARCH, known=MARCH)
    events = list(cast.pilot.events.order_by("pk"))
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    pilot = Pilot.objects.get(pk=cast.pilot.pk)
    assert (pilot.log_head, pilot.log_count) == (events[-1].checksum, len(events))


def test_what_is_of_no_pilot_lies_in_the_installations_chain_after_what_ships(cast: Signed) -> None:
    events = list(Event.objects.filter(pilot=None).order_by("number"))
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert events[0].action == "begin_log"
    installation = Installation.objects.get()
    assert (installation.log_head, installation.log_count) == (events[-1].checksum, len(events))


def test_an_answer_has_the_number_and_the_checksum_of_its_event(cast: Signed) -> None:
    decision = Decision.objects.get(pk=cast.decide().pk)
    assert (decision.number, decision.checksum) == (decision.event.number, decision.event.checksum)


def test_where_a_clock_is_a_day_behind_the_later_day_is_used(cast: Signed) -> None:
    """Somebody decided when it was the day after already; whoever still writes the day before is not known before that."""
    cast.decide(on=MARCH + DAY)
    late = cast.decide(DATA, on=MARCH)
    assert (late.effective_on, late.known_on, late.event.known_on) == (MARCH, MARCH + DAY, MARCH + DAY)
    assert list(cast.pilot.events.order_by("number").values_list("known_on", flat=True)) == sorted(
        cast.pilot.events.values_list("known_on", flat=True)
    )
    all_holds()


def test_the_installations_events_are_never_known_earlier_than_those_before(cast: Signed) -> None:
    ahead, behind = ({"on": MARCH + n * DAY, "known": MARCH + n * DAY} for n in (1, 0))
    actions.name_function(name="Claims", by=None, **ahead)
    actions.name_function(name="Sales", by=None, **behind)
    event = Event.objects.filter(action="name_function").latest("number")
    assert (event.effective_on, event.known_on) == (MARCH, MARCH + DAY)


def test_an_act_on_many_is_known_no_earlier_than_what_is_known_of_each(cast: Signed) -> None:
    cast.decide(on=MARCH + DAY)
    day: dict[str, Any] = {"on": MARCH, "known": MARCH}
    actions.add_kind(key="council", name="Council", question="Has it agreed?", by=None, **day)
    assert cast.pilot.events.get(action="open_gate").known_on == MARCH + DAY
    all_holds()


def test_an_event_of_the_installation_comes_after_all_that_its_act_did_to_pilots(cast: Signed) -> None:
    day: dict[str, Any] = {"on": MARCH, "known": MARCH}
    actions.nominate(gate=cast.gate(SPONSOR), by=cast.ria, person=cast.sam, **day)
    actions.close_account(person=cast.sam, by=cast.ria, **day)
    on_pilot, own = Event.objects.filter(action="close_account").order_by("pk")
    assert (on_pilot.pilot, own.pilot) == (cast.pilot, None)


def test_what_is_refused_leaves_nothing_to_be_logged(cast: Signed) -> None:
    before = Installation.objects.get().log_count
    with sign.logged_transaction():
        with pytest.raises(Invalid):
            actions.open_account(email="none", name="Nobody", by=None)
        assert Person.objects.filter(name="Nobody").count() == 0
        actions.name_function(name="Claims", by=None)
        assert Installation.objects.get().log_count == before
    assert Installation.objects.get().log_count == before + 1


def test_an_act_on_many_stands_over_the_heads_of_what_it_wrote(cast: Signed) -> None:
    day: dict[str, Any] = {"on": MARCH, "known": MARCH}
    kind = actions.add_kind(key="council", name="Council", question="Has it agreed?", by=None, **day)
    stands = Event.objects.get(action="add_kind")
    [opened] = Event.objects.of_batch(stands.batch)
    heads = chain.Heads()
    heads.add(f"{cast.pilot.pk}", opened.checksum, opened.number)
    assert (stands.data["kind"], stands.data["count"], stands.data["heads"]) == (kind.key, 1, heads.digest())


def test_no_text_and_no_name_lies_outside_the_texts_of_an_event(cast: Signed) -> None:
    decision = cast.decide(reason="Mia said so.", evidence="https://mail.example/mia")
    row = Event.objects.filter(pk=decision.event_id).values().get()
    assert row.pop("texts").keys() == {"salt", "reason", "evidence"}
    columns = f"{row}{Decision.objects.filter(pk=decision.pk).values().get()}"
    assert "Mia" not in columns
    assert "mia" not in columns
