"""A changed address is written to both addresses, and counts when its owner confirms it; until then much of theirs rests."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail, signing
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import reverse

from pilots import actions
from pilots.models import Decision, Event, Person
from pilots.refusals import AddressUnconfirmed, Invalid, NotYours, ReasonRequired, WrongGate
from readiness.forms import concurrency
from readiness.text import address_letters
from tests.company import DATA, ERROR, LEGAL, SPONSOR, Cast, browser_of

pytestmark = pytest.mark.django_db
OLD, NEW = "manager@cast.example", "moved@cast.example"
PASSWORD = "a long one, 7731"


@pytest.fixture
def cast(settings: Any, tmp_path: Any) -> Cast:
    settings.EVIDENCE_ROOT = tmp_path
    return Cast()


def moved(cast: Cast, name: str = "manager") -> Person:
    """An address was entered for somebody, and waits for them."""
    actions.amend_account(person=cast[name], by=cast["office"], set={"email": NEW})
    return cast[name]


def amends(cast: Cast, who: Person, email: str) -> Any:
    typed = {"name": who.name, "email": email, "function": ""}
    return browser_of(cast["office"]).post(reverse("admin:pilots_person_change", args=[who.pk]), typed, follow=True)


def link_in(letter: mail.EmailMessage) -> str:
    found = re.search(r"https?://\S+", letter.body)
    assert found is not None
    return found.group()


def signs_in(email: str, password: str = PASSWORD) -> bool:
    return Client().post("/accounts/login/", {"login": email, "password": password}).status_code == 302


# Told, and confirmed


def test_both_addresses_are_told_and_only_the_old_one_is_sent_the_link(cast: Cast) -> None:
    page = amends(cast, cast["manager"], NEW)
    assert "Letters went to both addresses" in page.content.decode()
    old, new = mail.outbox
    assert (old.to, new.to) == ([OLD], [NEW])
    assert NEW in old.body
    assert "/me/address/link/" in link_in(old)
    assert "http" not in new.body
    assert OLD not in new.body
    assert cast["manager"].email == OLD


def test_a_letter_that_cannot_be_sent_is_said_and_the_change_waits_all_the_same(cast: Cast) -> None:
    with override_settings(EMAIL_BACKEND="readiness.text.mail.NoLetters"):
        page = amends(cast, cast["manager"], NEW)
    assert "the letters could not be sent" in page.content.decode()
    assert cast["manager"].pending_email == NEW


def test_the_link_confirms_once_and_opening_it_does_nothing_yet(cast: Cast) -> None:
    amends(cast, cast["manager"], NEW)
    link, stranger = link_in(mail.outbox[0]), Client()
    asks = f"Is {NEW.replace('@', '@<wbr>')} your new address?"  # a narrow line may break there
    assert asks in stranger.get(link).content.decode()
    assert cast["manager"].email == OLD
    assert stranger.post(link, {"answer": "confirm"}).status_code == 302
    assert (cast["manager"].email, cast["manager"].pending_email) == (NEW, None)
    assert stranger.get(link).status_code == stranger.post(link, {"answer": "confirm"}).status_code == 404
    event = Event.objects.get(action="confirm_address")
    assert (event.by, event.data, event.reason) == (cast["manager"], {"person": cast["manager"].pk}, "")


def test_whoever_says_that_it_was_not_them_keeps_the_old_address(cast: Cast) -> None:
    amends(cast, cast["manager"], NEW)
    Client().post(link_in(mail.outbox[0]), {"answer": "reject"})
    assert (cast["manager"].email, cast["manager"].pending_email) == (OLD, None)
    actions.open_account(email=NEW, name="Its owner", by=None)


def test_a_link_is_good_for_that_change_only_and_not_for_long(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    token = address_letters.token_of(moved(cast))
    assert address_letters.person_of(token) == cast["manager"]
    for email in ("third@cast.example", NEW):
        actions.amend_account(person=cast["manager"], by=None, set={"email": email})
    assert address_letters.person_of(token) is None
    token = address_letters.token_of(cast["manager"])
    for bad in (token[:-1] + ("a" if token[-1] != "a" else "b"), "", signing.dumps({}), "nothing:at:all"):
        assert address_letters.person_of(bad) is None
    monkeypatch.setattr(address_letters, "GOOD_FOR", timedelta(seconds=-1))
    assert address_letters.person_of(token) is None


def test_whoever_signs_in_with_the_password_of_before_confirms_it_there(cast: Cast) -> None:
    actions.set_password(person=cast["manager"], password=PASSWORD, by=None)
    moved(cast)
    client = Client()
    assert client.post("/accounts/login/", {"login": OLD, "password": PASSWORD}).status_code == 302
    assert 'href="/me/address/"' in client.get("/my/away/").content.decode()
    assert client.post("/me/address/", {"answer": ""}).status_code == 422
    assert client.post("/me/address/", {"answer": "confirm"}).status_code == 302
    assert cast["manager"].email == NEW
    assert client.post("/me/address/", {"answer": "confirm"}).status_code == 422


def test_whoever_keeps_all_confirms_with_a_reason_and_no_other_office(cast: Cast) -> None:
    who, all_of_them = moved(cast), cast.keeper()
    for name in ("office", "neighbour", "decider"):
        with pytest.raises(NotYours):
            actions.confirm_address(person=who, by=cast[name], reason="She rang.")
    with pytest.raises(ReasonRequired):
        actions.confirm_address(person=who, by=all_of_them)
    client = browser_of(all_of_them)
    there = reverse("admin:pilots_person_act", args=[who.pk, "confirm-address"])
    assert there in client.get(reverse("admin:pilots_person_change", args=[who.pk])).content.decode()
    refused = client.post(there, {"reason": ""})
    assert refused.status_code == 422
    assert "Say why, in a sentence" in refused.content.decode()
    assert client.post(there, {"reason": "Her old mailbox is gone; she rang."}).status_code == 302
    assert cast["manager"].email == NEW
    assert Event.objects.get(action="confirm_address").reason == "Her old mailbox is gone; she rang."


def test_nobody_confirms_or_rejects_for_somebody_else(cast: Cast) -> None:
    who = moved(cast)
    for name in ("office", "neighbour", "head"):
        with pytest.raises(NotYours):
            actions.reject_address(person=who, by=cast[name])
    assert browser_of(cast["decider"]).post("/me/address/", {"answer": "confirm"}).status_code == 422
    assert cast["manager"].email == OLD


def test_one_address_is_one_persons_confirmed_or_not(cast: Cast) -> None:
    who = moved(cast)
    for action, says in (
        (actions.open_account, {"email": NEW.upper(), "name": "Second"}),
        (actions.amend_account, {"person": cast["outsider"], "set": {"email": NEW}}),
    ):
        with pytest.raises(Invalid) as refused:
            action(by=None, **says)  # type: ignore[operator]
        assert refused.value.field == "email"
    Person.objects.filter(pk=cast["outsider"].pk).update(email=NEW)
    with pytest.raises(Invalid):
        actions.confirm_address(person=who, by=who)


@pytest.mark.parametrize("action", ["open_account", "amend_account"])
def test_an_address_that_no_row_holds_is_refused_and_nothing_waits(cast: Cast, action: str) -> None:
    longer = f"{'x' * 242}@cast.example"
    given = {
        "open_account": {"email": longer, "name": "Somebody"},
        "amend_account": {"person": cast["manager"], "set": {"email": longer}},
    }
    with pytest.raises(Invalid) as refused:
        getattr(actions, action)(by=cast["office"], **given[action])
    assert refused.value.field == "email"
    assert Person.objects.get(email=OLD).pending_email is None
    actions.amend_account(person=cast["manager"], by=cast["office"], set={"email": longer[1:]})
    assert Person.objects.get(email=OLD).pending_email == longer[1:]


def test_the_address_that_signs_in_takes_the_other_back(cast: Cast) -> None:
    who = moved(cast)
    assert actions.amend_account(person=who, by=cast["office"], set={"email": NEW}) is None
    assert actions.amend_account(person=who, by=cast["office"], set={"email": OLD}) is not None
    assert cast["manager"].pending_email is None
    with pytest.raises(Invalid):
        actions.confirm_address(person=cast["manager"], by=cast["manager"])


def test_the_form_sent_again_neither_takes_it_back_nor_writes_again(cast: Cast) -> None:
    amends(cast, cast["manager"], NEW)
    page = browser_of(cast["office"]).get(reverse("admin:pilots_person_change", args=[cast["manager"].pk]))
    assert f'value="{NEW}"' in page.content.decode()
    amends(cast, cast["manager"], NEW)
    assert cast["manager"].pending_email == NEW
    assert len(mail.outbox) == 2


# Until then


def test_the_new_address_signs_nobody_in_and_is_sent_no_password_letter(cast: Cast) -> None:
    actions.set_password(person=cast["manager"], password=PASSWORD, by=None)
    moved(cast)
    assert (signs_in(OLD), signs_in(NEW)) == (True, False)
    for email in (NEW, OLD):
        Client().post("/accounts/password/reset/", {"email": email})
    to_new, to_old = mail.outbox
    assert (to_new.to, to_old.to) == ([NEW], [OLD])
    assert "/password/reset/key/" not in to_new.body
    assert "/password/reset/key/" in to_old.body
    actions.confirm_address(person=cast["manager"], by=cast["manager"])
    assert (signs_in(OLD), signs_in(NEW)) == (False, True)
    page = Client().get(link_in(to_old), follow=True).content.decode()
    assert "password1" not in page


def accepts_risk(cast: Cast, by: Person) -> Any:
    return actions.accept_risk(pilot=cast.pilot, by=by)


def confirms_rules(cast: Cast, by: Person) -> Any:
    return actions.confirm_rules(pilot=cast.pilot, by=by)


def decides(cast: Cast, by: Person) -> Any:
    return actions.decide(gate=cast.gate(LEGAL), by=by, outcome="cleared", reason="As agreed.")


def decides_many(cast: Cast, by: Person) -> Any:
    return actions.decide_many(gates=[cast.gate(LEGAL)], by=by, outcome="cleared", reason="As agreed.")


def lets_past(cast: Cast, by: Person) -> Any:
    return actions.except_(gate=cast.gate(LEGAL), by=by, reason="As agreed.", until=cast.day(-9))


def accepts(cast: Cast, by: Person) -> Any:
    return actions.accept(gate=cast.gate(ERROR), by=by)


def declines(cast: Cast, by: Person) -> Any:
    return actions.decline(gate=cast.gate(ERROR), by=by, reason="Ask Operations.")


def leaves(cast: Cast, by: Person) -> Any:
    return actions.leave(gate=cast.gate(SPONSOR), by=by, reason="Another role.")


def has_a_token(cast: Cast, by: Person) -> Any:
    return actions.issue_token(person=by, by=by)


RESTS: tuple[tuple[str, Callable[[Cast, Person], Any]], ...] = (
    ("decider", decides),
    ("deputy", decides_many),
    ("decider", lets_past),
    ("named", accepts),
    ("named", declines),
    ("sponsor", leaves),
    ("named", accepts_risk),
    ("manager", confirms_rules),
    ("decider", has_a_token),
)


@pytest.mark.parametrize(("name", "action"), RESTS, ids=lambda each: getattr(each, "__name__", each))
def test_deciding_accepting_and_tokens_rest_until_it_is_confirmed(cast: Cast, name: str, action: Any) -> None:
    cast.runs()
    cast.ruled()
    actions.ask_exception(gate=cast.gate(LEGAL), by=cast["manager"], reason="It cannot wait.")
    moved(cast, name)
    with pytest.raises(AddressUnconfirmed):
        action(cast, cast[name])
    actions.confirm_address(person=cast[name], by=cast[name])
    action(cast, cast[name])


def test_who_may_comes_before_and_everything_else_after(cast: Cast) -> None:
    """The order of refusals."""
    moved(cast, "decider")
    with pytest.raises(WrongGate):
        actions.decide(gate=cast.gate(ERROR), by=cast["decider"], outcome="cleared")
    with pytest.raises(AddressUnconfirmed):
        actions.decide(gate=cast.gate(DATA), by=cast["decider"], outcome="cleared", reason="")
    actions.retire(pilot=cast.pilot, by=cast["office"], learned="Nobody reads them.")
    with pytest.raises(AddressUnconfirmed):
        actions.decide(gate=cast.gate(DATA), by=cast["decider"], outcome="cleared", reason="As agreed.")
    actions.reject_address(person=cast["decider"], by=cast["decider"])
    actions.amend_account(person=cast["outsider"], by=None, set={"email": NEW})
    with pytest.raises(NotYours):
        actions.decide(gate=cast.gate(DATA), by=cast["outsider"], outcome="cleared", reason="As agreed.")


def test_the_same_refusal_stands_on_the_page_and_in_the_api(cast: Cast) -> None:
    cast.runs()
    _token, key = actions.issue_token(person=cast["decider"], by=None, scope="decide")
    client = browser_of(moved(cast, "decider"))
    gate = cast.gate(LEGAL)
    typed = {"outcome": "cleared", "reason": "Standard terms."}
    there = reverse("readiness:gate-action", args=[gate.public_id, "decide"])
    assert "Until you confirm it, what you decide or accept rests." in client.get(there).content.decode()
    page = client.post(there, typed | {"expected_version": concurrency.token(gate)})
    assert page.status_code == 403
    assert "Your address was changed and is not confirmed yet" in page.content.decode()
    assert "Standard terms." in page.content.decode()
    path = f"/api/v1/gates/{gate.public_id}/decisions/"
    by_session = client.post(path, typed, "application/json")
    by_token = Client(headers={"authorization": f"Token {key}"}).post(path, typed, "application/json")
    status = Client(headers={"authorization": f"Token {key}"}).get("/api/v1/gates/")
    for answer in (by_session, by_token, status):
        assert (answer.status_code, answer.json()["code"]) == (403, "address_unconfirmed")
    assert client.get("/api/v1/gates/").status_code == 200
    assert not Decision.objects.filter(gate=gate).exists()


def test_the_same_refusal_is_told_by_the_commands(cast: Cast) -> None:
    cast.runs()
    moved(cast, "decider")
    said = [
        "decide",
        cast.pilot.key,
        "outcome=cleared",
        "reason=Agreed.",
        "--gate",
        LEGAL,
        "--by",
        cast["decider"].email,
    ]
    for command in (["act", *said], ["api_token", cast["decider"].email]):
        with pytest.raises(CommandError, match="not confirmed yet"):
            call_command(*command, stdout=StringIO())


def test_an_account_that_is_closed_has_nothing_left_to_confirm(cast: Cast) -> None:
    who = moved(cast, "outsider")
    token = address_letters.token_of(who)
    actions.close_account(person=who, by=None)
    assert cast["outsider"].pending_email is None
    assert address_letters.person_of(token) is None
