"""The forms of an import: the file, and how its columns and words are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.clock import today
from pilots.models import GateKind
from pilots.models.choices import ROLE, STAGE
from pilots.rules.vocabulary import Cause, ClearsBy, Stage
from readiness.forms.fields import DayField, LineField, SentenceField
from readiness.forms.offices import Office
from readiness.inventory import vocabulary
from readiness.inventory.dates import DAY_FIRST, MONTH_FIRST
from readiness.inventory.fields import NEEDED, Field, FieldType, gate_fields
from readiness.inventory.headers import letters
from readiness.inventory.keys import plain, tidy
from readiness.inventory.mapping import ListMapping, MappingProblem
from readiness.inventory.mappings import catalogue_of
from readiness.inventory.profile import Column, ListProfile
from readiness.inventory.suggesting import CERTAIN, Proposal, Word, propose
from readiness.models.imports import Subject
from readiness.text.labels import CAUSE

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")
UNKNOWN = "?"
"""The choice of a word whose meaning is still to be chosen."""
FROM_COLUMN = ""


class TakeBackForm(forms.Form):
    """Why an import is taken back."""

    reason = SentenceField(label=gettext_lazy("Reason, in a sentence"))


class UploadForm(forms.Form):
    """A list to be imported."""

    of = forms.ChoiceField(
        label=gettext_lazy("What is in it"), choices=Subject.choices, initial=Subject.PILOTS, required=False
    )
    file = forms.FileField(
        label=gettext_lazy("The list"),
        help_text=gettext_lazy("A spreadsheet (XLSX, XLS, ODS) or CSV, as it is: titles above its header do no harm."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    at = DayField(
        label=gettext_lazy("Day of the record"),
        help_text=gettext_lazy("The day on which the record is taken to be made; today unless you say."),
    )

    reason = SentenceField(
        label=gettext_lazy("Reason, where it changes pilots on record"),
        required=False,
        help_text=gettext_lazy(
            "An export that you edited changes what you may change by form, in your name and with this one reason."
        ),
    )

    def clean_of(self) -> str:
        return self.cleaned_data["of"] or Subject.PILOTS

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        most = settings.LIST_MOST_BYTES
        if file.size > most:
            says = _(
                "The file has %(size)d MB; at most %(most)d MB are read. Save the sheet as CSV, or import it by command."
            )
            raise ValidationError(says % {"size": file.size >> 20, "most": most >> 20}, code="too_large")
        return file

    def clean_at(self) -> Any:
        at = self.cleaned_data["at"] or today()
        if at > today():
            raise ValidationError(_("This day has not come."), code="in_future")
        return at


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column as the page asks for it: what stands in it, its field, and how certain the suggestion is."""

    column: Column
    letter: str
    field: Any
    certainty: int | None
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word of the list, how often it stands there, and what it means."""

    word: Word
    field: Any


@dataclass(frozen=True, slots=True)
class WordTable:
    """The words of one field."""

    label: Any
    columns: tuple[str, ...]
    rows: list[WordRow]
    is_gate: bool


class MappingForm(forms.Form):
    """How a list is read: its columns and words, what holds for all its rows, and a name to keep that under.

    `mapping` is what was chosen before; where nothing was, the file's own header and words propose.
    """

    order = forms.ChoiceField(label=gettext_lazy("Dates like 03/04/2026"), required=False)
    portfolio = forms.ChoiceField(label=gettext_lazy("All rows are of portfolio"), required=False)
    new_portfolio = LineField(label=gettext_lazy("Or of a new one, by its key"))
    name = LineField(label=gettext_lazy("Name, to use it again"))

    def __init__(
        self,
        data: Any = None,
        *,
        profile: ListProfile,
        mapping: ListMapping | None,
        office: Office,
        subject: str = Subject.PILOTS,
    ) -> None:
        super().__init__(data)
        self.profile, self.subject = profile, subject
        self.opens_portfolios = office.keeps_all and subject == Subject.PILOTS
        self.catalogue = catalogue_of(subject, None if subject == Subject.PILOTS else office.kinds())
        self.own = {portfolio.key: portfolio.name for portfolio in office.own()}
        accepted = [key for key, clears_by in self.catalogue.clears_by.items() if clears_by == ClearsBy.ACCEPTANCE]
        self.of_list = {**self.catalogue.fields}
        if subject == Subject.PILOTS:
            self.of_list |= gate_fields(dict(GateKind.objects.values_list("key", "name")), accepted)
        self.proposal = self._propose(mapping)
        self.mapping = self._with_words_of(mapping)
        self._add_fields()

    # What is proposed

    def _propose(self, mapping: ListMapping | None) -> Proposal:
        chosen = None
        if self.is_bound:
            named = dict(enumerate(self.profile.header))
            chosen = {name: self.data.get(f"column-{number}", "") for number, name in named.items()}
        elif mapping is not None:
            chosen = {column: name for name, columns in mapping.columns.items() for column in columns}
        return propose(self.profile, self.catalogue, portfolios=self.own, chosen=chosen)

    def _with_words_of(self, mapping: ListMapping | None) -> ListMapping:
        """What is proposed, with the words and what else was said before."""
        proposed = self.proposal.mapping
        if mapping is None:
            return proposed
        names = {*proposed.words, *mapping.words}
        words = {name: {**proposed.words.get(name, {}), **mapping.words.get(name, {})} for name in names}
        return replace(
            proposed,
            name=mapping.name,
            title=mapping.title,
            words=words,
            converters={**proposed.converters, **mapping.converters},
            constants=mapping.constants or proposed.constants,
            date_order=mapping.date_order or proposed.date_order,
            empty_cells=mapping.empty_cells,
        )

    def _add_fields(self) -> None:
        order: Any = self.fields["order"]
        order.choices = [
            ("", _("as the file itself settles it")),
            (DAY_FIRST, _("day first, 3 April")),
            (MONTH_FIRST, _("month first, 4 March")),
        ]
        order.initial = self.mapping.date_order
        self._add_portfolio()
        self.fields["name"].initial = self.mapping.title or self.mapping.name
        choices = [("", _("no field, kept with the record")), *((name, f.label) for name, f in self.of_list.items())]
        field_of = {column: name for name, columns in self.mapping.columns.items() for column in columns}
        for number, name in enumerate(self.profile.header):
            if name in self.proposal.columns:
                label = _("Field for %(column)s") % {"column": name[:80]}
                self.fields[f"column-{number}"] = forms.ChoiceField(
                    label=label, required=False, choices=choices, initial=field_of.get(name, "")
                )
        for name, words in self.proposal.words.items():
            for number, word in enumerate(words):
                meaning = self.mapping.words.get(name, {}).get(plain(word.text), word.meaning)
                self.fields[f"word-{name}-{number}"] = forms.ChoiceField(
                    label=_("Meaning of %(word)s") % {"word": word.text[:80]},
                    required=False,
                    choices=self._meanings(name),
                    initial=UNKNOWN if meaning is None else meaning,
                )

    def _add_portfolio(self) -> None:
        """One portfolio for all rows, where the rows have one."""
        named = self.mapping.constants.get("portfolio", "")
        if not self.has_portfolio:
            del self.fields["portfolio"]
        else:
            portfolio: Any = self.fields["portfolio"]
            portfolio.choices = [(FROM_COLUMN, _("taken from a column")), *self.own.items()]
            portfolio.initial = named if named in self.own else FROM_COLUMN
        if self.opens_portfolios:
            self.fields["new_portfolio"].initial = "" if named in self.own else named
        else:
            del self.fields["new_portfolio"]

    @property
    def has_portfolio(self) -> bool:
        """Whether what is in the list lies in a portfolio."""
        return "portfolio" in self.catalogue.fields

    def _meanings(self, name: str) -> list[tuple[str, Any]]:
        unknown = (UNKNOWN, _("choose"))
        if self.of_list[name].type is FieldType.STAGE:
            return [unknown, *((stage.value, STAGE[stage]) for stage in Stage)]
        if self.of_list[name].type is FieldType.CAUSE:
            return [unknown, *((cause.value, CAUSE[cause]) for cause in Cause), ("", _("not stated"))]
        if self.of_list[name].type is FieldType.ROLE:
            return [unknown, *((str(role), name) for role, name in ROLE.items())]
        if self.of_list[name].type is FieldType.GATE_KIND:
            return [unknown, *self.catalogue.kinds.items()]
        yes = _("yes, asserted") if self.of_list[name].type is FieldType.GATE_STATE else _("yes")
        return [unknown, (vocabulary.YES, yes), (vocabulary.NO, _("no")), ("", _("not stated"))]

    # What is drawn

    @property
    def column_rows(self) -> list[ColumnRow]:
        """The columns of the file in its order."""
        return list(self._column_rows())

    def _column_rows(self) -> Iterator[ColumnRow]:
        for number, name in enumerate(self.profile.header):
            column = self.proposal.columns.get(name)
            if column is not None:
                suggestion = self.proposal.suggestions.get(name)
                yield ColumnRow(
                    column,
                    letters(number),
                    self[f"column-{number}"],
                    None if suggestion is None else suggestion.certainty,
                    tuple(text for text, _times in column.words.most_common(3)),
                )

    @property
    def suggested(self) -> list[ColumnRow]:
        """The columns that have a field; those that are less certain first."""
        rows = [row for row in self.column_rows if row.certainty is not None]
        return sorted(rows, key=lambda row: (row.certainty or 0) >= CERTAIN)

    @property
    def without_field(self) -> list[ColumnRow]:
        """The columns that no field has: what stands in them is kept with the record."""
        return [row for row in self.column_rows if row.certainty is None]

    @property
    def word_tables(self) -> list[WordTable]:
        """The words of stages, yes and no, a table a field; those that need a choice first."""
        out = []
        for name, words in self.proposal.words.items():
            rows = [WordRow(word, self[f"word-{name}-{number}"]) for number, word in enumerate(words)]
            rows.sort(key=lambda row: str(row.field.value()) != UNKNOWN)
            field = self.of_list[name]
            is_gate = field.type is FieldType.GATE_STATE
            out.append(WordTable(field.label, self.proposal.mapping.columns.get(name, ()), rows, is_gate))
        return out

    @property
    def choices_left(self) -> int:
        """How many words nobody has chosen a meaning for yet."""
        fields = (name for name in self.fields if name.startswith("word-"))
        return sum(str(self[name].value()) == UNKNOWN for name in fields)

    @property
    def unmapped(self) -> list[Field]:
        """The fields that no column has; of a pilot those that matter most."""
        read = {*self.mapping.columns, *self.mapping.constants}
        wanted: Iterable[str] = ("workflow", "function", "stage", "started_on", "decide_by", "manager")
        if self.subject != Subject.PILOTS:
            wanted = self.catalogue.fields
        return [self.catalogue.fields[name] for name in wanted if name not in read]

    # What was chosen

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if self.subject == Subject.PILOTS and "name" not in self.proposal.mapping.columns:
            says = _("No column is read as the name; a row without a name is not taken.")
            self.add_error(None, ValidationError(says, code="mapping"))
        if not self.errors:
            try:
                self.chosen = self._chosen(typed)
            except MappingProblem as problem:
                place = "portfolio" if "portfolio" in problem.place and self.has_portfolio else None
                self.add_error(place, ValidationError(problem.sentence, code="mapping"))
        return typed

    def _chosen(self, typed: Mapping[str, Any]) -> ListMapping:
        words = {name: dict(known) for name, known in self.mapping.words.items()}
        for name, found in self.proposal.words.items():
            for number, word in enumerate(found):
                meaning = typed.get(f"word-{name}-{number}", UNKNOWN)
                if f"word-{name}-{number}" not in self.data:
                    continue
                if meaning == UNKNOWN:
                    words.setdefault(name, {}).pop(plain(word.text), None)
                else:
                    words.setdefault(name, {})[plain(word.text)] = meaning
        constants = {name: value for name, value in self.mapping.constants.items() if name != "portfolio"}
        if portfolio := typed.get("portfolio") or tidy(typed.get("new_portfolio") or ""):
            constants["portfolio"] = portfolio
        elif "portfolio" in NEEDED[self.subject] and "portfolio" not in self.proposal.mapping.columns:
            raise MappingProblem(
                _("Choose the portfolio that these rows are of, or a column that names it."), "portfolio"
            )
        title = typed.get("name") or ""
        return replace(
            self.mapping,
            name=slugify(title)[:80] or self.mapping.name or slugify(self.profile.name)[:80],
            title=title,
            columns=self.proposal.mapping.columns,
            words={name: known for name, known in words.items() if known},
            constants=constants,
            converters={
                column: name
                for column, name in self.mapping.converters.items()
                if column in self.proposal.mapping.mapped
            },
            date_order=typed.get("order") or "",
            sheet=self.profile.sheet if len(self.profile.sheets) > 1 else "",
            header_row=self.profile.header_line,
        ).validated()

    def title(self) -> str:
        """What there is to choose."""
        read = {*self.proposal.mapping.columns, *self.proposal.mapping.constants}
        missing = [self.catalogue.fields[name].label for name in NEEDED[self.subject] if name not in read]
        if missing and self.subject != Subject.PILOTS:
            return _("Say which column is: %(fields)s") % {"fields": ", ".join(map(str, missing))}
        if not self.choices_left:
            return _("Everything is mapped; look it over")
        return ngettext(
            "%(n)s word needs a choice; everything else is mapped",
            "%(n)s words need a choice; everything else is mapped",
            self.choices_left,
        ) % {"n": self.choices_left}
