"""What a file that nobody has seen before most likely says: a mapping proposed from its header and its own distinct words.

A column is compared with the names by which lists call a field, exactly and then nearly; what stands in it has to fit the field.
Each suggestion has its certainty, from 0 to 100. What is not certain is left to a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rapidfuzz import fuzz, process

from pilots.rules.vocabulary import Stage
from readiness.inventory import vocabulary
from readiness.inventory.dates import order_of_slashes, read_date
from readiness.inventory.fields import NEEDED, PORTFOLIO_NAME, Catalogue, FieldType, plain_name
from readiness.inventory.keys import plain, tidy
from readiness.inventory.mapping import ListMapping
from readiness.inventory.profile import DISTINCT, LONGEST_WORD, Column, ListProfile
from readiness.models.imports import Subject

CERTAIN, LIKELY, LEAST = 100, 88, 84
"""An exact name; a name that is near; below the last nothing is suggested."""
_MOSTLY = 0.7
"""The share of what a column says that has to fit its field."""
_PREFIX = re.compile(r"([A-Za-z][A-Za-z&]{1,15})[-_ /]?\d")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the list, how often it stands there, what it means (None: nobody knows), and how certain that is."""

    text: str
    times: int
    meaning: str | None
    certainty: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A field for a column, and how certain it is."""

    column: str
    field: str
    certainty: int


@dataclass
class Proposal:
    """A mapping for a file, with all that it rests on. `words` are by field."""

    mapping: ListMapping
    columns: dict[str, Column]
    suggestions: dict[str, Suggestion]
    words: dict[str, list[Word]]
    rows: int

    @property
    def choices(self) -> list[Word]:
        """The words that nobody knows."""
        return [word for words in self.words.values() for word in words if word.meaning is None]


def propose(
    profile: ListProfile,
    catalogue: Catalogue,
    *,
    portfolios: Mapping[str, str],
    name: str = "",
    chosen: Mapping[str, str] | None = None,
) -> Proposal:
    """A mapping for a file.

    Args:
        catalogue: what its columns can be read as.
        portfolios: the names of portfolios on record, by key; where there is one, the list is likely of that.
        chosen: by column the field that a person has chosen for it, empty where none; they are asked for no others then.
    """
    columns = profile.columns
    suggestions = _suggestions(columns, catalogue) if chosen is None else _chosen(columns, chosen)
    by_field: dict[str, list[str]] = {}
    for suggestion in suggestions.values():
        by_field.setdefault(suggestion.field, []).append(suggestion.column)
    constants = {}
    if "portfolio" not in by_field and "portfolio" in NEEDED[catalogue.subject]:
        constants["portfolio"] = _portfolio(profile, columns, by_field, portfolios, catalogue)
    is_named = catalogue.subject == Subject.PILOTS
    if is_named and chosen is None and "name" not in by_field and (likely := _likely_name(columns, by_field)):
        by_field["name"] = [likely]
        suggestions[likely] = Suggestion(likely, "name", 50)
    words = {name: _words(name, columns, found, catalogue) for name, found in by_field.items()}
    mapping = ListMapping(
        name=name,
        of=str(catalogue.subject),
        sheet=profile.sheet if len(profile.sheets) > 1 else "",
        header_row=profile.header_line,
        columns={name: tuple(found) for name, found in by_field.items()},
        constants=constants,
        words={name: known for name, found in words.items() if (known := _known(found))},
        converters=_converters(columns, by_field),
        date_order=_date_order(columns, by_field, catalogue),
    )
    return Proposal(
        mapping, columns, suggestions, {name: found for name, found in words.items() if found}, profile.rows
    )


# Columns


def _chosen(columns: Mapping[str, Column], chosen: Mapping[str, str]) -> dict[str, Suggestion]:
    """What a person has chosen is certain."""
    return {name: Suggestion(name, chosen[name], CERTAIN) for name in columns if chosen.get(name)}


def _suggestions(columns: Mapping[str, Column], catalogue: Catalogue) -> dict[str, Suggestion]:
    """For each column at most one field, for each field one column; a gate may be read from several."""
    candidates = sorted(
        (candidate for column in columns.values() for candidate in _candidates(column, catalogue)),
        key=lambda each: (-each.certainty, _place(each, catalogue)),
    )
    taken: set[str] = set()
    out: dict[str, Suggestion] = {}
    for each in candidates:
        if each.column in out:
            continue
        if each.field in taken and not each.field.endswith(":state"):
            if each.field != "portfolio" or PORTFOLIO_NAME in taken or not catalogue.has(PORTFOLIO_NAME):
                continue
            each = replace(each, field=PORTFOLIO_NAME)
        out[each.column] = each
        taken.add(each.field)
    return {name: out[name] for name in columns if name in out}


def _place(suggestion: Suggestion, catalogue: Catalogue) -> int:
    """Of several names for one field the first that are listed come first: a short name of a portfolio before its long one."""
    names, name = catalogue.synonyms.get(suggestion.field, ()), plain_name(suggestion.column)
    return names.index(name) if name in names else len(names)


def _candidates(column: Column, catalogue: Catalogue) -> Iterator[Suggestion]:
    name = plain_name(column.name)
    exact = catalogue.field_by_synonym.get(name) or _own_column(column.name, catalogue)
    if exact is not None:
        if catalogue.has(exact) and _fits(column, exact, catalogue, is_exact=True):
            yield Suggestion(column.name, exact, CERTAIN)
        return
    near: dict[str, float] = {}
    known = {each: field_name for each, field_name in catalogue.field_by_synonym.items() if len(each) > 2}
    for synonym, score, _place in process.extract(name, known.keys(), scorer=fuzz.token_sort_ratio, limit=6):
        near[known[synonym]] = max(near.get(known[synonym], 0), score)
    for field_name, synonym in _contained(name, catalogue):
        near[field_name] = max(near.get(field_name, 0), LEAST + min(len(synonym.split()), 4))
    for field_name, score in near.items():
        if score >= LEAST and catalogue.has(field_name) and _fits(column, field_name, catalogue):
            yield Suggestion(column.name, field_name, min(round(score), CERTAIN - 1))


def _contained(name: str, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Synonyms of more than one word that stand in a longer name: “Primary use case name”."""
    padded = f" {name.rstrip('?:*')} "
    if len(name.split()) > 8:
        return
    for field_name, names in catalogue.synonyms.items():
        for synonym in names:
            if " " in synonym and f" {synonym} " in padded:
                yield field_name, synonym


