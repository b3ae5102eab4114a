"""A text, or a name, is erased by law; the chain still verifies, and the pilot stands where it stood (rule 8)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from pilots import actions
from pilots.derived import comparison, rebuild
from pilots.event_log import verify
from pilots.models import Decision, Event, Gate, SponsorAccount
from pilots.refusals import Invalid, NotYours, ReasonRequired
from tests.company import DATA, MARCH, SPONSOR, Signed, browser_of, with_an_acceptance

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECRET = "Mia wrote to me about her illness."


@pytest.fixture
def cast() -> Signed:
    return Signed()


@pytest.fixture
def decision(cast: Signed) -> Decision:
    return cast.decide(reason=SECRET, evidence=f"https://mail.example/{SECRET}")


def erase(cast: Signed, decision: Decision, **asked: Any) -> Event:
    given: dict[str, Any] = {
        "by": cast.ria,
        "reason": "Asked for under Article 17.",
        "on": MARCH + DAY,
        "known": MARCH + DAY,
    }
    return actions.erase(decision=decision, **(given | asked))


def all_that_is_stored() -> str:
    """Every column of every row that a text of a decision could have reached."""
    rows = [list(m.objects.values()) for m in (Decision, Event, Gate)]
    return json.dumps(rows, default=str, ensure_ascii=False)


def all_holds() -> bool:
    found = verify.verify()
    differ = list(rebuild.rebuild(keep=False, done=rebuild.Rebuilt()))
    return found.broken == 0 and found.missing == [] and differ == []


def test_an_erased_text_is_nowhere_and_everything_holds(cast: Signed, decision: Decision) -> None:
    assert all_that_is_stored().count(SECRET) == 2
    erase(cast, decision)
    assert SECRET not in all_that_is_stored()
    assert all_holds()
    assert verify.verify().erased == 1


def test_what_was_decided_stays(cast: Signed, decision: Decision) -> None:
    erase(cast, decision)
    stored = Decision.objects.get(pk=decision.pk)
    assert (stored.reason, stored.evidence, stored.event.texts) == (None, None, None)
    assert stored.erased_on == MARCH + DAY
    for row, before in ((stored, decision), (stored.event, decision.event)):
        for field in row._meta.concrete_fields:
            if field.name not in ("texts", "erased_on"):
                assert getattr(row, field.attname) == getattr(before, field.attname), field.name


def test_the_chain_goes_on_after_an_erased_decision(cast: Signed, decision: Decision) -> None:
    erase(cast, decision)
    cast.decide(on=MARCH + 2 * DAY, outcome="refused")
    assert all_holds()


def test_what_the_rules_read_of_an_erased_decision_is_still_guarded(cast: Signed) -> None:
    condition = {"text": "Log it.", "owner": cast.olga.pk, "due": MARCH + 30 * DAY}
    decision = cast.decide(DATA, outcome="conditional", conditions=[condition])
    erase(cast, decision)
    assert all_holds()
    from pilots.event_log import triggers

    triggers.lift()
    models.QuerySet(Decision).filter(pk=decision.pk).update(conditions=[])
    broken = verify.verify().first
    assert broken is not None
    assert broken.event == decision.event_id
    assert "its checksum does not fit" in broken.says


def test_the_erasure_itself_is_in_the_log(cast: Signed, decision: Decision) -> None:
    event = erase(cast, decision)
    assert (event.action, event.by, event.reason, event.gate) == (
        "erase",
        cast.ria,
        "Asked for under Article 17.",
        decision.gate,
    )
    assert event.data == {"decision": decision.public_id}


def test_only_the_program_office_erases(cast: Signed, decision: Decision) -> None:
    for other in (cast.lena, cast.olga, None):
        with pytest.raises(NotYours):
            erase(cast, decision, by=other)
    assert Decision.objects.get(pk=decision.pk).reason == SECRET


def test_an_erasure_has_a_reason_and_is_done_once(cast: Signed, decision: Decision) -> None:
    with pytest.raises(ReasonRequired):
        erase(cast, decision, reason=" ")
    erase(cast, decision)
    with pytest.raises(Invalid):
        erase(cast, decision)


def test_another_decision_with_the_same_words_keeps_them(cast: Signed, decision: Decision) -> None:
    other = cast.decide(DATA, reason=SECRET)
    erase(cast, decision)
    assert Decision.objects.get(pk=other.pk).reason == SECRET
    assert all_holds()


def test_the_name_of_somebody_who_left_is_erased_and_everything_holds(cast: Signed, decision: Decision) -> None:
    when: dict[str, date] = {"on": MARCH + DAY, "known": MARCH + DAY}
    asked: dict[str, Any] = {"by": cast.ria, "reason": "Asked for.", **when}
    with pytest.raises(Invalid):
        actions.erase_person(person=cast.lena, **asked)
    actions.close_account(person=cast.lena, by=cast.ria, **when)
    with pytest.raises(NotYours):
        actions.erase_person(person=cast.lena, **(asked | {"by": cast.olga}))
    random_id = cast.lena.public_id
    actions.erase_person(person=cast.lena, **asked)
    cast.lena.refresh_from_db()
    assert "lena" not in f"{cast.lena.name} {cast.lena.email}".lower()
    assert cast.lena.public_id == random_id
    assert not cast.lena.has_usable_password()
    assert cast.gate().decisions.get().decider == cast.lena
    assert all_holds()
    call_command("verify_log")


def test_the_command_erases_the_texts_of_one_decision_in_the_offices_name(cast: Signed, decision: Decision) -> None:
    gate = decision.gate
    which = ("decision", gate.pilot.key, gate.kind.key, str(decision.number))
    for refused in (
        (*which, "--by", cast.ria.email),
        (*which, "--by", cast.lena.email, "--reason", "I would rather not."),
        (*which[:3], "99", "--by", cast.ria.email, "--reason", "Article 17."),
    ):
        with pytest.raises(CommandError) as ended:
            call_command("erase", *refused)
        assert ended.value.returncode == 2
    assert SECRET in all_that_is_stored()
    call_command("erase", *which, "--by", cast.ria.email, "--reason", "Article 17.", stdout=StringIO())
    assert SECRET not in all_that_is_stored()
    assert all_holds()


def test_the_command_erases_a_name_only_once_the_account_is_closed(cast: Signed, decision: Decision) -> None:
    asked = ("person", cast.lena.email, "--by", cast.ria.email, "--reason", "Article 17.")
    with pytest.raises(CommandError, match="Close the account first"):
        call_command("erase", *asked)
    actions.close_account(person=cast.lena, by=cast.ria)
    call_command("erase", *asked, stdout=StringIO())
    cast.lena.refresh_from_db()
    assert "lena" not in f"{cast.lena.name}{cast.lena.email}".casefold()
    assert all_holds()


@pytest.fixture
def account(cast: Signed) -> SponsorAccount:
    """An account of the pilot's sponsor, with something in each of its texts that must go."""
    with_an_acceptance(cast.pilot, SPONSOR, cast.sam, by=cast.ria, on=MARCH, known=MARCH)
    says = dict.fromkeys(("easier", "riskier", "muddy", "asked"), SECRET)
    actions.give_account(pilot=cast.pilot, by=cast.sam, basis="spoke", on=MARCH, known=MARCH, **says)
    return SponsorAccount.objects.select_related("pilot", "event").get()


