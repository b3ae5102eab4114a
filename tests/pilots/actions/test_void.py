"""Rule 6: what was recorded by mistake is declared void, and is in no list, count or queue from that day."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import GateKind, Pilot
from pilots.refusals import EscalationRequired
from readiness.queries import pilots, snapshots
from readiness.queries.decider_queue import decider_queue
from readiness.rules.standing import STANDINGS
from tests.company import LEGAL, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    made = Cast()
    made.runs()
    return made


def voided(cast: Cast, **when: Any) -> Pilot:
    actions.void(pilot=cast.pilot, by=cast["head"], reason="Twice on the list.", **when)
    return cast.pilot


def listed(at: date) -> list[str]:
    return list(pilots.pilots().standing(at).values_list("key", flat=True))


def test_it_leaves_every_list_count_and_queue_from_that_day_and_no_earlier_one(cast: Cast) -> None:
    day = today() - timedelta(days=3)
    before = pilots.pilots().counts(day)
    pilot = voided(cast, on=day)
    for at in (day, today()):
        assert listed(at) == []
        assert sum(pilots.pilots().counts(at).values()) == 0
        assert not pilots.gates_on(at).exists()
        assert not decider_queue(cast["decider"], at).exists()
        assert not pilots.pilots().exhibits(at + timedelta(days=400)).exists()
    eve = day - timedelta(days=1)
    assert listed(eve) == [pilot.key]
    assert pilots.pilots().counts(eve) == before
    assert decider_queue(cast["decider"], eve).exists()


def test_what_was_known_before_still_holds_it(cast: Cast) -> None:
    pilot = voided(cast)
    eve = today() - timedelta(days=1)
    assert list(pilots.pilots().standing(today(), eve).values_list("key", flat=True)) == [pilot.key]
    assert pilots.gates_on(today(), eve).exists()


def test_it_is_there_where_it_is_asked_for(cast: Cast, client: Client) -> None:
    pilot = voided(cast)
    client.force_login(cast["office"])
    address = reverse("readiness:api:pilots")
    assert client.get(address).json()["results"] == []
    (only,) = client.get(address, {"standing": "void"}).json()["results"]
    assert (only["key"], only["standing"], only["stage"]) == (pilot.key, "void", "running")
    assert {gate["court"] for gate in only["gates"]} == {None}
    changes = reverse("admin:pilots_pilot_changelist")
    assert pilot.name not in client.get(changes).content.decode()
    assert pilot.name in client.get(changes, {"standing": "void"}).content.decode()


def test_its_own_page_says_so_and_offers_nothing_else(cast: Cast, client: Client) -> None:
    pilot = voided(cast)
    client.force_login(cast["head"])
    page = client.get(reverse("readiness:pilot", args=[pilot.key]))
    assert "Declared void on" in page.content.decode()
    assert {event for event, _title in page.context["offers"]} <= {"restore"}
    assert not any(row.offers for row in page.context["gates"])


def test_an_office_alone_declares_nothing_void_that_a_person_has_answered(cast: Cast) -> None:
    with pytest.raises(EscalationRequired):
        actions.void(pilot=cast.pilot, by=cast["office"], reason="It never was.")


def test_its_key_stays_taken_and_a_list_that_names_it_skips_it_and_says_so(cast: Cast, tmp_path: Path) -> None:
    pilot = voided(cast)
    rows = tmp_path / "list.csv"
    out = StringIO()
    call_command("export_pilots", stdout=out)
    head = out.getvalue().splitlines()[0]
    columns = head.split(",")
    row = dict.fromkeys(columns, "") | {"key": pilot.key, "name": "Another name", "portfolio": "ours"}
    rows.write_text(f"{head}\n{','.join(row[name] for name in columns)}\n", encoding="utf-8")
    said = StringIO()
    call_command("import_pilots", str(rows), stdout=said, stderr=said)
    assert f"{pilot.key} was declared void" in said.getvalue()
    pilot.refresh_from_db()
    assert pilot.name != "Another name"
    assert Pilot.objects.filter(key=pilot.key).count() == 1


def test_a_kind_that_is_added_meanwhile_asks_nothing_of_it(cast: Cast) -> None:
    pilot = voided(cast)
    kind = actions.add_kind(
        key="security-review", name="Security", question="Is it safe?", clears_by="approval", by=None, seals=[]
    )
    assert isinstance(kind, GateKind)
    assert not pilot.gates.filter(kind=kind).exists()


def test_restored_it_has_the_gates_of_kinds_added_meanwhile_and_no_seat_of_a_closed_account(cast: Cast) -> None:
    pilot = voided(cast)
    kind = actions.add_kind(key="security-review", name="Security", question="Is it safe?", by=None)
    actions.close_account(person=cast["sponsor"], by=None)
    actions.restore(pilot=pilot, by=cast["head"], reason="They are two.")
    snapshot = snapshots.snapshot_of(cast.pilot, at=today())
    assert snapshot is not None
    assert snapshot.gate(kind.key).status.state == "unowned"
    assert snapshot.sponsor is None
    assert listed(today()) == [pilot.key]
    call_command("rebuild_periods", "--check", stdout=StringIO())


def test_a_rebuild_leaves_the_same_and_one_pilot_reads_as_many_do(cast: Cast) -> None:
    pilot = voided(cast)
    call_command("rebuild_periods", "--check", stdout=StringIO())
    snapshot = snapshots.snapshot_of(pilot, at=today())
    row = pilots.pilots().standing(today(), with_void=True).get(pk=pilot.pk)
    assert snapshot is not None
    assert snapshot.status.standing == row.standing == "void"
    assert snapshot.gate(LEGAL).status.days is None
    assert "void" not in STANDINGS
