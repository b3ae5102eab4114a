"""Rule 7, to be seen: who decides this on a date, and why; and the Thursday test."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import DecisionRight, Function, GateKind, Person, Pilot, Portfolio, PortfolioRole
from pilots.refusals import EndRequired, Invalid, NotYours, Overlap, WrongGate
from pilots.rules.vocabulary import ClearsBy
from readiness.queries.pilots import pilots as all_pilots
from readiness.queries.snapshots import snapshot_of
from readiness.rules import working_days
from readiness.rules.coverage import coverage, next_month
from readiness.rules.deadlines import answer_due
from readiness.rules.who_decides import NOBODY, NONE_FREE, UNNAMED, orphans, table, who_decides
from tests.company import MARCH
from tests.readiness.rules.works import JAN, Works

pytestmark = pytest.mark.django_db
APRIL = date(2025, 4, 1)


@pytest.fixture
def works() -> Works:
    return Works()


def test_the_nearest_right_decides_and_the_others_are_named_on_the_way(works: Works) -> None:
    works.right("lena")
    works.right("dora", function=works.service, starts=APRIL)
    before, after = works.who(APRIL - timedelta(days=1)), works.who(APRIL)
    assert before.seat.decides.person == works.lena
    assert [(s.right.holder.name, s.found) for s in before.steps] == [("Dora", "not_yet"), ("Lena", "decides")]
    assert after.seat.decides.person == works.dora
    assert [(s.right.holder.name, s.found) for s in after.steps] == [("Dora", "decides")]


def test_where_nobody_of_a_right_is_left_the_answer_says_so(works: Works) -> None:
    works.right("lena")
    works.right("dora", function=works.service)
    actions.close_account(person=works.dora, by=works.ria, on=MARCH, known=MARCH)
    answer = works.who(MARCH)
    assert answer.seat.decides.person == works.lena
    assert [s.found for s in answer.steps] == ["emptied", "decides"]


def test_a_seat_passes_to_the_deputy_and_is_shown_as_orphaned(works: Works) -> None:
    works.right("lena", deputy="dora")
    actions.close_account(person=works.lena, by=works.ria, on=MARCH, known=MARCH)
    seat = works.who(MARCH).seat
    assert (seat.decides.person, seat.decides.capacity, seat.orphaned) == (works.dora, "deputy", True)


def test_away_the_deputy_covers_and_without_one_the_hole_is_shown(works: Works) -> None:
    right = works.right("lena", deputy="dora")
    actions.away(person=works.lena, by=works.lena, starts=APRIL, ends=APRIL, on=MARCH, known=MARCH)
    assert works.who(APRIL).seat.decides.person == works.dora
    actions.end_right(right=right, until=MARCH, by=works.ria, on=MARCH, known=MARCH)
    works.right("lena", starts=date(2025, 3, 4))
    alone = works.who(APRIL).seat
    assert (alone.decides, alone.hole) == (None, NONE_FREE)
    assert works.who(APRIL + timedelta(days=1)).seat.hole is None


def test_no_right_is_a_hole(works: Works) -> None:
    assert works.who(APRIL).seat.hole == NOBODY


def test_a_delegate_decides_too_from_a_day_to_a_day(works: Works) -> None:
    right = works.right("lena")
    pilot = works.pilot()
    last = APRIL + timedelta(days=9)
    actions.delegate(right=right, to=works.wim, by=works.lena, starts=APRIL, until=last, on=MARCH, known=MARCH)
    gate = pilot.gates.select_related("pilot", "kind").get(kind=works.legal)
    for day, allowed in (
        (APRIL - timedelta(days=1), False),
        (APRIL, True),
        (last, True),
        (last + timedelta(days=1), False),
    ):
        if allowed:
            decision = actions.decide(gate=gate, by=works.wim, outcome="cleared", reason="Yes.", on=day, known=day)
            assert (decision.capacity, decision.decider) == ("delegate", works.wim)
        else:
            with pytest.raises(NotYours):
                actions.decide(gate=gate, by=works.wim, outcome="cleared", reason="Yes.", on=day, known=day)
    seat = works.who(APRIL).seat
    assert [one.person.name for one in seat.sitting] == ["Lena", "Wim"]
    assert works.who(last + timedelta(days=1)).seat.sitting[0].person == works.lena
    assert len(works.who(last + timedelta(days=1)).seat.sitting) == 1


def test_a_delegation_is_the_holders_and_ends_with_their_account(works: Works) -> None:
    right = works.right("lena", deputy="dora")
    actions.delegate(right=right, to=works.wim, by=works.lena, starts=MARCH, until=APRIL, on=MARCH, known=MARCH)
    actions.close_account(person=works.lena, by=works.ria, on=date(2025, 3, 10), known=date(2025, 3, 10))
    assert [one.person.name for one in works.who(date(2025, 3, 10)).seat.sitting] == ["Dora"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"until": None}, EndRequired),
        ({"until": MARCH - timedelta(days=1)}, Invalid),
        ({"starts": MARCH - timedelta(days=1)}, Invalid),
        ({"to": "lena"}, Invalid),
        ({"to": "dora"}, Invalid),
        ({"by": "otto"}, NotYours),
        ({"by": "wim"}, NotYours),
    ],
)
def test_a_delegation_that_cannot_be_is_refused(
    works: Works, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    right = works.right("lena", deputy="dora")
    values = {"to": "wim", "by": "lena", "starts": MARCH, "until": APRIL} | changes
    values["to"], values["by"] = works.people[values["to"]], works.people[values["by"]]
    with pytest.raises(refusal):
        actions.delegate(right=right, on=MARCH, known=MARCH, **values)


def test_a_right_for_every_portfolio_takes_whoever_keeps_them_all(works: Works) -> None:
    values: dict[str, Any] = {"kind": works.legal, "holder": works.lena, "by": works.ria, "on": JAN, "known": JAN}
    actions.assign_right(**values)
    other = Portfolio.objects.create(key="q", name="Elsewhere")
    with pytest.raises(NotYours):
        actions.assign_right(**values | {"starts": MARCH})
    actions.assign_right(**values | {"starts": MARCH, "portfolio": works.portfolio})
    PortfolioRole.objects.create(portfolio=other, person=works.ria, role="program-office")
    actions.assign_right(**values | {"starts": MARCH})


def test_two_delegates_on_one_day_are_refused_by_name(works: Works) -> None:
    right = works.right("lena")
    actions.delegate(right=right, to=works.wim, by=works.lena, until=APRIL, on=MARCH, known=MARCH)
    with pytest.raises(Overlap, match=r"Otto.*Wim"):
        actions.delegate(right=right, to=works.otto, by=works.lena, starts=APRIL, until=APRIL, on=MARCH, known=MARCH)


def test_back_early_somebody_is_there_again(works: Works) -> None:
    works.right("lena")
    absence = actions.away(person=works.lena, by=works.lena, starts=MARCH, ends=APRIL, on=MARCH, known=MARCH)
    actions.back(absence=absence, by=works.lena, on=date(2025, 3, 20), known=date(2025, 3, 20))
    assert works.who(date(2025, 3, 19)).seat.hole == NONE_FREE
    assert works.who(date(2025, 3, 20)).seat.hole is None


def test_holidays_and_weekends_are_no_working_days() -> None:
    bavaria = working_days.calendar("DE-BY")
    assert working_days.add(date(2025, 4, 17), 1, bavaria) == date(2025, 4, 22)
    assert working_days.add(date(2025, 4, 17), 1, working_days.calendar("")) == date(2025, 4, 18)
    assert working_days.add(date(2025, 4, 17), 0, bavaria) == date(2025, 4, 17)


def test_an_unknown_calendar_is_refused(works: Works) -> None:
    with pytest.raises(Invalid):
        actions.amend_portfolio(portfolio=works.portfolio, by=works.ria, set={"calendar": "ZZ"})
    actions.amend_portfolio(portfolio=works.portfolio, by=works.ria, set={"calendar": "US"})


def test_an_answer_is_due_in_working_days_from_the_start_and_then_escalates(works: Works) -> None:
    works.right("lena", escalate_to="wim", answer_within_days=10)
    pilot = works.pilot()  # started on Monday 3 March, carnival
    for at, overdue in ((date(2025, 3, 17), False), (date(2025, 3, 18), True)):
        snapshot = snapshot_of(pilot, at=at)
        assert snapshot is not None
        was = answer_due(snapshot.gate("legal-sign-off"), snapshot)
        assert was is not None
        assert (was.since, was.answer_by, was.escalates_to) == (MARCH, date(2025, 3, 17), works.wim)
        assert was.is_overdue(at) is overdue
        assert answer_due(snapshot.gate("funding-owner"), snapshot) is None


def test_the_table_takes_five_queries_however_many_places(works: Works, django_assert_num_queries: Any) -> None:
    works.right("lena", deputy="dora", escalate_to="kai")
    for number in range(12):
        place = Function.objects.create(name=f"F {number}")
        works.pilot(f"P-{number}", function=place)
    units = list(works.portfolio.units.select_related("portfolio", "function"))
    assert len(units) == 13  # the portfolio as a whole is a place too: a right was given there
    with django_assert_num_queries(5):
        rows = table(units, at=APRIL)
    assert {row.seats[0].decides.person for row in rows if row.seats[0].decides} == {works.lena}


def test_a_seat_that_passed_to_a_wider_right_is_orphaned_too_and_so_is_one_that_passed_to_nobody(works: Works) -> None:
    """Rule 7: orphaned seats are shown, counted, and passed on."""
    works.right("dora", function=works.service)
    wide = works.right("lena")
    works.pilot()
    [unit] = works.portfolio.units.filter(function=works.service)
    actions.close_account(person=works.dora, by=None, on=MARCH, known=MARCH)
    [row] = table([unit], at=APRIL)
    seat = row.seats[0]
    assert seat.decides is not None
    assert (seat.decides.person, seat.answer_within_days) == (works.lena, wide.answer_within_days)
    assert (seat.orphaned, seat.hole) == (True, None)
    [history] = orphans([works.portfolio], at=APRIL)
    assert (history.right.holder, history.passed_to) == (works.dora, None)
    actions.close_account(person=works.lena, by=None, on=MARCH, known=MARCH)
    seat = table([unit], at=APRIL)[0].seats[0]
    assert (seat.orphaned, seat.hole) == (True, NOBODY)
    answer = who_decides(works.legal, works.portfolio, works.service, at=APRIL)
    assert (answer.seat.orphaned, [step.found for step in answer.steps]) == (True, ["emptied", "emptied"])
    assert len(orphans([works.portfolio], at=APRIL)) == 2
    assert orphans([works.portfolio], at=JAN) == []


def test_the_page_counts_the_orphaned_and_says_to_whom_they_passed(works: Works) -> None:
    works.right("lena", deputy="dora")
    actions.close_account(person=works.lena, by=None, on=MARCH, known=MARCH)
    client = Client()
    client.force_login(works.ria)
    page = client.get(reverse("readiness:rights")).content.decode()
    assert "One right whose holder has left" in page
    assert "passed to Dora, deputy" in page


def test_a_gate_that_is_switched_off_is_no_hole(works: Works) -> None:
    works.pilot()
    assert table(works.portfolio.units.all(), at=APRIL)[0].seats[0].hole == NOBODY
    actions.switch_off(
        kind=works.legal, portfolio=works.portfolio, by=works.ria, reason="No contracts here.", on=APRIL, known=APRIL
    )
    seat = table(works.portfolio.units.all(), at=APRIL)[0].seats[0]
    assert (seat.switched_off, seat.hole, seat.decides) == (True, None, None)
    assert who_decides(works.legal, works.portfolio, works.service, at=APRIL).seat.switched_off
    assert not who_decides(works.legal, works.portfolio, works.service, at=MARCH).seat.switched_off


def test_a_right_makes_the_place_that_it_is_for(works: Works) -> None:
    """Before the first pilot lies there, its program office sees who would decide, and what is missing."""
    works.right("lena", function=works.service)
    elsewhere = Function.objects.create(name="Billing")
    client = Client()
    client.force_login(works.ria)
    page = client.get(reverse("readiness:rights"))
    assert [str(row.unit.function) for row in page.context["rows"]] == [str(works.service)]
    assert elsewhere in page.context["form"].fields["function"].queryset


def test_nobody_is_given_a_right_who_has_left_and_none_is_given_to_what_is_accepted(works: Works) -> None:
    actions.close_account(person=works.dora, by=None, on=JAN, known=JAN)
    for named in ({"holder": "dora"}, {"deputy": "dora"}, {"escalate_to": "dora"}):
        with pytest.raises(Invalid) as refused:
            works.right(**named)
        assert refused.value.field == next(iter(named))
    with pytest.raises(WrongGate):
        works.right(kind=GateKind.objects.get(key="named-sponsor"))
    assert not DecisionRight.objects.exists()


def test_the_headline_knows_a_pause_that_has_ended_by_itself(works: Works) -> None:
    """Rule 4: a pause is over the day after its last; nobody has to say so."""
    pilot = works.pilot()
    actions.pause(
        pilot=pilot, by=works.ria, until=MARCH + timedelta(days=20), reason="A freeze.", on=MARCH, known=MARCH
    )
    client = Client()
    client.force_login(works.ria)
    page = client.get(reverse("readiness:rights"))
    assert page.context["found"].number > 0
    for finding in page.context["findings"]:
        gaps = client.get(reverse("readiness:rights") + finding.rows.partition("#")[0]).context["gaps"]
        assert {each.key for gap in gaps for each in gap.pilots} == {"P-1"}


# The Thursday test ---------------------------------------------------------------------------------------------------


def _oracle(works: Works, pilot: Pilot, kind: GateKind, day: date) -> str | None:
    """By the rights themselves, one day at a time, without seats."""
    snapshot = snapshot_of(pilot, at=APRIL)
    assert snapshot is not None
    if kind.clears_by == ClearsBy.ACCEPTANCE:
        return None if snapshot.gate(kind.key).holder else UNNAMED

    def there(person: Person | None) -> bool:
        return (
            person is not None
            and not person.absences.filter(starts__lte=day, ends__gte=day).exists()
            and person.pk != snapshot.status.sponsor
        )

    rights = DecisionRight.objects.filter(kind=kind, portfolio=works.portfolio, starts__lte=day)
    in_force = [r for r in rights if r.until is None or r.until >= day]
    for right in sorted(in_force, key=lambda r: r.function_id is None):
        if right.function_id in (None, pilot.function_id):
            people = [right.holder, right.deputy, right.escalate_to]
            people += [given.to for given in right.delegations.filter(starts__lte=day, until__gte=day)]
            return None if any(map(there, people)) else NONE_FREE
    return NOBODY


def test_on_every_working_day_of_next_month_somebody_decides_or_the_hole_is_listed(
    works: Works, django_assert_max_num_queries: Any
) -> None:
    data = GateKind.objects.get(key="it-data-access")
    allowed = date(2025, 5, 1)
    works.right("lena", deputy="dora", escalate_to="wim")
    works.right("otto", function=works.service, until=date(2025, 5, 13))
    works.right("sam", kind=data)
    billing = Function.objects.create(name="Billing")
    pilots = [works.pilot("P-1"), works.pilot("P-2", function=billing), works.pilot("P-3", function=None)]
    for person, starts, ends in (
        ("otto", date(2025, 5, 8), date(2025, 5, 9)),
        ("lena", allowed, date(2025, 5, 31)),
        ("dora", date(2025, 5, 14), date(2025, 5, 16)),
        ("wim", date(2025, 5, 16), date(2025, 5, 19)),
        ("sam", date(2025, 5, 28), date(2025, 6, 2)),
    ):
        actions.away(person=works.people[person], by=works.ria, starts=starts, ends=ends, on=MARCH, known=MARCH)
    sponsor = pilots[1].gates.select_related("pilot", "kind").get(kind__key="named-sponsor")
    actions.nominate(gate=sponsor, by=works.ria, person=works.sam, on=MARCH, known=MARCH)
    actions.accept(gate=sponsor, by=works.sam, on=MARCH, known=MARCH)

    first, last = next_month(APRIL)
    assert (first, last) == (allowed, date(2025, 5, 31))
    with django_assert_max_num_queries(10):
        found = coverage(all_pilots(), first=first, last=last, at=APRIL, most=100)
    assert (found.runs, found.number) == (3, len(found.gaps))
    assert all(gap.number == len(gap.pilots) for gap in found.gaps)
    listed = {
        (pilot.key, gap.kind.key, day): gap.why
        for gap in found.gaps
        for pilot in gap.pilots
        for day in working_days.days_between(gap.first, gap.last, working_days.calendar("DE-BY"))
    }
    days = list(working_days.days_between(first, last, working_days.calendar("DE-BY")))
    assert date(2025, 5, 1) not in days  # Labour Day, a Thursday
    assert date(2025, 5, 29) not in days  # Ascension, a Thursday
    for pilot in pilots:
        for kind in GateKind.objects.all():
            for day in days:
                expected = _oracle(works, pilot, kind, day)
                assert listed.get((pilot.key, kind.key, day)) == expected, (pilot.key, kind.key, day)
    assert ("P-1", "legal-sign-off", date(2025, 5, 8)) in listed
    assert ("P-1", "legal-sign-off", date(2025, 5, 15)) not in listed
    assert ("P-1", "legal-sign-off", date(2025, 5, 16)) in listed
    assert ("P-2", "it-data-access", date(2025, 5, 5)) in listed  # its sponsor may not


def test_holes_alike_are_one_gap_that_counts_its_pilots_and_names_the_first(
    works: Works, django_assert_max_num_queries: Any
) -> None:
    for number in range(7):
        works.pilot(f"P-{number}")
    first, last = next_month(APRIL)
    with django_assert_max_num_queries(10):
        found = coverage(all_pilots(), first=first, last=last, at=APRIL, most=1)
    assert found.runs == 7
    assert found.number == GateKind.objects.count()
    [gap] = found.gaps
    assert (gap.kind, gap.why, gap.number) == (works.legal, NOBODY, 7)
    assert [pilot.key for pilot in gap.pilots] == ["P-0", "P-1", "P-2", "P-3", "P-4"]


def test_a_cell_of_the_table_is_not_asked_only_where_it_is_for_other_portfolios(works: Works) -> None:
    works.right("lena")
    works.pilot()
    assert "not asked here" not in _get(works.ria, "/rights/").content.decode()


# The page ------------------------------------------------------------------------------------------------------------


def _get(person: Person, address: str) -> Any:
    client = Client()
    client.force_login(person)
    return client.get(address)


def test_the_page_answers_who_decides_with_reasons(works: Works) -> None:
    works.right("lena", deputy="dora")
    works.pilot()
    page = _get(works.ria, "/rights/?kind=legal-sign-off&portfolio=p&function=Customer+service&on=2025-04-01")
    said = page.content.decode()
    assert page.status_code == 200
    assert "Legal: Lena, holder." in said
    assert "The right for Works is the nearest in force" in said
    assert "Dora, deputy" in said


def test_what_cannot_be_asked_is_said_and_the_page_stays(works: Works) -> None:
    works.pilot()
    page = _get(works.ria, "/rights/?as_of=yesterday")
    assert page.status_code == 200
    assert "is not a date" in page.content.decode()
    page = _get(works.ria, "/rights/?kind=legal-sign-off&portfolio=q&on=2025-04-01")
    assert page.status_code == 200


def test_who_may_see_nothing_sees_no_place(works: Works) -> None:
    works.right("lena")
    works.pilot()
    page = _get(works.otto, "/rights/")
    assert "Customer service" not in page.content.decode()
    assert "Customer service" in _get(works.lena, "/rights/").content.decode()