def _own_column(name: str, catalogue: Catalogue) -> str | None:
    parts = name.strip().casefold().split(":")
    return ":".join(parts) if len(parts) == 3 and parts[0] == "gate" and parts[1] in catalogue.clears_by else None


def _fits(column: Column, field_name: str, catalogue: Catalogue, *, is_exact: bool = False) -> bool:
    """Whether most of what stands in a column can be read as the field; an empty one can."""
    if not column.filled:
        return True
    type_of = catalogue.type_of(field_name)
    if catalogue.subject != Subject.PILOTS:
        return _fits_reference(column, field_name, type_of, is_exact=is_exact)
    if type_of is FieldType.DAY:
        return _share(column, lambda text: read_date(text) is not None) >= _MOSTLY / 2
    if type_of in (FieldType.STAGE, FieldType.CAUSE):
        return not column.many
    if type_of is FieldType.YES_OR_NO or field_name.endswith(":state"):
        return not column.many or _share(column, lambda text: bool(_ADDRESS.match(text))) > 0 or _is_answered(column)
    if type_of is FieldType.KEY and field_name == "portfolio":
        return not column.many
    return True


def _fits_reference(column: Column, field_name: str, type_of: FieldType | None, *, is_exact: bool) -> bool:
    """The same, of a list of people, functions, portfolios, roles or rights.

    A column that is called so is read so, whatever a spreadsheet made of its cells: each that is no value is refused by row.
    """
    if field_name == "email":
        return _share(column, lambda text: "@" in text) >= (_MOSTLY / 2 if is_exact else _MOSTLY)
    if is_exact:
        return True
    if type_of is FieldType.DAY:
        return _share(column, lambda text: read_date(text) is not None) >= _MOSTLY / 2
    if type_of is FieldType.NUMBER:
        return _share(column, lambda text: text.strip().isdecimal()) >= _MOSTLY
    if type_of in (FieldType.ROLE, FieldType.GATE_KIND):
        return not column.many
    return True


def _is_answered(column: Column) -> bool:
    """Whether a column with many words still answers yes or no in some of them."""
    return _share(column, lambda text: vocabulary.gate(text) not in (None, vocabulary.UNSAID)) >= _MOSTLY


def _share(column: Column, is_so: Callable[[str], bool]) -> float:
    total = sum(column.words.values())
    return sum(times for text, times in column.words.items() if is_so(text)) / total if total else 0.0


def _likely_name(columns: Mapping[str, Column], by_field: Mapping[str, list[str]]) -> str | None:
    """Where no column is called so, the name is likely the first that is nearly always filled, with many short texts."""
    taken = {column for names in by_field.values() for column in names}
    most = max((column.filled for column in columns.values()), default=0)
    for column in columns.values():
        texts = list(column.words)
        short = sum(len(text) <= LONGEST_WORD for text in texts) >= _MOSTLY * len(texts)
        if (
            column.name not in taken
            and column.filled >= 0.9 * most
            and short
            and len(set(texts)) > 0.8 * min(most, DISTINCT)
        ):
            return column.name
    return None


# The portfolio


