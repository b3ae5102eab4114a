"""Rule 13: a pseudonym cannot be computed without a key that lies apart from the database and can be destroyed."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from pilots import pseudonyms
from pilots.models import Person


@pytest.fixture
def key_file(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("PSEUDONYM_KEY", raising=False)
    path = tmp_path / "key"
    settings.PSEUDONYM_KEY_FILE = str(path)  # type: ignore[attr-defined]
    return path


def test_a_person_has_one_pseudonym_for_a_purpose_and_none_can_be_linked_to_another(key_file: Path) -> None:
    anna, bela = Person(email="anna@example.org"), Person(email="bela@example.org")
    first = pseudonyms.pseudonym(anna, "friction")
    assert first == pseudonyms.pseudonym(anna, "friction")
    assert len({first, pseudonyms.pseudonym(anna, "pulse"), pseudonyms.pseudonym(bela, "friction")}) == 3


def test_the_key_is_drawn_once_and_only_its_owner_reads_it(key_file: Path) -> None:
    pseudonyms.pseudonym(Person(), "friction")
    drawn = key_file.read_text()
    pseudonyms.pseudonym(Person(), "friction")
    assert key_file.read_text() == drawn
    assert key_file.stat().st_mode & 0o077 == 0
    assert list(key_file.parent.iterdir()) == [key_file]


def test_once_the_key_is_destroyed_nobody_has_the_same_pseudonym(key_file: Path) -> None:
    anna = Person()
    before, mark = pseudonyms.pseudonym(anna, "friction"), pseudonyms.fingerprint()
    assert pseudonyms.destroy_key() == key_file
    assert not key_file.exists()
    assert pseudonyms.pseudonym(anna, "friction") != before
    assert pseudonyms.fingerprint() != mark


def test_a_key_in_the_environment_is_used_and_not_destroyed_from_here(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSEUDONYM_KEY", "k" * 49)
    with pytest.raises(ImproperlyConfigured, match="50 characters"):
        pseudonyms.fingerprint()
    monkeypatch.setenv("PSEUDONYM_KEY", "k" * 50)
    pseudonyms.fingerprint()
    assert not key_file.exists()
    with pytest.raises(ImproperlyConfigured, match="environment"):
        pseudonyms.destroy_key()
