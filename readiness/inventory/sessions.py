"""Imports as sessions: opened with a file, previewed, confirmed; what came of each row is kept with them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, F, Max, Min, Q
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_tasks import task

from pilots import actions, permissions
from pilots.actions.event_batch import event_batch
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Person, Portfolio
from pilots.refusals import Refused
from readiness.inventory import profile as profiles
from readiness.inventory import report_text
from readiness.inventory.creating import MayWrite
from readiness.inventory.importing import IN_ONE, Import, OtherThanShown, Tick
from readiness.inventory.mapping import ListMapping, MappingProblem, as_data, from_data
from readiness.inventory.office_edits import OfficeEdits
from readiness.inventory.profile import ListProfile
from readiness.inventory.records import FileProblem, storable
from readiness.inventory.reference.importing import ReferenceImport
from readiness.inventory.reference.rows import ReferenceList
from readiness.inventory.report import Report
from readiness.inventory.row_outcomes import RowOutcome
from readiness.inventory.sources import List
from readiness.inventory.tabular import Table
from readiness.models.imports import ImportedRow, ImportSession, ImportStage, Outcome, Subject, Wanted

if TYPE_CHECKING:
    Upload = UploadedFile[bytes]
else:
    Upload = UploadedFile

ROWS_AT_ONCE = 500
PROBLEMS = "problems"
"""Among the counts of a session: rows that somebody should look at."""


def open_session(
    *, upload: Upload, by: Person, at: date, subject: str = Subject.PILOTS, reason: str = ""
) -> ImportSession:
    """An import of an uploaded file, to be mapped."""
    checksum = hashlib.sha256()
    for chunk in upload.chunks():
        checksum.update(chunk)
    upload.seek(0)
    session = ImportSession(
        started_by=by,
        language=get_language() or "",
        effective_on=at,
        subject=subject,
        reason=reason,
        file_name=Path(upload.name or "list").name[:300],
        checksum=checksum.hexdigest(),
    )
    session.file.save(upload.name or "list", upload, save=False)
    session.save()
    return session


def mapping_of(session: ImportSession) -> ListMapping | None:
    """How a session's list is read; None: it is in the product's own form. Raises MappingProblem."""
    return None if session.mapping is None else from_data(session.mapping)


def table_of(session: ImportSession) -> Table:
    """The rows of a session's list, from the sheet and below the header that its mapping has chosen.

    Raises FileProblem and MappingProblem.
    """
    return Table(Path(session.file.path), *_wanted(session), name=session.file_name)


def profile_of(session: ImportSession, *, sheet: str | None = None, header_row: int | None = None) -> ListProfile:
    """What a session's list holds, from the sheet and below the header that its mapping, or somebody now, has chosen.

    The file is gone through where that was not done yet; what it holds is kept with the session. Raises FileProblem and
    MappingProblem.
    """
    chosen = _wanted(session)
    wanted = (
        chosen[0] if sheet is None else sheet,
        chosen[1] if header_row is None else header_row,
        chosen[2],
    )
    if session.profile is not None:
        kept = profiles.from_data(session.profile)
        if kept.is_of(*wanted):
            return kept
    table = Table(Path(session.file.path), *wanted, name=session.file_name)
    profile = profiles.profile_of(table, wanted)
    session.profile, session.rows_read = profile.as_data(), profile.rows
    session.save(update_fields=["profile", "rows_read"])
    return profile


def _wanted(session: ImportSession) -> tuple[str, int, str]:
    """Sheet, row of the header and encoding as the mapping of a session names them."""
    mapping = mapping_of(session)
    return (mapping.sheet, mapping.header_row, mapping.encoding) if mapping else ("", 0, "")


def list_of(session: ImportSession) -> List | ReferenceList:
    """The list of a session, with the cells that were typed over in its preview. Raises MappingProblem."""
    path, mapping, at = Path(session.file.path), mapping_of(session), session.effective_on
    corrections = {int(line): dict(cells) for line, cells in session.corrections.items()}
    if session.subject == Subject.PILOTS:
        return List(path, mapping, at, name=session.file_name, corrections=corrections)
    if mapping is None or mapping.of != session.subject:
        raise MappingProblem(_("Say which column is which first."))
    return ReferenceList(path, mapping, at, name=session.file_name, corrections=corrections)


def is_long(session: ImportSession) -> bool:
    """Whether a list has too many rows for one request. Raises FileProblem and MappingProblem.

    How many rows it has is known once it was gone through, to be mapped or previewed.
    """
    if session.rows_read:
        return session.rows_read > IN_ONE
    return next(islice(table_of(session).rows(), IN_ONE, None), None) is not None


def queue(session: ImportSession, wanted: Wanted) -> None:
    """Leave a long list to whatever works outside of requests (`background`)."""
    session.stage, session.wanted, session.rows_read = ImportStage.QUEUED, wanted, 0
    with transaction.atomic():
        session.save(update_fields=["stage", "wanted", "rows_read"])
        run_queued.enqueue(session.pk)


def portfolios_of(person: Person | None) -> MayWrite | None:
    """Whether a row is of a portfolio that a person keeps; None where they keep all, and for a command.

    A portfolio that is new is opened by whoever keeps all.
    """
    kept = None if person is None else permissions.portfolios_kept(person)
    if kept is None:
        return None
    return set(Portfolio.objects.filter(pk__in=kept).values_list("key", flat=True)).__contains__


@task()
def run_queued(pk: int) -> None:
    """Do what a queued session waits for. What stands in the way becomes its report, and it is open again.

    Returns without doing anything where another process has taken it, or where it is no more.
    """
    waits = ImportSession.objects.filter(pk=pk, stage=ImportStage.QUEUED)
    if not waits.update(stage=ImportStage.RUNNING):
        return
    session = ImportSession.objects.get(pk=pk)
    try:
        _run_taken(session)
    except BaseException:
        # What was written stands, and is kept as it is: only how far it is, and why, is said.
        with _its_language(session):
            says = _(
                "This ended before all of it was read, by an error that is in the log of the server. Try it again."
            )
        ImportSession.objects.filter(pk=pk).update(stage=ImportStage.OPENED, report=says, outcome="")
        raise


def _run_taken(session: ImportSession) -> None:
    wanted, by = session.wanted, session.started_by
    session.wanted = ""
    try:
        if wanted == Wanted.CONFIRM:
            try:
                confirm(session, by=by, tick=_progress(session))
            except OtherThanShown:
                preview(session, by=by)
        else:
            preview(session, by=by)
    except (FileProblem, MappingProblem, Refused) as problem:
        with _its_language(session):
            session.stage, session.report = ImportStage.OPENED, str(getattr(problem, "says", "") or problem)
        session.outcome = ""
        session.save(update_fields=["stage", "report", "outcome", "wanted"])


def _progress(session: ImportSession) -> Tick:
    """Say how many rows were read: beyond the first transaction each batch is seen at once."""

    def tick(rows: int) -> None:
        ImportSession.objects.filter(pk=session.pk).update(rows_read=F("rows_read") + rows)

    session.rows_read = 0
    return tick


def _run(session: ImportSession, by: Person | None, tick: Tick, *, dry_run: bool = False) -> Import | ReferenceImport:
    """The import of a session's list, by whoever does it; nobody is a command."""
    source = list_of(session)
    confirmed = "" if dry_run else session.outcome
    if isinstance(source, ReferenceList):
        return ReferenceImport(source, by=by, dry_run=dry_run, tick=tick, confirmed=confirmed)
    office = None if by is None else OfficeEdits(by, session.reason)
    return Import(source, may_write=portfolios_of(by), office=office, dry_run=dry_run, tick=tick, confirmed=confirmed)


