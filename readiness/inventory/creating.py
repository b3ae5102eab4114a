"""Records of a list become facts, many at a time, by the actions' own work (design, section 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pilots.actions.acceptances import nominating
from pilots.actions.bulk_import import Batch, NewPilot
from pilots.actions.decisions import asserting
from pilots.actions.rules import ruling
from pilots.actions.stages import claiming, retiring, starting
from pilots.event_log.sign import logged_transaction
from pilots.refusals import Refused
from pilots.rules.vocabulary import ClearsBy, Stage, Standing
from readiness.inventory.comparing import by_design, no_account, not_taken, not_taken_of_new
from readiness.inventory.lookups import Places
from readiness.inventory.on_record import RecordedPilot, on_record
from readiness.inventory.records import Finding, Rejected
from readiness.inventory.report import Report
from readiness.inventory.stages import steps, without_what_cannot_be
from readiness.inventory.statement import PEOPLE, Statement
from readiness.inventory.updating import update

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

    def __init__(self, at: date, report: Report) -> None:
        self.at, self.report = at, report
        self.places = Places(at)
        self.rejected: list[Rejected] = []

    @logged_transaction()
    def take(self, batch: Sequence[Statement]) -> set[int]:
        """Put new pilots on record, and bring those on record up to the list. Returns the primary keys of all."""
        self.rejected = []
        readable = [statement for statement in batch if self._can_be_kept(statement)]
        self.places.learn(readable)
        found = on_record(readable, self.at)
        together = Batch.begin(self.at, self.at)
        seen = set()
        for statement in readable:
            recorded = found.get(statement.key)
            try:
                if recorded is not None and recorded.pilot.void_since:
                    seen.add(recorded.pilot.pk)
                    self._skip(statement, recorded.pilot.void_since)
                elif recorded is None:
                    together.locked_pilots.append(self._create(together, statement))
                else:
                    seen.add(recorded.pilot.pk)
                    self._update(recorded, statement)
            except Refused as refused:
                self._reject(statement, refused.code, refused.says, refused.field or "")
        seen |= {pilot.pk for pilot in together.write()}
        return seen

    def _skip(self, statement: Statement, void_since: date) -> None:
        """A pilot that is void stays so, whatever a list says of it (rule 6)."""
        sentence = _("%(key)s was declared void on %(day)s, and is skipped.")
        says = {"key": statement.key, "day": date_format(void_since, "j F Y")}
        self.report.unchanged += 1
        self.report.find(Finding("void", sentence % says, statement.line, "key"))

    def _can_be_kept(self, statement: Statement) -> bool:
        for column, text in statement.facts:
            if "\0" in text:
                sentence = _("A text cannot hold a null character.")
                self._reject(statement, "null_character", sentence, column)
                return False
        return True

    def _reject(self, statement: Statement, code: str, sentence: str, column: str) -> None:
        finding = Finding(code, sentence, statement.line, column)
        self.report.reject(finding)
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
                        f"{statement.key}: start not known.",
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
        for left in statement.left:
            report.leave(left, on_record=False)
        report.by_design.update(by_design(statement, self.at))
        for finding in (*findings, *not_taken_of_new(statement, self.places.portfolio(statement))):
            if finding.code == "not_taken":
                report.not_taken.add(finding)
            else:
                report.find(finding)
        # What a list calls adopted is claimed: the facts have not shown it. A pause is not taken from a list.
        read_as: dict[str, str] = {Stage.ADOPTED: Standing.CLAIMED, Stage.PAUSED: Stage.RUNNING}
        report.stages[read_as.get(statement.stage, statement.stage)] += 1
        report.asserted.update(asserted)
        if not statement.values.get("workflow"):
            sentence = _("No workflow is named: “drafting renewal e-mails”, not a department or a tool.")
            report.find(Finding("no_workflow", sentence, statement.line, "workflow"))
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

    def _update(self, recorded: RecordedPilot, statement: Statement) -> None:
        with logged_transaction(), transaction.atomic():
            outcome = update(recorded, statement, self.at, self.rows, self.places)
        report = self.report
        for left in statement.left:
            report.leave(left, on_record=True)
        report.updated += outcome.changed
        report.unchanged += not outcome.changed
        report.stages[outcome.stage] += 1
        report.asserted.update(outcome.asserted)
        for group, findings in (
            (report.changed, outcome.changes),
            (report.fell, outcome.fell),
            (report.kept, outcome.kept),
            (report.not_taken, outcome.not_taken),
        ):
            for finding in findings:
                group.add(finding)
