"""Rule 13 under attack: whoever knows who answered in which week, and reads everything on every date, derives nobody's answer.

The attacker here knows more than anybody can: who answered when, on which pilot, how groups are formed, and what every single group
publishes. Pages, files and API are sums over groups, so whoever reads those knows less.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from pilots import actions
from pilots.actions.friction import PURPOSE, FrictionAnswer, report_friction
from pilots.models import FrictionFigure, FrictionGroup, FrictionReport, Person, Pilot
from pilots.pseudonyms import keyed_order, pseudonym
from pilots.rules.groups import Answer, Group, groups_at, published
from readiness.queries import friction, signals
from readiness.rules.suppression import LEAST, fold
from tests.company import a_person, browser_of, taken_back
from tests.managers import START, Managers, weeks_ago

pytestmark = pytest.mark.thorough

MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)
MEMBERS = "abcdefg"
PLACES = {member: (1, 1 + number % 3, 10 + number % 2) for number, member in enumerate(MEMBERS)}
POINTS = ("", "reading", "copying")

who_answered_when = st.lists(
    st.tuples(st.sampled_from(MEMBERS), st.integers(0, 16)), min_size=3, max_size=7, unique=True
)


def answers_of(history: list[tuple[str, int]], said: tuple[int, ...]) -> list[Answer[int]]:
    """What was answered, each named by its place in the history."""
    return [
        Answer(member, MONDAY + week * WEEK, *PLACES[member], number)
        for (member, week), number in zip(history, said, strict=True)
    ]


def all_groups(history: list[tuple[str, int]]) -> list[Group[int]]:
    """Every group that ever stands. What was said has no part in it."""
    answers = answers_of(history, tuple(range(len(history))))
    found = {group for week in range(19) for group in groups_at(answers, MONDAY + week * WEEK, 90)}
    return sorted(found, key=lambda group: (group.first_day, str(group)))


def reading_of(groups: list[Group[int]], world: tuple[str, ...]) -> tuple[Any, ...]:
    """What the groups publish where this is what was said."""
    return tuple(
        tuple(sorted(Counter(point for points in kept.values() for point in points).items()))
        for kept in (_published(group, world) for group in groups)
    )


def _published(group: Group[int], world: tuple[str, ...]) -> dict[str, frozenset[str]]:
    named = {answer.member: frozenset({world[answer.said]} - {""}) for answer in group.answers}
    return published(named, lambda member: member, len(group.answers))


@settings(max_examples=40)
@given(who_answered_when)
def test_no_answer_follows_from_all_that_is_ever_published_whatever_was_said(history: list[tuple[str, int]]) -> None:
    """Every world that could be, for every timing: those that look alike never agree on anybody's answer."""
    groups = all_groups(history)
    if not groups:
        return
    worlds: dict[tuple[Any, ...], list[set[str]]] = {}
    for world in product(POINTS, repeat=len(history)):
        possible = worlds.setdefault(reading_of(groups, world), [set() for _each in history])
        for answers, point in zip(possible, world, strict=True):
            answers.add(point)
    for reading, possible in worlds.items():
        for (member, week), answers in zip(history, possible, strict=True):
            assert len(answers) > 1, f"{member} of week {week} said {answers}: {reading}"


def seen_by_one_of_them(named: int, size: int) -> int:
    """How many of a group of a reader's own pilot they may be shown to have named a point: at the most all but two of it.

    Whoever named nothing, and read that all but one did, would know of every other one what they said. Of a group of three
    nothing is shown: two that named something would be the two others.
    """
    return 0 if size <= LEAST else min(named, size - 2)


@pytest.mark.django_db
def test_what_one_of_them_is_shown_is_what_the_attack_takes_it_to_be() -> None:
    """The query that serves them, held to the rule that the next test attacks, for every group of three to seven."""
    pilot = Managers().joins("ottilie")
    sizes = [(named, size) for size in range(3, 8) for named in range(1, size + 1)]
    for named, size in sizes:
        stands = {"first_day": weeks_ago(1), "stands_until": weeks_ago(-1)}
        group = FrictionGroup.objects.create(portfolio=pilot.portfolio, pilot=pilot, managers=size, **stands)
        FrictionFigure.objects.create(group=group, question="rework", point=f"{named} of {size}", managers=named)
    everybody, within = FrictionGroup.objects.all(), [pilot.pk]
    shown = friction.counts_at(friction.seen_from_within(everybody, within), weeks_ago(0), within)
    seen = {each.point: each.managers for each in shown}
    assert {(named, size): seen.get(f"{named} of {size}", 0) for named, size in sizes} == {
        (named, size): seen_by_one_of_them(named, size) for named, size in sizes
    }
    whole = {each.point: each.managers for each in friction.counts_at(everybody, weeks_ago(0))}
    assert whole == {f"{named} of {size}": named for named, size in sizes}


