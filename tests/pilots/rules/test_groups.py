"""Rule 13: managers are counted in groups of three and more, and no group's make-up depends on what was said."""

from __future__ import annotations

from datetime import date, timedelta

from pilots.rules.groups import Answer, groups_at, published, values_that_count
from pilots.rules.weeks import is_closed, last_closed, week_of

MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)


def said(member: str, week: int = 0, *, pilot: int | None = None, function: int | None = None) -> Answer[str]:
    return Answer(member, MONDAY + week * WEEK, 1, function, pilot, "x")


def test_a_day_is_kept_as_its_monday_and_a_week_is_closed_from_the_next_monday() -> None:
    assert week_of(date(2026, 3, 8)) == MONDAY
    assert not is_closed(MONDAY, date(2026, 3, 8))
    assert is_closed(MONDAY, date(2026, 3, 9))
    assert last_closed(date(2026, 3, 9)) == MONDAY


def test_two_wait_until_a_third_has_answered_and_the_week_is_over() -> None:
    two = [said("a"), said("b")]
    assert groups_at(two, MONDAY + 8 * WEEK, 90) == []
    three = [*two, said("c", 2)]
    assert groups_at(three, MONDAY + 3 * WEEK - timedelta(days=1), 90) == []
    (group,) = groups_at(three, MONDAY + 3 * WEEK, 90)
    assert [answer.member for answer in group.answers] == ["a", "b", "c"]


def test_a_group_is_as_narrow_as_three_managers_allow() -> None:
    of_a_pilot = [said(member, pilot=7, function=4) for member in "abc"]
    of_a_function = [said("d", pilot=8, function=4), said("e", pilot=9, function=4), said("f", function=4)]
    mixed = [said("g", function=5), said("h", pilot=3, function=6), said("i")]
    found = groups_at([*of_a_pilot, *of_a_function, *mixed], MONDAY + WEEK, 90)
    assert [(group.pilot, group.function, len(group.answers)) for group in found] == [
        (7, 4, 3),
        (None, 4, 3),
        (None, None, 3),
    ]


def test_a_group_stands_for_ninety_days_and_no_member_leaves_it_alone() -> None:
    answers = [said("a"), said("b"), said("c"), said("a", 2), said("d", 2), said("e", 2)]
    (group,) = groups_at(answers, MONDAY + 4 * WEEK, 90)
    assert [answer.member for answer in group.answers] == ["a", "b", "c"]
    assert groups_at(answers, MONDAY + WEEK + timedelta(days=89), 90) == [group]
    (later,) = groups_at(answers, MONDAY + 14 * WEEK, 90)
    assert [answer.member for answer in later.answers] == ["a", "d", "e"]


def test_a_group_of_whom_all_have_answered_again_is_replaced_by_their_latest() -> None:
    answers = [said(member, week) for week in (0, 3) for member in "abc"]
    (group,) = groups_at(answers, MONDAY + 4 * WEEK, 90)
    assert {answer.week for answer in group.answers} == {MONDAY + 3 * WEEK}


def test_of_a_group_that_all_said_the_same_one_is_left_out_and_of_one_alone_nothing_is_kept() -> None:
    same = {member: frozenset({"reading"}) for member in "abc"}
    assert published(same, str, 3) == {"b": frozenset({"reading"}), "c": frozenset({"reading"})}
    alone = {"a": frozenset({"reading"}), "b": frozenset[str](), "c": frozenset[str]()}
    assert published(alone, str, 3) == {}
    mixed = {"a": frozenset({"reading"}), "b": frozenset({"copying"}), "c": frozenset[str]()}
    assert published(mixed, str, 3) == {key: mixed[key] for key in "ab"}


def test_values_count_from_three_managers_on_who_did_not_all_give_the_same() -> None:
    assert values_that_count([1, 2]) == ()
    assert values_that_count([2, 2, 2]) == ()
    assert values_that_count([2, 2, 3]) == (2, 2, 3)
