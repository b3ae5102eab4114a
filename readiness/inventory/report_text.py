"""An import's report, in lines to be read on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.figures import grouped
from pilots.models import GateKind
from readiness.inventory.records import place_in_file
from readiness.inventory.report import Group, Report
from readiness.models.imports import Subject

STAGES = {
    "planned": gettext_lazy("planned"),
    "running": gettext_lazy("running"),
    "paused": gettext_lazy("paused"),
    "claimed": gettext_lazy("claimed"),
    "adopted": gettext_lazy("adopted"),
    "retired": gettext_lazy("retired"),
    "not_stated": gettext_lazy("not stated"),
}
"""What is reported of the pilots in a list, in this order: the stage, and of the adopted whether the facts show it."""

TITLES = {
    "approximate_date": gettext_lazy("A month or a year, read as its last day"),
    "date_as_read": gettext_lazy("Dates, as they were read"),
    "days_out_of_order": gettext_lazy("Days that cannot both be so"),
    "formula": gettext_lazy("Formulas"),
    "future_date": gettext_lazy("Dates in the future"),
    "identical_rows": gettext_lazy("Rows that say the same, merged"),
    "missing_column": gettext_lazy("Columns that the file does not have"),
    "near_duplicate": gettext_lazy("New beside a pilot whose key is nearly the same"),
    "near_name": gettext_lazy("New beside a pilot whose name is nearly the same"),
    "neither_yes_nor_no": gettext_lazy("Neither yes nor no"),
    "no_address": gettext_lazy("No address, where one would say yes"),
    "no_account": gettext_lazy("People without an account"),
    "no_function": gettext_lazy("No function is named"),
    "no_workflow": gettext_lazy("No workflow is named"),
    "pause_not_taken": gettext_lazy("Pauses, on record as running"),
    "recognised": gettext_lazy("Recognised by their names"),
    "restored": gettext_lazy("Restored, for the import that made them was taken back"),
    "review_waived": gettext_lazy("A waiver is not a review"),
    "unknown_column": gettext_lazy("Columns that are not known, kept beside the record"),
    "unknown_gate": gettext_lazy("Gates that are not there"),
    "says_no_task": gettext_lazy("Names and purposes that say no task"),
    "start_not_known": gettext_lazy("Running, and the start is not known: the clock counts from the day of the record"),
    "unknown_stage": gettext_lazy("Stages that are not known"),
    "unknown_state": gettext_lazy("States of gates that are not known"),
    "unreadable_date": gettext_lazy("Dates that cannot be read"),
}


OF_ALL: Mapping[str, Any] = {
    Subject.PILOTS: gettext_lazy("Pilots: %(created)s created, %(updated)s updated, %(unchanged)s unchanged."),
    Subject.PEOPLE: gettext_lazy("People: %(created)s opened, %(updated)s changed, %(unchanged)s unchanged."),
    Subject.FUNCTIONS: gettext_lazy("Functions: %(created)s new, %(updated)s changed, %(unchanged)s unchanged."),
    Subject.PORTFOLIOS: gettext_lazy("Portfolios: %(created)s opened, %(updated)s changed, %(unchanged)s unchanged."),
    Subject.ROLES: gettext_lazy("Roles: %(created)s given, %(updated)s changed, %(unchanged)s unchanged."),
    Subject.RIGHTS: gettext_lazy(
        "Decision rights: %(created)s assigned, %(updated)s changed, %(unchanged)s unchanged."
    ),
}
"""What came of the rows of a list, by what is in it."""


def lines(report: Report, file: str, *, dry_run: bool) -> Iterator[str]:
    """The report, line by line. A place in the file is named as a spreadsheet numbers it."""
    yield _("%(file)s: %(read)s rows read, %(rejected)s rejected, %(merged)s merged.") % {
        "file": file,
        "read": grouped(report.read),
        "rejected": grouped(report.rejected),
        "merged": grouped(report.merged),
    }
    yield from report.assumed
    yield str(OF_ALL[report.subject]) % {
        "created": grouped(report.created),
        "updated": grouped(report.updated),
        "unchanged": grouped(report.unchanged),
    }
    if report.restored:
        yield ngettext(
            "Restored: %(n)s pilot, which only an import made that was taken back.",
            "Restored: %(n)s pilots, which only imports made that were taken back.",
            report.restored,
        ) % {"n": grouped(report.restored)}
    if report.nothing_changed:
        yield _nothing_changed(report)
    yield from _counts(report)
    for code, group in sorted(report.refused.items()):
        yield from _group(_("Rejected: %(what)s") % {"what": code}, group, file)
    if report.changed.count:
        yield from _group(_("Changed"), report.changed, file)
    if report.fell.count:
        yield from _group(_("What followed from it"), report.fell, file)
    if report.by_design:
        sentence = _(
            "Never taken from a list, because it follows from what is done here, by whom, and when: %(columns)s."
        )
        yield sentence % {"columns": ", ".join(sorted(report.by_design))}
    if report.not_taken.count:
        yield from _group(_("Not taken from the list"), report.not_taken, file)
    if report.kept.count:
        yield from _group(_("Kept as people decided"), report.kept, file)
    for code, group in sorted(report.found.items()):
        yield from _group(str(TITLES.get(code, code)), group, file)
    yield from _no_longer_listed(report)
    if report.broken_off:
        yield report.broken_off
        yield _("What came before it is kept. Correct the file and import it again.")
    if dry_run:
        yield _("This was a dry run: nothing was written.")


def _nothing_changed(report: Report) -> str:
    """That nothing changed; where a cell or a row was not taken, the list may well say something new."""
    rows, cells = report.rejected, report.cells_not_taken
    if not (rows or cells):
        return _("Nothing is new, and nothing changed.")
    says_rows = ngettext("%(n)s row", "%(n)s rows", rows) % {"n": grouped(rows)}
    says_cells = ngettext("%(n)s cell", "%(n)s cells", cells) % {"n": grouped(cells)}
    what = _(" and ").join(says for says, n in ((says_rows, rows), (says_cells, cells)) if n)
    return _("Nothing on record is new, and nothing changed. Not taken, and listed below: %(what)s.") % {"what": what}


def _counts(report: Report) -> Iterator[str]:
    stages = [
        f"{grouped(report.stages[stage])} {name}" if report.stages[stage] or stage != "adopted" else _("none adopted")
        for stage, name in STAGES.items()
        if report.stages[stage] or stage in ("planned", "running", "claimed", "adopted", "retired")
    ]
    if report.records and report.subject == Subject.PILOTS:
        yield _("In this list: %(stages)s.") % {"stages": ", ".join(stages)}
    if report.asserted:
        kinds = dict(GateKind.objects.values_list("key", "name"))
        statement = [f"{grouped(report.asserted[key])} {name}" for key, name in kinds.items() if report.asserted[key]]
        yield _("Gates asserted, for their deciders to confirm: %(gates)s.") % {"gates": ", ".join(statement)}


def _group(title: str, group: Group, file: str) -> Iterator[str]:
    yield f"{title}: {grouped(group.count)}"
    for finding in group.first:
        yield f"  {place_in_file(file, finding.line, finding.column)}: {finding.sentence}"
    more = group.count - len(group.first)
    if more:
        yield "  " + ngettext("and %(n)s more", "and %(n)s more", more) % {"n": grouped(more)}


def _no_longer_listed(report: Report) -> Iterator[str]:
    if not report.no_longer:
        return
    yield ngettext(
        "No longer in the list (nothing is deleted): %(n)s pilot",
        "No longer in the list (nothing is deleted): %(n)s pilots",
        report.no_longer,
    ) % {"n": grouped(report.no_longer)}
    for key in report.no_longer_first:
        yield f"  {key}"
    more = report.no_longer - len(report.no_longer_first)
    if more:
        yield "  " + ngettext("and %(n)s more", "and %(n)s more", more) % {"n": grouped(more)}