def preview(session: ImportSession, *, by: Person | None, tick: Tick = lambda rows: None) -> Report:
    """Do all of it and take it back; what would come of each row is kept. Raises FileProblem and MappingProblem."""
    rows: list[RowOutcome] = []
    with _its_language(session):
        run = _run(session, by, tick, dry_run=True)
        run.keep = rows.extend
        report = run.run()
        with transaction.atomic():
            session.rows.all().delete()
            _store(session, rows, in_preview=True)
            _finish(session, report, run.outcome, ImportStage.PREVIEWED, rows=_counted(rows))
    return report


def _its_language(session: ImportSession) -> translation.override:
    """What comes of the rows is said in one language, whoever confirms it, and wherever it is read in."""
    return translation.override(session.language or settings.LANGUAGE_CODE)


def confirm(session: ImportSession, *, by: Person | None, tick: Tick = lambda rows: None) -> Report:
    """Do it. What came of each row is kept in the transaction that writes it.

    Raises:
        FileProblem: the file cannot be read any more.
        OtherThanShown: something else would come of it now than the preview showed; nothing was written.
    """
    # What is written at once is in the log at once; of a list too long for one transaction, at its end.
    of_pilots = session.subject == Subject.PILOTS
    at_once = not of_pilots or sum(session.counts.get(outcome, 0) for outcome in Outcome.values) <= IN_ONE
    before = session.first_event
    try:
        with _its_language(session), logged_transaction() if at_once else nullcontext():
            if of_pilots:
                return _confirm(session, by, tick)
            with event_batch():
                return _confirm(session, by, tick)
    except BaseException:
        session.first_event = before
        raise


