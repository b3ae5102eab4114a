"""Something of everything that a browser may meet."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from pilots import actions
from pilots.models import Person, Pilot
from tests.company import SPONSOR, Company, with_a_result, with_a_threshold, with_an_acceptance

LONG = "Wiedervorlagebenachrichtigung" * 8 + "abcd"
"""A name of 236 characters without one place to break."""


def furnish(company: Company) -> Pilot:
    """Something of everything: an exhibit with a measured, moved threshold, a claim, a plan, and a name that does not break."""
    # Written down on its days: what is known never goes back, and a stalled pilot's date cannot be moved.
    began = {"on": company.day(120), "known": company.day(120)}
    pilot = company.pilot("CO-014", "Renewal drafts", ago=120, known=company.day(120))
    actions.start(pilot=pilot, by=company.ria, **began)
    with_an_acceptance(pilot, SPONSOR, company.ansel, by=company.ria, **began)
    actions.move_decide_by(
        pilot=pilot,
        by=company.ria,
        to=company.day(60),
        reason="Legal’s calendar.",
        on=company.day(85),
        known=company.day(85),
    )
    company.measured(pilot, ago=100)
    with_a_threshold(pilot, by=company.ria, smallest_sample=100, on=company.day(95))
    with_a_result(pilot, by=company.ria, value=0.84, sample=300, on=company.day(94))
    company.rules(pilot)
    company.running("CO-015", LONG, ago=30, workflow=LONG, tool=LONG)
    actions.record_claim(pilot=company.pilot("CO-016", "Said to be adopted", ago=30), on=company.day(20))
    company.pilot("CO-017", "Planned")
    in_every_state(company)
    return pilot


def in_every_state(company: Company) -> None:
    """A pilot whose gates are to be confirmed again, on conditions and asserted; another that was let past, and refused."""
    changed = company.all_clear(company.running("CO-018", "Changed since", ago=60))
    actions.decide(
        gate=company.gate(changed, "it-data-access"),
        by=company.bastian,
        outcome="conditional",
        reason="If it is listed.",
        conditions=[{"text": "List the fields", "owner": company.hedda.email, "due": company.day(-20)}],
    )
    actions.amend(pilot=changed, by=company.ria, set={"tool": "Drafter 2"})
    past = company.running("CO-019", "Let past", ago=60)
    legal = company.gate(past, "legal-sign-off")
    actions.ask_exception(gate=legal, by=company.ria, reason="Six weeks.", until=company.day(-40))
    actions.except_(gate=legal, by=company.perpetua, reason="Six weeks.", until=company.day(-40))
    data = company.gate(past, "it-data-access")
    actions.decide(gate=data, by=company.bastian, outcome="changes_requested", reason="A list.", court="team")
    actions.record_residents(pilot=past, by=company.ria, week=company.day(7), people=31, visitors=12)


def office_of_house(company: Company) -> Person:
    """Somebody of the program office who may open the admin, with something of everything to see there."""
    furnish(company)
    Person.objects.filter(pk=company.ria.pk).update(is_staff=True)
    return Person.objects.get(pk=company.ria.pk)


LOOKS = ((1280, "light"), (360, "light"), (360, "dark"), (1280, "dark"))


def shuts_out(page: Page, name: str) -> list[str]:
    """What axe finds of a page, wide and narrow, light and dark, and whether it must be moved sideways."""
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    wrong = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        # What is dark differs from what is light in its colours alone.
        only = {"runOnly": ["color-contrast"]} if scheme == "dark" else None
        found = Axe().run(page, options=only).response["violations"]
        wrong += [f"{name} at {width}, {scheme}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
        wide = page.evaluate("document.documentElement.scrollWidth")
        wrong += [f"{name} is {wide} wide at {width}"] if wide > width else []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    return wrong
