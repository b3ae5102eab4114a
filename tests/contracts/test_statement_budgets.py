"""Every address, as everybody, takes as many statements for many pilots as for few, and no more than its budget."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilots import actions
from tests.company import ERROR, LEGAL, ROLES, SPONSOR, Cast, gate_of
from tests.contracts.addresses import API, PAGES, READS

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
FEW, MANY = 4, 13
BUDGETS: dict[str, int] = {
    # On each page with a masthead one says what somebody is to the pilots and how long their queue is, and one counts what they alone can move.
    # Two count every line of the worklist, one its imports, two whoever leaves, and ten read what may be overdue; one asks whether set-up misses anything.
    "admin:index": 19,
    "admin:pilots_absence_changelist": 6,
    "admin:pilots_decision_changelist": 7,
    "admin:pilots_decisionright_changelist": 6,
    "admin:pilots_event_changelist": 9,
    "admin:pilots_function_changelist": 6,
    "admin:pilots_gatekind_changelist": 7,
    "admin:pilots_person_changelist": 6,
    "admin:pilots_pilot_change": 14,
    # One for the views that people keep, one for how many pilots each shows, and where somebody keeps all portfolios one for how many there are.
    "admin:pilots_pilot_changelist": 23,
    "admin:pilots_portfolio_changelist": 6,
    "admin:set_up": 18,
    # Of each list and figure one reads the end of the log: whoever has the answer already costs no more than that.
    "readiness:api:board": 11,
    "readiness:api:alignment": 3,
    "readiness:api:bottlenecks": 5,
    # The page with its counts, and what differs of each pilot: people, gates, decisions.
    "readiness:api:changes": 8,
    "readiness:api:decisions": 6,
    "readiness:api:exhibits": 11,
    "readiness:api:events": 6,
    "readiness:api:freeing": 5,
    "readiness:api:functions": 5,
    "readiness:api:gate": 11,
    "readiness:api:gates": 13,
    "readiness:api:kinds": 6,
    "readiness:api:people": 6,
    "readiness:api:load": 5,
    # One for the policy gaps that are about it.
    "readiness:api:pilot": 9,
    "readiness:api:pilots": 11,
    # One for the pilots that the reader lives with as a manager, of which they read less than others.
    "readiness:api:policy-gaps": 7,
    "readiness:api:portfolios": 6,
    "readiness:api:rights": 10,
    "readiness:api:root": 3,
    # The same as the page of signals, but for the masthead and the portfolios to choose from.
    "readiness:api:signals": 14,
    # One for the kinds by which gates are counted.
    "readiness:api:summary": 8,
    # One for the first day on record, which each point is held against.
    "readiness:api:trend": 6,
    "readiness:api:waits": 5,
    "readiness:both-sides": 10,
    # Four for the line of the managers’ account on placards: whose is read, runs as announced and lived, points and gaps.
    "readiness:claims": 21,
    "readiness:listen": 6,
    # Each sort of thing that somebody holds is one, and what waits on them is read as on their own page; one for what they live with beside its manager.
    "readiness:me": 24,
    # One for why they hang there, with kinds and holders; four for the managers’ account, as for claims.
    "readiness:museum": 20,
    "readiness:my-address": 4,
    "readiness:my-away": 10,
    "readiness:my-decisions": 15,
    "readiness:my-gates": 14,
    # One for what they live with beside its manager, of which nothing is handed over.
    "readiness:my-leaving": 12,
    "readiness:my-tokens": 11,
    # A manager's own: six for the pilots they live with, what was asked, answered and announced of these, and their answers to the three questions.
    "readiness:my-work": 26,
    # Eight for its two sides: accounts, reviews, answers, steps, incentives, fellows, and the words that say nothing; one for policy gaps,
    # one for what is being handed over; two for what its managers name most.
    "readiness:pilot": 24,
    # Who carries or decides on a pilot puts a question too: two for where they may, and whom of those there they know.
    "readiness:policy-gaps": 12,
    # One for whom pilots wait, one for the pilots that letters name, one for what can be chosen, and more where residence is read.
    "readiness:portfolio": 16,
    "readiness:rights": 19,
    "readiness:search": 4,
    # Two for what the reader reads, two for points and two for their history, one each for who answered and the gaps; one asks whether a week is over.
    "readiness:signals": 17,
}
"""Statements at the most, session and account included, whoever asks. One that needs more is to be looked at, then raised here."""
READ = (
    *(f"readiness:{name}" for name in PAGES if name != "home"),
    *(f"readiness:api:{name}" for name in (*API, "pilot", "gate") if name not in ("schema", "docs")),
    "readiness:pilot",
    "readiness:signals",
    "readiness:api:signals",
    "admin:index",
    "admin:set_up",
    "admin:pilots_pilot_change",
)
SIGNED_IN = [name for name in ROLES if name != "anonymous"]


@pytest.fixture(scope="module")
def counted(django_db_setup: None, django_db_blocker: Any) -> dict[tuple[str, str], tuple[int, int]]:
    """For each address and person, the statements of one request: with few pilots, and with many."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = Cast()
        cast.runs()
        _more(cast, range(FEW))
        paths = {name: READS[name].path(cast) for name in READ} | _admin_lists()
        clients = {name: Client() for name in SIGNED_IN}
        for name, client in clients.items():
            client.force_login(cast[name])
        few = _count(clients, paths)
        _more(cast, range(FEW, MANY))
        many = _count(clients, paths)
        transaction.set_rollback(True)
    return {which: (few[which], many[which]) for which in few}


