"""A new pilot that may be on record already under another key is asked about, by key and by name, in its portfolio."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.inventory import neighbours
from tests.readiness.inventory.lists import own, run

pytestmark = pytest.mark.django_db

HEAD = "key,name,portfolio,stage\n"
ON_RECORD = "A-1,Draft renewal letters,one,planned\n"


def said_of(path: Path, *rows: str) -> str:
    run(own(path / "1.csv", HEAD + ON_RECORD), preset="")
    return run(own(path / "2.csv", HEAD + "".join(f"{row}\n" for row in rows)), "--dry-run", preset="")[1]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Draft renewal letters", "Z-7 is new beside A-1, whose name is 100 % the same: are they one?"),
        ("Renewal letters: draft", "whose name is 100 % the same"),
        ("Draft renewal leters", "whose name is 98 % the same"),
        ("Draft renewal letters 2", None),
        ("Sort the mail", None),
        ("???", None),
    ],
)
def test_a_name_that_is_nearly_the_same_is_asked_about_with_its_certainty(
    tmp_path: Path, name: str, says: str | None
) -> None:
    said = said_of(tmp_path, f"Z-7,{name},one,planned")
    assert (says in said) if says else ("are they one" not in said)


def test_a_key_that_is_nearly_the_same_is_asked_about_first(tmp_path: Path) -> None:
    said = said_of(tmp_path, "a-01,Draft renewal letters,one,planned")
    assert "a-01 is new beside A-1, which is on record" in said
    assert "are they one" not in said


def test_a_name_of_another_portfolio_is_another_pilot(tmp_path: Path) -> None:
    assert "are they one" not in said_of(tmp_path, "Z-7,Draft renewal letters,two,planned")


def test_two_rows_of_one_list_are_asked_about_too(tmp_path: Path) -> None:
    said = said_of(tmp_path, "Z-7,Sort the mail,one,planned", "Z-8,Sort the mails,one,planned")
    assert "Z-8 is new beside Z-7, whose name is" in said


def test_in_a_large_portfolio_only_equal_names_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "MOST_COMPARED", 0)
    said = said_of(tmp_path, "Z-7,Draft renewal leters,one,planned", "Z-8,Draft renewal letters,one,planned")
    assert "Z-7 is new" not in said
    assert "Z-8 is new beside A-1" in said


FILES = "Sort files by case"
"""A purpose that several pilots have."""
LABELLED = [
    # The same thing twice: nothing but a slip, an order of words or a word that says nothing.
    (("Quillmate letters", "Service", ""), ("Quillmate leters", "Service", ""), True),
    (("Permit letter drafting", "Permits", "One"), ("Drafting (permit letters)", "Permits", "Two"), True),
    (("Forecasting of river levels", "Water", ""), ("AI forecasting of the river levels", "Water", ""), True),
    (("Land-register extraction", "", ""), ("Land-register extractions", "Water", ""), True),
    (("Code helper", "Web", "One"), ("Code helper", "Web", "Two"), True),
    (("Tapestry", "North office", FILES), ("Tapestry", "South office", FILES), True),
    # Siblings: they differ by the very word that says which is which.
    (
        ("Counting trout on the cameras of boats", "Fish", FILES),
        ("Counting perch on the cameras of boats", "Fish", FILES),
        False,
    ),
    (("Runway model: taxi-in prediction", "Air", FILES), ("Runway model: taxi-out prediction", "Air", FILES), False),
    (("Research into products for IT", "Air", FILES), ("Research into products for HR", "Air", FILES), False),
    (
        ("Alpha (forecasts, statistics, modelling of data)", "Air", FILES),
        ("Beta (forecasts, statistics, modelling of data)", "Air", FILES),
        False,
    ),
    (
        ("Deed reading and extraction of parties", "Air", ""),
        ("Deed reading and extraction of parties, LLM", "Air", ""),
        False,
    ),
    (("ABC enhancement", "Air", FILES), ("ABDC enhancement", "Air", FILES), False),
    (("Reader 1", "Air", FILES), ("Reader 2", "Air", FILES), False),
    # One product, bought by several functions for several things.
    (("Copywriter", "North office", "Write to members"), ("Copywriter", "South office", "Write code"), False),
    (("Generative AI: text", "Grants", "Shorter letters"), ("Generative AI: text", "Archive", ""), False),
    (("Facial recognition", "Gates", ""), ("Facial recognition", "Yard", ""), False),
]
"""Two pilots of one portfolio, each by name, function and purpose, and whether it is worth asking if they are one.

They stand for the pairs that the public inventory of 2025 holds, with other words.
"""


@pytest.mark.parametrize(("one", "other", "worth_asking"), LABELLED, ids=[f"{a[0]} / {b[0]}" for a, b, _ in LABELLED])
def test_it_is_asked_where_only_the_name_would_tell_them_apart(
    tmp_path: Path, one: tuple[str, str, str], other: tuple[str, str, str], worth_asking: bool
) -> None:
    lines = (
        f'Z-{n},"{name}",one,planned,{function},{purpose}\n' for n, (name, function, purpose) in ((7, one), (8, other))
    )
    path = own(tmp_path / "1.csv", "key,name,portfolio,stage,function,purpose\n" + "".join(lines))
    said = run(path, "--dry-run", preset="")[1]
    # Another key of the same number is asked about by its key; these are two numbers.
    assert ("Z-8 is new beside Z-7" in said) is worth_asking


def test_the_next_name_is_looked_at_where_the_nearest_is_a_sibling(tmp_path: Path) -> None:
    said = said_of(
        tmp_path,
        "Z-6,Runway model: taxi-in prediction,one,planned",
        "Z-7,Runway model: taxi-out prediction,one,planned",
        "Z-8,Runway models: taxi-in prediction,one,planned",
    )
    assert "Z-7 is new" not in said
    assert "Z-8 is new beside Z-6" in said