@pytest.mark.parametrize("size", [3, 4, 5, 6])
def test_nobody_in_a_group_learns_from_it_what_another_one_named(size: int) -> None:
    """One of them knows one answer, their own. What is shown to them leaves open of each other one whether they named it."""
    members = MEMBERS[:size]
    worlds: dict[tuple[Any, ...], list[set[str]]] = {}
    for world in product(POINTS, repeat=size):
        named = {member: frozenset({point} - {""}) for member, point in zip(members, world, strict=True)}
        kept = published(named, lambda member: member, size)
        counts = Counter(point for points in kept.values() for point in points)
        seen = tuple(sorted((point, seen_by_one_of_them(number, size)) for point, number in counts.items()))
        seen = seen if size > 3 else ()
        for reader, own in enumerate(world):
            possible = worlds.setdefault((reader, own, seen), [set() for _each in members])
            for answers, point in zip(possible, world, strict=True):
                answers.add(point)
    for (reader, own, seen), possible in worlds.items():
        for member, answers in enumerate(possible):
            assert member == reader or len(answers) > 1 or answers == {""}, (members[reader], own, seen, answers)


def test_the_attack_from_within_would_see_what_everybody_else_is_shown() -> None:
    """The test can fail: whoever named nothing, and reads that three of four did, knows of each other one that they did."""
    shown = {world for world in product(("", "reading"), repeat=4) if sum(map(bool, world)) in (3, 4) and not world[0]}
    assert shown == {("", "reading", "reading", "reading")}
    assert seen_by_one_of_them(3, 4) == seen_by_one_of_them(2, 4) == 2


@given(st.lists(st.tuples(st.sampled_from(MEMBERS), st.integers(0, 30)), max_size=40, unique=True))
def test_a_manager_is_in_one_group_at_a_time_and_every_group_has_three(history: list[tuple[str, int]]) -> None:
    answers = answers_of(history, tuple(range(len(history))))
    for week in range(32):
        standing = groups_at(answers, MONDAY + week * WEEK, 90)
        members = [answer.member for group in standing for answer in group.answers]
        assert len(members) == len(set(members))
        assert all(len(group.answers) >= 3 for group in standing)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from("uvwxyz"), st.integers(0, 9), max_size=6), st.integers(0, 5))
def test_parts_add_up_and_none_that_is_named_or_left_is_small(counts: dict[str, int], apart: int) -> None:
    whole = sum(counts.values()) + apart
    parts = fold(counts, apart)
    if parts is None:
        assert whole < 3
        return
    assert parts.total == whole
    assert all(number >= 3 for number in parts.named.values())
    assert parts.others == 0 or parts.others >= 3


# The same through the product: what is read on pages, files and the API


@pytest.fixture
def managers(db: None) -> Managers:
    found = Managers()
    for number in range(8):
        found.joins(f"m{number}", ("Finance", "People")[number % 2] if number < 6 else "")
    return found


Said = dict[tuple[str, int], FrictionAnswer]
"""What each manager answered in a week, to one question."""


def drawn(rows: random.Random) -> Said:
    """Random reports: most in the first weeks, some once more later; some weeks are unanimous."""
    said: Said = {}
    for ago in (9, 6, 2):
        alike = rows.choice(("reading-every-line", "")) if rows.random() < 0.4 else None
        for number in rows.sample(range(8), rows.randint(2, 6)):
            point = alike if alike is not None else rows.choice(("reading-every-line", "copying", ""))
            minutes, words = rows.choice((5, 60, 240)), f"words {number} {ago}" if rows.random() < 0.7 else ""
            said[f"m{number}", ago] = FrictionAnswer(point, minutes, words) if point else FrictionAnswer()
    return said


def everything_read(managers: Managers, said: Said, asked: list[tuple[str, int, bool]]) -> list[Any]:
    """What a sequence of permitted queries reads, where this is what was said."""
    for (name, ago), answer in sorted(said.items(), key=lambda item: -item[0][1]):
        report_friction(by=managers[name], pilot=managers.pilots[name], answers={"rework": answer}, on=weeks_ago(ago))
    friction.bring_up_to_date()
    out: list[Any] = []
    for who, ago, whole in asked:
        person = managers.reviewer if who == "reviewer" else managers[who]
        found = signals.signals_for(person, weeks_ago(ago), None if whole else managers.portfolio.pk)
        out.append((found.points, found.hidden, found.answered, found.functions))
        out.extend(signals.words_on(friction.reach_of(person), weeks_ago(ago), point) for point in found.points)
    return out