def _admin_lists() -> dict[str, str]:
    models = [model._meta for model in admin.site._registry]
    names = [f"admin:{meta.app_label}_{meta.model_name}_changelist" for meta in models if meta.app_label == "pilots"]
    return {name: reverse(name) for name in names}


def _more(cast: Cast, numbers: range) -> None:
    """Pilots with their people: some run, some are exhibits, some are said to be adopted; of some, Legal has said yes."""
    for number in numbers:
        pilot = actions.record(
            portfolio=cast.portfolio,
            key=f"M-{number}",
            name=f"More {number}",
            function=cast.function,
            manager=cast["manager"],
            by=None,
            **cast.when,
        )
        sponsor = gate_of(pilot, SPONSOR)
        actions.nominate(gate=sponsor, person=cast["sponsor"], by=None, **cast.when)
        actions.accept(gate=sponsor, by=cast["sponsor"], **cast.when)
        actions.nominate(gate=gate_of(pilot, ERROR), person=cast["named"], by=None, **cast.when)
        if number % 4 == 2:
            actions.record_claim(pilot=pilot, on=cast.start)
        else:
            actions.start(pilot=pilot, by=cast["office"], decide_by=cast.day(39 if number % 4 else 0), **cast.when)
        if number % 2:
            actions.decide(
                gate=gate_of(pilot, LEGAL), by=cast["decider"], outcome="cleared", reason="Agreed.", **cast.when
            )


def _count(clients: dict[str, Client], paths: dict[str, str]) -> dict[tuple[str, str], int]:
    found = {}
    for who, client in clients.items():
        for name, path in paths.items():
            # What is read once for a process, or noted once, is not counted.
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                client.get(path)
            found[name, who] = len(asked)
    return found


def test_no_address_takes_more_statements_for_many_pilots_than_for_few(
    counted: dict[tuple[str, str], tuple[int, int]],
) -> None:
    grew = {which: numbers for which, numbers in counted.items() if numbers[0] != numbers[1]}
    assert grew == {}


def test_every_address_keeps_to_its_budget_whoever_asks(counted: dict[tuple[str, str], tuple[int, int]]) -> None:
    most: dict[str, int] = {}
    for (name, _who), (_few, many) in counted.items():
        most[name] = max(most.get(name, 0), many)
    assert {name: number for name, number in most.items() if number > BUDGETS.get(name, 0)} == {}
    assert BUDGETS.keys() == most.keys()
