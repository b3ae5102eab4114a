"""A list of another shape, read by a mapping: row by row what it says of a pilot, in the product's words (design, section 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilots.rules import adoption
from pilots.rules.vocabulary import ClearsBy, Stage
from readiness.inventory import vocabulary
from readiness.inventory.converters import CONVERTERS, is_waived
from readiness.inventory.dates import ReadDate, is_of_two_orders, order_of_slashes, read_date
from readiness.inventory.day_order import in_order
from readiness.inventory.fields import FIELDS, OPERATIONAL_ON, PORTFOLIO_NAME, FieldType
from readiness.inventory.keys import KeyBook, digest, plain, tidy
from readiness.inventory.mapping import NONE, ListMapping, MappingProblem, in_header
from readiness.inventory.own_form import unescape
from readiness.inventory.records import FileProblem, Finding, Rejected
from readiness.inventory.statement import PEOPLE, Statement, digest_of
from readiness.inventory.tabular import Row, Table, repeated_column

Item = Statement | Rejected | Finding

_DAYS = ("started_on", "decide_by", "adopted_on", "retired_on")
_TEXTS = (
    *("workflow", "purpose", "question", "tool", "data", "high_impact_reason", "high_impact_determined_by"),
    *(name for name in adoption.RULES if name not in PEOPLE),
)
_DETERMINED_ON = "high_impact_determined_on"


class MappedList:
    """One reading of a file by a mapping: iterate it for what it says, rejected rows and findings, as they come.

    `clears_by` says how each kind of gate clears. `at` is the day the record is taken to be made. The counts are right when the
    iteration ends: rows_read = records + rejected + merged. Raises FileProblem where the file cannot be read, or the mapping is
    one for another file.
    """

    def __init__(self, table: Table, mapping: ListMapping, *, clears_by: Mapping[str, str], at: date) -> None:
        self.table, self.mapping, self.clears_by, self.at = table, mapping, clears_by, at
        self.rows_read = self.records = self.rejected = self.merged = 0
        try:
            self.columns = in_header(mapping, table.header)
        except MappingProblem as problem:
            raise FileProblem("missing_columns", problem.sentence, file=table.name, line=table.header_line) from problem
        for columns in self.columns.values():
            for column in columns:
                if column in table.repeated:
                    raise repeated_column(table.path, table.header_line, column)
        self.mapped = frozenset(column for columns in self.columns.values() for column in columns)
        self.order = mapping.date_order or None
        self._names: Counter[bytes] = Counter()

    def __iter__(self) -> Iterator[Item]:
        self.rows_read = self.records = self.rejected = self.merged = 0
        yield from self._header_findings()
        book = self._first_pass()
        lines: dict[bytes, int] = {}
        for row in self.table.rows():
            self.rows_read += 1
            yield from row.warnings
            yield from self._items(row, book, lines)

    def _header_findings(self) -> Iterator[Finding]:
        """The columns of the mapping that the file does not have."""
        for name, columns in self.mapping.columns.items():
            there = self.columns.get(name, ())
            if len(there) < len(columns) and not there:
                sentence = _("The file has no column “%(column)s”; what it would say is not stated.") % {
                    "column": columns[0][:80]
                }
                yield Finding("missing_column", sentence, self.table.header_line, columns[0])

    def _first_pass(self) -> KeyBook:
        """Learn which identifiers are unmistakable, and how dates are written; keeps identifiers and digests, no rows."""
        book, seen = KeyBook(), set[bytes]()
        self._names.clear()
        slashed: list[str] = []
        for row in self.table.rows():
            reader = _RowReader(self, row)
            whole = reader.whole()
            if reader.refusal() is None and whole not in seen:
                seen.add(whole)
                self._names[digest(plain(reader.portfolio), plain(reader.text("name")))] += 1
                book.add(reader.portfolio, reader.text("key"), reader.identity())
            if not self.mapping.date_order:
                slashed += [
                    text for name in (*_DAYS, OPERATIONAL_ON, _DETERMINED_ON) if "/" in (text := reader.text(name))
                ]
        if not self.mapping.date_order:
            self.order = order_of_slashes(slashed)
        return book

    def _items(self, row: Row, book: KeyBook, lines: dict[bytes, int]) -> Iterator[Item]:
        reader = _RowReader(self, row)
        if refusal := reader.refusal():
            self.rejected += 1
            yield Rejected(refusal, row.facts)
            return
        whole = reader.whole()
        if first := lines.get(whole):
            self.merged += 1
            sentence = _("This row says the same as row %(line)d; the two are one record.") % {"line": first}
            yield Finding("identical_rows", sentence, row.line)
            return
        lines[whole] = row.line
        self.records += 1
        statement = reader.statement(book.key(reader.portfolio, reader.text("key"), reader.identity(), whole))
        yield from reader.findings
        yield statement

    def is_named_once(self, portfolio: str, name: str) -> bool:
        """Whether one row alone has this name in its portfolio."""
        return self._names[digest(plain(portfolio), plain(name))] == 1


class _RowReader:
    """Typed reading of one row; collects what it could not read, which is then as if it were not stated."""

    def __init__(self, mapped_list: MappedList, row: Row) -> None:
        self.list, self.row = mapped_list, row
        self.findings: list[Finding] = []
        self.not_understood: set[str] = set()
        self.approximate = False

    # Cells

    def text(self, name: str) -> str:
        """What a field says: the first of its columns that says something, else what holds for all rows."""
        for column in self.list.columns.get(name, ()):
            if text := self.row.cells[column].strip():
                return unescape(text)
        return self.list.mapping.constants.get(name, "")

    def column(self, name: str) -> str:
        """The column that a field is read from, as it is reported."""
        columns = self.list.columns.get(name)
        return columns[0] if columns else name

    @property
    def portfolio(self) -> str:
        return self.text("portfolio")

    def refusal(self) -> Finding | None:
        if self.row.problem:
            return self.row.problem
        if not self.text("name"):
            return Finding("no_name", _("This row has no name."), self.row.line, self.column("name"))
        if not tidy(self.portfolio):
            return Finding("no_portfolio", _("This row names no portfolio."), self.row.line, self.column("portfolio"))
        return None

    def whole(self) -> bytes:
        """What makes two rows identical: every cell, whatever the order of the columns."""
        facts = sorted((name, text.strip()) for name, text in self.row.cells.items() if text)
        return digest(*(part for fact in facts for part in fact))

    def identity(self) -> bytes:
        """What names a pilot and stays when its stage or its answers change."""
        names = ("portfolio", "key", "name", "function", "purpose")
        return digest(*(plain(self.text(name)) for name in names))

    # What they say

    def statement(self, key: str) -> Statement:
        of_list = self.list
        stage, high_impact = self._stage(), self._high_impact()
        days = self._days(stage)
        asked, asserted, answers = self._gates()
        portfolio_name, kept = self.text(PORTFOLIO_NAME), self.kept()
        self._function_findings()
        return Statement(
            form=of_list.mapping.name or "mapped",
            file=of_list.table.name,
            key=key,
            portfolio=tidy(self.portfolio),
            portfolio_name=portfolio_name or self.portfolio.strip(),
            values=self._values() | high_impact,
            rules={name: text for name in adoption.RULES if (text := self._value(name))},
            stage=stage,
            states_stage="stage" not in self.not_understood and self._is_stated("stage"),
            started_on=days["started_on"],
            decide_by=days["decide_by"],
            adopted_on=days["adopted_on"],
            retired_on=days["retired_on"],
            learned=self.text("learned") if stage == Stage.RETIRED else "",
            retired_because=self._cause() if stage == Stage.RETIRED else "",
            approximate=self.approximate,
            asked=asked,
            asserted=asserted,
            answers=answers,
            holders=self._holders(),
            cells={"agency_name": portfolio_name} if portfolio_name else {},
            emptied=self._emptied(),
            unread=digest_of(kept),
            kept=kept,
            has_own_name=of_list.is_named_once(self.portfolio, self.text("name")),
            columns=self._columns_by_field(),
            line=self.row.line,
            facts=self.row.facts,
        )

    def _columns_by_field(self) -> dict[str, str]:
        """By field the column that it stands in; each day of a list that has one date stands in that."""
        one_date = self.list.columns.get(OPERATIONAL_ON)
        days = dict.fromkeys(("started_on", "adopted_on"), one_date[0]) if one_date else {}
        return days | {name: columns[0] for name, columns in self.list.columns.items()}

    def kept(self) -> tuple[tuple[str, str], ...]:
        """What stands in columns that are not read: it is kept with the import, cell by cell."""
        return tuple((name, text) for name, text in self.row.facts if name not in self.list.mapped)

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = {"name": self.text("name")}
        for name in ("function", *_TEXTS, "manager"):
            if name in adoption.RULES:
                continue
            if (text := self._value(name)) is not None:
                values[name] = text
        return values

    def _value(self, name: str) -> str | None:
        """What is stated of a text; None where nothing is. In a list that has all its columns an empty cell says: none."""
        text = self.text(name)
        if FIELDS[name].type is FieldType.PERSON:
            text = text.lower() if "@" in text else text
        return text if text or self._says_none(name) else None

    def _says_none(self, name: str) -> bool:
        return self.list.mapping.empty_cells == NONE and name in self.list.columns

    def _is_stated(self, name: str) -> bool:
        return bool(self.text(name)) or self._says_none(name)

    def _report(self, code: str, sentence: str, name: str, of_new: str) -> None:
        self.findings.append(Finding(code, sentence, self.row.line, self.column(name), of_new=of_new))
        self.not_understood.add(name)

    def _stage(self) -> Stage:
        text = self.text("stage")
        word = self.list.mapping.meaning("stage", text)
        found = vocabulary.stage(text if word is None else word)
        if found is None:
            sentence = _("The stage “%(text)s” is not known") % {"text": text[:60]}
            self._report("unknown_stage", sentence, "stage", _("read as not stated"))
        return Stage(found or Stage.NOT_STATED)

    def _high_impact(self) -> dict[str, Any]:
        """What is stated of high impact. One word may say both that it was presumed, and that it was determined not to be."""
        out: dict[str, Any] = {}
        for name in ("high_impact", "presumed_high_impact"):
            answer = self._flag(name)
            if name not in self.not_understood and (answer is not None or self._says_none(name)):
                out[name] = answer
        stated_apart = out.get("presumed_high_impact") is not None or "presumed_high_impact" in self.not_understood
        if "high_impact" in out and not stated_apart:
            presumed = out["high_impact"] is False and vocabulary.presumed_and_determined_not(self.text("high_impact"))
            if presumed or self._says_none("high_impact"):
                out["presumed_high_impact"] = presumed or None
        day = self._day(_DETERMINED_ON)
        if _DETERMINED_ON not in self.not_understood and (day is not None or self._says_none(_DETERMINED_ON)):
            out[_DETERMINED_ON] = day
        return out

    def _flag(self, name: str) -> bool | None:
        text = self.text(name)
        word = self.list.mapping.meaning(name, text)
        found = vocabulary.high_impact(text if word is None else word)
        if found is None:
            sentence = _("“%(text)s” is neither yes nor no") % {"text": text[:60]}
            self._report("neither_yes_nor_no", sentence, name, _("kept as not stated"))
        return {vocabulary.YES: True, vocabulary.NO: False}.get(found or "")

    def _cause(self) -> str:
        text = self.text("retired_because")
        word = self.list.mapping.meaning("retired_because", text)
        found = vocabulary.cause(text if word is None else word)
        if found is None:
            sentence = _("“%(text)s” is no cause that is known") % {"text": text[:60]}
            self._report("unknown_cause", sentence, "retired_because", _("kept as not stated"))
        return found or ""

    # Days

    def _days(self, stage: Stage) -> dict[str, date | None]:
        days: dict[str, date | None] = {name: self._day(name) for name in _DAYS}
        texts = {name: self.text(name) for name in _DAYS}
        used = self._operational(stage, days, texts)
        for finding in in_order(days, texts, self.row.line, self.list.at):
            name = finding.column
            self.not_understood.add(name)
            self.findings.append(replace(finding, column=self.column(used.get(name, name))))
        if stage == Stage.RETIRED and used:
            # Of a retired case the date says when its use began, and a use that is over is not claimed.
            days["adopted_on"] = None
        return days

    def _operational(self, stage: Stage, days: dict[str, date | None], texts: dict[str, str]) -> dict[str, str]:
        """Give the one date of a list to what it means in this stage. Returns by day the field that it came from."""
        if OPERATIONAL_ON not in self.list.columns:
            return {}
        name = {Stage.RUNNING: "started_on", Stage.PAUSED: "started_on"}.get(stage, "adopted_on")
        means_something = stage in (Stage.RUNNING, Stage.PAUSED, Stage.ADOPTED, Stage.RETIRED)
        day = self._day(OPERATIONAL_ON, reports_approximate=means_something)
        if OPERATIONAL_ON in self.not_understood:
            self.not_understood |= {"started_on", "adopted_on"}
        if day is None or not means_something or days[name] is not None:
            return {}
        days[name], texts[name] = day, self.text(OPERATIONAL_ON)
        return {name: OPERATIONAL_ON}

    def _day(self, name: str, *, reports_approximate: bool = True) -> date | None:
        text = self.text(name)
        if not text or vocabulary.yes_or_no(text) == vocabulary.UNSAID:
            return None
        two, order = is_of_two_orders(text), self.list.order
        found = read_date(text, slashes=None if two and order is None else order, coarse=True)
        if found is None:
            self._report("unreadable_date", _no_date(text, two and order is None), name, _("left empty"))
            return None
        if reports_approximate:
            self._report_reading(found, text, name)
        return found.day

    def _report_reading(self, found: ReadDate, text: str, name: str) -> None:
        if found.day > self.list.at:
            return
        if found.approximate:
            self.approximate = True
            sentence = _("“%(text)s” is read as its last day, %(day)s.") % {
                "text": text,
                "day": found.day.isoformat(),
            }
            self.findings.append(Finding("approximate_date", sentence, self.row.line, self.column(name)))
        elif found.numbered:
            sentence = _("“%(text)s” is read as %(day)s, a spreadsheet’s number of a day.") % {
                "text": text[:60],
                "day": found.day.isoformat(),
            }
            self.findings.append(Finding("date_as_read", sentence, self.row.line, self.column(name)))

    # Gates

    def _gates(self) -> tuple[frozenset[str], dict[str, str], dict[str, str]]:
        """Of which gates the list says yes or no; by kind the sentence that names the place of a yes, and what it says."""
        asked, asserted, answers = set(), {}, {}
        for kind in self._kinds("state"):
            cells = {column: self.row.cells[column] for column in self.list.columns.get(f"gate:{kind}:state", ())}
            if constant := self.list.mapping.constants.get(f"gate:{kind}:state"):
                cells = {"all rows": constant}
            means = {column: self._answer(kind, column, text) for column, text in cells.items()}
            yes = next((column for column, answer in means.items() if answer == vocabulary.YES), None)
            if not self._is_asked(kind, means, yes):
                continue
            asked.add(kind)
            if yes is not None:
                says = cells[yes].strip()
                asserted[kind] = f"{self.list.table.name}, row {self.row.line}: {yes} says “{says}”."
                answers[kind] = f"{yes} says “{says}”."
        return frozenset(asked), asserted, answers

    def _is_asked(self, kind: str, means: Mapping[str, str | None], yes: str | None) -> bool:
        """Whether yes or no is said of a gate: what is not understood is neither asserted nor taken back."""
        if yes is not None:
            return True
        if None in means.values():
            return False
        return self.list.mapping.empty_cells == NONE or any(means[c] != vocabulary.UNSAID for c in means)

    def _answer(self, kind: str, column: str, text: str) -> str | None:
        converter = self.list.mapping.converters.get(column)
        word = self.list.mapping.meaning(f"gate:{kind}:state", text)
        if word is not None:
            answer = vocabulary.gate(word)
        elif converter:
            answer = CONVERTERS[converter](text.strip())
        else:
            answer = vocabulary.gate(text)
        if answer is None:
            code = "no_address" if converter == "address" else "neither_yes_nor_no"
            no_address, neither = (
                _("“%(text)s” is no address where it can be read"),
                _("“%(text)s” is neither yes nor no"),
            )
            sentence = (no_address if converter == "address" else neither) % {"text": text.strip()[:60]}
            self.findings.append(Finding(code, sentence, self.row.line, column, of_new=_("nothing is asserted")))
        elif converter == "review" and is_waived(text):
            sentence = _("The review was waived; a waiver is not a review, and is no yes to the legal gate.")
            self.findings.append(Finding("review_waived", sentence, self.row.line, column))
        return answer

    def _holders(self) -> dict[str, str]:
        """Whom the list names for what is accepted; the name of a mailbox accepts nothing."""
        named = {kind: self.text(f"gate:{kind}:holder") for kind in self._kinds("holder")}
        return {kind: text.lower() if "@" in text else text for kind, text in named.items() if text}

    def _kinds(self, what: str) -> Iterator[str]:
        """The kinds of gates of which the mapping reads something."""
        accepted = what == "holder"
        for kind, clears_by in self.list.clears_by.items():
            name = f"gate:{kind}:{what}"
            known = name in self.list.columns or name in self.list.mapping.constants
            if known and (clears_by == ClearsBy.ACCEPTANCE) == accepted:
                yield kind

    # What is not there

    def _emptied(self) -> frozenset[str]:
        """The fields whose cells are empty: each states nothing, and takes nothing away."""
        if self.list.mapping.empty_cells == NONE:
            no_day = OPERATIONAL_ON in self.list.columns and not self.text(OPERATIONAL_ON)
            return frozenset(("started_on", "adopted_on") if no_day else ())
        return frozenset(
            name
            for name in self.list.columns
            if name in FIELDS and name not in self.not_understood and not self.text(name)
        ) - {"key", "portfolio", PORTFOLIO_NAME, OPERATIONAL_ON}

    def _function_findings(self) -> None:
        if "function" in self.list.columns and not self.text("function"):
            self.findings.append(
                Finding("no_function", _("No function is named."), self.row.line, self.column("function"))
            )


def _no_date(text: str, of_two_orders: bool) -> str:
    if of_two_orders:
        says = _("“%(text)s” may name the day first or the month, and no other date of the file settles it")
    else:
        says = _("“%(text)s” is not a date that can be read")
    return says % {"text": text[:60]}