def _portfolio(
    profile: ListProfile,
    columns: Mapping[str, Column],
    by_field: Mapping[str, list[str]],
    portfolios: Mapping[str, str],
    catalogue: Catalogue,
) -> str:
    """Of which portfolio all rows likely are: the only one, else what most keys begin with, else what the file is called."""
    if len(portfolios) == 1:
        return next(iter(portfolios))
    if catalogue.subject != Subject.PILOTS:
        return ""
    begins: Counter[str] = Counter()
    for name in by_field.get("key", ()):
        for text, times in columns[name].words.items():
            if match := _PREFIX.match(text):
                begins[match[1]] += times
    total = sum(begins.values())
    if total:
        prefix, times = begins.most_common(1)[0]
        if times >= _MOSTLY * total and times > 1:
            return tidy(prefix)
    return tidy(re.sub(r"[-_ ]*\d{4}$", "", Path(profile.name).stem)) or tidy(Path(profile.name).stem) or "list"


# Words


def _words(field_name: str, columns: Mapping[str, Column], found: list[str], catalogue: Catalogue) -> list[Word]:
    """The words of the columns that a field is read from, with what each means; nothing where it holds texts."""
    type_of = catalogue.type_of(field_name)
    meaning: Callable[[str], str | None]
    known: Mapping[str, str]
    if type_of is FieldType.STAGE:
        meaning, known = vocabulary.stage, vocabulary.stage_words()
    elif type_of is FieldType.CAUSE:
        meaning, known = vocabulary.cause, vocabulary.cause_words()
    elif type_of is FieldType.YES_OR_NO:
        meaning, known = vocabulary.high_impact, vocabulary.high_impact_words()
    elif type_of is FieldType.ROLE:
        meaning, known = vocabulary.role, vocabulary.role_words()
    elif type_of is FieldType.GATE_KIND:
        known = {plain(text): key for key, name in catalogue.kinds.items() for text in (name, key)}
        meaning = partial(_kind, catalogue.kinds)
    elif field_name.endswith(":state"):
        meaning, known = vocabulary.gate, vocabulary.gate_words()
    else:
        return []
    counted: Counter[str] = Counter()
    for name in found:
        if not _is_of_addresses(columns[name]):
            counted.update(columns[name].words)
    out = []
    for text, times in counted.most_common():
        means, certainty = meaning(text), CERTAIN
        if means is None:
            means, certainty = _near(text, known)
        out.append(Word(text, times, None if means is None else _own_word(means, field_name), certainty))
    return out


def _kind(kinds: Mapping[str, str], text: str) -> str | None:
    """The kind of gate that a word means: by its key or its name, or the only one whose name has all of its words."""
    word = plain(text)
    for key, name in kinds.items():
        if word in (plain(key), plain(name)):
            return key
    parts = set(_LETTERS.findall(word))
    named = {key: set(_LETTERS.findall(f"{plain(name)} {plain(key)}")) for key, name in kinds.items()}
    found = [key for key, names in named.items() if parts and parts <= names]
    return found[0] if len(found) == 1 else None


_LETTERS = re.compile(r"[^\W\d_]+")


def _known(words: list[Word]) -> dict[str, str]:
    """What words mean, but for those that nobody knows: a word that is not understood is never a value."""
    return {plain(word.text): word.meaning for word in words if word.meaning is not None}


def _near(text: str, known: Mapping[str, str]) -> tuple[str | None, int]:
    """What a word means that is nearly one that is known: it begins alike (“unapproved” does not), and a letter or two differ."""
    near = process.extractOne(plain(text), known.keys(), scorer=fuzz.ratio, score_cutoff=90)
    if near is None or len(near[0]) < 5 or plain(text)[:2] != near[0][:2]:
        return None, 0
    return known[near[0]], round(near[1])


def _own_word(meaning: str, field_name: str) -> str:
    """A meaning as the own form says it; empty where nothing is said."""
    if meaning == vocabulary.UNSAID:
        return Stage.NOT_STATED if field_name == "stage" else ""
    return meaning


def _is_of_addresses(column: Column) -> bool:
    """Whether what a column says beside yes, no and nothing is mostly addresses."""
    says = Column(column.name, words=Counter({t: n for t, n in column.words.items() if vocabulary.gate(t) is None}))
    return _share(says, lambda text: bool(_ADDRESS.match(text))) >= 0.5


def _converters(columns: Mapping[str, Column], by_field: Mapping[str, list[str]]) -> dict[str, str]:
    """A column of addresses answers by having one."""
    gates = [name for field_name, names in by_field.items() if field_name.endswith(":state") for name in names]
    return {name: "address" for name in gates if _is_of_addresses(columns[name])}


def _date_order(columns: Mapping[str, Column], by_field: Mapping[str, list[str]], catalogue: Catalogue) -> str:
    """How the file writes dates with slashes, where its own dates settle it."""
    days = [names for field_name, names in by_field.items() if catalogue.type_of(field_name) is FieldType.DAY]
    return order_of_slashes(text for names in days for name in names for text in columns[name].words) or ""
