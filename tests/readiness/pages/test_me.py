"""The reader's own page, and handing over by whoever leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Event, GatePeriod, HandOver, Person
from pilots.refusals import NotYours
from readiness.forms.people import what_falls
from tests.company import (
    LEGAL,
    SPONSOR,
    a_cast,
    a_portfolio,
    a_right,
    a_running_pilot,
    browser_of,
    gate_of,
    on,
    with_an_acceptance,
)

pytestmark = pytest.mark.django_db
EARLIER = today() - timedelta(days=40)
LAST = today() + timedelta(days=20)
LEAVING = "readiness:my-leaving"


class Company:
    """Sam carries and manages a pilot, and decides for Legal with a deputy; Ria keeps the portfolio, Noa another one."""

    def __init__(self) -> None:
        self.people = a_cast("ria", "sam", "dee", "mia", "noa")
        self.portfolio = a_portfolio(day=EARLIER, office=self["ria"])
        self.other = a_portfolio("q", day=EARLIER, office=self["noa"])
        self.right = a_right(LEGAL, self["sam"], self.portfolio, day=EARLIER, deputy=self["dee"])
        self.pilot = a_running_pilot(self.portfolio, day=EARLIER, name="Renewal drafts")
        actions.amend(pilot=self.pilot, by=None, set={"manager": self["sam"]}, **on(EARLIER))
        with_an_acceptance(self.pilot, SPONSOR, self["sam"], by=None, **on(EARLIER))

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def gets(self, name: str, address: str) -> str:
        return browser_of(self[name]).get(address).content.decode()

    def typed(self, **more: str) -> dict[str, str]:
        return {
            "last_day": f"{LAST}",
            "successor": "mia@example.org",
            f"right-{self.right.pk}": "dee@example.org",
        } | more


@pytest.fixture
def company() -> Company:
    return Company()


def _confirmed(page: Any) -> dict[str, str]:
    form = page.context["form"]
    assert form.preview is not None, form.all_errors
    return {"confirmed": form.looked_at}


def _sends(company: Company, name: str, address: str, **more: str) -> Any:
    browser = browser_of(company[name])
    preview = browser.post(address, company.typed(**more))
    assert preview.status_code == 200
    return browser.post(address, company.typed(**more) | _confirmed(preview))


def _at_the_desk(company: Company) -> str:
    return reverse("admin:pilots_person_act", args=[company["sam"].pk, "hand-over"])


def test_it_shows_what_somebody_holds_carries_and_manages(company: Company) -> None:
    page = company.gets("sam", reverse("readiness:me"))
    for says in ("Renewal drafts", "Dee deputises", "hand all of it over"):
        assert says in page


def test_the_deputy_is_proposed_first(company: Company) -> None:
    page = company.gets("sam", reverse(LEAVING))
    assert f'name="right-{company.right.pk}" value="dee@example.org"' in page


def test_nothing_is_done_by_a_preview(company: Company) -> None:
    before = Event.objects.count()
    page = browser_of(company["ria"]).post(_at_the_desk(company), company.typed())
    assert "What becomes of it" in page.content.decode()
    assert (Event.objects.count(), HandOver.objects.count()) == (before, 0)


def test_what_the_reader_may_not_do_is_requested_and_stands_on_the_worklist(company: Company) -> None:
    assert _sends(company, "sam", reverse(LEAVING)).status_code == 302
    assert "requested of the program office" in company.gets("sam", reverse("readiness:me"))
    worklist = company.gets("ria", reverse("admin:index"))
    assert "person asks the office to hand over what they hold" in worklist
    assert "leaving=requested" in worklist
    assert "Sam" in company.gets("ria", reverse("admin:pilots_person_changelist") + "?leaving=requested")


def test_another_office_reads_nothing_of_it(company: Company) -> None:
    _sends(company, "sam", reverse(LEAVING))
    assert "hand over what they hold" not in company.gets("noa", reverse("admin:index"))
    assert "Renewal drafts" not in company.gets("noa", _at_the_desk(company))
    assert "Renewal drafts" not in company.gets("noa", reverse("admin:pilots_person_change", args=[company["sam"].pk]))
    there = reverse("admin:pilots_person_changelist") + "?leaving=requested"
    assert "sam@example.org" not in company.gets("noa", there)


def test_the_office_does_it_with_what_was_asked_for_already_typed(company: Company) -> None:
    _sends(company, "sam", reverse(LEAVING))
    page = company.gets("ria", _at_the_desk(company))
    assert f'name="pilot-{company.pilot.pk}" value="mia@example.org"' in page
    assert _sends(company, "ria", _at_the_desk(company)).status_code == 302
    company.pilot.refresh_from_db()
    assert company.pilot.manager == company["mia"]
    assert "waits until the next person accepts" in company.gets("ria", reverse("admin:index"))


def test_it_stands_on_the_page_of_the_pilot_and_of_both(company: Company) -> None:
    _sends(company, "ria", _at_the_desk(company))
    record = reverse("admin:pilots_pilot_change", args=[company.pilot.pk])
    for name, address in (("sam", reverse("readiness:pilot", args=[company.pilot.key])), ("ria", record)):
        assert "Sam leaves, and hands over" in company.gets(name, address)
    assert "until Mia accepts" in company.gets("sam", reverse("readiness:me"))
    assert "Sam hands it over, and has it until then" in company.gets("mia", reverse("readiness:me"))


def test_once_the_next_person_has_accepted_nothing_waits(company: Company) -> None:
    _sends(company, "ria", _at_the_desk(company))
    actions.accept(gate=gate_of(company.pilot, SPONSOR), by=company["mia"])
    assert "until the next person accepts" not in company.gets("ria", reverse("admin:index"))
    assert GatePeriod.objects.get(gate=gate_of(company.pilot, SPONSOR), last_day=None).person == company["mia"]


def test_what_changed_since_it_was_looked_at_is_looked_at_again(company: Company) -> None:
    browser = browser_of(company["ria"])
    preview = browser.post(_at_the_desk(company), company.typed())
    a_right("it-data-access", company["sam"], company.portfolio, day=today())
    again = browser.post(_at_the_desk(company), company.typed() | _confirmed(preview))
    assert again.status_code == 200
    assert not HandOver.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"last_day": "yesterday"}, "last_day"),
        ({"last_day": ""}, "last_day"),
        ({"last_day": "2020-01-01"}, "last_day"),
        ({"successor": "nobody@example.org"}, "successor"),
    ],
)
def test_what_cannot_be_stands_at_its_field(company: Company, typed: dict[str, str], field: str) -> None:
    page = browser_of(company["ria"]).post(_at_the_desk(company), company.typed(**typed))
    assert page.status_code == 422
    assert field in page.context["form"].errors


def test_a_refused_thing_says_why_and_the_rest_is_done(company: Company) -> None:
    same = {f"pilot-{company.pilot.pk}": "sam@example.org"}
    browser = browser_of(company["ria"])
    page = browser.post(_at_the_desk(company), company.typed(**same))
    assert "Name somebody else, with an open account." in page.content.decode()
    browser.post(_at_the_desk(company), company.typed(**same) | _confirmed(page))
    company.pilot.refresh_from_db()
    assert company.pilot.manager == company["sam"]


def test_whoever_stays_says_so(company: Company) -> None:
    _sends(company, "sam", reverse(LEAVING))
    browser_of(company["sam"]).post(reverse("readiness:my-staying"))
    assert not HandOver.objects.filter(ended_on=None).exists()


def test_its_log_entry_opens_to_each_part(company: Company) -> None:
    _sends(company, "ria", _at_the_desk(company))
    log = company.gets("ria", reverse("admin:pilots_event_changelist"))
    assert log.count("ands over what they hold: 3 things handed on") == 1
    entry = Event.objects.get(action="hand_over")
    opened = company.gets("ria", reverse("admin:pilots_event_change", args=[entry.pk]))
    assert "3 parts of it are done" in opened


def test_of_very_much_what_has_no_field_goes_to_whoever_takes_the_rest(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readiness.forms.hand_overs.EACH", 1)
    page = company.gets("ria", _at_the_desk(company))
    assert "And 2 more, which go to whoever is named for the rest." in page
    assert _sends(company, "ria", _at_the_desk(company)).status_code == 302
    company.pilot.refresh_from_db()
    assert company.pilot.manager == company["mia"]


def test_nothing_of_another_office_is_handed_over_by_what_is_typed(company: Company) -> None:
    """A field that the form does not have is no field, whatever is sent under its name."""
    there = reverse("admin:pilots_person_act", args=[company["sam"].pk, "hand-over"])
    sent = company.typed(**{f"pilot-{company.pilot.pk}": "noa@example.org"}) | {"confirmed": "0" * 24}
    assert browser_of(company["noa"]).post(there, sent).status_code == 403
    company.pilot.refresh_from_db()
    assert company.pilot.manager == company["sam"]


def test_a_person_whose_account_is_closed_hands_over_nothing(company: Company) -> None:
    actions.close_account(person=company["sam"], by=None)
    assert browser_of(company["ria"]).post(_at_the_desk(company), company.typed()).status_code == 422
    assert not HandOver.objects.exists()


def test_what_a_fellow_manager_lives_with_is_shown_to_them_and_to_whoever_closes_their_account(
    company: Company,
) -> None:
    actions.add_fellow_manager(pilot=company.pilot, by=None, person=company["mia"], **on(EARLIER))
    page = company.gets("mia", reverse("readiness:me"))
    assert "You live with these too" in page
    assert "Renewal drafts" in page
    leaving = company.gets("mia", reverse(LEAVING))
    assert "Nothing of it is handed over" in leaving
    assert "Renewal drafts" in leaving
    assert "You live with these too" not in company.gets("dee", reverse("readiness:me"))
    desk = company.gets("ria", reverse("admin:pilots_person_change", args=[company["mia"].pk]))
    assert "They live with these too" in desk
    falls = dict(what_falls(company["mia"]))
    assert [row for rows in falls.values() for row in rows] == ["Renewal drafts"]
    # Who lives with a pilot of a portfolio is somebody of it, too: another office does not close their account.
    with pytest.raises(NotYours):
        actions.close_account(person=company["mia"], by=company["noa"])
    actions.remove_fellow_manager(pilot=company.pilot, by=None, person=company["mia"])
    assert "You live with these too" not in company.gets("mia", reverse("readiness:me"))
