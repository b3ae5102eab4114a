"""Records of a list become facts, many at a time, by the verbs' own work (design, section 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pilots.actions.bulk_import import Batch, BatchDesk
from pilots.actions.gates import asserting, nominating
from pilots.actions.pilots import claiming, retiring, starting
from pilots.actions.rules import ruling
from pilots.event_log.sign import recording
from pilots.refusals import Refused
from pilots.rules.vocabulary import ClearsBy, Stage, Standing
from readiness.inventory.comparing import by_design, no_account, not_taken, not_taken_of_new
from readiness.inventory.lookups import Places
from readiness.inventory.on_record import RecordedPilot, on_record
from readiness.inventory.records import Finding, Rejected
from readiness.inventory.report import Report
from readiness.inventory.stages import steps, without_what_cannot_be
from readiness.inventory.statement import PEOPLE, Said
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

    @recording()
    def take(self, batch: Sequence[Said]) -> set[int]:
        """Put new pilots on record, and bring those on record up to the list. Returns the primary keys of all."""
        self.rejected = []
        readable = [said for said in batch if self._can_be_kept(said)]
        self.places.learn(readable)
        found = on_record(readable, self.at)
        together = Batch.begin(self.at, self.at)
        seen = set()
        for said in readable:
            there = found.get(said.key)
            try:
                if there is not None and there.pilot.void_since:
                    seen.add(there.pilot.pk)
                    self._skip(said, there.pilot.void_since)
                elif there is None:
                    together.desks.append(self._create(together, said))
                else:
                    seen.add(there.pilot.pk)
                    self._update(there, said)
            except Refused as refused:
                self._reject(said, refused.code, refused.says, refused.field or "")
        seen |= {pilot.pk for pilot in together.file()}
        return seen

    def _skip(self, said: Said, void_since: date) -> None:
        """A pilot that is void stays so, whatever a list says of it (rule 6)."""
        sentence = _("%(key)s was declared void on %(day)s, and is skipped.")
        says = {"key": said.key, "day": date_format(void_since, "j F Y")}
        self.report.unchanged += 1
        self.report.find(Finding("void", sentence % says, said.line, "key"))

    def _can_be_kept(self, said: Said) -> bool:
        for column, text in said.facts:
            if "\0" in text:
                sentence = _("A text cannot hold a null character.")
                self._reject(said, "null_character", sentence, column)
                return False
        return True

    def _reject(self, said: Said, code: str, sentence: str, column: str) -> None:
        finding = Finding(code, sentence, said.line, column)
        self.report.reject(finding)
        self.rejected.append(Rejected(finding, said.facts))

    def _create(self, together: Batch, said: Said) -> BatchDesk:
        whole = said
        said, findings = without_what_cannot_be(said, self.at)
        desk = together.record(
            portfolio=self.places.portfolio(said),
            key=said.key,
            stage=said.stage_before,
            source=said.file[:300],
            approximate=bool(said.approximate),
            listed=whole.listed(),
            **self.rows(said, said.values, on_record=False),
        )
        if rules := self.rows(said, said.rules, on_record=False):
            ruling(desk, rules)
        for step in steps(said.stage_before, said, self.at):
            desk.turn_to(step.on)
            _WORK[step.verb](desk, **step.values)
            if step.verb == "record_running":
                findings.append(
                    Finding("start_not_known", f"{said.key}: start not known.", said.line, said.column("started_on"))
                )
        asserted = self._assert(desk, said)
        findings += self._name(desk, said)
        self._created(said, asserted, findings)
        return desk

    def _name(self, desk: BatchDesk, said: Said) -> list[Finding]:
        """Name whom the list names for what is accepted. What people who are named here accepted elsewhere is theirs to say."""
        findings = []
        for kind, address in said.holders.items():
            if said.stage == Stage.RETIRED:
                findings.append(not_taken(said, f"gate:{kind}:holder", _("Nobody is named for what has ended.")))
                continue
            person = self.places.person(address)
            if kind not in desk.gates or person is None or person.closed_by(self.at):
                findings.append(no_account(said, f"gate:{kind}:holder", address).ended(on_record=False))
            else:
                desk.turn_to(self.at)
                nominating(desk, desk.gates[kind], person)
        return findings

    def _assert(self, desk: BatchDesk, said: Said) -> list[str]:
        """Record the yeses of the list. A kind of gate that this pilot has not is none of its questions."""
        asserted = [kind for kind in said.asserted if self._answerable(desk, kind)]
        # What a source says is written down wherever the pilot stands: it need not be told again.
        desk.on = self.at
        for kind in asserted:
            asserting(desk, desk.gates[kind], said.asserted[kind])
        return asserted

    def _answerable(self, desk: BatchDesk, kind: str) -> bool:
        gate = desk.gates.get(kind)
        return gate is not None and gate.kind.clears_by != ClearsBy.ACCEPTANCE

    def _created(self, said: Said, asserted: list[str], findings: list[Finding]) -> None:
        report = self.report
        report.created += 1
        for left in said.left:
            report.leave(left, on_record=False)
        report.by_design.update(by_design(said, self.at))
        for finding in (*findings, *not_taken_of_new(said, self.places.portfolio(said))):
            if finding.code == "not_taken":
                report.not_taken.add(finding)
            else:
                report.find(finding)
        # What a list calls adopted is claimed: the facts have not shown it. A pause is not taken from a list.
        read_as: dict[str, str] = {Stage.ADOPTED: Standing.CLAIMED, Stage.PAUSED: Stage.RUNNING}
        report.stages[read_as.get(said.stage, said.stage)] += 1
        report.asserted.update(asserted)
        if not said.values.get("workflow"):
            sentence = _("No workflow is named: “drafting renewal e-mails”, not a department or a tool.")
            report.find(Finding("no_workflow", sentence, said.line, "workflow"))
        if said.stage == Stage.PAUSED:
            sentence = _("A pause needs somebody who answers for it: it is on record as running.")
            report.find(Finding("pause_not_taken", sentence, said.line, "stage"))

    def rows(self, said: Said, stated: Any, *, on_record: bool = True) -> dict[str, Any]:
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
                self.report.leave(replace(no_account(said, name, stated[name]), code="no_account"), on_record=on_record)
            else:
                out[name] = person
        return out

    def _update(self, there: RecordedPilot, said: Said) -> None:
        with recording(), transaction.atomic():
            came = update(there, said, self.at, self.rows, self.places)
        report = self.report
        for left in said.left:
            report.leave(left, on_record=True)
        report.updated += came.changed
        report.unchanged += not came.changed
        report.stages[came.stage] += 1
        report.asserted.update(came.asserted)
        for group, findings in (
            (report.changed, came.changes),
            (report.fell, came.fell),
            (report.kept, came.kept),
            (report.not_taken, came.not_taken),
        ):
            for finding in findings:
                group.add(finding)
