"""Records of a list become facts, many at a time, by the actions' own work (design, section 9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilots import actions
from pilots.actions.acceptances import nominating
from pilots.actions.bulk_import import Batch, NewPilot
from pilots.actions.decisions import asserting
from pilots.actions.retirement import retiring
from pilots.actions.rules import ruling
from pilots.actions.stages import claiming, starting
from pilots.event_log.sign import logged_transaction
from pilots.figures import written_day
from pilots.refusals import Invalid, Refused
from pilots.rules.vocabulary import ClearsBy, Stage, Standing
from readiness.inventory.changes import RecordReport
from readiness.inventory.comparing import by_design, no_account, not_taken, not_taken_of_new
from readiness.inventory.lookups import Places
from readiness.inventory.neighbours import Neighbours
from readiness.inventory.office_edits import OfficeEdits
from readiness.inventory.on_record import OWN, RecordedPilot, on_record, read_again, refuse_older
from readiness.inventory.records import Finding, Rejected
from readiness.inventory.report import CHANGED, FELL, KEPT, NOT_TAKEN, Report
from readiness.inventory.row_outcomes import RowOutcomes
from readiness.inventory.stages import steps, without_what_cannot_be
from readiness.inventory.statement import PEOPLE, Statement
from readiness.inventory.updating import update
from readiness.models.empty_words import words_in_use
from readiness.models.imports import Outcome
from readiness.rules.nouns import hint
from readiness.text.nouns import question

MayWrite = Callable[[str], bool]
"""Whether whoever reads a list in keeps the portfolio of a key."""
_WORK: dict[str, Any] = {
    "start": starting,
    "record_running": partial(starting, start_known=False),
    "record_claim": claiming,
    "retire": retiring,
}


class Applying:
    """One import under way: give it batch after batch. `at` is the day the record is taken to be made.

    A batch is written whole or not at all. `rejected` holds the rows of the last batch that were not taken.
    """

    def __init__(
        self,
        at: date,
        report: Report,
        rows: RowOutcomes,
        may_write: MayWrite | None = None,
        office: OfficeEdits | None = None,
    ) -> None:
        self.office = office
        self.at, self.report, self.rows_of_list = at, report, rows
        self.may_write = may_write
        self.places = Places(at)
        self.neighbours = Neighbours()
        self.rejected: list[Rejected] = []
        self.words = words_in_use()

    @logged_transaction()
    def take(self, batch: Sequence[Statement]) -> set[int]:
        """Put new pilots on record, and bring those on record up to the list. Returns the primary keys of all."""
        self.rejected = []
        readable = [statement for statement in batch if self._can_be_kept(statement)]
        self.neighbours.learn(readable)
        readable = [self.neighbours.recognise(statement) for statement in readable]
        self.places.learn(readable)
        found = on_record(readable, self.at)
        together = Batch.begin(self.at, self.at)
        seen = set()
        created: list[Statement] = []
        for statement in readable:
            recorded = found.get(statement.key)
            try:
                if recorded is not None and recorded.is_taken_back:
                    seen.add(recorded.pilot.pk)
                    self._restore(recorded, statement)
                    self.rows_of_list.take(statement, Outcome.RESTORED, recorded.pilot.pk)
                elif recorded is not None and recorded.pilot.void_since:
                    seen.add(recorded.pilot.pk)
                    self._skip(statement, recorded.pilot.void_since)
                elif recorded is None:
                    together.locked_pilots.append(self._create(together, statement))
                    created.append(statement)
                else:
                    seen.add(recorded.pilot.pk)
                    self._update(recorded, statement)
                    self.rows_of_list.take(statement, None, recorded.pilot.pk)
            except Refused as refused:
                self._reject(statement, refused.code, refused.says, refused.field or "")
        written = together.write()
        for statement, pilot in zip(created, written, strict=True):
            self.rows_of_list.take(statement, Outcome.CREATED, pilot.pk)
        return seen | {pilot.pk for pilot in written}

    def _skip(self, statement: Statement, void_since: date) -> None:
        """A pilot that is void stays so, whatever a list says of it (rule 6)."""
        sentence = _("%(key)s was declared void on %(day)s, and is skipped.")
        says = {"key": statement.key, "day": written_day(void_since)}
        self.report.unchanged += 1
        self.report.find(Finding("void", sentence % says, statement.line, "key"))

    def _can_be_kept(self, statement: Statement) -> bool:
        if self.may_write is not None and not self.may_write(statement.portfolio):
            sentence = _("The portfolio %(key)s is not one that you keep.") % {"key": statement.portfolio[:80]}
            self._reject(statement, "not_yours", sentence, statement.column("portfolio"))
            return False
        for column, text in statement.facts:
            if "\0" in text:
                sentence = _("A text cannot hold a null character.")
                self._reject(statement, "null_character", sentence, column)
                return False
        return True

    def _reject(self, statement: Statement, code: str, sentence: str, column: str) -> None:
        finding = Finding(code, sentence, statement.line, column)
        self.report.reject(finding)
        self.rows_of_list.take(statement, None, None)
        self.rows_of_list.reject(statement.line, statement.facts)
        self.rejected.append(Rejected(finding, statement.facts))

    def _create(self, together: Batch, statement: Statement) -> NewPilot:
        whole = statement
        statement, findings = without_what_cannot_be(statement, self.at)
        locked = together.record(
            portfolio=self.places.portfolio(statement),
            key=statement.key,
            stage=statement.stage_before,
            source=statement.file[:300],
            approximate=bool(statement.approximate),
            listed=whole.listed(),
            **self.rows(statement, statement.values, on_record=False),
        )
        if rules := self.rows(statement, statement.rules, on_record=False):
            ruling(locked, rules)
        for step in steps(statement.stage_before, statement, self.at):
            locked.go_to(step.on)
            _WORK[step.action](locked, **step.values)
            if step.action == "record_running":
                findings.append(
                    Finding(
                        "start_not_known",
                        _("%(key)s: start not known.") % {"key": statement.key},
                        statement.line,
                        statement.column("started_on"),
                    )
                )
        asserted = self._assert(locked, statement)
        findings += self._name(locked, statement)
        self._created(statement, asserted, findings)
        return locked

    def _name(self, locked: NewPilot, statement: Statement) -> list[Finding]:
        """Name whom the list names for what is accepted. What people who are named here accepted elsewhere is theirs to say."""
        findings = []
        for kind, address in statement.holders.items():
            if statement.stage == Stage.RETIRED:
                findings.append(not_taken(statement, f"gate:{kind}:holder", _("Nobody is named for what has ended.")))
                continue
            person = self.places.person(address)
            if kind not in locked.gates or person is None or person.closed_by(self.at):
                findings.append(no_account(statement, f"gate:{kind}:holder", address).ended(on_record=False))
            else:
                locked.go_to(self.at)
                nominating(locked, locked.gates[kind], person)
        return findings

    def _assert(self, locked: NewPilot, statement: Statement) -> list[str]:
        """Record the yeses of the list. A kind of gate that this pilot has not is none of its questions."""
        asserted = [kind for kind in statement.asserted if self._answerable(locked, kind)]
        # What a source says is written down wherever the pilot stands: it need not be reported again.
        locked.on = self.at
        for kind in asserted:
            asserting(locked, locked.gates[kind], statement.asserted[kind])
        return asserted

    def _answerable(self, locked: NewPilot, kind: str) -> bool:
        gate = locked.gates.get(kind)
        return gate is not None and gate.kind.clears_by != ClearsBy.ACCEPTANCE

    def _created(self, statement: Statement, asserted: list[str], findings: list[Finding]) -> None:
        report = self.report
        report.created += 1
        if (near := self.neighbours.near(statement)) is not None:
            report.find(near)
        self.neighbours.add(statement)
        for left in statement.left:
            report.leave(left, on_record=False)
        report.by_design.update(by_design(statement, self.at))
        for finding in (*findings, *not_taken_of_new(statement, self.places.portfolio(statement))):
            if finding.code == "not_taken":
                report.add(NOT_TAKEN, finding)
            else:
                report.find(finding)
        # What a list calls adopted is claimed: the facts have not shown it. A pause is not taken from a list.
        read_as: dict[str, str] = {Stage.ADOPTED: Standing.CLAIMED, Stage.PAUSED: Stage.RUNNING}
        report.stages[read_as.get(statement.stage, statement.stage)] += 1
        report.asserted.update(asserted)
        if not statement.values.get("workflow"):
            sentence = _("No workflow is named: “drafting renewal e-mails”, not a department or a tool.")
            report.find(Finding("no_workflow", sentence, statement.line, "workflow"))
        name, purpose, workflow = (str(statement.values.get(field) or "") for field in ("name", "purpose", "workflow"))
        if (open_question := hint(name, purpose, workflow, self.words)) is not None:
            sentence = f"{statement.key}: {question(open_question)}"
            report.find(Finding("says_no_task", sentence, statement.line, open_question.field))
        if statement.stage == Stage.PAUSED:
            sentence = _("A pause needs somebody who answers for it: it is on record as running.")
            report.find(Finding("pause_not_taken", sentence, statement.line, "stage"))

    def rows(self, statement: Statement, stated: Any, *, on_record: bool = True) -> dict[str, Any]:
        """What is stated, with rows for the functions and people that are named. Who has no account is left out."""
        out = dict(stated)
        if "function" in out:
            out["function"] = self.places.function(out["function"])
        for name in PEOPLE:
            if name not in out:
                continue
            person = self.places.person(out[name])
            if person is None:
                del out[name]
                self.report.leave(
                    replace(no_account(statement, name, stated[name]), code="no_account"), on_record=on_record
                )
            else:
                out[name] = person
        return out

    def _restore(self, recorded: RecordedPilot, statement: Statement) -> None:
        """A pilot that only an import made which was taken back is there again, and as this list says."""
        self._refuse_of_others(recorded, statement)
        with logged_transaction(), transaction.atomic():
            refuse_older(recorded.pilot, self.at)
            actions.restore_listed(pilot=recorded.pilot, on=self.at, known=self.at)
            read_again(recorded, statement, self.at)
            outcome = update(recorded, statement, self.at, self.rows, self.places)
        self.report.restored += 1
        sentence = _("%(key)s is restored: the import that made it was taken back.") % {"key": statement.key}
        self.report.find(Finding("restored", sentence, statement.line, "key"))
        self._updated(statement, outcome)

    def _update(self, recorded: RecordedPilot, statement: Statement) -> None:
        self._refuse_of_others(recorded, statement)
        with logged_transaction(), transaction.atomic():
            office = self.office if statement.form == OWN else None
            outcome = update(recorded, statement, self.at, self.rows, self.places, office)
        self.report.updated += outcome.changed
        self.report.unchanged += not outcome.changed
        self._updated(statement, outcome)

    def _refuse_of_others(self, recorded: RecordedPilot, statement: Statement) -> None:
        """Refuse a pilot of a portfolio that whoever imports does not keep. Whose it is, is not for them to see."""
        if self.may_write is not None and not self.may_write(recorded.pilot.portfolio.key):
            raise Invalid(_("The key %(key)s is taken.") % {"key": statement.key}, field="key")

    def _updated(self, statement: Statement, outcome: RecordReport) -> None:
        report = self.report
        for left in statement.left:
            report.leave(left, on_record=True)
        if statement.named_key:
            sentence = _("%(named)s is recognised by its name: it is on record as %(key)s.")
            says = sentence % {"named": statement.named_key, "key": statement.key}
            report.find(Finding("recognised", says, statement.line, statement.column("key")))
        report.stages[outcome.stage] += 1
        report.asserted.update(outcome.asserted)
        for kind, findings in (
            (CHANGED, outcome.changes),
            (FELL, outcome.fell),
            (KEPT, outcome.kept),
            (NOT_TAKEN, outcome.not_taken),
        ):
            for finding in findings:
                report.add(kind, finding)
