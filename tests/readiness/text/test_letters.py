"""Letters: one message to several where it serves them all, and where to answer stands in it."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from pilots.clock import today
from pilots.models import Pilot
from readiness.queries.snapshots import snapshot_of
from readiness.text import letters
from tests.company import DATA, FUNDING, LEGAL, QUALITY, Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return Company()


def item(company: Company, kind: str, key: str = "CO-014") -> letters.Item:
    if not Pilot.objects.filter(key=key).exists():
        company.running(key, f"Drafts {key}")
    row = Pilot.objects.select_related("portfolio__escalation", "function").get(key=key)
    snapshot = snapshot_of(row, at=today())
    return snapshot, snapshot.gate(kind)


def test_where_to_answer_stands_in_the_letter_and_in_what_the_mail_program_opens(company: Company) -> None:
    letter = letters.to_decider(company.ansel, company.perpetua, [item(company, LEGAL)])
    assert "answered:" not in letter.body
    sent = letter.from_site("https://lived-in.test/")
    assert "Here it is answered: https://lived-in.test/my/decisions/" in sent.body
    assert sent.body.endswith("Ansel Quaye")
    assert "https://lived-in.test/my/decisions/" in unquote(sent.mailto)


def test_more_pilots_than_a_letter_names_are_counted(company: Company) -> None:
    letter = letters.to_decider(company.vera, company.perpetua, [item(company, LEGAL)], more=4)
    assert letter.subject == "5 pilots wait for a yes or no (Legal)"
    assert "And 4 more that wait for the same." in letter.body


def test_one_who_must_name_somebody_reads_which_pilots(company: Company) -> None:
    items = [item(company, FUNDING, "A-1"), item(company, FUNDING, "A-2")]
    letter = letters.to_name_for_many(company.vera, [company.ines], items)
    assert letter.subject == "One name: Funding on 2 pilots"
    assert "Drafts A-1" in letter.body
    alone = letters.to_name_for_many(company.vera, [company.ines], items[:1])
    assert alone == letters.to_name_somebody(company.vera, company.ines, items[0])


def test_several_get_the_same_words_that_name_no_pilot(company: Company) -> None:
    items = [item(company, FUNDING, "A-1"), item(company, FUNDING, "A-2")]
    letter = letters.to_name_for_many(company.vera, [company.hedda, company.ines], items)
    assert letter.people == [company.hedda, company.ines]
    assert letter.body.startswith(f"Dear {company.hedda.name} and {company.ines.name},")
    assert "Drafts" not in letter.body + letter.subject
    assert letter.mailto.startswith(f"mailto:{company.hedda.email},{company.ines.email}?subject=")
    measured = [item(company, QUALITY, "A-1"), item(company, QUALITY, "A-2")]
    team = letters.to_teams(company.vera, [company.ansel, company.ottilie], measured)
    assert "Drafts" not in team.body + team.subject
    assert "Drafts A-1" in letters.to_teams(company.vera, [company.ottilie], measured).body


def test_what_several_pilots_wait_for_alike_is_said_once(company: Company) -> None:
    items = [item(company, LEGAL, f"A-{n}") for n in range(3)]
    body = letters.to_decider(company.ansel, company.perpetua, items).body
    assert body.count("With the decider since") == 1
    assert "On 3 pilots, Legal: waiting" in body
    for snapshot, _gate in items:
        assert f"– {snapshot.pilot.name}" in body
    mixed = [*items, item(company, DATA, "A-0")]
    assert "Drafts A-0, Data access: waiting" in letters.to_decider(company.ansel, company.perpetua, mixed).body
