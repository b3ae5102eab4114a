"""The command does one act by the same action as a page, and a refusal says the same."""

from __future__ import annotations

import re
import shlex
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from pilots import actions
from pilots.models import Decision, Person, Pilot
from tests.company import LEGAL, MARCH, a_cast, a_planned_pilot, a_portfolio, a_right

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot() -> Pilot:
    people = a_cast("ria", "lena", "otto")
    portfolio = a_portfolio(day=MARCH, office=people["ria"])
    a_right(LEGAL, people["lena"], portfolio, day=MARCH)
    return a_planned_pilot(portfolio, day=MARCH, by=people["ria"])


def perform(*words: str, gate: str | None = "legal-sign-off", by: str = "lena") -> str:
    out = StringIO()
    more = ["--gate", gate] if gate else []
    call_command("act", *words, *more, "--by", f"{by}@example.org", stdout=out)
    return out.getvalue()


def test_a_decision_is_signed_in_the_name_that_is_given(pilot: Pilot) -> None:
    said = perform("decide", "P-1", "outcome=cleared", "reason=Standard terms.")
    assert "Signed" in said
    decision = Decision.objects.get(gate__pilot=pilot)
    assert (str(decision.decider), decision.reason) == ("Lena", "Standard terms.")


def test_the_order_of_the_readme_is_taken_and_so_is_the_other(pilot: Pilot) -> None:
    readme = (Path(settings.BASE_DIR) / "README.md").read_text(encoding="utf-8")
    [line] = re.findall(r"`manage\.py (act .*?)`", readme)
    meant = {
        "ACTION": "decide",
        "KEY": "P-1",
        "[--gate KIND]": "--gate legal-sign-off",
        "EMAIL": "lena@example.org",
        "[FIELD=VALUE …]": "outcome=refused reason='Not so.'",
    }
    for word, value in meant.items():
        assert word in line
        line = line.replace(word, value)
    for words in (line, "act decide P-1 outcome=cleared --by lena@example.org reason=Yes. --gate legal-sign-off"):
        call_command(*shlex.split(words), stdout=StringIO())
    answers = Decision.objects.order_by("pk").values_list("outcome", "event__texts__reason")
    assert list(answers) == [("refused", "Not so."), ("cleared", "Yes.")]


def test_an_answer_rests_on_filed_evidence_by_its_id(pilot: Pilot) -> None:
    ria = Person.objects.get(name="Ria")
    one, other = (actions.file_evidence(pilot=pilot, by=ria, link=f"https://terms.test/{n}") for n in (1, 2))
    cited = f"pieces={one.public_id}, {other.public_id}"
    perform("decide", "P-1", "outcome=cleared", "reason=Yes.", cited)
    decision = Decision.objects.get()
    assert set(decision.evidence_checksums) == {one.public_id, other.public_id}
    with pytest.raises(CommandError, match=r"^invalid \(pieces\): There is no such"):
        perform("decide", "P-1", "outcome=refused", "reason=No.", "pieces=none")
    with pytest.raises(CommandError, match="asks for no pieces, but for: reason, until"):
        perform("ask-exception", "P-1", "reason=Soon.", "pieces=none")


@pytest.mark.parametrize(
    ("words", "by", "says"),
    [
        (("decide", "P-1", "outcome=cleared"), "lena", r"^reason_required \(reason\): Say why"),
        (("decide", "P-1", "outcome=cleared", "reason=Yes."), "ria", r"^not_yours \(for\): Lena decides this\."),
        (("decide", "P-1", "outcome=cleared", "reason=Yes.", "on=2999-01-01"), "lena", "^in_future"),
        (
            ("decide", "P-1", "outcome=cleared", "reason=Yes.", "on=soon"),
            "lena",
            r"^invalid \(on\): This is not a date",
        ),
        (("accept", "P-1"), "lena", "^wrong_gate: "),
        (("decide", "P-1", "mood=good"), "ria", "asks for no mood, but for: outcome, .* for, evidence, "),
        (("decide", "P-1", "cleared"), "lena", "as FIELD=VALUE"),
        (("decide", "P-9"), "lena", "There is no pilot P-9"),
        (("decide", "P-1"), "otto", "There is no pilot P-1"),
        (("decide", "P-1"), "nora", "No account has the address nora@"),
    ],
)
def test_what_is_refused_says_its_code_and_what_to_do_and_ends_with_two(
    pilot: Pilot, words: tuple[str, ...], by: str, says: str
) -> None:
    with pytest.raises(CommandError, match=says) as ended:
        perform(*words, by=by)
    assert ended.value.returncode == 2
    assert not Decision.objects.exists()


def test_a_gate_is_asked_for_by_name(pilot: Pilot) -> None:
    with pytest.raises(CommandError, match="legal-sign-off, it-data-access"):
        perform("decide", "P-1", gate=None)


def test_what_adoption_misses_is_listed(pilot: Pilot) -> None:
    perform("start", "P-1", gate=None, by="ria")
    with pytest.raises(CommandError, match=r"^gates_open: .*\n  legal-sign-off\n"):
        perform("adopt", "P-1", gate=None, by="ria")
