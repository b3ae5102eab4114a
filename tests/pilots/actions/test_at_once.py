"""Two people at the same moment: one succeeds, and the other learns what happened (real connections, PostgreSQL)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from pilots import actions, concurrency
from pilots.actions import locked_pilot
from pilots.derived import rebuild, seats
from pilots.event_log import verify
from pilots.models import Decision, DecisionRight, Event, Function, Gate, GateKind, GatePeriod, Person, Pilot, Seat
from pilots.refusals import Refused
from pilots.rules.vocabulary import Stage
from readiness.queries import pilots as pilot_queries
from readiness.queries import snapshots
from tests.company import DATA, LEGAL, MARCH, SPONSOR, Signed

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
DAY = timedelta(days=1)
AT_ONCE = range(4)


def together(*events: Callable[[], Any]) -> list[Any]:
    """Do these at once, each on a connection of its own. Returns what each returned, or the refusal it met."""
    ready, found = Barrier(len(events)), [None] * len(events)

    def do(place: int, event: Callable[[], Any]) -> None:
        try:
            ready.wait(timeout=20)
            found[place] = event()
        except (Refused, DatabaseError) as refused:
            found[place] = refused  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [Thread(target=do, args=each) for each in enumerate(events)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    return found


def code(found: Any) -> str:
    return getattr(found, "code", type(found).__name__)


def all_holds() -> None:
    checked = verify.verify()
    assert (checked.broken, checked.missing) == (0, []), checked.first
    assert list(rebuild.rebuild(keep=False, done=rebuild.Rebuilt())) == []


@pytest.fixture
def cast() -> Signed:
    return Signed()


@pytest.mark.parametrize("time", AT_ONCE)
def test_of_two_deciders_who_saw_the_same_one_succeeds(cast: Signed, time: int) -> None:
    saw = concurrency.of_gates([cast.gate()])[cast.gate().pk]
    found = together(
        lambda: cast.decide(outcome="cleared", expected_version=saw),
        lambda: cast.decide(outcome="refused", expected_version=saw),
    )
    assert sorted(map(code, found)) == ["Decision", "changed_meanwhile"]
    assert cast.gate().decisions.count() == 1
    all_holds()


@pytest.mark.parametrize("time", AT_ONCE)
def test_two_answers_on_two_gates_both_succeed(cast: Signed, time: int) -> None:
    saw = concurrency.of_gates([cast.gate(), cast.gate(DATA)])
    found = together(
        lambda: cast.decide(expected_version=saw[cast.gate().pk]),
        lambda: cast.decide(DATA, expected_version=saw[cast.gate(DATA).pk]),
    )
    assert list(map(code, found)) == ["Decision", "Decision"]
    all_holds()


@pytest.mark.parametrize("time", AT_ONCE)
def test_an_answer_and_an_edit_that_breaks_its_seal_leave_one_story(cast: Signed, time: int) -> None:
    """Whichever came first, the answer seals what stood when it was given, and is open again where that changed after."""
    day = {"on": MARCH + DAY, "known": MARCH + DAY}
    found = together(
        lambda: cast.decide(on=MARCH + DAY),
        lambda: actions.amend(pilot=Pilot.objects.get(pk=cast.pilot.pk), by=cast.ria, set={"tool": "Drafter 2"}, **day),
    )
    assert not [one for one in found if isinstance(one, Exception)]
    decision = Decision.objects.get()
    amended = Event.objects.get(action="amend")
    first = "decision" if decision.event_id < amended.pk else "edit"
    sealed = {"decision": "Drafter 1", "edit": "Drafter 2"}[first]
    state = {"decision": "reconfirm", "edit": "cleared"}[first]
    assert decision.sealed["tool"] == sealed
    now = GatePeriod.objects.get(gate=decision.gate, superseded_on=None, last_day=None)
    assert now.state == state
    all_holds()


@pytest.mark.parametrize("time", AT_ONCE)
def test_an_answer_to_what_was_seen_is_not_given_to_what_was_edited_meanwhile(cast: Signed, time: int) -> None:
    saw = concurrency.of_gates([cast.gate()])[cast.gate().pk]
    day = {"on": MARCH, "known": MARCH}
    answered, edited = together(
        lambda: cast.decide(expected_version=saw),
        lambda: actions.amend(pilot=Pilot.objects.get(pk=cast.pilot.pk), by=cast.ria, set={"tool": "Drafter 2"}, **day),
    )
    assert isinstance(edited, Event)
    if isinstance(answered, Decision):
        assert answered.sealed["tool"] == "Drafter 1"
    else:
        assert answered.code == "changed_meanwhile"
    all_holds()


@pytest.mark.parametrize("time", AT_ONCE)
def test_a_key_is_recorded_once(cast: Signed, time: int) -> None:
    def record() -> Pilot:
        return actions.record(portfolio=cast.portfolio, key="TWICE", name="Drafts", by=cast.ria, on=MARCH, known=MARCH)

    found = together(record, record)
    made = [one for one in found if isinstance(one, Pilot)]
    assert sorted(map(code, found)) == ["Pilot", "invalid"]
    assert Pilot.objects.filter(key="TWICE").count() == 1
    assert made[0].gates.count() == 6
    all_holds()


def _made_ready(cast: Signed, last_day_of_legal: int) -> None:
    """All that adoption asks for, with an exception on the Legal gate that ends on a day of March 2025."""
    from pilots.models import GateKind

    when: dict[str, Any] = {"on": MARCH, "known": MARCH}
    actions.assign_right(
        kind=GateKind.objects.get(key="quality-threshold"), holder=cast.ivo, portfolio=cast.portfolio, by=None, **when
    )
    actions.ask_exception(gate=cast.gate(), by=cast.ria, reason="Until the terms.", **when)
    until = MARCH.replace(day=last_day_of_legal)
    actions.except_(gate=cast.gate(), by=cast.lena, reason="Let past.", until=until, **when)
    cast.decide(DATA)
    for kind in ("funding-owner", "named-sponsor", "error-owner"):
        actions.nominate(gate=cast.gate(kind), by=cast.ria, person=cast.sam, **when)
        actions.accept(gate=cast.gate(kind), by=cast.sam, **when)
    pilot = Pilot.objects.get(pk=cast.pilot.pk)
    actions.amend(pilot=pilot, by=cast.ria, set={"manager": cast.olga}, **when)
    actions.register_threshold(
        pilot=pilot,
        by=cast.ria,
        metric="Right",
        direction="at_least",
        value=0.8,
        kind="proportion",
        smallest_sample=50,
        **when,
    )
    actions.record_measurement(pilot=pilot, by=cast.ria, value=0.95, sample=400, **when)
    cast.decide("quality-threshold")
    actions.set_rules(
        pilot=pilot,
        by=cast.ria,
        acceptable_use="Drafts.",
        trust_when="Ever.",
        override_when="Else.",
        exceptions_to=cast.lena,
        exceptions_deputy=cast.ivo,
        matters_more="speed",
        success="Less.",
        **when,
    )
    # The exception and the answer were given on the record before it was edited: they are given again.
    actions.ask_exception(gate=cast.gate(), by=cast.ria, reason="Again.", **when)
    actions.except_(gate=cast.gate(), by=cast.lena, reason="Let past.", until=until, **when)
    cast.decide(DATA)
    actions.accept_risk(pilot=pilot, by=cast.sam, **when)
    actions.confirm_rules(pilot=pilot, by=cast.olga, **when)


@pytest.mark.parametrize(("past_midnight", "adopted"), [(0, True), (1, False)])
def test_an_adoption_and_a_lapse_at_midnight_agree_on_the_day(
    cast: Signed, past_midnight: int, adopted: bool, monkeypatch: Any
) -> None:
    """The day is read once, before the lock: whoever began before midnight adopts on that day, and on no other."""
    _made_ready(cast, last_day_of_legal=20)
    begun = MARCH.replace(day=20) + past_midnight * DAY
    days = iter([begun])
    monkeypatch.setattr(locked_pilot, "today", lambda: next(days, begun + DAY))
    pilot = Pilot.objects.get(pk=cast.pilot.pk)
    [found] = together(lambda: actions.adopt(pilot=pilot, by=cast.ria))
    if adopted:
        assert (code(found), found.effective_on) == ("Event", begun)
    else:
        assert (code(found), found.missing) == ("gates_open", [LEGAL])
    for day, stands in ((begun, adopted), (begun + DAY, False)):
        on = snapshots.snapshot_of(pilot_queries.pilots().get(pk=pilot.pk), at=day)
        assert on is not None
        assert (on.status.standing == Stage.ADOPTED) is stands
    all_holds()


def test_two_adoptions_at_once_are_one(cast: Signed) -> None:
    _made_ready(cast, last_day_of_legal=20)

    def adopt() -> Event:
        pilot = Pilot.objects.get(pk=cast.pilot.pk)
        return actions.adopt(pilot=pilot, by=cast.ria, on=MARCH + DAY, known=MARCH + DAY)

    assert sorted(map(code, together(adopt, adopt))) == ["Event", "wrong_stage"]
    all_holds()


def test_the_log_is_verified_while_people_write(cast: Signed) -> None:
    def write() -> None:
        for number in range(15):
            cast.decide(on=MARCH, outcome=("refused", "cleared")[number % 2])

    def check() -> list[int]:
        return [verify.verify().broken for _ in range(10)]

    _, *broken = together(write, check, check)
    assert broken == [[0] * 10, [0] * 10]
    all_holds()


def test_a_digest_is_not_settled_while_a_lower_event_may_still_come(cast: Signed) -> None:
    """A number drawn in a transaction that is not over yet could appear below one that is there already."""
    opened, checked = Barrier(2), Barrier(2)
    marks: list[int | None] = []

    def hold() -> None:
        with transaction.atomic():
            cast.decide()
            opened.wait(timeout=20)
            checked.wait(timeout=20)

    def check() -> None:
        opened.wait(timeout=20)
        marks.append(verify.settled())
        checked.wait(timeout=20)

    together(hold, check)
    assert marks == [None]
    assert verify.settled() == Event.objects.latest("pk").pk


# Rights: the seats that follow from them are worked out by one at a time (rule 7)


def assigning(cast: Signed, holder: Person, **more: Any) -> Callable[[], Any]:
    """Giving somebody the right to sign off."""
    return lambda: actions.assign_right(
        kind=GateKind.objects.get(key=LEGAL), holder=holder, portfolio=cast.portfolio, by=cast.ria, **more
    )


def seats_follow() -> bool:
    """Whether every stored seat is what the rights say."""
    before = sorted(Seat.objects.values_list("kind", "unit", "first_day", "last_day", "holder", "delegate"), key=str)
    seats.rebuild_seats()
    after = sorted(Seat.objects.values_list("kind", "unit", "first_day", "last_day", "holder", "delegate"), key=str)
    return before == after


YEARS = date(2032, 1, 1), date(2032, 6, 1)


@pytest.mark.parametrize("until", [None, YEARS[1]])
@pytest.mark.parametrize("time", AT_ONCE)
def test_of_two_rights_of_one_reach_one_is_assigned_and_the_other_is_told_of_it(
    cast: Signed, time: int, until: date | None
) -> None:
    says = {"starts": YEARS[0], "until": until}
    found = together(assigning(cast, cast.lena, **says), assigning(cast, cast.ivo, **says))
    assert sorted(map(code, found)) == ["DecisionRight", "overlap"]
    assert seats_follow()


@pytest.mark.parametrize("time", AT_ONCE)
def test_two_rights_of_different_reach_are_both_assigned(cast: Signed, time: int) -> None:
    other = Function.objects.create(name="Billing")
    found = together(
        assigning(cast, cast.lena, starts=YEARS[0]), assigning(cast, cast.ivo, starts=YEARS[0], function=other)
    )
    assert list(map(code, found)) == ["DecisionRight", "DecisionRight"]
    assert seats_follow()


@pytest.mark.parametrize("time", AT_ONCE)
def test_of_two_delegations_for_the_same_days_one_is_given(cast: Signed, time: int) -> None:
    right = DecisionRight.objects.filter(kind__key=LEGAL).get()
    found = together(
        *(
            lambda to=to: actions.delegate(  # type: ignore[misc]
                right=DecisionRight.objects.get(pk=right.pk), to=to, by=cast.ria, starts=YEARS[0], until=YEARS[1]
            )
            for to in (cast.ivo, cast.olga)
        )
    )
    assert sorted(map(code, found)) == ["Delegation", "overlap"]
    assert seats_follow()


@pytest.mark.parametrize("time", AT_ONCE)
def test_a_place_that_is_made_while_a_right_for_it_is_assigned_has_its_seat(cast: Signed, time: int) -> None:
    new = Function.objects.create(name="Billing")
    found = together(
        assigning(cast, cast.lena, function=new),
        lambda: actions.record(portfolio=cast.portfolio, key="P-9", name="Bills", function=new, by=cast.ria),
    )
    assert not [one for one in found if isinstance(one, Exception)]
    assert seats_follow()


@pytest.mark.parametrize("time", AT_ONCE)
def test_many_answers_and_a_gate_that_is_switched_off_do_not_wait_on_each_other(cast: Signed, time: int) -> None:
    """Whoever acts on many pilots locks them in one order, whichever way they are sorted elsewhere."""
    pilots = [
        actions.record(portfolio=cast.portfolio, key=f"A-{99 - n}", name="Drafts", by=cast.ria) for n in range(12)
    ]
    gates = [Gate.objects.select_related("pilot", "kind").get(pilot=p, kind__key=LEGAL) for p in pilots]
    found = together(
        lambda: actions.decide_many(gates=gates, by=cast.lena, outcome="refused", reason="Not yet."),
        lambda: actions.switch_off(
            kind=GateKind.objects.get(key=LEGAL), portfolio=cast.portfolio, by=cast.ria, reason="No contracts here."
        ),
    )
    assert not [one for one in found if isinstance(one, DatabaseError)], found
    all_holds()


def test_of_two_who_close_each_other_one_stays() -> None:
    for a, b in ((0, 1), (1, 0)):
        Person.objects.all().update(closed_on=None)
        first, second = _keeper(f"first{a}@example.org"), _keeper(f"second{b}@example.org")
        Person.objects.exclude(pk__in=[first.pk, second.pk]).update(is_superuser=False)
        together(
            lambda first=first, second=second: actions.close_account(person=first, by=second),
            lambda first=first, second=second: actions.close_account(person=second, by=first),
        )
        assert Person.objects.filter(is_superuser=True, closed_on=None).count() == 1


def test_of_two_first_accounts_opened_at_once_one_keeps_all() -> None:
    together(
        lambda: actions.open_first_account(email="ria@example.org", name="Ria"),
        lambda: actions.open_first_account(email="sam@example.org", name="Sam"),
    )
    assert Person.objects.filter(is_superuser=True).count() == 1


def _keeper(email: str) -> Person:
    return Person.objects.create_user(email, None, name=email, is_superuser=True, is_staff=True)


@pytest.mark.parametrize("time", AT_ONCE)
def test_who_open_a_kind_and_close_an_account_do_not_wait_on_each_other_while_others_decide(
    cast: Signed, time: int
) -> None:
    """What is of the installation is logged last, under a lock that nobody takes before all others (rule 8)."""
    day: dict[str, Any] = {"on": MARCH, "known": MARCH}
    pilots = [
        actions.record(portfolio=cast.portfolio, key=f"A-{n}", name="Drafts", by=cast.ria, **day) for n in range(6)
    ]
    for pilot in pilots:
        seat = pilot.gates.get(kind__key=SPONSOR)
        actions.nominate(gate=seat, by=cast.ria, person=cast.sam, **day)
        actions.accept(gate=seat, by=cast.sam, **day)

    def decide(which: list[Pilot]) -> None:
        for pilot in which:
            gate = pilot.gates.select_related("pilot", "kind").get(kind__key=LEGAL)
            actions.decide(gate=gate, by=cast.lena, outcome="refused", reason="Not yet.", **day)

    found = together(
        lambda: actions.add_kind(key="works-council", name="Council", question="Has it agreed?", by=None, **day),
        lambda: actions.close_account(person=cast.sam, by=cast.ria, **day),
        lambda: decide(pilots),
        lambda: decide(pilots[::-1]),
        lambda: actions.give_role(portfolio=cast.portfolio, person=cast.olga, role="reviewer", by=cast.ria, **day),
    )
    assert not [one for one in found if isinstance(one, Exception)]
    all_holds()
