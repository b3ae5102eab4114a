"""The log says who, whom and what (rule 7), in names that stand in one place: a name that is erased is erased there too (8)."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from pilots import actions
from pilots.event_log.sign import put_last
from pilots.models import Event, GateKind
from pilots.rules.actions import ACTIONS, Target
from readiness.text import events as event_texts
from readiness.text import labels
from tests.company import LEGAL, NAME, ROLES, SPONSOR, Cast, taken_back
from tests.contracts.asks import ASKS, NO_PERSON

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.fixture
def cast() -> Cast:
    return Cast()


def lines_of(action: str) -> list[str]:
    """What the log says of the last act of this kind that is about no pilot."""
    event = Event.objects.filter(action=action, pilot=None).order_by("-pk")[0]
    return event_texts.texts([event])[0].changes


def test_every_action_is_told_in_words() -> None:
    logged = {action.event_word for action in ACTIONS.values() if action.target is not Target.UNNAMED}
    assert logged <= event_texts.ACTIONS.keys()
    assert all(str(says) for says in event_texts.ACTIONS.values())


def listed_and_closed(cast: Cast) -> None:
    """What only a list does, and an account that is closed while its seat is accepted and another is only named for."""
    cast.runs()
    actions.assert_(gate=cast.gate(LEGAL), source="list.csv, row 4")
    actions.list_again(pilot=cast.pilot, listed={"name": NAME})
    actions.record_claim(pilot=cast.pilot)
    actions.close_account(person=cast["sponsor"], by=cast["office"])
    actions.close_account(person=cast["named"], by=cast["office"])


PRINTED = re.compile(r'id="e-([\w-]+)">.*?<span class="what" dir="auto">(.*?)</span>', re.DOTALL)


def printed(client: Client, path: str) -> dict[str, str]:
    """The texts of the events on a page, by the event's public id."""
    return {key: unescape(text) for key, text in PRINTED.findall(client.get(path).content.decode())}


def test_a_page_and_the_desk_print_one_text_for_one_event(cast: Cast, client: Client) -> None:
    """Whatever was done: every action that a person may ask for, and what only a list does."""
    actions.give_role(portfolio=cast.elsewhere, person=cast["office"], role="program-office", by=None)
    client.force_login(cast["office"])
    printed: set[str] = set()
    for ask in ASKS:
        who = next((name for name in ROLES if name != "anonymous" and ask.allows(name)), None)
        if who is None:
            continue
        with taken_back():
            ask.before(cast)
            ask.do(cast, who)
            printed |= agree(cast, client)
    with taken_back():
        listed_and_closed(cast)
        printed |= agree(cast, client)
    assert {
        "decide",
        "except",
        "nominate",
        "list_again",
        "record_claim",
        "close_account",
        "open_gate",
    } <= printed


def agree(cast: Cast, client: Client) -> set[str]:
    """That page, history and log print the same of the pilot; the actions of which they have a line."""
    pilot = cast.pilot
    page = printed(client, reverse("readiness:pilot", args=[pilot.key]) + "?history=all")
    events = list(Event.objects.filter(pilot=pilot))
    assert page == {event.public_id: event_texts.what(event) for event in events}
    assert page == printed(client, reverse("admin:pilots_pilot_history", args=[pilot.pk]))
    whole_log = unescape(client.get(reverse("admin:pilots_event_changelist"), {"q": pilot.key}).content.decode())
    assert [text for text in page.values() if text not in whole_log] == []
    return {event.action for event in events}


def test_whoever_closes_an_account_is_not_said_to_have_left_the_seat(cast: Cast) -> None:
    cast.runs()
    actions.close_account(person=cast["sponsor"], by=cast["office"])
    [event] = Event.objects.filter(action="close_account", gate__kind__key=SPONSOR)
    assert event_texts.what(event) == "Sponsor: left by Sponsor, whose account was closed"
    assert event_texts.who(event) == "Office"


def test_an_answer_recorded_for_somebody_names_both_people_everywhere(cast: Cast) -> None:
    cast.runs()
    actions.decide(
        gate=cast.gate(LEGAL), by=cast["office"], for_=cast["decider"], outcome="refused", reason="No.", evidence="x"
    )
    event = Event.objects.filter(action="decide").get()
    assert (event_texts.what(event), event_texts.who(event)) == ("Legal: refused", "Decider, recorded by Office")


def test_every_act_about_no_pilot_says_whom_and_what_it_concerns_and_never_by_name(cast: Cast) -> None:
    silent, named, expected_version = set(), set(), set()
    for ask in ASKS:
        who = next((n for n in ROLES if n != "anonymous" and ask.allows(n)), "")
        if not who or ask.action in NO_PERSON:
            continue
        with taken_back():
            ask.before(cast)
            last = Event.objects.order_by("-pk")[0].pk
            ask.do(cast, who)
            events = Event.objects.filter(pk__gt=last, pilot=None)
            for line in event_texts.texts(events):
                expected_version.add(line.event.action)
                silent |= set() if line.changes else {line.event.action}
                kept = str([line.event.changes, line.event.data])
                named |= {p.name for p in cast.people.values() if f"'{p.name}'" in kept}
    assert {"delegate", "give_role", "back", "switch_off", "revoke_token"} <= expected_version
    assert (silent, named) == (set(), set())


