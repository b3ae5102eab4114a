"""One form for a new pilot: all that is known in one transaction, or nothing, with whatever was typed kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from pilots import actions
from pilots.clock import today
from pilots.models import Decision, Event, Function, GateKind, Person, Pilot, Portfolio
from readiness.queries.snapshots import snapshot_of
from tests.company import browser_of
from tests.readiness.admin.conftest import WHEN, Record

ADD = "/admin/pilots/pilot/add/"
SINCE = date(2025, 4, 6)


@pytest.fixture
def whole(portfolio: Portfolio, operations: Function, lena: Person) -> dict[str, Any]:
    """Everything that is known of a pilot."""
    return {
        "portfolio": portfolio.pk,
        "key": "CO-1",
        "name": "Renewal drafts",
        "workflow": "Drafting renewal e-mails",
        "purpose": "Less typing.",
        "question": "Can an agent send it unchanged?",
        "function": operations.pk,
        "manager": "lena@example.org",
        "tool": "Quill",
        "data": "E-mails",
        "started_on": SINCE.isoformat(),
        "decide_by": "2025-06-01",
        "named-named-sponsor": "lena@example.org",
        "named-funding-owner": "kai@example.org",
        "named-error-owner": "Kai",
        "acceptable_use": "Renewals.",
        "matters_more": "accuracy",
        "threshold-metric": "Drafts sent unchanged",
        "threshold-kind": "proportion",
        "threshold-direction": "at_least",
        "threshold-value": "0.9",
        "threshold-smallest_sample": "100",
        "yes-it-data-access": "on",
        "source-it-data-access": "IT ticket 48812",
    }


def test_all_that_is_known_is_saved_at_once(desk: Client, ria: Person, lena: Person, kai: Person, whole: Any) -> None:
    assert desk.post(ADD, whole).status_code == 302
    pilot = Pilot.objects.get()
    assert (pilot.stage, pilot.manager, pilot.acceptable_use, pilot.data) == ("running", lena, "Renewals.", "E-mails")
    written = list(Event.objects.filter(pilot=pilot).order_by("number").values_list("action", "by"))
    nominations = [("nominate", ria.pk)] * 3
    assert written == [
        ("record", ria.pk),
        ("start", ria.pk),
        ("set_rules", ria.pk),
        ("register_threshold", ria.pk),
        *nominations,
        ("decide", None),
    ]
    snapshot = snapshot_of(pilot, at=today())
    assert snapshot is not None
    assert snapshot.status.standing == "museum_exhibit", "it has run for long, and that is the truth"
    assert snapshot.status.decide_by == date(2025, 6, 1)
    said = Decision.objects.get()
    assert (said.outcome, said.by) == ("asserted", None)
    assert said.reason == "Ria, program office, records from a source: IT ticket 48812"


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"started_on": (today() + timedelta(days=2)).isoformat()}, "started_on", "has not come"),
        ({"started_on": ""}, "decide_by", "Say since when it runs"),
        ({"decide_by": "2025-12-31"}, None, "escalation person"),
        ({"started_on": "yesterday"}, "started_on", "This is not a date."),
        ({"threshold-value": "two"}, "threshold-value", "Give a number"),
        ({"threshold-metric": ""}, "threshold-metric", "Name what is measured."),
        ({"named-funding-owner": "nobody@example.org"}, "named-funding-owner", "No active account matches."),
        ({"source-it-data-access": " "}, "source-it-data-access", "Say who says yes, and where"),
        ({"yes-it-data-access": ""}, "yes-it-data-access", "Tick that it says yes"),
        ({"matters_more": "both"}, "matters_more", "Say speed or accuracy."),
        ({"key": ""}, "key", "cannot be blank"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_kept_but_what_was_typed(
    desk: Client, whole: Any, changed: dict[str, str], field: str | None, says: str
) -> None:
    before = Event.objects.count()
    refused = desk.post(ADD, whole | changed)
    form = refused.context["form"]
    assert refused.status_code in (403, 422)
    assert says in " ".join(form.all_errors.get(field or "__all__", [])), form.all_errors
    assert not Pilot.objects.exists()
    assert Event.objects.count() == before
    page = refused.content.decode()
    assert 'value="Drafts sent unchanged"' in page or "threshold-metric" in changed
    assert "Can an agent send it unchanged?" in page
    if field:
        section = next(each for each in form.sections() if field in [one.name for one in each.fields])
        assert section.open
        assert form[field].errors


def test_what_is_not_known_stays_open(desk: Client, portfolio: Portfolio) -> None:
    desk.post(ADD, {"portfolio": portfolio.pk, "key": "CO-1", "name": "Renewal drafts"})
    pilot = Pilot.objects.get()
    assert pilot.stage == "planned"
    assert [event.action for event in Event.objects.filter(pilot=pilot)] == ["record"]


def test_a_closed_section_says_what_is_inside(desk: Client, whole: Any) -> None:
    blank = {section.key: (section.inside, section.open) for section in desk.get(ADD).context["form"].sections()}
    assert blank == {
        "what": ("portfolio, key and name are needed", True),
        "impact": ("not stated", False),
        "running": ("planned", False),
        "who": ("0 of 4 named", False),
        "rules": ("0 of 7 stated", False),
        "quality": ("not registered", False),
        "source": ("nothing", False),
    }
    refused = desk.post(ADD, whole | {"key": ""}).context["form"]
    assert {section.key: (section.inside, section.open) for section in refused.sections()} == {
        "what": ("portfolio, key and name are needed", True),
        "impact": ("not stated", False),
        "running": ("6 April 2025, decide by 1 June 2025", True),
        "who": ("4 of 4 named", True),
        "rules": ("2 of 7 stated", True),
        "quality": ("Drafts sent unchanged", True),
        "source": ("Data access: yes, asserted", True),
    }


def key_proposed(client: Client, **asked: Any) -> str:
    return str(client.get(ADD, asked).context["form"]["key"].value())


def test_the_key_that_is_proposed_is_the_next_free_one_as_the_portfolio_numbers_them(
    desk: Client, portfolio: Portfolio, elsewhere: Portfolio, record: Record
) -> None:
    assert key_proposed(desk) == "ONE-1"
    for key in ("CO-008", "CO-009", "X", "LEGACY"):
        record(key)
    assert key_proposed(desk) == "CO-010"
    record("co-010", portfolio=elsewhere)
    assert key_proposed(desk) == "CO-011", "a key is taken in whatever portfolio it is"


def test_another_portfolio_than_the_one_proposed_for_gets_its_own_next_key(
    root: Person, portfolio: Portfolio, elsewhere: Portfolio, record: Record
) -> None:
    record("CO-8")
    record("LE-3", portfolio=elsewhere)
    keeper = browser_of(root)
    form = keeper.get(ADD).context["form"]
    asked = {"proposed": form["proposed"].value(), "portfolio": elsewhere.pk, "name": "Renewal drafts"}
    keeper.post(ADD, asked | {"key": form["key"].value()})
    keeper.post(ADD, asked | {"key": "MINE-1"})
    assert set(Pilot.objects.filter(portfolio=elsewhere).values_list("key", flat=True)) == {"LE-3", "LE-4", "MINE-1"}


def test_another_one_is_added_to_the_same_portfolio_and_saved_and_opened_shows_the_record(
    root: Person, portfolio: Portfolio, elsewhere: Portfolio
) -> None:
    keeper = browser_of(root)
    asked = {"portfolio": elsewhere.pk, "key": "LE-1", "name": "Renewal drafts"}
    again = keeper.post(ADD, asked | {"_addanother": "1"}, follow=True)
    assert again.redirect_chain == [(f"{ADD}?portfolio={elsewhere.pk}", 302)]
    assert again.context["form"]["portfolio"].value() == elsewhere.pk
    assert again.context["form"]["key"].value() == "LE-2"
    opened = keeper.post(ADD, asked | {"key": "LE-2", "_continue": "1"})
    assert opened["Location"] == f"/admin/pilots/pilot/{Pilot.objects.get(key='LE-2').pk}/change/"


def test_a_gate_that_this_pilot_is_not_asked_for_is_refused_at_its_field(
    root: Person, portfolio: Portfolio, elsewhere: Portfolio
) -> None:
    actions.add_kind(
        key="council", name="Council", question="Asked?", clears_by="approval", portfolios=[elsewhere], by=root, **WHEN
    )
    assert GateKind.objects.filter(key="council").exists()
    asked = {"portfolio": portfolio.pk, "key": "CO-1", "name": "Renewal drafts"}
    said = {"yes-council": "on", "source-council": "Minutes of May"}
    refused = browser_of(root).post(ADD, asked | said)
    assert "This gate is not asked of this pilot." in str(refused.context["form"].errors["source-council"])
    assert not Pilot.objects.exists()


def test_a_neighbours_gates_and_portfolio_are_not_there(desk: Client, root: Person, elsewhere: Portfolio) -> None:
    actions.add_kind(
        key="council", name="Council", question="Asked?", clears_by="approval", portfolios=[elsewhere], by=root, **WHEN
    )
    form = desk.get(ADD).context["form"]
    assert "yes-council" not in form.fields
    assert elsewhere not in form.fields["portfolio"].queryset
