"""Rule 16: names and purposes that say nothing get a gentle question where they are typed, and never a refusal."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from readiness.models.empty_words import EmptyWord, words_in_use
from readiness.rules.nouns import Field, WordKind, Words, hint
from readiness.text.nouns import question

pytestmark = pytest.mark.django_db

REAL = settings.BASE_DIR / "../shared/data/federal_ai_use_cases_2025.csv"
LABELLED = Path(__file__).parent / "data" / "labelled_names_2025.csv"
"""A sample of 200 drawn with a fixed seed, labelled by hand: row numbers of that inventory, counted from nought, and labels only."""
MOST_FALSE_ALARMS = 0.05


def asked(name: str, purpose: str = "", workflow: str = "") -> str:
    """The question that is asked, or nothing."""
    found = hint(name, purpose, workflow, words_in_use())
    return question(found) if found else ""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("AI transformation", "“transformation” of which task? Who does it, and for whom?"),
        (
            "AI transformation of motor claims",
            "“transformation” says no task. Which task in motor claims? Who does it, and for whom?",
        ),
        (
            "AI transformation of Finance",
            "“transformation” says no task. Which task in Finance? Who does it, and for whom?",
        ),
        ("Unlock value", "“Unlock value” of which task? Who does it, and for whom?"),
        ("Finance", "“Finance” is where it happens. Which task there? Who does it, and for whom?"),
        ("Drafts", "Which drafts? For whom, and who does it today?"),
        ("Generation of charts", "Which generation of charts? For whom, and who does it today?"),
        ("GenAI chat-bot", "“GenAI” is what it is done with. For which task? Who does that, and for whom?"),
    ],
)
def test_rule_16_the_question_names_the_word_that_says_nothing_and_asks_for_task_people_and_readers(
    name: str, says: str
) -> None:
    assert asked(name) == says


@pytest.mark.parametrize(
    "name",
    [
        "Drafting renewal e-mails",
        "Renewal drafts",
        "Motor claims",
        "Triage of service tickets",
        "Transformation of scanned letters by translation",
        "Zephyr",
        "CO-17",
        "",
        "   ",
        "(AI)(",
        "123",
    ],
)
def test_rule_16_nothing_is_asked_of_a_name_with_a_word_of_its_own(name: str) -> None:
    assert asked(name) == ("" if name != "(AI)(" else asked("AI"))


def test_rule_16_a_workflow_that_says_its_task_answers_for_the_name_and_one_that_does_not_is_asked_about() -> None:
    assert asked("AI transformation", workflow="Drafting renewal e-mails") == ""
    found = hint("Drafting renewal e-mails", "", "Sales", words_in_use())
    assert found is not None
    assert (found.field, found.word, found.kind) == (Field.WORKFLOW, "Sales", WordKind.DEPARTMENT)


def test_rule_16_a_purpose_is_asked_about_where_the_name_is_fine() -> None:
    found = hint("Renewal drafts", "Unlock value", "", words_in_use())
    assert found is not None
    assert found.field is Field.PURPOSE
    assert asked("Renewal drafts", "Half the minutes that an agent needs for a renewal letter.") == ""
    both = hint("AI transformation", "Unlock value", "", words_in_use())
    assert both is not None
    assert both.field is Field.NAME, "one question at a time"


def test_rule_16_the_list_is_the_offices_a_word_out_of_use_asks_nothing_and_an_added_one_does() -> None:
    EmptyWord.objects.filter(phrase="drafts").update(in_use=False)
    assert asked("Drafts") == ""
    EmptyWord.objects.create(phrase="North Star", kind="promise")
    assert asked("North-star Wilmington") == (
        "“North star” says no task. Which task in Wilmington? Who does it, and for whom?"
    )


def test_rule_16_a_word_stands_once_and_says_something() -> None:
    for phrase in ("DRAFTS", "–"):
        with pytest.raises(ValidationError):
            EmptyWord(phrase=phrase, kind="general").full_clean()


def test_rule_16_without_a_list_nothing_is_asked() -> None:
    assert hint("AI transformation", "Unlock value", "Sales", Words.of([])) is None


def test_rule_16_at_most_one_in_twenty_of_the_names_that_are_fine_is_asked_about() -> None:
    if not REAL.exists():
        pytest.skip(f"{REAL.name} is absent: the real inventory")
    with REAL.open(encoding="utf-8-sig", newline="") as stream:
        names = [row["use_case_name"] for row in csv.DictReader(stream)]
    with LABELLED.open(newline="") as stream:
        labels = {int(row["row"]): row["label"] for row in csv.DictReader(stream)}
    assert len(labels) == 200
    fine = [names[row] for row, label in labels.items() if label == "fine"]
    empty = [names[row] for row, label in labels.items() if label == "says_nothing"]
    alarms, hits = [name for name in fine if asked(name)], [name for name in empty if asked(name)]
    print(f"False alarms: {len(alarms)} of {len(fine)} that are fine. Asked about: {len(hits)} of {len(empty)} others.")
    print(*(f"  {'false' if name in alarms else 'hit'}: {name}: {asked(name)}" for name in (*alarms, *hits)), sep="\n")
    assert len(alarms) <= MOST_FALSE_ALARMS * len(fine)
    assert len(hits) >= 0.1 * len(empty)
