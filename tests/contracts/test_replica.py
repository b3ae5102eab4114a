"""Every address answers alike where the database refuses to write, as a replica does; what is due is written by the next that may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from pilots.actions.friction import FrictionAnswer, report_friction
from pilots.busy import is_read_only
from pilots.models import FrictionGroup, FrictionReport, Person
from pilots.rules.actions import Target
from readiness import registry
from readiness.management.commands import daily
from readiness.queries.friction import bring_up_to_date
from tests.company import LEGAL, Cast
from tests.contracts.addresses import OWN, READS
from tests.contracts.roads import outcome
from tests.managers import BURDEN, Managers, weeks_ago
from tests.readiness.api.conftest import by_key

pytestmark = pytest.mark.django_db

WRITES_IN_A_SESSION = ("account_", "mfa_", "socialaccount_", "admin:login", "accounts/")
"""Steps of signing in, which keep in the session what comes of them."""


@contextmanager
def only_reading() -> Iterator[None]:
    """A database that writes nothing, as long as this lasts."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL transaction_read_only = on")
            yield
            transaction.set_rollback(True)
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = on")
        try:
            yield
        finally:
            cursor.execute("PRAGMA query_only = off")


def test_nothing_can_be_written_meanwhile() -> None:
    with pytest.raises(DatabaseError) as refused, only_reading(), transaction.atomic():
        Person.objects.create_user("late@example.org", None, name="Late")
    assert is_read_only(refused.value)
    assert not Person.objects.filter(email="late@example.org").exists()


@pytest.fixture
def cast(db: None) -> Cast:
    found = Cast()
    found.around()
    reported_last_week()
    return found


def reported_last_week() -> Managers:
    """Four managers answered in a week that is over, and nobody has closed it."""
    managers = Managers()
    for number in range(4):
        managers.joins(f"m{number}", "Finance")
        managers.reports(f"m{number}", BURDEN)
    assert FrictionReport.objects.filter(group=None).exists()
    return managers


@pytest.mark.thorough
@pytest.mark.parametrize("who", ["office", "sponsor", "decider"])
def test_every_address_answers_alike_where_nothing_can_be_written(cast: Cast, who: str) -> None:
    client = Client()
    client.force_login(cast[who])
    walked = {name: read for name, read in READS.items() if not name.startswith(WRITES_IN_A_SESSION)}
    with only_reading():
        found = {name: answered(client, read.path(cast)) for name, read in walked.items()}
        forms = {
            path: client.get(path).status_code for on in (Target.PILOT, Target.GATE) for path in forms_on(cast, on)
        }
    expected = {name: read.who(who) for name, read in walked.items()}
    # What a library does with somebody's own account is between the two.
    expected |= {name: found[name] for name, who_meets in expected.items() if who_meets == OWN}
    assert found == expected
    assert "500" not in found.values()
    assert set(forms.values()) <= {200, 403, 404, 409, 422}
    assert not FrictionGroup.objects.exists()


def answered(client: Client, path: str) -> str:
    """What comes of asking an address, and it is read to its end."""
    answer: Any = client.get(path)
    if answer.streaming:
        b"".join(answer.streaming_content)
    # Only the file: to close the answer would close the connection, and the transaction with it.
    if (file := getattr(answer, "file_to_stream", None)) is not None:
        file.close()
    return outcome(answer)


def forms_on(cast: Cast, on: Target) -> list[str]:
    """The pages of the forms of actions, which are read before they are sent."""
    start = f"/pilots/{cast.pilot.key}/" if on is Target.PILOT else f"/gates/{cast.gate(LEGAL).public_id}/"
    return [f"{start}{word}/" for word in registry.forms_on(on)]


def test_a_token_reads_where_nothing_can_be_written(cast: Cast) -> None:
    asks = by_key(cast["office"])
    with only_reading():
        for _time in range(2):
            answer = asks.get("/api/v1/pilots/")
            assert answer.status_code == 200
            assert answer["RateLimit"]


# What closes a week


def test_a_week_is_closed_by_whoever_reads_of_it(cast: Cast) -> None:
    client = Client()
    client.force_login(cast["office"])
    assert client.get("/signals/").status_code == 200
    assert [group.managers for group in FrictionGroup.objects.all()] == [4]


def test_a_week_is_closed_when_the_next_manager_answers() -> None:
    managers = reported_last_week()
    managers.joins("late", "Finance")
    client = Client()
    client.force_login(managers["late"])
    answer = client.post("/listen/", {"rework": BURDEN, "rework-minutes": "60", "saves": "nowhere"})
    assert answer.status_code == 302
    [group] = FrictionGroup.objects.all()
    assert (group.managers, group.first_day) == (4, weeks_ago(0))


def test_and_every_day_by_the_command() -> None:
    reported_last_week()
    daily.Command().handle()
    daily.Command().handle()
    assert [group.managers for group in FrictionGroup.objects.all()] == [4]


def test_whenever_it_is_closed_the_figures_are_the_same() -> None:
    managers = reported_last_week()
    late = managers.joins("late", "Finance")
    report_friction(by=managers["late"], pilot=late, answers={"rework": FrictionAnswer(BURDEN)})
    bring_up_to_date()
    assert [group.managers for group in FrictionGroup.objects.all()] == [4]
