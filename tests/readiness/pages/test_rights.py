"""The page of rights at real size: causes before gaps, twenty a page, and a row a portfolio before a row a function."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pilots import actions
from pilots.models import Function, GateKind, Portfolio, PortfolioRole
from readiness.pages.rights import HOLES_A_PAGE, PORTFOLIOS_A_PAGE
from readiness.rules.coverage import next_month
from readiness.text import rights as text
from tests.company import FUNDING, LEGAL, Company, browser_of

pytestmark = pytest.mark.django_db


def read(company: Company, query: str = "", who: str = "ria") -> Any:
    return browser_of(company.people[who]).get(f"/rights/{query}")


def finding_of(page: Any, kind: str) -> Any:
    return next(one for one in page.context["findings"] if one.found.kind.key == kind)


@pytest.fixture
def wide(company: Company) -> Company:
    """Running pilots in two portfolios, in one of which no right reaches; in the other in more functions than a page holds."""
    other = Portfolio.objects.create(key="works", name="North works")
    PortfolioRole.objects.create(portfolio=other, person=company.ria, role="program-office")
    for number in range(HOLES_A_PAGE + 3):
        function = Function.objects.create(name=f"Depot {number:02}")
        pilot = company.pilot(f"N-{number}", f"Night {number}", function=function)
        actions.start(pilot=pilot, by=company.ria, on=company.day(40))
    pilot = actions.record(portfolio=other, key="W-1", name="Weights", by=company.ria, on=company.day(40))
    actions.start(pilot=pilot, by=company.ria, on=company.day(40))
    return company


def test_holes_are_grouped_by_cause_with_what_closes_them(wide: Company) -> None:
    page = read(wide)
    text = page.content.decode()
    legal = finding_of(page, LEGAL)
    assert legal.says == "Legal belongs to nobody in North works."
    assert legal.note == "One running pilot. Each working day of next month. One right closes it."
    kind, place = GateKind.objects.get(key=LEGAL), Portfolio.objects.get(key="works")
    assert legal.act == f"/admin/pilots/decisionright/add/?kind={kind.pk}&portfolio={place.pk}"
    funding = finding_of(page, FUNDING)
    assert funding.says == "Nobody is named for Funding in 2 portfolios."
    assert funding.note.startswith("24 running pilots, in 23 functions.")
    assert page.context["opening"].startswith("Next month nobody can decide 3 gates, and nobody is named for 72 more.")
    assert "Night 0" not in text
    assert text.index("What has nobody") < text.index("Who decides this?") < text.index("By portfolio")


def test_the_gaps_of_one_cause_are_read_twenty_a_page(wide: Company) -> None:
    rows = finding_of(read(wide), FUNDING).rows.partition("#")[0]
    first, second = read(wide, rows), read(wide, f"{rows}&page=2")
    assert [len(page.context["gaps"]) for page in (first, second)] == [HOLES_A_PAGE, 4]
    assert first.context["page"].paginator.count == HOLES_A_PAGE + 4
    assert all(gap.kind.key == FUNDING for gap in first.context["gaps"])
    beyond = read(wide, f"{rows}&page=99").context
    assert (len(beyond["gaps"]), beyond["page"].number) == (4, 2)
    for odd in ("?cause=legal", "?cause=legal-sign-off.nobody.soon.late", "?cause=x.nobody.2025-01-01.2025-01-31"):
        assert read(wide, odd).status_code == 200


def test_one_gate_or_one_portfolio_can_be_asked_about(wide: Company) -> None:
    page = read(wide, f"?gate={LEGAL}")
    assert {one.found.kind.key for one in page.context["findings"]} == {LEGAL}
    assert [kind.key for kind in page.context["decided"]] == [LEGAL]
    there = read(wide, "?of=service")
    assert LEGAL not in {one.found.kind.key for one in there.context["findings"]}
    assert len(there.context["rows"]) == HOLES_A_PAGE + 4
    accepted = read(wide, f"?gate={FUNDING}")
    assert accepted.context["decided"] == []
    assert accepted.status_code == 200


def test_the_table_has_a_row_a_portfolio_that_says_who_decides(wide: Company) -> None:
    found = {row.portfolio.key: row for row in read(wide).context["by_portfolio"]}
    assert found.keys() == {"service", "works"}
    [(person, places)] = found["service"].seats[0].deciders
    assert (person, places) == (wide.perpetua, found["service"].places)
    assert found["works"].seats[0].holes == {"nobody": 1}


def test_portfolios_are_paged(wide: Company) -> None:
    for number in range(PORTFOLIOS_A_PAGE):
        each = Portfolio.objects.create(key=f"z-{number}", name=f"Zone {number:02}")
        PortfolioRole.objects.create(portfolio=each, person=wide.ria, role="program-office")
        actions.record(portfolio=each, key=f"Z-{number}", name=f"Zeal {number}", by=wide.ria, on=wide.day(3))
    assert len(read(wide).context["by_portfolio"]) == PORTFOLIOS_A_PAGE
    assert len(read(wide, "?table=2").context["by_portfolio"]) == 2


def test_days_that_are_not_the_whole_month_are_a_cause_of_their_own(company: Company) -> None:
    company.running()
    first, _last = next_month(company.day())
    away = (first + timedelta(days=7), first + timedelta(days=13))
    for who in (company.bastian, company.ines):
        actions.away(person=who, by=company.ria, starts=away[0], ends=away[1])
    one = next(each for each in read(company).context["findings"] if each.found.cause.why == "none_free")
    assert one.says == "Whoever decides Data access in Service lines is away, or may not decide there."
    assert " From " in one.note
    assert one.note.endswith("A deputy or a delegate would cover it.")


def test_who_may_not_assign_is_offered_no_act(wide: Company) -> None:
    page = read(wide, who="vera")
    assert [one.act for one in page.context["findings"]] == [""] * len(page.context["findings"])
    assert "The program office assigns rights and names people." in page.content.decode()


def test_places_that_read_the_same_are_one_row(wide: Company) -> None:
    page = read(wide, "?of=service")
    together = page.context["together"]
    assert sum(1 + len(one.others) for one in together) == len(page.context["rows"])
    reads = [text.unit_reads(one.first) for one in together]
    assert len(set(reads)) == len(reads)
    for one in together:
        assert {text.unit_reads(row) for row in [one.first, *one.others]} == {text.unit_reads(one.first)}
    html = page.content.decode()
    for row in page.context["rows"]:
        if row.unit.function:
            assert row.unit.function.name in html
    assert len(together) < len(page.context["rows"])