def another_story(managers: Managers, said: Said, of: tuple[str, int]) -> Said | None:
    """What else could have been said, so that this answer is another one; None where it is in no group (and so free)."""
    friction.bring_up_to_date()
    row = FrictionReport.objects.filter(
        pseudonym=pseudonym(managers[of[0]], PURPOSE), week=weeks_ago(of[1]), question="rework"
    ).first()
    if row is None or row.group_id is None:
        return None
    names = {pseudonym(managers[name], PURPOSE): name for name in managers.pilots}
    there = [
        (names[each.pseudonym], (each.week - weeks_ago(0)).days // -7)
        for each in FrictionReport.objects.filter(group=row.group_id, question="rework")
    ]
    for other in there:
        if said[other].point != said[of].point:
            return said | {of: said[other], other: said[of]}
    if not said[of].point:
        return said | {of: FrictionAnswer("reading-every-line", 240, "Only me.")}
    left_out = min(there, key=lambda key: keyed_order(pseudonym(managers[key[0]], PURPOSE), "left-out:rework"))
    return said | {left_out: said[of]} | {of: FrictionAnswer()}


def queries(rows: random.Random) -> Iterator[tuple[str, int, bool]]:
    for _number in range(5):
        yield rows.choice(("reviewer", "reviewer", "m0", "m1")), rows.randint(0, 9), rows.random() < 0.5


@pytest.mark.parametrize("seed", range(4))
def test_for_every_answer_another_one_gives_the_same_pages_on_every_date(managers: Managers, seed: int) -> None:
    """Random reports and random permitted queries: each manager's answer could have been another, and all be read alike."""
    rows = random.Random(seed)
    said, asked = drawn(rows), [("reviewer", 0, True), *queries(rows)]
    with taken_back():
        before = everything_read(managers, said, asked)
        others = {of: another_story(managers, said, of) for of in rows.sample(sorted(said), 4)}
    for of, other in others.items():
        if other is None:
            continue
        assert other[of].point != said[of].point
        with taken_back():
            assert everything_read(managers, other, asked) == before, of


def test_the_attack_would_see_a_group_of_two_and_one_that_all_said_the_same() -> None:
    """The test can fail: without the rule that leaves one out, a group of three that all said the same is found out."""
    named = {member: frozenset({"reading"}) for member in "abc"}
    assert sum(map(len, published(named, str, 3).values())) == 2
    looks = defaultdict(set)
    for world in product(("", "reading"), repeat=3):
        looks[sum(map(bool, world))].add(world)
    assert {len(worlds) for reading, worlds in looks.items() if reading in (0, 3)} == {1}


# From within: a manager who knows their own answer, and reads what is shown of the pilot that they live with

OTHERS = 4
BURDEN_OR_NOT = ("", "reading-every-line")


@pytest.fixture
def shared(db: None) -> Managers:
    """One pilot that five managers live with."""
    found = Managers()
    pilot = found.joins("m0", "Finance")
    for number in range(OTHERS):
        fellow = a_person(f"f{number}")
        actions.add_fellow_manager(pilot=pilot, by=None, person=fellow, on=START)
    return found


def read_by(client: Client, pilot: Pilot) -> tuple[Any, ...]:
    """All that somebody reads of it on pages, in a file and over the API: what it says, without what differs each time."""
    signals_page = client.get("/signals/")
    found = signals_page.context["found"]
    file: Any = client.get("/signals/?format=csv")
    pilot_page = client.get(f"/pilots/{pilot.key}/").context["sides"]
    return (
        [(point.managers, point.minutes, point.parts.total, point.is_signal) for point in found.points],
        found.hidden,
        found.functions,
        b"".join(file.streaming_content if file.streaming else [file.content]),
        client.get("/signals/reading-every-line/").status_code,
        client.get(f"/pilots/{pilot.key}/two-accounts/").context["words"],
        pilot_page["friction"],
        [work.managers for work in client.get("/museum/").context["hung"]],
        client.get("/api/v1/signals/").content,
    )


@pytest.mark.parametrize("own", BURDEN_OR_NOT)
def test_a_manager_does_not_learn_what_their_fellows_named_from_any_page(shared: Managers, own: str) -> None:
    """Whether all of the others named it, or all but one, is read alike: so each of them may be the one who did not."""
    pilot, reader = shared.pilots["m0"], shared["m0"]
    fellows = [Person.objects.get(email=f"f{number}@example.org") for number in range(OTHERS)]
    seen, outside = [], []
    for naming in (OTHERS, OTHERS - 1):
        with taken_back():
            said = [own, *(BURDEN_OR_NOT[number < naming] for number in range(OTHERS))]
            for person, point in zip([reader, *fellows], said, strict=True):
                answer = FrictionAnswer(point, 60, "It takes an hour.") if point else FrictionAnswer()
                report_friction(by=person, pilot=pilot, answers={"rework": answer}, on=weeks_ago(1))
            seen.append(read_by(browser_of(reader), pilot))
            outside.append(signals.signals_for(shared.reviewer, weeks_ago(0)).points[0].managers)
    assert seen[0] == seen[1]
    assert [point[0] for point in seen[0][0]] == [OTHERS - 1]
    assert "It takes an hour." not in repr(seen)
    # Who is none of them is shown how many it were, and never all: the attack sees what it looks for.
    assert outside == ([4, 4] if own else [4, 3])
