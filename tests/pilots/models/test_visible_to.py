"""Section 7: which pilots exist for a person. Each pilot is named once, in however many ways it concerns them."""

from __future__ import annotations

from datetime import date

import pytest

from pilots import actions
from pilots.models import Function, GateKind, Person, Pilot, Portfolio, PortfolioRole, querysets
from tests.company import a_person, a_planned_pilot, a_portfolio

ON = date(2025, 3, 3)


def pilot(portfolio: Portfolio, key: str, function: Function | None = None) -> Pilot:
    return a_planned_pilot(portfolio, key, day=ON, name=key, function=function)


def right(holder: Person, **reach: object) -> None:
    actions.assign_right(
        kind=GateKind.objects.get(key="legal-sign-off"),
        holder=holder,
        by=None,
        on=ON,
        known=ON,
        **reach,  # type: ignore[arg-type]
    )


def keys_of(by: Person, at: date = ON) -> list[str]:
    """The pilots that somebody sees: looked up one by one, and in lists, it is the same."""
    keys = list(Pilot.objects.visible_to(by, at).values_list("key", flat=True))
    assert list(Pilot.objects.listed_for(by, at).values_list("key", flat=True)) == keys
    return keys


@pytest.fixture
def portfolios() -> tuple[Portfolio, Portfolio]:
    return a_portfolio("one", day=ON), a_portfolio("other", day=ON)


@pytest.mark.django_db
def test_two_roles_in_a_portfolio_name_each_pilot_once(portfolios: tuple[Portfolio, Portfolio]) -> None:
    one, other = portfolios
    ria = a_person("ria")
    for role in ("program-office", "reviewer"):
        PortfolioRole.objects.create(portfolio=one, person=ria, role=role)
    pilot(one, "A"), pilot(other, "B")
    assert keys_of(ria) == ["A"]


@pytest.mark.django_db
def test_a_decider_sees_the_pilots_of_their_unit_and_no_others(portfolios: tuple[Portfolio, Portfolio]) -> None:
    one, other = portfolios
    claims, sales = (Function.objects.create(name=n) for n in ("Claims", "Sales"))
    lena = a_person("lena")
    right(lena, portfolio=one, function=claims)
    pilot(one, "A", claims), pilot(one, "B", sales), pilot(one, "C")
    pilot(other, "D", claims)
    assert keys_of(lena) == ["A"]


@pytest.mark.django_db
def test_a_right_of_a_portfolio_reaches_pilots_of_no_function(portfolios: tuple[Portfolio, Portfolio]) -> None:
    one, other = portfolios
    lena = a_person("lena")
    right(lena, portfolio=one)
    pilot(one, "A"), pilot(other, "B")
    assert keys_of(lena) == ["A"]


@pytest.mark.django_db
def test_who_holds_everywhere_sees_everything_and_an_outsider_nothing(portfolios: tuple[Portfolio, Portfolio]) -> None:
    one, other = portfolios
    lena, out = a_person("lena"), a_person("outsider")
    right(lena)
    pilot(one, "A"), pilot(other, "B", Function.objects.create(name="Claims"))
    assert (keys_of(lena), keys_of(out)) == (["A", "B"], [])


@pytest.mark.django_db
def test_a_seat_whose_kind_the_pilot_has_no_gate_of_shows_nothing(portfolios: tuple[Portfolio, Portfolio]) -> None:
    one, _ = portfolios
    council = actions.add_kind(
        key="works-council",
        name="Council",
        question="Has the council agreed?",
        by=None,
        high_impact_only=True,
        on=ON,
        known=ON,
    )
    nina = a_person("nina")
    actions.assign_right(kind=council, holder=nina, portfolio=one, by=None, on=ON, known=ON)
    pilot(one, "A")
    actions.record(portfolio=one, key="B", name="B", by=None, high_impact=True, on=ON, known=ON)
    assert keys_of(nina) == ["B"]


@pytest.mark.django_db
@pytest.mark.parametrize("most", [60, 0])
def test_a_reach_of_many_portfolios_with_different_functions_is_the_same_in_lists(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(querysets, "MOST_TERMS", most)
    functions = [Function.objects.create(name=f"Function {n}") for n in range(4)]
    lena, ines = a_person("lena"), a_person("ines")
    for n in range(8):
        portfolio = a_portfolio(f"p-{n}", day=ON)
        for function in functions[n % 4 :]:
            pilot(portfolio, f"{n}-{function.name[-1]}", function)
        pilot(portfolio, f"{n}-x")
    right(lena)
    right(ines, function=functions[3])
    # The right for a function decides before the one for all.
    assert len(keys_of(lena)) == 2 * (3 + 2 + 1) + 8
    assert keys_of(ines) == [f"{n}-3" for n in range(8)]