def test_the_texts_of_a_sponsors_account_are_erased_and_that_one_was_given_stays(
    cast: Signed, account: SponsorAccount
) -> None:
    assert all_that_is_stored().count(SECRET) == 4
    when: dict[str, Any] = {"on": MARCH + DAY, "known": MARCH + DAY}
    for other in (cast.sam, cast.lena):
        with pytest.raises(NotYours):
            actions.erase_account(account=account, by=other, reason="Asked for.", **when)
    with pytest.raises(ReasonRequired):
        actions.erase_account(account=account, by=cast.ria, reason=" ", **when)
    event = actions.erase_account(account=account, by=cast.ria, reason="Article 17.", **when)
    assert (event.action, event.by, event.reason) == ("erase_account", cast.ria, "Article 17.")
    assert SECRET not in all_that_is_stored()
    stored = SponsorAccount.objects.select_related("event").get()
    assert (stored.easier, stored.riskier, stored.muddy, stored.sources) == ("", "", "", "")
    assert (stored.sponsor, stored.basis, stored.effective_on) == (cast.sam, "spoke", MARCH)
    with pytest.raises(Invalid):
        actions.erase_account(account=stored, by=cast.ria, reason="Article 17.", **when)
    assert all_holds()
    assert not [each for each in comparison.differences(comparison.Compared()) if "erasure" in each]
    page = browser_of(cast.ria).get(f"/pilots/{cast.pilot.key}/two-accounts/").content.decode()
    assert "Its text was erased by law." in page


def test_the_command_erases_the_texts_of_one_account(cast: Signed, account: SponsorAccount) -> None:
    which = ("account", cast.pilot.key, str(account.event.number))
    for refused in (
        (*which[:2], "99", "--by", cast.ria.email, "--reason", "Article 17."),
        (*which, "--by", cast.ria.email),
    ):
        with pytest.raises(CommandError) as ended:
            call_command("erase", *refused)
        assert ended.value.returncode == 2
    call_command("erase", *which, "--by", cast.ria.email, "--reason", "Article 17.", stdout=StringIO())
    assert SECRET not in all_that_is_stored()
    assert all_holds()
