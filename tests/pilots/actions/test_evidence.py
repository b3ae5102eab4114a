"""Evidence: what is taken in, what rests on it, and what a newer version does to the answers."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import threading
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from pilots import actions, files
from pilots.derived import load, periods
from pilots.event_log import verify
from pilots.models import (
    Decision,
    DecisionEvidence,
    Event,
    Evidence,
    Gate,
    Person,
    Pilot,
    Portfolio,
    PortfolioRole,
)
from pilots.refusals import ChangedMeanwhile, EvidenceRequired, Invalid, NotYours, Refused
from readiness.queries.snapshots import snapshot_of
from tests.company import DATA, LEGAL, MARCH, a_cast, a_portfolio, a_right, a_running_pilot, on

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"said and done\n" * 20 + b"%%EOF\n"
EXE = b"MZ" + bytes(200) + b"This program cannot be run in DOS mode."


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings: Any) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return tmp_path / "evidence"


@pytest.fixture
def cast() -> dict[str, Person]:
    return a_cast("ria", "lena", "max", "mia", "otto")


@pytest.fixture
def portfolio(cast: dict[str, Person]) -> Portfolio:
    made = a_portfolio(day=MARCH, office=cast["ria"])
    for kind, holder in ((LEGAL, "lena"), (DATA, "max")):
        a_right(kind, cast[holder], made, day=MARCH)
    return made


def a_pilot(portfolio: Portfolio, cast: dict[str, Person], key: str = "P-1") -> Pilot:
    return a_running_pilot(portfolio, key, day=MARCH, workflow="Drafting", manager=cast["mia"])


@pytest.fixture
def pilot(portfolio: Portfolio, cast: dict[str, Person]) -> Pilot:
    return a_pilot(portfolio, cast)


def gate(pilot: Pilot, kind: str = "legal-sign-off") -> Gate:
    return pilot.gates.select_related("pilot", "kind").get(kind__key=kind)


def filed(pilot: Pilot, by: Person, content: bytes = PDF, **more: Any) -> Evidence:
    says = {"pilot": pilot, "by": by, "file": io.BytesIO(content)}
    named = {"file_name": "assessment.pdf"}
    return actions.file_evidence(**(says | named | more), **on(MARCH))


def cleared(pilot: Pilot, by: Person, *pieces: Evidence, **more: Any) -> Decision:
    says: dict[str, Any] = {"outcome": "cleared", "reason": "Fine.", "pieces": pieces}
    return actions.decide(gate=gate(pilot), by=by, **(says | {"on": MARCH, "known": MARCH} | more))


def state(pilot: Pilot, at: date, kind: str = "legal-sign-off") -> Any:
    snapshot = snapshot_of(pilot, at=at)
    assert snapshot is not None
    return snapshot.status.gates[kind]


# What is taken in -----------------------------------------------------------------------------------------------------


def test_a_file_is_kept_under_a_random_name_with_its_checksum(pilot: Pilot, cast: dict[str, Person]) -> None:
    piece = filed(pilot, cast["lena"], file_name="C:\\papers\\a/../DPIA final.pdf")
    assert piece.checksum == hashlib.sha256(PDF).hexdigest()
    assert (piece.size, piece.content_type) == (len(PDF), "application/pdf")
    assert piece.file_name == piece.title == "DPIA final.pdf"
    assert "DPIA" not in piece.file_key
    with files.open_stored(piece.file_key) as file:
        assert file.read() == PDF
    event = Event.objects.get(action="file_evidence")
    assert event.data["evidence"] == piece.public_id


@pytest.mark.parametrize("instead", ["fifo", "folder", "link"])
def test_only_a_file_is_opened_as_one(pilot: Pilot, cast: dict[str, Person], root: Path, instead: str) -> None:
    piece = filed(pilot, cast["lena"])
    place = root / "arriving" / piece.file_key
    place.rename(root / "elsewhere")
    if instead == "fifo":
        os.mkfifo(place)
    elif instead == "folder":
        place.mkdir()
    else:
        place.symlink_to(root / "elsewhere")
    with pytest.raises(files.NotAsFiled, match="cannot be read"):
        files.open_as_filed(piece.file_key, piece.checksum)
    if instead == "folder":
        place.rmdir()


def test_a_links_checksum_is_that_of_its_normalised_address(pilot: Pilot, cast: dict[str, Person]) -> None:
    one, other = (
        actions.file_evidence(pilot=pilot, by=cast["lena"], link=link, **on(MARCH))
        for link in (" HTTPS://Wiki.Example.org:443 ", "https://wiki.example.org/")
    )
    assert one.checksum == other.checksum
    assert one.link == "https://wiki.example.org/"
    third = actions.file_evidence(pilot=pilot, by=cast["lena"], link="https://wiki.example.org/A", **on(MARCH))
    assert third.checksum != one.checksum


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "ftp://example.org/a",
        "wiki page 7",
        "https://me:secret@example.org/",
        "https://example.org:99999/",
        f"https://example.org/{'a' * 2_000}",
    ],
)
def test_a_link_that_is_none_is_refused(pilot: Pilot, cast: dict[str, Person], link: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.file_evidence(pilot=pilot, by=cast["lena"], link=link, **on(MARCH))
    assert refused.value.field == "link"


def archive(*names: str, mimetype: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        if mimetype:
            zipped.writestr("mimetype", mimetype)
        for name in names:
            zipped.writestr(name, "<a/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", EXE),
        ("a.pdf", b"\x7fELF\x02\x01\x01" + bytes(100)),
        ("a.pdf", b"just a text"),
        ("a.txt", EXE),
        ("a.png", PDF),
        ("a.docx", archive("run.exe")),
        ("a.docx", archive("[Content_Types].xml", "xl/workbook.xml")),
        ("a.odt", archive(mimetype="application/zip")),
        ("a.exe", EXE),
        ("a", PDF),
        ("", PDF),
        ("a.pdf", b""),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_and_leaves_nothing(
    pilot: Pilot, cast: dict[str, Person], root: Path, name: str, content: bytes
) -> None:
    with pytest.raises(Invalid) as refused:
        filed(pilot, cast["lena"], content, file_name=name)
    assert refused.value.field == "file"
    assert not Evidence.objects.exists()
    assert lying_about(root) == []


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.PDF", PDF, "application/pdf"),
        ("minutes.txt", "Größe: gut\n".encode(), "text/plain"),
        ("a.csv", b"a,b\n1,2\n", "text/plain"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(50), "image/png"),
        ("a.docx", archive("[Content_Types].xml", "word/document.xml"), files.TYPES[".docx"]),
        ("a.odt", archive(mimetype=files.TYPES[".odt"]), files.TYPES[".odt"]),
    ],
)
def test_a_file_that_is_what_its_name_says_is_taken(
    pilot: Pilot, cast: dict[str, Person], name: str, content: bytes, wanted: str
) -> None:
    assert filed(pilot, cast["lena"], content, file_name=name).content_type == wanted


def test_fifty_megabytes_are_refused_without_being_held_in_memory(
    pilot: Pilot, cast: dict[str, Person], root: Path
) -> None:
    read = 0

    def chunks() -> Iterator[bytes]:
        nonlocal read
        yield PDF
        for _ in range(50 * 16):
            read += 64 * 1024
            yield bytes(64 * 1024)

    tracemalloc.start()
    with pytest.raises(Invalid) as refused:
        filed(pilot, cast["lena"], file=chunks())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (refused.value.field, "25 MB" in refused.value.says) == ("file", True)
    assert 25 * 1024 * 1024 <= read <= 26 * 1024 * 1024
    assert most < 8 * 1024 * 1024
    assert lying_about(root) == []


def test_a_file_that_says_it_is_too_large_is_not_read_at_all(
    pilot: Pilot, cast: dict[str, Person], settings: Any
) -> None:
    class Large:
        name, size = "a.pdf", 50 * 1024 * 1024

        def chunks(self, size: int) -> Iterator[bytes]:
            raise AssertionError("it was read")

    with pytest.raises(Invalid, match="25 MB"):
        filed(pilot, cast["lena"], file=Large(), file_name="")
    settings.EVIDENCE_MOST_BYTES = len(PDF)
    assert filed(pilot, cast["lena"]).size == len(PDF)
    settings.EVIDENCE_MOST_BYTES = len(PDF) - 1
    with pytest.raises(Invalid):
        filed(pilot, cast["lena"])


def test_a_piece_that_ends_before_it_takes_effect_is_refused(pilot: Pilot, cast: dict[str, Person]) -> None:
    days = {"effective_on": MARCH, "expires_on": MARCH}
    assert filed(pilot, cast["lena"], **days).expires_on == MARCH
    with pytest.raises(Invalid) as refused:
        filed(pilot, cast["lena"], **(days | {"expires_on": MARCH - timedelta(days=1)}))
    assert refused.value.field == "expires_on"


def test_neither_a_file_nor_a_link_is_no_evidence_and_both_are_too_much(pilot: Pilot, cast: dict[str, Person]) -> None:
    with pytest.raises(EvidenceRequired):
        actions.file_evidence(pilot=pilot, by=cast["lena"], **on(MARCH))
    with pytest.raises(Invalid):
        filed(pilot, cast["lena"], link="https://example.org/")


def test_who_may_act_on_a_pilot_may_file_evidence_there_and_nobody_else(
    pilot: Pilot, portfolio: Portfolio, cast: dict[str, Person]
) -> None:
    for who in ("ria", "lena", "mia"):
        assert filed(pilot, cast[who])
    with pytest.raises(NotYours):
        filed(pilot, cast["otto"])
    assert actions.file_evidence(portfolio=portfolio, by=cast["ria"], link="https://a.org", **on(MARCH))
    with pytest.raises(NotYours):
        actions.file_evidence(portfolio=portfolio, by=cast["lena"], link="https://a.org", **on(MARCH))


# What lies on disk ----------------------------------------------------------------------------------------------------


def lying_about(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


@pytest.mark.django_db(transaction=True)
def test_a_file_moves_to_its_place_when_its_record_is_there_for_good(
    pilot: Pilot, cast: dict[str, Person], root: Path
) -> None:
    with transaction.atomic():
        piece = filed(pilot, cast["lena"])
        assert (root / "arriving" / piece.file_key).exists()
    assert (root / piece.file_key).read_bytes() == PDF
    assert lying_about(root) == [piece.file_key]


@transaction.atomic
def _file_and_fail(pilot: Pilot, by: Person) -> None:
    filed(pilot, by)
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_takes_the_file_with_it(pilot: Pilot, cast: dict[str, Person], root: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        _file_and_fail(pilot, cast["lena"])
    assert lying_about(root) == []
    with transaction.atomic():
        kept = filed(pilot, cast["lena"])
        with pytest.raises(ZeroDivisionError):
            _file_and_fail(pilot, cast["lena"])
    assert lying_about(root) == [kept.file_key]


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_process_left_is_settled_or_removed(pilot: Pilot, cast: dict[str, Person], root: Path) -> None:
    piece = filed(pilot, cast["lena"])
    # Killed after the commit, before the move; and killed before the commit.
    (root / piece.file_key).rename(root / "arriving" / piece.file_key)
    (root / "arriving" / ("0" * 48)).write_bytes(PDF)
    with files.open_stored(piece.file_key) as file:
        assert file.read() == PDF
    files.sweep()
    assert len(lying_about(root)) == 2, "what may still be on its way is left alone"
    files.sweep(older_than=-1)
    assert lying_about(root) == [piece.file_key]
    assert (root / piece.file_key).exists()


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_before_its_commit_leaves_nothing_for_good(root: Path, tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "import time; from django.db import transaction; from pilots import files\n"
        "with transaction.atomic():\n"
        f"    files.receive([{PDF!r}], 'a.pdf'); print('there', flush=True); time.sleep(60)"
    )
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EVIDENCE_ROOT": str(root),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'other.sqlite3'}",
    }
    child = subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == b"there\n"
        assert len(lying_about(root)) == 1
        child.kill()
        child.wait()
    files.sweep(older_than=-1)
    assert lying_about(root) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: two write at once")
@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_newer_version_at_once_do_not_miss_each_other(pilot: Pilot, cast: dict[str, Person]) -> None:
    piece = actions.file_evidence(portfolio=pilot.portfolio, by=cast["ria"], link="https://b.org", **on(MARCH))
    outcome: list[str] = []

    def replace() -> None:
        try:
            actions.replace_evidence(evidence=piece, by=cast["ria"], link="https://a.org", **on(MARCH))
            outcome.append("replaced")
        except Refused as refused:
            outcome.append(refused.code)
        finally:
            connection.close()

    with transaction.atomic():
        cleared(pilot, cast["ria"], piece, for_=cast["lena"])
        other = threading.Thread(target=replace)
        other.start()
        other.join(0.5)
        assert outcome == [], "it waits for the answer"
    other.join(10)
    assert outcome == ["changed_meanwhile"]
    assert state(pilot, MARCH).state == "cleared"


# What rests on it -----------------------------------------------------------------------------------------------------


def test_a_piece_counts_as_evidence_where_evidence_is_required(pilot: Pilot, cast: dict[str, Person]) -> None:
    with pytest.raises(EvidenceRequired):
        cleared(pilot, cast["ria"], for_=cast["lena"])
    decision = cleared(pilot, cast["ria"], filed(pilot, cast["ria"]), for_=cast["lena"])
    assert (decision.decider, decision.recorded_for) == (cast["lena"], True)


def test_the_chain_and_the_seal_cover_the_pieces(pilot: Pilot, cast: dict[str, Person]) -> None:
    piece = filed(pilot, cast["lena"])
    decision = cleared(pilot, cast["lena"], piece)
    assert decision.evidence_checksums == {piece.public_id: piece.checksum}
    assert decision.sealed[f"evidence:{piece.piece}"] == piece.checksum
    assert [use.evidence for use in decision.evidence_used.all()] == [piece]
    assert verify.verify().first is None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pilots_decisionevidence SET checksum = '0'")
    broken = verify.verify().first
    assert broken is not None
    assert broken.event == decision.event_id


def test_one_piece_is_used_by_several_gates_and_a_new_version_reopens_each(
    portfolio: Portfolio, pilot: Pilot, cast: dict[str, Person]
) -> None:
    other = a_pilot(portfolio, cast, "P-2")
    piece = filed(pilot, cast["ria"])
    cleared(pilot, cast["ria"], piece, for_=cast["lena"])
    cleared(other, cast["ria"], piece, for_=cast["lena"])
    allowed = date(2025, 5, 3)
    newer = actions.replace_evidence(
        evidence=piece, by=cast["ria"], file=io.BytesIO(PDF + b"and more"), file_name="b.pdf", **on(allowed)
    )
    for each in (pilot, other):
        assert state(each, allowed - timedelta(days=1)).state == "cleared"
        assert state(each, allowed).state == "reconfirm"
        assert state(each, allowed).court == "decider"
        assert each.events.filter(action="replace_evidence").count() == 1
    assert (newer.version, newer.piece, newer.title) == (2, piece.piece, piece.title)
    june = date(2025, 6, 1)
    actions.replace_evidence(evidence=newer, by=cast["ria"], file=io.BytesIO(PDF), file_name="a.pdf", **on(june))
    assert state(pilot, june).state == "cleared", "what is restored restores the answer"
    assert state(pilot, allowed).state == "reconfirm"


def test_a_decision_on_the_newer_version_stands(pilot: Pilot, cast: dict[str, Person]) -> None:
    piece = filed(pilot, cast["lena"])
    cleared(pilot, cast["lena"], piece)
    newer = actions.replace_evidence(evidence=piece, by=cast["lena"], link="https://example.org/v2", **on(MARCH))
    with pytest.raises(Invalid, match="newer version"):
        cleared(pilot, cast["lena"], piece)
    cleared(pilot, cast["lena"], newer)
    assert state(pilot, MARCH).state == "cleared"


def test_a_piece_has_one_successor_at_most(pilot: Pilot, cast: dict[str, Person]) -> None:
    piece = filed(pilot, cast["lena"])
    says: dict[str, Any] = {"evidence": piece, "by": cast["lena"], "link": "https://a.org"}
    actions.replace_evidence(**says, **on(MARCH))
    with pytest.raises(ChangedMeanwhile):
        actions.replace_evidence(**says, **on(MARCH))


def test_who_may_not_act_on_a_pilot_cannot_reopen_its_gates(
    portfolio: Portfolio, pilot: Pilot, cast: dict[str, Person]
) -> None:
    other = actions.record(portfolio=portfolio, key="P-2", name="Notes", manager=cast["otto"], by=None, **on(MARCH))
    piece = filed(pilot, cast["lena"])
    cleared(pilot, cast["lena"], piece)
    cleared(other, cast["lena"], piece)
    for who in ("mia", "otto"):
        with pytest.raises(NotYours):
            actions.replace_evidence(evidence=piece, by=cast[who], link="https://a.org", **on(MARCH))
    assert actions.replace_evidence(evidence=piece, by=cast["lena"], link="https://a.org", **on(MARCH))


def test_an_answer_is_good_no_longer_than_its_evidence(pilot: Pilot, cast: dict[str, Person]) -> None:
    ends = MARCH + timedelta(days=40)
    later = filed(pilot, cast["lena"], expires_on=ends + timedelta(days=9))
    piece = filed(pilot, cast["lena"], expires_on=ends)
    cleared(pilot, cast["lena"], piece, later)
    assert state(pilot, ends).state == "cleared"
    assert state(pilot, ends).good_until == ends
    assert state(pilot, ends + timedelta(days=1)).state == "lapsed"
    assert state(pilot, ends + timedelta(days=1)).court == "decider"


def test_an_exception_is_good_no_longer_than_its_evidence(pilot: Pilot, cast: dict[str, Person]) -> None:
    ends = MARCH + timedelta(days=10)
    piece = filed(pilot, cast["lena"], expires_on=ends)
    actions.ask_exception(gate=gate(pilot), by=cast["mia"], reason="Soon.", **on(MARCH))
    actions.except_(
        gate=gate(pilot),
        by=cast["lena"],
        reason="Until then.",
        until=MARCH + timedelta(days=60),
        pieces=[piece],
        **on(MARCH),
    )
    assert state(pilot, ends).state == "excepted"
    assert state(pilot, ends + timedelta(days=1)).state == "lapsed"


def test_a_version_of_the_same_content_may_end_an_answer_earlier_but_never_later(
    pilot: Pilot, cast: dict[str, Person]
) -> None:
    ends = MARCH + timedelta(days=40)
    piece = filed(pilot, cast["lena"], expires_on=ends)
    cleared(pilot, cast["lena"], piece)
    says: dict[str, Any] = {"by": cast["lena"], "file_name": "a.pdf"}
    longer = actions.replace_evidence(
        evidence=piece, file=io.BytesIO(PDF), expires_on=ends + timedelta(days=40), **says, **on(MARCH)
    )
    assert state(pilot, MARCH).good_until == ends
    actions.replace_evidence(
        evidence=longer, file=io.BytesIO(PDF), expires_on=ends - timedelta(days=5), **says, **on(MARCH)
    )
    assert state(pilot, MARCH).good_until == ends - timedelta(days=5)
    assert state(pilot, MARCH).state == "cleared"


def test_no_answer_can_rest_on_evidence_that_is_over(pilot: Pilot, cast: dict[str, Person]) -> None:
    piece = filed(pilot, cast["lena"], expires_on=MARCH)
    with pytest.raises(Invalid) as refused:
        cleared(pilot, cast["lena"], piece, on=MARCH + timedelta(days=1), known=MARCH + timedelta(days=1))
    assert refused.value.field == "pieces"
    assert cleared(pilot, cast["lena"], piece).good_until == MARCH


def test_a_condition_is_met_with_a_piece_and_the_answer_rests_on_it_too(pilot: Pilot, cast: dict[str, Person]) -> None:
    due = MARCH + timedelta(days=60)
    conditions = [{"text": "Mask names", "owner": cast["mia"].pk, "due": due}]
    decision = cleared(pilot, cast["lena"], outcome="conditional", conditions=conditions)
    ends = due + timedelta(days=30)
    piece = filed(pilot, cast["mia"], expires_on=ends)
    actions.meet_condition(gate=gate(pilot), by=cast["mia"], text="mask names", pieces=[piece], **on(MARCH))
    assert DecisionEvidence.objects.get().decision == decision
    assert state(pilot, due + timedelta(days=1)).state == "conditional"
    assert state(pilot, ends + timedelta(days=1)).state == "lapsed"
    allowed = MARCH + timedelta(days=20)
    actions.replace_evidence(evidence=piece, by=cast["mia"], link="https://a.org", **on(allowed))
    assert state(pilot, allowed).state == "reconfirm"
    history = load.event_records(pilot)
    periods.rebuild_pilot(pilot)
    assert state(pilot, allowed).state == "reconfirm"
    assert history == load.event_records(pilot)


def test_evidence_of_another_portfolio_is_no_evidence_here(pilot: Pilot, cast: dict[str, Person]) -> None:
    elsewhere = Portfolio.objects.create(key="q", name="Q")
    PortfolioRole.objects.create(portfolio=elsewhere, person=cast["ria"], role="program-office")
    piece = actions.file_evidence(portfolio=elsewhere, by=cast["ria"], link="https://a.org", **on(MARCH))
    with pytest.raises(Invalid) as refused:
        cleared(pilot, cast["lena"], piece)
    assert refused.value.field == "pieces"


# Who sees it ----------------------------------------------------------------------------------------------------------


def test_evidence_is_seen_by_those_who_may_see_a_pilot_that_uses_it(
    portfolio: Portfolio, pilot: Pilot, cast: dict[str, Person]
) -> None:
    piece = actions.file_evidence(portfolio=portfolio, by=cast["ria"], link="https://a.org", **on(MARCH))

    def expected_version() -> set[str]:
        return {name for name, who in cast.items() if Evidence.objects.visible_to(who).filter(pk=piece.pk).exists()}

    assert expected_version() == {"ria"}
    cleared(pilot, cast["ria"], piece, for_=cast["lena"])
    assert expected_version() == {"ria", "lena", "max", "mia"}
    newer = actions.replace_evidence(evidence=piece, by=cast["ria"], link="https://b.org", **on(MARCH))
    assert Evidence.objects.visible_to(cast["lena"]).filter(pk=newer.pk).exists()
    assert list(Evidence.objects.current()) == [newer]


# It is never edited ---------------------------------------------------------------------------------------------------


def test_evidence_and_what_rests_on_it_are_never_edited_or_deleted(pilot: Pilot, cast: dict[str, Person]) -> None:
    piece = filed(pilot, cast["lena"])
    cleared(pilot, cast["lena"], piece)
    for row in (piece, DecisionEvidence.objects.get()):
        with pytest.raises(PermissionError):
            row.save()
        with pytest.raises(PermissionError):
            row.delete()
        with pytest.raises(PermissionError):
            type(row).objects.update(checksum="0" * 64)
        with pytest.raises(PermissionError):
            type(row).objects.all().delete()


def test_what_a_decision_rests_on_cannot_be_changed_by_sql(pilot: Pilot, cast: dict[str, Person]) -> None:
    cleared(pilot, cast["lena"], filed(pilot, cast["lena"]))
    for change in ("pieces = NULL", "cites_id = id"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE pilots_decision SET {change}")


# A no, and what would change it ---------------------------------------------------------------------------------------


def test_a_no_says_what_would_change_it(pilot: Pilot, cast: dict[str, Person]) -> None:
    decision = cleared(pilot, cast["lena"], outcome="refused", reason="No contract.", would_change="A signed contract.")
    assert decision.would_change == "A signed contract."
    yes = cleared(pilot, cast["lena"], would_change="Nothing.")
    assert yes.would_change is None


# Exceptions in a row --------------------------------------------------------------------------------------------------


def test_the_second_renewal_of_an_exception_calls_for_the_escalation_persons_eye(
    pilot: Pilot, cast: dict[str, Person]
) -> None:
    def except_again(day: date) -> Any:
        actions.ask_exception(gate=gate(pilot), by=cast["mia"], reason="Soon.", **on(day))
        actions.except_(
            gate=gate(pilot), by=cast["lena"], reason="Once more.", until=day + timedelta(days=30), **on(day)
        )
        return state(pilot, day)

    first, second, third = (except_again(MARCH + timedelta(days=n)) for n in (0, 20, 70))
    assert [each.renewals for each in (first, second, third)] == [0, 1, 2]
    assert [each.for_escalation for each in (first, second, third)] == [False, False, True]
    cleared(pilot, cast["lena"], on=MARCH + timedelta(days=80), known=MARCH + timedelta(days=80))
    assert state(pilot, MARCH + timedelta(days=80)).renewals == 0


def test_a_refused_filing_leaves_no_record_behind(pilot: Pilot, cast: dict[str, Person]) -> None:
    before = Event.objects.count()
    with pytest.raises(Refused):
        filed(pilot, cast["lena"], EXE)
    assert Event.objects.count() == before


@pytest.mark.parametrize("field", ["effective_on", "expires_on"])
def test_a_day_that_no_calendar_reaches_is_refused(pilot: Pilot, cast: dict[str, Person], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        filed(pilot, cast["ria"], **{field: date.max})
    assert refused.value.field == field


def test_no_answer_rests_on_what_takes_effect_later(pilot: Pilot, cast: dict[str, Person]) -> None:
    piece = filed(pilot, cast["ria"], effective_on=MARCH + timedelta(days=1))
    with pytest.raises(Invalid) as refused:
        cleared(pilot, cast["lena"], piece)
    assert refused.value.field == "pieces"
    refusing = cleared(pilot, cast["lena"], piece, outcome="refused")
    assert refusing.evidence_used.get().evidence == piece


def test_no_newer_version_gives_an_answer_more_time_or_brings_it_back(pilot: Pilot, cast: dict[str, Person]) -> None:
    """Rule 7: evidence ends the answer that rests on it earlier, never later; only a decision renews it."""
    said = {"link": "https://terms.example/1", "file": None, "file_name": ""}
    piece = filed(pilot, cast["ria"], **said, expires_on=MARCH + timedelta(days=100))
    cleared(pilot, cast["lena"], piece)
    ends = []
    for after, day in ((20, 1), (90, 2), (5, 3), (300, 12)):
        piece = actions.replace_evidence(
            evidence=piece,
            by=cast["ria"],
            link="https://terms.example/1",
            expires_on=MARCH + timedelta(days=after),
            **on(MARCH + timedelta(days=day)),
        )
        snapshot = snapshot_of(pilot, at=MARCH + timedelta(days=day))
        assert snapshot is not None
        status = snapshot.gate("legal-sign-off").status
        ends.append((status.state, status.good_until and (status.good_until - MARCH).days))
    assert ends == [("cleared", 20), ("cleared", 20), ("cleared", 5), ("lapsed", None)]


def test_what_stands_before_a_document_is_not_overlooked(pilot: Pilot, cast: dict[str, Person]) -> None:
    """An archive is read from its end, so that anything can stand before it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/document.xml", "<w/>")
    document = archive.getvalue()
    assert filed(pilot, cast["ria"], document, file_name="terms.docx").size
    sound = b"RIFF" + (36).to_bytes(4, "little") + b"WAVEfmt " + bytes(60)
    for content, name in ((EXE + document, "terms.docx"), (sound, "terms.webp")):
        with pytest.raises(Invalid) as refused:
            filed(pilot, cast["ria"], content, file_name=name)
        assert refused.value.field == "file"
