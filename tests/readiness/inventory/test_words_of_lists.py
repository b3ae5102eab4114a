"""What is not understood in a list is never a value: it is reported by row and column, and kept as not stated."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from pilots import actions
from pilots.models import Event, Gate, Pilot
from readiness.inventory import vocabulary
from readiness.inventory.dates import (
    DAY_FIRST,
    MONTH_FIRST,
    is_of_two_orders,
    order_of_slashes,
    read_date,
    read_full_date,
)
from readiness.queries import pilots, snapshots
from readiness.text import placards
from tests.readiness.inventory.lists import AT, DAY, own, run

WORDS = [
    (vocabulary.high_impact, "Oui", vocabulary.YES),
    (vocabulary.high_impact, " WAHR ", vocabulary.YES),
    (vocabulary.high_impact, "b) Not high-impact", vocabulary.NO),
    (vocabulary.high_impact, "b) Presumed high-impact, but determined not to be", vocabulary.NO),
    (vocabulary.yes_or_no, "Yes – by the CAIO", vocabulary.YES),
    (vocabulary.stage, "b) Pilot – The use case has been deployed in a limited test or pilot capacity.", "running"),
    (
        vocabulary.stage,
        "Retired – The use case was reported in the agency’s prior year’s inventory, "
        "but its development and/or use has since been discontinued.",
        "retired",
    ),
    (vocabulary.high_impact, "n/a", vocabulary.UNSAID),
    (vocabulary.high_impact, "medium", None),
    (vocabulary.high_impact, "yes and no", None),
    (vocabulary.gate, "Genehmigt", vocabulary.YES),
    (vocabulary.gate, "CONDITIONAL", vocabulary.YES),
    (vocabulary.gate, "Changes requested", vocabulary.NO),
    (vocabulary.gate, "offen", vocabulary.NO),
    (vocabulary.gate, "excepted", vocabulary.EXCEPTION),
    (vocabulary.gate, "finished", None),
    (vocabulary.stage, "in Betrieb", "adopted"),
    (vocabulary.stage, "b)  Pilot – in a limited test", "running"),
    (vocabulary.stage, "Pre-Deployment - in development", "planned"),
    (vocabulary.stage, "", "not_stated"),
    (vocabulary.stage, "somewhere", None),
]


READERS = [
    (vocabulary.yes_or_no, "Yes"),
    (vocabulary.high_impact, "High-impact"),
    (vocabulary.gate, "Cleared"),
    (vocabulary.gate, "a) approved"),
    (vocabulary.stage, "Pilot"),
    (vocabulary.stage, "Deployed"),
]
CONTRARY = ["expired", "withdrawn", "no", "not any more", "retired in May", "pending", "the use case was stopped"]


@pytest.mark.parametrize("behind", [" - {}", " – {}", ": {}", "; {}", " ({})", "({})", "\n{}", ", {}", " {}"])
@pytest.mark.parametrize(("read", "text"), READERS)
def test_no_word_behind_a_yes_is_cut_off(read: Any, text: str, behind: str) -> None:
    assert read(text) is not None
    for word in CONTRARY:
        assert read(text + behind.format(word)) is None


def test_what_explains_one_choice_explains_no_other() -> None:
    assert vocabulary.stage("Deployed – The use case is in a development or acquisition status.") is None


@pytest.mark.parametrize(("read", "text", "meaning"), WORDS)
def test_one_table_knows_the_words(read: Any, text: str, meaning: str | None) -> None:
    assert read(text) == meaning


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05.04.2026", date(2026, 4, 5)),
        ("5.4.26", date(2026, 4, 5)),
        ("46117", date(2026, 4, 5)),
        ("46117.75", date(2026, 4, 5)),
        ("2026-04-05T09:30:00Z", date(2026, 4, 5)),
        ("2026/4/5", date(2026, 4, 5)),
        ("5 April 2026", date(2026, 4, 5)),
        ("Apr 5, 2026", date(2026, 4, 5)),
        ("4/4/2026", date(2026, 4, 4)),
        ("31/12/2026", date(2026, 12, 31)),
        ("12/31/2026", date(2026, 12, 31)),
        ("5/4/2026", None),
        ("31.04.2026", None),
        ("29 February 2026", None),
        ("99999", date(2173, 10, 13)),
        ("123456", None),
        ("00000", None),
        ("04/2026", None),
        ("2026", None),
        ("next spring", None),
        ("32/13/2026", None),
    ],
)
def test_a_day_is_read_where_it_can_only_be_that(text: str, day: date | None) -> None:
    found = read_full_date(text, None)
    assert (found.day if found else None) == day


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["5/4/2026", "13/4/2026"], DAY_FIRST),
        (["5/4/2026", "4/13/2026"], MONTH_FIRST),
        (["13/4/2026", "4/13/2026"], None),
        (["5/4/2026", "2026-04-05", ""], None),
    ],
)
def test_another_date_with_slashes_settles_the_order(cells: list[str], order: str | None) -> None:
    assert order_of_slashes(cells) == order
    assert is_of_two_orders(cells[0]) == (cells[0] == "5/4/2026")
    found = read_date("5/4/2026", slashes=order, coarse=False)
    assert (found.day if found else None) == {DAY_FIRST: date(2026, 4, 5), MONTH_FIRST: date(2026, 5, 4)}.get(
        order or ""
    )


HEAD = "key,name,portfolio,stage,started_on,decide_by,adopted_on,high_impact,gate:legal-sign-off:state\n"


@pytest.mark.django_db
class TestImported:
    """The same words through the command."""

    def _run(self, tmp_path: Path, *rows: str, head: str = HEAD) -> str:
        status, said = run(own(tmp_path / "words.csv", head + "\n".join(rows) + "\n"), preset="")
        assert status == 0, said
        return said

    def test_each_cell_that_is_not_understood_is_told_by_row_and_column(self, tmp_path: Path) -> None:
        said = self._run(
            tmp_path, "a,A,ops,running,2026-05-04,,,yes,yes", "b,B,ops,half,whenever,later,soon,maybe,almost"
        )
        for column in HEAD.strip().split(",")[3:]:
            assert f"words.csv, row 3, column {column}: “" in said, said
            assert f"row 2, column {column}" not in said
        pilot = Pilot.objects.get(key="b")
        assert (pilot.stage, pilot.high_impact) == ("not_stated", None)
        assert not pilot.gates.filter(decisions__isnull=False).exists()
        assert Pilot.objects.get(key="a").high_impact is True

    @pytest.mark.parametrize("start", ["", "in spring", "2027-05-03", "2026-02-30", "3/4/2026"])
    def test_a_running_pilot_whose_start_is_not_known_counts_from_the_record(self, tmp_path: Path, start: str) -> None:
        said = self._run(tmp_path, f"a,A,ops,running,{start},,,,")
        assert "row 2, column started_on: a: start not known." in said
        snapshot = snapshots.snapshot_of(Pilot.objects.get(), at=DAY)
        assert snapshot is not None
        now = snapshot.status
        assert (now.start_known, now.started_on, now.days_quiet, now.last_movement) == (False, None, None, None)
        assert (now.decide_by, now.stalls_on, now.standing) == (date(2027, 1, 4), date(2027, 2, 3), "moving")
        assert Event.objects.get(action="start").data["start_known"] is False
        stalled = snapshots.snapshot_of(Pilot.objects.get(), at=date(2027, 2, 3))
        assert stalled is not None
        assert pilots.pilots().exhibits(date(2027, 2, 3)).count() == 1
        assert "its start not known" in placards.placard(stalled)

    def test_a_movement_is_known_even_where_the_start_is_not(self, tmp_path: Path) -> None:
        self._run(tmp_path, "a,A,ops,running,,,,,")
        ria = actions.open_account(email="r@example.org", name="R", by=None, on=DAY, known=DAY)
        gate = Gate.objects.select_related("kind", "pilot").get(kind__key="legal-sign-off")
        actions.assign_right(kind=gate.kind, holder=ria, by=None, starts=DAY, on=DAY, known=DAY)
        actions.decide(gate=gate, by=ria, outcome="cleared", reason="Fine.", on=DAY, known=DAY)
        snapshot = snapshots.snapshot_of(Pilot.objects.get(), at=date(2026, 11, 25))
        assert snapshot is not None
        assert (snapshot.status.start_known, snapshot.status.days_quiet) == (False, 2)

    def test_days_that_cannot_both_be_so_are_told_with_both(self, tmp_path: Path) -> None:
        said = self._run(
            tmp_path,
            "a,A,ops,adopted,2026-05-04,,2026-02-02,,",
            "b,B,ops,running,2026-05-04,2026-03-02,,,",
            "c,C,ops,adopted,,,2027-02-02,,",
        )
        assert (
            "row 2, column adopted_on: Adopted on 2 February 2026 (2026-02-02), before it started on 4 May 2026" in said
        )
        assert "row 3, column decide_by: To be decided by 2 March 2026 (2026-03-02), before it started" in said
        assert "row 4, column adopted_on: “2027-02-02” is in the future" in said
        claims = {found.pilot.key: found.status for found in snapshots.snapshots_of(Pilot.objects.all(), at=DAY)}
        assert claims["a"].claim
        assert claims["a"].claim.since == DAY
        assert (claims["a"].start_known, claims["c"].since) == (False, DAY)
        assert claims["b"].decide_by == date(2026, 6, 15)

    def test_the_order_of_slashes_is_settled_by_the_file(self, tmp_path: Path) -> None:
        said = self._run(tmp_path, "a,A,ops,running,3/4/2026,,,,", "b,B,ops,running,23/4/2026,,,,")
        assert "row 2, column started_on: “3/4/2026” is read as 2026-04-03, in the order that another date" in said
        starts = {
            found.pilot.key: found.status.started_on for found in snapshots.snapshots_of(Pilot.objects.all(), at=DAY)
        }
        assert starts == {"a": date(2026, 4, 3), "b": date(2026, 4, 23)}

    def test_a_kind_for_high_impact_only_is_asked_only_where_that_is_stated(self, tmp_path: Path) -> None:
        actions.add_kind(
            key="works-council",
            name="Council",
            question="Has it agreed?",
            by=None,
            high_impact_only=True,
            on=DAY,
            known=DAY,
        )
        self._run(tmp_path, "a,A,ops,running,,,,Ja,", "b,B,ops,running,,,,kann sein,", "c,C,ops,running,,,,nein,")
        asked = Gate.objects.filter(kind__key="works-council").values_list("pilot__key", flat=True)
        assert list(asked) == ["a"]
        pilot = Pilot.objects.get(key="b")
        actions.amend(pilot=pilot, by=None, set={"high_impact": True}, on=DAY, known=DAY)
        assert pilot.gates.filter(kind__key="works-council").count() == 1

    def test_pages_and_api_say_that_the_start_is_not_known(self, tmp_path: Path, client: Any) -> None:
        self._run(tmp_path, "a,A,ops,running,,,,,", "b,B,ops,running,2026-05-04,,,no,")
        reader = actions.open_account(email="r@example.org", name="R", by=None, on=DAY, known=DAY)
        portfolio = Pilot.objects.get(key="a").portfolio
        actions.give_role(portfolio=portfolio, person=reader, role="program-office", by=None, on=DAY, known=DAY)
        client.force_login(reader)
        found = {one["key"]: one for one in client.get("/api/v1/pilots/", {"as_of": AT}).json()["results"]}
        assert [found["a"][name] for name in ("start_known", "started_on", "days_quiet", "high_impact")] == [
            *(False, None, None, None)
        ]
        assert [found["b"][name] for name in ("start_known", "started_on", "days_quiet", "high_impact")] == [
            *(True, "2026-05-04", 203, False)
        ]
        board = {one["key"]: one for one in client.get("/api/v1/portfolio/board/", {"as_of": AT}).json()["results"]}
        assert (board["a"]["start_known"], board["a"]["days_quiet"]) == (False, None)
        for address, says in (
            (reverse("readiness:pilot", args=["a"]), "Start not known."),
            (reverse("admin:pilots_pilot_changelist"), "start not known"),
            (reverse("admin:pilots_pilot_change", args=[Pilot.objects.get(key="a").pk]), "start not known"),
        ):
            page = client.get(address).content.decode()
            assert says in page, address
        assert "not known" not in client.get(reverse("readiness:pilot", args=["b"])).content.decode()
