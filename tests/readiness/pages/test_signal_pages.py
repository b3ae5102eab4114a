"""Signals, briefs and policy gaps as pages (rule 13): who reads what, and that nothing of fewer than three is on any of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pilots import actions
from pilots.actions.friction import FrictionAnswer, report_friction
from pilots.clock import today
from pilots.models import Event, Person, Pilot, PolicyGap
from pilots.refusals import Invalid, NotYours, Refused, WrongStage
from tests.company import LEGAL, SPONSOR, a_person, a_portfolio, a_right, browser_of, gate_of, with_an_acceptance
from tests.managers import BURDEN, START, UNREAD, Managers, weeks_ago

pytestmark = pytest.mark.django_db

FUNCTIONS = ("Finance", "People", "Logistics", "Marketing")
GAP = "Which messages may go out unread?"


@pytest.fixture
def managers() -> Managers:
    """Eight managers of four functions, of whom seven read every line, and one wrote alone on data."""
    found = Managers()
    for number in range(8):
        found.joins(f"m{number}", FUNCTIONS[number % 4])
        found.reports(f"m{number}", BURDEN if number < 7 else "which-data", sentence=f"Sentence number {number}.")
    return found


def asked(managers: Managers, owner: Person | None = None, **more: object) -> PolicyGap:
    return actions.open_policy_gap(
        portfolio=managers.portfolio,
        by=Person.objects.get(pk=managers.office.pk),
        question=GAP,
        owner=owner or a_person("hedda"),
        due=today() + timedelta(days=20),
        pilots=[managers.pilots["m0"]],
        point=BURDEN,
        **more,  # type: ignore[arg-type]
    )


def test_a_reviewer_reads_the_signal_and_the_brief_in_their_words(managers: Managers) -> None:
    client = browser_of(managers.reviewer)
    page = client.get("/signals/").content.decode()
    assert "Seven managers in at least four functions report rework" in page
    assert "Nothing is shown of it until there are three" in page
    brief = client.get(f"/signals/{BURDEN}/").content.decode()
    assert brief.count("Sentence number") == 5
    assert "2 more are not shown here" in brief
    assert "Sentence number 7" not in page + brief


def test_what_fewer_than_three_reported_has_no_brief(managers: Managers) -> None:
    client = browser_of(managers.reviewer)
    assert client.get("/signals/which-data/").status_code == 404
    assert client.get("/signals/nothing/").status_code == 404


def test_the_placard_and_the_page_say_what_managers_say_to_whoever_reads_it(managers: Managers) -> None:
    line = "Seven managers in at least four functions report rework: Reading every line before it goes out."
    asked(managers)
    decider = a_person("perpetua")
    a_right(LEGAL, decider, managers.portfolio, day=START)
    for person, reads in (
        (managers.reviewer, True),
        (managers.office, True),
        (managers["m0"], False),
        (decider, False),
    ):
        client = browser_of(person)
        client.get("/signals/")
        museum = client.get("/museum/").content.decode()
        assert "Drafts of m0" in museum
        assert museum.count(line) == (1 if reads else 0)
        page = client.get("/pilots/S-1/").content.decode()
        assert (line in page) is reads


def test_a_placard_says_what_its_own_managers_say_from_three_on(managers: Managers) -> None:
    pilot = managers.pilots["m0"]
    manager = managers["m0"]
    fellows = [a_person(name) for name in ("mila", "nils", "odo")]
    for fellow in fellows:
        actions.add_fellow_manager(pilot=pilot, by=None, person=fellow, on=START)
    line = "Three of its managers decide with no policy behind them: What may go out unread."
    for person, point in zip((*fellows, manager), (UNREAD, UNREAD, UNREAD, "which-data"), strict=True):
        answers = {"judgement": FrictionAnswer(point, 60, "")}
        report_friction(by=person, pilot=pilot, answers=answers, on=weeks_ago(1))
    with_an_acceptance(pilot, SPONSOR, a_person("sam"), by=None, on=START)
    sponsor = Person.objects.get(email="sam@example.org")
    browser_of(managers.reviewer).get("/signals/")
    # All but one of four said so: whoever is that one would know it of each of the others.
    for person, reads in ((managers.reviewer, True), (sponsor, True), (manager, False), (fellows[0], False)):
        assert (line in browser_of(person).get("/museum/").content.decode()) is reads
        assert (line in browser_of(person).get(f"/pilots/{pilot.key}/").content.decode()) is reads


def test_a_decider_and_an_outsider_read_no_signals(managers: Managers) -> None:
    decider = a_person("perpetua")
    a_right(LEGAL, decider, managers.portfolio, day=START)
    for person in (decider, a_person("noam")):
        client = browser_of(person)
        assert client.get("/signals/").status_code == 403
        assert client.get(f"/signals/{BURDEN}/").status_code == 403
        assert "/signals/" not in client.get("/museum/").content.decode()


def test_a_manager_reads_what_is_shown_of_their_own_pilots_only(managers: Managers) -> None:
    client = browser_of(managers["m0"])
    page = client.get("/signals/")
    assert page.status_code == 200
    assert "Reading every line" not in page.content.decode()


def test_the_office_of_another_portfolio_reads_nothing_of_this_one(managers: Managers) -> None:
    neighbour = a_person("neighbour")
    a_portfolio("elsewhere", day=START, office=neighbour)
    gap = asked(managers)
    client = browser_of(neighbour)
    assert "Reading every line" not in client.get("/signals/?portfolio=service").content.decode()
    assert client.get(f"/signals/{BURDEN}/?portfolio=service").status_code == 404
    assert client.get(f"/policy-gaps/{gap.public_id}/").status_code == 404
    with pytest.raises(NotYours):
        actions.assign_policy_gap(gap=gap, by=Person.objects.get(pk=neighbour.pk), owner=neighbour)


def test_a_file_holds_what_the_page_shows(managers: Managers) -> None:
    answer = browser_of(managers.reviewer).get("/signals/?format=csv")
    text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()  # type: ignore[attr-defined]
    assert BURDEN in text
    assert "which-data" not in text


def test_a_judgement_call_becomes_a_question_with_an_owner_and_a_date_and_its_answer_is_read_by_who_asked(
    managers: Managers,
) -> None:
    office = browser_of(managers.office)
    hedda = a_person("hedda")
    typed = {
        "portfolio": "service",
        "question": GAP,
        "owner": hedda.email,
        "due": (today() + timedelta(days=9)).isoformat(),
        "keys": "S-1",
        "point": BURDEN,
        "blocks_adoption": "on",
    }
    opened = office.post("/policy-gaps/", typed)
    gap = PolicyGap.objects.get()
    assert opened["Location"] == f"/policy-gaps/{gap.public_id}/"
    owner = browser_of(hedda)
    assert GAP in owner.get("/policy-gaps/").content.decode()
    assert owner.post(opened["Location"], {"answer": "Contract data only."}).status_code == 302
    gap.refresh_from_db()
    assert (gap.answered_on, gap.answered_by) == (today(), hedda)
    # Of the seven who asked, one is the manager of another pilot; and somebody who did not ask reads nothing of it.
    assert "Contract data only." in browser_of(managers["m3"]).get("/listen/sent/").content.decode()
    assert "Contract data only." not in browser_of(managers["m7"]).get("/listen/sent/").content.decode()
    words = list(Event.objects.filter(action__endswith="policy_gap").values_list("action", flat=True))
    assert words == ["open_policy_gap", "answer_policy_gap"]


def test_a_signal_becomes_a_question_with_one_click_and_asks_nobody_by_itself(managers: Managers) -> None:
    hedda = a_person("hedda")
    managers.portfolio.escalation = hedda
    managers.portfolio.save()
    form = browser_of(managers.office).get(f"/signals/{BURDEN}/").context["form"]
    assert not PolicyGap.objects.exists()
    # What stands in the form, as it stands there: nothing is typed.
    drawn = {field.html_name: field.value() for field in form if field.value()}
    answer = browser_of(managers.office).post("/policy-gaps/", drawn)
    gap = PolicyGap.objects.get()
    assert answer["Location"] == f"/policy-gaps/{gap.public_id}/"
    assert (gap.point, gap.owner, gap.due) == (BURDEN, hedda, today() + timedelta(days=28))
    assert gap.question == "Reading every line before it goes out: when is it needed, when is it not, and who says so?"
    page = browser_of(managers.office).get(f"/signals/{BURDEN}/").content.decode()
    assert gap.question in page
    assert "Put another question about it" in page


def test_a_brief_of_a_past_day_knows_no_answer_that_was_given_later(managers: Managers, frozen: Any) -> None:
    asks = {"portfolio": managers.portfolio, "by": managers.office, "point": BURDEN, "question": GAP}
    then = today()
    gap = actions.open_policy_gap(**asks, owner=a_person("hedda"), due=then + timedelta(days=9))
    frozen(then + timedelta(days=4))
    actions.answer_policy_gap(gap=gap, by=gap.owner, answer="Contract data only.")
    client = browser_of(managers.office)
    now = client.get(f"/signals/{BURDEN}/")
    assert "Contract data only." in now.content.decode()
    assert "Do those who live with it know the answer" in now.context["agenda"][0]
    assert not any("nobody decides" in line for line in now.context["agenda"])
    before = client.get(f"/signals/{BURDEN}/", {"as_of": (then + timedelta(days=3)).isoformat()})
    assert before.status_code == 200
    assert "Contract data only." not in before.content.decode()
    assert before.context["agenda"][0] == GAP


def test_a_reviewer_and_a_manager_put_no_question_from_a_signal_and_an_office_only_in_what_it_keeps(
    managers: Managers, frozen: Any
) -> None:
    page = browser_of(managers.reviewer).get(f"/signals/{BURDEN}/")
    assert page.status_code == 200
    assert page.context["form"] is None
    assert browser_of(managers["m0"]).get(f"/signals/{BURDEN}/").status_code == 404
    actions.give_role(portfolio=managers.portfolio, person=a_person("other"), role="program-office", by=None)
    both = Person.objects.get(email="other@example.org")
    elsewhere = a_portfolio("elsewhere", day=START)
    actions.give_role(portfolio=elsewhere, person=both, role="reviewer", by=None)
    form = browser_of(both).get(f"/signals/{BURDEN}/").context["form"]
    assert [key for key, _name in form["portfolio"].field.choices if key] == ["service"]
    then = today()
    frozen(then + timedelta(days=4))
    past = browser_of(managers.office).get(f"/signals/{BURDEN}/", {"as_of": then.isoformat()})
    assert past.status_code == 200
    assert past.context["form"] is None


def carried(managers: Managers, *names: str) -> Person:
    """A sponsor who has accepted to carry the pilots of some managers."""
    ansel = a_person("ansel")
    for name in names:
        gate = gate_of(managers.pilots[name], SPONSOR)
        actions.nominate(gate=gate, by=managers.office, person=ansel)
        actions.accept(gate=gate, by=ansel)
    return ansel


def shares_a_pilot(managers: Managers) -> Pilot:
    """A pilot of which four managers report the burden together, so that its sponsor reads it."""
    pilot = managers.pilots["m0"]
    for name in ("m1", "m2", "m3"):
        actions.add_fellow_manager(pilot=pilot, by=managers.office, person=managers[name], on=START)
    for name in ("m0", "m1", "m2", "m3"):
        answers = {"rework": FrictionAnswer(BURDEN, 60)}
        report_friction(by=managers[name], pilot=pilot, answers=answers, on=weeks_ago(2))
    return pilot


def test_a_sponsor_makes_a_question_of_what_is_reported_on_a_pilot_that_they_carry() -> None:
    managers = Managers()
    for number in range(5):
        managers.joins(f"m{number}", "Service")
    pilot, other = shares_a_pilot(managers), managers.pilots["m4"]
    hedda = a_person("hedda")
    managers.portfolio.escalation = hedda
    managers.portfolio.save()
    client = browser_of(carried(managers, "m0"))
    form = client.get(f"/signals/{BURDEN}/").context["form"]
    assert "blocks_adoption" not in form.fields
    drawn = {field.html_name: field.value() for field in form if field.value()}
    assert drawn["keys"] == pilot.key
    refused = client.post("/policy-gaps/", drawn | {"keys": f"{pilot.key}, {other.key}"})
    assert f"No pilot of this portfolio has the key {other.key}" in refused.content.decode()
    assert client.post("/policy-gaps/", drawn | {"keys": ""}).status_code == 403
    answer = client.post("/policy-gaps/", drawn | {"blocks_adoption": "on"})
    gap = PolicyGap.objects.get()
    assert (gap.point, gap.owner, gap.blocks_adoption, [*gap.pilots.all()]) == (BURDEN, hedda, False, [pilot])
    assert client.get(answer["Location"]).status_code == 200
    assert gap.question in client.get(f"/signals/{BURDEN}/").content.decode()


def test_a_decider_makes_a_question_on_a_pilot_that_they_decide_on_and_names_no_friction_point() -> None:
    managers = Managers()
    pilot = managers.joins("ottilie", "Service")
    decider, owner = a_person("perpetua"), a_person("hedda")
    a_right(LEGAL, decider, managers.portfolio, day=START)
    client = browser_of(decider)
    link = f"/policy-gaps/?pilot={pilot.key}#open"
    assert link in client.get(f"/pilots/{pilot.key}/").content.decode()
    form = client.get(link).context["form"]
    drawn = {field.html_name: field.value() for field in form if field.value()}
    typed = drawn | {"question": GAP, "owner": owner.email}
    assert client.post("/policy-gaps/", typed | {"point": BURDEN}).status_code == 403
    assert not PolicyGap.objects.exists()
    answer = client.post("/policy-gaps/", typed)
    assert GAP in client.get(answer["Location"]).content.decode()
    assert [*PolicyGap.objects.get().pilots.all()] == [pilot]
    assert GAP in client.get("/policy-gaps/").content.decode()


def test_who_only_lives_with_a_pilot_or_is_nothing_to_it_makes_no_question(managers: Managers) -> None:
    says = {"portfolio": managers.portfolio, "question": GAP, "owner": managers.reviewer, "due": today()}
    for person in (managers["m0"], managers.reviewer, a_person("noam")):
        client = browser_of(person)
        assert client.post("/policy-gaps/", {}).status_code == 403
        assert "policy-gaps/?pilot=" not in client.get(f"/pilots/{managers.pilots['m0'].key}/").content.decode()
        with pytest.raises(NotYours):
            actions.open_policy_gap(by=person, pilots=[managers.pilots["m0"]], **says)


def test_a_pilot_that_is_void_is_asked_nothing_by_its_sponsor(managers: Managers) -> None:
    pilot, says = managers.pilots["m0"], {"question": GAP, "owner": managers.reviewer, "due": today()}
    ansel = carried(managers, "m0")
    managers.portfolio.escalation = managers.reviewer
    managers.portfolio.save()
    actions.void(pilot=pilot, by=managers.reviewer, reason="Recorded twice.")
    with pytest.raises(WrongStage):
        actions.open_policy_gap(by=ansel, portfolio=managers.portfolio, pilots=[pilot], **says)


def test_on_the_day_on_which_it_is_asked_no_days_are_told(managers: Managers) -> None:
    gap = asked(managers)
    place, client = f"/policy-gaps/{gap.public_id}/", browser_of(managers.office)
    assert "hedda, since " in client.get(place).content.decode().lower()
    actions.answer_policy_gap(gap=gap, by=gap.owner, answer="None.")
    page = client.get(place).content.decode()
    assert "the day on which it was asked" in page
    assert "0 days" not in page


def test_only_its_owner_answers_a_gap_and_only_once(managers: Managers) -> None:
    gap = asked(managers)
    office = browser_of(managers.office)
    assert office.post(f"/policy-gaps/{gap.public_id}/", {"answer": "All of it."}).status_code == 403
    actions.answer_policy_gap(gap=gap, by=gap.owner, answer="None.")
    again = browser_of(gap.owner).post(f"/policy-gaps/{gap.public_id}/", {"answer": "All."})
    assert again.status_code == 412
    with pytest.raises(Refused):
        actions.assign_policy_gap(gap=gap, by=managers.office, owner=managers.reviewer)


def test_a_gap_that_is_typed_wrongly_is_refused_at_its_field(managers: Managers) -> None:
    office = browser_of(managers.office)
    typed = {"portfolio": "service", "question": "", "owner": "nobody@example.org", "due": "yesterday", "keys": "X-9"}
    page = office.post("/policy-gaps/", typed)
    assert page.status_code == 422
    text = page.content.decode()
    for says in ("No active account matches", "This is not a date", "No pilot of this portfolio has the key X-9"):
        assert says in text
    typed |= {"owner": managers.reviewer.email, "due": "2020-01-01", "keys": ""}
    assert "An empty text says nothing" in office.post("/policy-gaps/", typed | {"due": "2099-01-01"}).content.decode()
    assert "That day is over" in office.post("/policy-gaps/", typed | {"question": GAP}).content.decode()
    with pytest.raises(Invalid):
        actions.open_policy_gap(
            portfolio=managers.portfolio, by=managers.office, question="\0", owner=managers.reviewer, due=today()
        )