def test_a_delegation_names_the_holder_the_delegate_and_what_it_is_about(cast: Cast) -> None:
    first, last = cast.day(-70), cast.day(-80)
    actions.delegate(right=cast.rights[LEGAL], to=cast["outsider"], by=cast["decider"], starts=first, until=last)
    assert lines_of("delegate") == [
        "gate: Legal",
        "portfolio: Ours",
        "holder: Decider",
        "decides too: Outsider",
        f"first day: {labels.day(first)}",
        f"last day: {labels.day(last)}",
    ]


def test_a_right_says_by_whom_it_was_held_and_which_one_it_ended(cast: Cast) -> None:
    kind = GateKind.objects.get(key=LEGAL)
    new = {"holder": cast["outsider"], "deputy": cast["deputy"], "answer_within_days": 5}
    actions.assign_right(kind=kind, portfolio=cast.portfolio, by=cast["office"], **new)
    assert lines_of("assign_right") == [
        "gate: Legal",
        "portfolio: Ours",
        "holder: from Decider to Outsider",
        "deputy: Deputy",
        "escalates to: Stand_In was taken out",
        "working days to answer: from 10 to 5",
        f"first day: {labels.day(cast.day())}",
        f"last day of the right that it ended: {labels.day(cast.day(1))}",
    ]
    event = Event.objects.filter(action="assign_right").order_by("-pk")[0]
    assert event.data["ended"] == cast.rights[LEGAL].pk


def test_a_right_that_holds_everywhere_says_so(cast: Cast) -> None:
    kind = GateKind.objects.get(key=LEGAL)
    right = actions.assign_right(kind=kind, holder=cast["outsider"], by=None)
    actions.end_right(right=right, until=cast.day(-9), by=None)
    assert lines_of("end_right") == [
        "gate: Legal",
        "where: everywhere",
        "holder: Outsider",
        f"last day: {labels.day(cast.day(-9))}",
    ]


def test_who_was_away_and_is_back_is_told_with_their_days(cast: Cast) -> None:
    starts, ends = cast.day(3), cast.day(-9)
    absence = actions.away(person=cast["manager"], by=None, starts=starts, ends=ends)
    assert lines_of("away") == ["who: Manager", f"first day: {labels.day(starts)}", f"last day: {labels.day(ends)}"]
    actions.back(absence=absence, by=cast["manager"])
    assert lines_of("back") == [
        "who: Manager",
        f"first day: {labels.day(starts)}",
        f"last day: from {labels.day(ends)} to {labels.day(cast.day(1))}",
    ]
    coming = actions.away(person=cast["manager"], by=None, starts=cast.day(-3), ends=ends)
    actions.back(absence=coming, by=cast["manager"])
    assert lines_of("back")[1:] == [
        f"first day: {labels.day(cast.day(-3))} was taken out",
        f"last day: {labels.day(ends)} was taken out",
    ]


def test_roles_and_accounts_say_whose(cast: Cast) -> None:
    given = {"portfolio": cast.portfolio, "person": cast["outsider"], "role": "reviewer"}
    actions.give_role(by=cast["office"], **given)
    assert lines_of("give_role") == ["who: Outsider", "portfolio: Ours", "role: reviewer"]
    actions.take_role(by=cast["office"], **given)
    assert lines_of("take_role")[2] == "role: reviewer was taken out"
    actions.amend_account(person=cast["outsider"], by=cast["office"], set={"email": "noam@cast.example"})
    assert lines_of("amend_account") == ["who: Outsider", "corrected: e-mail address"]


def test_an_erased_name_is_erased_in_the_words_of_the_log(cast: Cast) -> None:
    actions.close_account(person=cast["outsider"], by=None)
    assert lines_of("close_account") == ["who: Outsider"]
    actions.erase_person(person=cast["outsider"], by=None, reason="Asked for by law.")
    assert lines_of("close_account") == ["who: Somebody whose name was erased"]


def test_an_act_from_before_the_log_said_so_still_reads_well(cast: Cast) -> None:
    data = {"right": 1, "holder": cast["decider"].pk, "to": cast["outsider"].pk}
    put_last([Event(action="delegate", effective_on=cast.day(), known_on=cast.day(), by=cast["office"], data=data)])
    line = event_texts.texts(Event.objects.filter(action="delegate").order_by("-pk")[:1])[0]
    assert (line.who, line.what, line.changes) == ("Office", "Decision delegated", [])


def test_the_list_of_the_log_names_them_too(cast: Cast, client: Client) -> None:
    client.force_login(cast["office"])
    there = reverse("admin:pilots_event_changelist")
    wanted = escape("holder: Decider; decides too: Delegate; first day: ")
    assert wanted in client.get(there).content.decode()
    few = _queries(client, there)
    for days in range(70, 80):
        actions.delegate(
            right=cast.rights[LEGAL], to=cast["outsider"], by=None, starts=cast.day(-days), until=cast.day(-days)
        )
    assert _queries(client, there) == few


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    return len(asked)


def test_a_setting_says_where_and_from_when(cast: Cast) -> None:
    actions.set_stall_policy(portfolio=cast.portfolio, quiet_days=20, by=None)
    assert lines_of("set_stall_policy") == [
        "portfolio: Ours",
        f"first day: {labels.day(cast.day())}",
        "quiet days: from 30 to 20",
    ]