def _confirm(session: ImportSession, by: Person | None, tick: Tick) -> Report:
    counts: Counter[str] = Counter()

    def keep(rows: Iterable[RowOutcome]) -> None:
        some = list(rows)
        if not counts:
            session.rows.all().delete()
            # One that a process left unfinished, and that goes on, began where it began.
            session.first_event = session.first_event or run.last_before + 1
            session.save(update_fields=["first_event"])
        counts.update(_counted(some))
        _store(session, some, in_preview=False)

    run = _run(session, by, tick)
    run.keep = keep
    report = run.run()
    stage = ImportStage.BROKEN_OFF if report.broken_off else ImportStage.DONE
    with logged_transaction():
        if session.subject == Subject.PILOTS:
            _log(session)
        else:
            _log_reference(session, counts)
        _finish(session, report, run.outcome, stage, rows=counts)
    return report


def _log_reference(session: ImportSession, counts: Counter[str]) -> None:
    """Write down that a list of people, functions, portfolios, roles or rights was imported: one line over all its rows did."""
    actions.import_list(
        session=session.public_id,
        file_name=session.file_name,
        checksum=session.checksum,
        of=session.subject,
        counts={None: {outcome: counts[outcome] for outcome in Outcome.values if counts[outcome]}},
        by=session.started_by,
        reason=session.reason,
        on=session.effective_on,
    )


def _log(session: ImportSession) -> None:
    """Write down that the list was imported, for each portfolio of its pilots, and keep which events it wrote."""
    taken = session.rows.filter(pilot__isnull=False).order_by()
    by = Q(by=None) | Q(by=session.started_by)
    written = Event.objects.filter(by, pk__gte=session.first_event or 0, pilot__in=taken.values("pilot"))
    # A preview that was rolled back has used numbers too: the first one is what was written, not what could have been.
    ends = written.aggregate(first=Min("pk"), last=Max("pk"))
    session.last_event = ends["last"]
    counts: dict[int, dict[str, int]] = {}
    for portfolio, outcome, number in taken.values_list("pilot__portfolio", "outcome").annotate(number=Count("pk")):
        counts.setdefault(portfolio, {})[outcome] = number
    portfolios = Portfolio.objects.filter(pk__in=counts).order_by("pk")
    actions.import_list(
        session=session.public_id,
        events=None if ends["last"] is None else (ends["first"], ends["last"]),
        file_name=session.file_name,
        checksum=session.checksum,
        counts={portfolio: counts[portfolio.pk] for portfolio in portfolios},
        by=session.started_by,
        reason=session.reason,
        on=session.effective_on,
    )


@dataclass
class CommandSession:
    """The session of a file that a command reads: what comes of its rows is kept with it. One that reads nothing leaves none."""

    run: Import | ReferenceImport
    mapping: ListMapping | None
    by: Person | None = None
    reason: str = ""
    session: ImportSession = field(init=False)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.session = ImportSession(
            subject=Subject.PILOTS if self.mapping is None else self.mapping.of,
            started_by=self.by,
            reason=self.reason,
            effective_on=self.run.source.at,
            file_name=self.run.source.file_name[:300],
            mapping=None if self.mapping is None else as_data(self.mapping),
            stage=ImportStage.RUNNING,
        )
        self.run.keep = self._keep

    def _keep(self, rows: Iterable[RowOutcome]) -> None:
        if self.session._state.adding:
            self.session.save()
        batch = list(rows)
        self.counts.update(_counted(batch))
        _store(self.session, batch, in_preview=False)

    def finish(self) -> None:
        """Close it."""
        if not self.session._state.adding:
            stage = ImportStage.BROKEN_OFF if self.run.report.broken_off else ImportStage.DONE
            _finish(self.session, self.run.report, self.run.outcome, stage, rows=self.counts)


def _store(session: ImportSession, rows: Iterable[RowOutcome], *, in_preview: bool) -> None:
    ImportedRow.objects.bulk_create(
        (
            ImportedRow(
                session=session,
                line=row.line,
                outcome=row.outcome,
                has_problem=row.has_problem,
                pilot_id=None if in_preview else row.pilot,
                key=storable(row.key),
                name=storable(row.name),
                cells=[[storable(text) for text in cell] for cell in row.cells],
                findings=[{n: storable(v) if isinstance(v, str) else v for n, v in each.items()} for each in row.says],
            )
            for row in rows
        ),
        batch_size=ROWS_AT_ONCE,
    )


def _counted(rows: Iterable[RowOutcome]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row.outcome] += 1
        counts[PROBLEMS] += row.has_problem
    return counts


def _finish(session: ImportSession, report: Report, outcome: str, stage: ImportStage, *, rows: Counter[str]) -> None:
    session.stage, session.outcome, session.rows_read = stage, outcome, report.read
    session.counts = dict(rows) | {"no_longer": report.no_longer}
    lines = report_text.lines(report, session.file_name, dry_run=stage == ImportStage.PREVIEWED)
    session.report = storable("\n".join(lines))
    if stage != ImportStage.PREVIEWED:
        session.finished_at = timezone.now()
    session.save()
