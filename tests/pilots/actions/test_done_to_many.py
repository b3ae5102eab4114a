"""An action on many pilots leaves what the same action on each would leave, is refused by row, and is one line in the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Max
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.actions.many import do_to_many, gates_of_kind
from pilots.event_log.verify import verify
from pilots.models import Event, Function, GateKind, GatePeriod, Person, Pilot, PilotPeriod, Portfolio
from pilots.refusals import Refused
from pilots.rules.vocabulary import Stage
from tests.pilots.derived.stored import replayed

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
DAY = timedelta(days=1)
AT = date(2026, 6, 1)
LIVES = 40
SOON = AT + timedelta(days=40)
SPONSOR = "named-sponsor"


@pytest.fixture(scope="module")
def made(module_database: None) -> None:
    call_command("make_portfolio", pilots=LIVES, seed=5, at=AT, verbosity=0)


@pytest.fixture
def lives(made: None, db: None) -> list[Pilot]:
    """Pilots with histories of every kind, in several portfolios."""
    return list(Pilot.objects.order_by("pk"))


@pytest.fixture
def root() -> Person:
    return Person.objects.create_superuser("root@example.org", None, name="Root")


def versions(pilots: list[Pilot]) -> dict[int, int]:
    return {pilot.pk: pilot.version for pilot in pilots}


def arguments_of(action: str) -> Mapping[str, Any]:
    said: dict[str, dict[str, Any]] = {
        "move_decide_by": {"to": SOON, "reason": "The board meets then."},
        "pause": {"until": SOON, "reason": "Holidays."},
        "resume": {},
        "start": {},
        "retire": {"learned": "Nobody reads them."},
        "void": {"reason": "Recorded twice."},
        "amend": {"set": {"function": Function.objects.first(), "tool": "Drafter 2"}},
    }
    return said[action]


def looked_at() -> list[Any]:
    """What is so, without what is drawn by chance or counts where a row lies."""
    left_out = {"id", "log_head", "checksum"}
    out: list[Any] = []
    for model in (Pilot, PilotPeriod, GatePeriod):
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in left_out]
        out.append(sorted(map(str, model.objects.values_list(*names))))
    return out


@pytest.mark.parametrize("known", [AT, AT + timedelta(days=5)], ids=["that day", "days on"])
@pytest.mark.parametrize("action", ["move_decide_by", "pause", "resume", "start", "retire", "void", "amend"])
def test_it_leaves_what_the_action_on_each_leaves(lives: list[Pilot], root: Person, action: str, known: date) -> None:
    asked = arguments_of(action)
    if action == "resume":
        paused = {"targets": lives, "expected_version": versions(lives), "arguments": arguments_of("pause")}
        do_to_many(action="pause", by=root, on=AT, known=AT, **paused)
        lives = list(Pilot.objects.order_by("pk"))
    with transaction.atomic():
        refused: dict[int, str] = {}
        for pilot in lives:
            try:
                with transaction.atomic():
                    getattr(actions, action)(pilot=pilot, by=root, on=known, known=known, **asked)
            except Refused as refusal:
                refused[pilot.pk] = refusal.says
        one_by_one = looked_at()
        transaction.set_rollback(True)
    lives = list(Pilot.objects.order_by("pk"))
    done = do_to_many(
        action=action,
        targets=lives,
        by=root,
        arguments=asked,
        expected_version=versions(lives),
        on=known,
        known=known,
    )
    assert {pk: refusal.says for pk, refusal in done.refused.items()} == refused
    assert done.done
    assert looked_at() == one_by_one
    replayed()
    assert verify().first is None


def test_somebody_is_named_for_a_gate_of_each(lives: list[Pilot], root: Person) -> None:
    person = Person.objects.exclude(pk=root.pk).filter(closed_on=None)[0]
    gates = gates_of_kind(SPONSOR, lives)
    seen = {gate.pk: Event.objects.filter(pilot=gate.pilot).exclude(gate__kind__in=_others()).count() for gate in gates}
    done = do_to_many(
        action="nominate",
        targets=gates,
        by=root,
        arguments={"person": person},
        expected_version=seen,
        on=AT + DAY,
        known=AT + DAY,
    )
    assert done.done
    assert GatePeriod.objects.filter(gate__in=done.done, last_day=None, nominee=person).count() == len(done.done)
    replayed()
    assert verify().first is None


def _others() -> Any:
    return GateKind.objects.exclude(key=SPONSOR)


def move(lives: list[Pilot], by: Person, **more: Any) -> Any:
    seen = {"expected_version": versions(lives), "arguments": arguments_of("move_decide_by")}
    when = {"on": AT + DAY, "known": AT + DAY}
    return do_to_many(**{"action": "move_decide_by", "targets": lives, "by": by, **seen, **when, **more})


def test_it_is_one_line_in_the_log_that_opens(lives: list[Pilot], root: Person) -> None:
    before = Event.objects.aggregate(last=Max("pk"))["last"]
    done = move(lives, root)
    lines = Event.objects.entries().filter(pk__gt=before)
    assert {line.portfolio_id for line in lines} == set(
        Pilot.objects.filter(pk__in=done.done).values_list("portfolio_id", flat=True)
    )
    assert sum(line.data["count"] for line in lines) == len(done.done)
    assert {line.reason for line in lines} == {"The board meets then."}
    line = lines[0]
    assert set(Event.objects.of_batch(line.batch).values_list("pilot", flat=True)) == set(done.done)


def test_one_alone_is_an_ordinary_event(lives: list[Pilot], root: Person) -> None:
    one = Pilot.objects.filter(pk__in=move(lives, root).done)[:1]
    done = move(list(one), root, arguments={"to": SOON + DAY, "reason": "A day more."})
    assert done.done
    assert Event.objects.latest("pk").batch == ""


def test_what_changed_since_it_was_looked_at_is_refused_by_row(lives: list[Pilot], root: Person) -> None:
    running = [pilot for pilot in lives if pilot.stage == Stage.RUNNING]
    seen = versions(running)
    changed, unseen = running[0], running[1]
    actions.amend(pilot=changed, by=root, set={"tool": "Another"}, on=AT, known=AT)
    del seen[unseen.pk]
    done = move(running, root, expected_version=seen)
    assert {done.refused[changed.pk].code, done.refused[unseen.pk].code} == {"changed_meanwhile"}
    assert done.done


def test_another_portfolios_pilot_is_refused(lives: list[Pilot]) -> None:
    ria = actions.open_account(email="ria@example.org", name="Ria", by=None, on=AT, known=AT)
    own = Portfolio.objects.order_by("pk")[0]
    actions.give_role(portfolio=own, person=ria, role="program-office", by=None, on=AT, known=AT)
    done = move(lives, ria)
    assert set(Pilot.objects.filter(pk__in=done.done).values_list("portfolio", flat=True)) <= {own.pk}
    others = [pilot.pk for pilot in lives if pilot.portfolio_id != own.pk]
    assert {done.refused[pk].code for pk in others} == {"not_yours"}


def test_statements_do_not_grow_with_the_pilots(lives: list[Pilot], root: Person) -> None:
    running = [pilot for pilot in lives if pilot.stage == Stage.RUNNING]

    def counted(pilots: list[Pilot]) -> int:
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            move(pilots, root)
            transaction.set_rollback(True)
        return len(asked)

    assert counted(running[:12]) == counted(running)


def test_what_says_so_already_is_left_as_it_is(lives: list[Pilot], root: Person) -> None:
    same = lives[0].tool
    done = do_to_many(
        action="amend",
        targets=lives,
        by=root,
        arguments={"set": {"tool": same}},
        expected_version=versions(lives),
        on=AT,
        known=AT,
    )
    assert lives[0].pk in done.unchanged
    assert Pilot.objects.get(pk=lives[0].pk).version == lives[0].version
