"""Everything that people read is marked for translation, German is complete, and nothing that is kept takes a language on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import translation

from pilots import actions
from pilots.models import Decision, Event, Person
from pilots.refusals import ALL
from tests import translations
from tests.company import ROLES, Cast, taken_back
from tests.contracts.addresses import READS, YES, addresses
from tests.contracts.asks import ASKS, ActionInput
from tests.contracts.reading import said, unlogged
from tests.pseudo_language import CODE, OPEN, WORD, outside, pseudo_language, texts_outside

pytestmark = pytest.mark.django_db

TEXTS = ("CharField", "EmailField", "SlugField", "TextField", "JSONField", "FileField")
NO_TEXTS = frozenset(
    ["Lived", "In", "API", "CSV", "JSON", "ODS", "PDF", "SHA", "TOML", "XLS", "XLSX", "True", "False", "de", "je"]
)
"""Words that are the same in every language, that Django does not mark, or that stand in the dates of this language."""
NOT_OURS = frozenset({"Search", "light dark"})
"""Of Django: the picture beside its search. Of the browser: what colours a page has."""
HEX = re.compile("[a-f]+")
"""A piece of a checksum."""


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Cast]:
    """The cast, put on stage once; every test undoes what it did, and at the end there was nobody."""
    room = override_settings(EVIDENCE_ROOT=tmp_path_factory.mktemp("evidence"))
    with django_db_blocker.unblock(), room, unlogged(), transaction.atomic():
        yield Cast()
        transaction.set_rollback(True)


# Translations


@pytest.mark.once
def test_every_text_is_translated_as_it_is_said() -> None:
    assert translations.files()
    found = [fault for path in translations.files() for fault in translations.faults(path)]
    assert not found, "run python -m tests.translations --write, and translate:\n" + "\n".join(found)


@pytest.mark.once
def test_what_is_compiled_is_what_gettext_reads() -> None:
    with translation.override("de"):
        assert translation.gettext("The museum") == "Das Museum"
        assert translation.ngettext("%(n)s pilot", "%(n)s pilots", 2) == "%(n)s Pilotprojekte"


@pytest.mark.once
def test_every_refusal_is_marked() -> None:
    with pseudo_language():
        assert [code for code, refusal in ALL.items() if outside(str(refusal.sentence)).strip()] == []


# Pages


def known_texts() -> re.Pattern[str]:
    """All that the tables hold: names, keys, sentences of people."""
    found: set[str] = set()
    for model in apps.get_models():
        names = [f.name for f in model._meta.concrete_fields if f.get_internal_type() in TEXTS]
        for row in model._default_manager.values_list(*names) if names else ():
            for value in row:
                found |= {" ".join(text.split()) for text in _strings(value) if len(text) > 1}
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


ADDRESS = re.compile(r"https?://\S+")


def unmarked(page: str, known: re.Pattern[str]) -> set[str]:
    """What of a page stands outside the brackets, and is in no table."""
    texts = [ADDRESS.sub(" ", text) for text in texts_outside(page)]
    left = {text.strip() for text in texts if WORD.search(text)} - NOT_OURS
    found = {" ".join(WORD.findall(known.sub(" ", text))) for text in left}
    return {text for text in found if any(word not in NO_TEXTS and not HEX.fullmatch(word) for word in text.split())}


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["office", "sponsor", "decider", "manager", "reviewer", "outsider"])
def test_every_word_of_every_page_is_marked(cast: Cast, name: str) -> None:
    found: dict[str, str] = {}
    read = 0
    with taken_back(), pseudo_language(active=False):
        cast.around()
        known = known_texts()
        client = Client(headers={"accept-language": CODE}, raise_request_exception=False)
        client.force_login(cast[name], backend="config.accounts.ByAddress")
        for address in addresses():
            place = READS.get(address.name)
            if place is None or place.who(name) != YES or address.name.startswith("readiness:api"):
                continue
            answer = client.get(place.path(cast))
            page = said(answer)
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                read += 1
                found |= dict.fromkeys(unmarked(page, known), place.path(cast))
    assert read > 15
    assert not found, "mark these for translation:\n" + "\n".join(f"{path}: {text}" for text, path in found.items())


# What is kept


def kept() -> str:
    """All that the log, the record and the accounts hold."""
    rows = [
        row
        for model in apps.get_app_config("pilots").get_models()
        for row in model._default_manager.values(
            *(f.name for f in model._meta.concrete_fields if f.get_internal_type() in TEXTS)
        )
    ]
    return json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False)


@pytest.mark.thorough
@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.line)
def test_what_is_kept_is_not_in_the_language_of_whoever_acts(cast: Cast, ask: ActionInput) -> None:
    name = next((name for name in ROLES if name != "anonymous" and ask.allows(name)), None)
    with taken_back():
        ask.before(cast)
        before = kept()
        with pseudo_language():
            if name is not None:
                ask.do(cast, name)
        after = kept()
        assert name is None or after != before
        assert OPEN not in after


def test_a_name_that_was_erased_is_replaced_in_the_language_of_the_installation(cast: Cast) -> None:
    with taken_back(), translation.override("de"):
        gone = cast["outsider"]
        actions.close_account(person=gone, by=None)
        actions.erase_person(person=gone, by=None, reason="They asked for it.")
        assert Person.objects.get(pk=gone.pk).name == "Somebody whose name was erased"


# The API


def asked(cast: Cast, path: str, language: str, **headers: str) -> HttpResponse:
    """What the API answers the office to a reader of a language."""
    _token, key = actions.issue_token(person=cast["office"], by=cast["office"], scope="write", name=language)
    given = {"accept-language": language, "authorization": f"Bearer {key}"} | headers
    return Client(headers=given).get(path)


def test_the_api_answers_in_the_language_that_is_asked_for(cast: Cast) -> None:
    with taken_back():
        english = asked(cast, "/api/v1/nowhere/", "en")
        german = asked(cast, "/api/v1/nowhere/", "de")
        assert "Accept-Language" in german.headers["Vary"]
        assert german.json()["code"] == english.json()["code"] == "not_found"
        assert english.json()["detail"].startswith("There is nothing at this address")
        assert german.json()["detail"].startswith("Unter dieser Adresse gibt es nichts")


def test_a_mark_is_of_one_language(cast: Cast) -> None:
    path = "/api/v1/pilots/"
    with taken_back():
        _token, key = actions.issue_token(person=cast["office"], by=cast["office"], scope="read", name="marks")
        client = Client(headers={"authorization": f"Bearer {key}"})
        german = client.get(path, headers={"accept-language": "de"})
        assert client.get(path, headers={"accept-language": "en"}).headers["ETag"] != german.headers["ETag"]
        mark = {"if-none-match": german.headers["ETag"]}
        assert client.get(path, headers={"accept-language": "de"} | mark).status_code == 304
        assert client.get(path, headers={"accept-language": "en"} | mark).status_code == 200


CODES = frozenset(
    [
        "action",
        "capacity",
        "causes",
        "code",
        "court",
        "key",
        "kind",
        "outcome",
        "outcomes",
        "scope",
        "stage",
        "standing",
        "state",
        "subject",
        "verdict",
        "word",
    ]
)
"""Keys of the API whose values are codes: the same in every language."""


def _codes(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield "", name
            yield from _codes(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _codes(inner, key)
    elif isinstance(value, str) and key in CODES:
        yield key, value


@pytest.mark.thorough
def test_codes_and_keys_are_never_translated(cast: Cast) -> None:
    found: set[tuple[str, str]] = set()
    with taken_back(), pseudo_language(active=False):
        cast.around()
        _token, key = actions.issue_token(person=cast["office"], by=cast["office"], scope="read", name="codes")
        client = Client(headers={"accept-language": CODE, "authorization": f"Bearer {key}"})
        for address in addresses():
            place = READS.get(address.name)
            if place is None or not address.name.startswith("readiness:api:") or place.who("office") != YES:
                continue
            answer = client.get(place.path(cast))
            said(answer)
            if "json" in answer.headers["Content-Type"]:
                found |= set(_codes(answer.json()))
    assert len(found) > 100
    assert [each for each in found if OPEN in each[1]] == []


def test_a_list_that_was_written_under_german_is_read_again(cast: Cast, tmp_path: Any) -> None:
    """The columns and words of an export are those of the form, whoever takes it."""
    from django.core.management import call_command

    with taken_back():
        written = {}
        for language in ("en-gb", "de"):
            with translation.override(language):
                call_command("export_pilots", str(tmp_path / f"{language}.csv"), verbosity=0)
            written[language] = (tmp_path / f"{language}.csv").read_bytes()
        assert written["de"] == written["en-gb"]
        before = Event.objects.count(), Decision.objects.count()
        with translation.override("de"):
            call_command("import_pilots", str(tmp_path / "de.csv"), verbosity=0)
        assert (Event.objects.exclude(action="import_list").count(), Decision.objects.count()) == before
        call_command("verify_log", verbosity=0)
