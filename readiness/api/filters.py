"""How pilots and gates are chosen. What is asked of a gate (kind, court, state, holder, wait) is asked of one and the same gate."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from datetime import date, timedelta
from functools import cache
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.actions.texts import need_plain
from pilots.models import Event, GateKind, Person, Pilot, Portfolio
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Court, Stage, Standing
from readiness.forms.fields import PersonField
from readiness.queries.people import find_people, find_people_to_name
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.request_dates import FIRST_YEAR, as_of
from readiness.queries.search import holding
from readiness.rules.standing import GATE_STATES

NOBODY, SEVERAL = (PersonField.default_error_messages[which] for which in ("nobody", "several"))
"""As a form says it."""
NONE = "none"
"""What asks for pilots, or gates, of which nobody is the one asked for."""
MOST_NUMBER = 100_000
"""Days and slips beyond this are no question."""
NO_NUMBER = gettext_lazy("Give a whole number from 0 to 100000.")


def one_of(values: Iterable[str], **more: Any) -> django_filters.ChoiceFilter:
    """A filter by one of a few words; another is refused with all of them."""
    return django_filters.ChoiceFilter(**_choices(values), **more)


def some_of(values: Iterable[str], **more: Any) -> django_filters.MultipleChoiceFilter:
    """A filter by some of a few words, each given once more; another is refused with all of them."""
    return django_filters.MultipleChoiceFilter(**_choices(values), distinct=False, **more)


def _choices(values: Iterable[str]) -> dict[str, Any]:
    words = list(values)
    says = {"invalid_choice": _says_one_of(tuple(words))}
    return {"choices": [(word, word) for word in words], "error_messages": says}


def _say_one_of(words: tuple[str, ...]) -> str:
    return _("Say one of: %(words)s.") % {"words": ", ".join(words)}


_says_one_of = lazy(_say_one_of, str)
"""Said anew in each reader's language: a filter is put together once."""


class TextsField(forms.MultipleChoiceField):
    """Several texts, each given once more."""

    def valid_value(self, value: Any) -> bool:
        return True


class TextsFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]
    """A filter by some texts, of which one must fit. Each is looked up, and refused, by the filter's method."""

    field_class = TextsField


def texts(method: str, help_text: Any) -> TextsFilter:
    """A filter by some texts, each given once more."""
    return TextsFilter(method=method, help_text=help_text, distinct=False)


def number(method: str, help_text: Any) -> django_filters.NumberFilter:
    """A filter by a whole number that is not below zero."""
    limits = {"min_value": 0, "max_value": MOST_NUMBER}
    messages = dict.fromkeys(("invalid", "min_value", "max_value"), NO_NUMBER)
    return WholeNumberFilter(method=method, help_text=help_text, error_messages=messages, **limits)


class WholeNumberField(forms.IntegerField):
    """A whole number of a few digits."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value and not (value.isascii() and value.isdecimal() and len(value) < 10):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class WholeNumberFilter(django_filters.NumberFilter):  # type: ignore[misc]
    field_class = WholeNumberField

    def get_max_validator(self) -> None:
        """The field has its own."""


class DayField(forms.DateField):
    """A calendar date of a year that records reach, as `as_of` is written."""

    def to_python(self, value: Any) -> Any:
        if not value or isinstance(value, date):
            return value or None
        try:
            return as_of({"day": str(value)}, "day")
        except Invalid as wrong:
            # The library formats the sentence once more.
            raise forms.ValidationError(wrong.says.replace("%", "%%"), code="invalid") from wrong


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]
    field_class = DayField


class KindFilter(TextsFilter):
    """A filter by kinds of gates. Kinds are rows; one that whoever asks may not see is refused with those that they may."""

    def filter(self, qs: Any, value: list[str]) -> Any:
        return super().filter(qs, known_kinds(value, self.label_name, self.parent.request.user) if value else value)

    @property
    def label_name(self) -> str:
        """The parameter."""
        return next(str(name) for name, each in self.parent.filters.items() if each is self)


class PortfolioFilter(TextsFilter):
    """A filter by portfolios. One that whoever asks may not see is refused as one that there is not."""

    def filter(self, qs: Any, value: list[str]) -> Any:
        keys = [known_portfolio(key, "portfolio", self.parent.request.user) for key in value]
        return super().filter(qs, keys)


PORTFOLIO = gettext_lazy("The key of a portfolio; several may be given.")
FUNCTION = gettext_lazy("The name of a function, in any case; `none` for none. Several may be given.")
PERSON = gettext_lazy("A person by id, name or address; `none` for nobody. Several may be given.")
WAITS = gettext_lazy("Days: with an open gate that has waited for more of them.")
KIND = gettext_lazy("The key of a kind of gate; several may be given.")


class ReadAlone(dict[str, Any]):
    """Filters of which a request takes plain copies: it says in them who asks, and what they were made with is read alone."""

    def __deepcopy__(self, _known: Any) -> dict[str, Any]:
        return {name: _copy(each) for name, each in self.items()}


def _copy(one: Any) -> Any:
    found = copy(one)
    found.method = one.method  # which the library binds to the filter
    return found


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    """A filterset whose form is put together once: nothing in it depends on who asks. The library does it for each request."""

    @classmethod
    def get_filters(cls) -> ReadAlone:
        return ReadAlone(super().get_filters())

    @classmethod
    @cache
    def form_class(cls) -> type[forms.Form]:
        """The form of the parameters."""
        return type(f"{cls.__name__}Form", (forms.Form,), {name: each.field for name, each in cls.base_filters.items()})

    def get_form_class(self) -> type[forms.Form]:
        return self.form_class()


class OfPilots(Filters):
    """Pilots by where they lie, how they stand, and who they are of, on the day that is read."""

    standing = some_of(Standing.values(), help_text=gettext_lazy("What the facts mean; several may be given."))
    portfolio = texts("in_portfolio", PORTFOLIO)
    function = texts("in_function", FUNCTION)
    sponsor = texts("carried_by", PERSON)
    manager = texts("managed_by", PERSON)
    stalls_before = DayFilter(
        method="stalls_until", help_text=gettext_lazy("Runs or is paused, and stalls before this day.")
    )
    slips_at_least = number("slipped", gettext_lazy("Whose decide-by date was moved to a later one this often."))
    high_impact = some_of(
        ("true", "false", "not_stated"), method="of_impact", help_text=gettext_lazy("Whether it is high impact.")
    )
    changed_since = DayFilter(
        method="with_event_since", help_text=gettext_lazy("On which something was recorded on this day or later.")
    )
    q = django_filters.CharFilter(method="says", help_text=gettext_lazy("Words in the key, the name or the workflow."))

    def in_portfolio(self, rows: QuerySet[Any], _name: str, value: list[str]) -> Any:
        keys = [known_portfolio(key, "portfolio", self.request.user) for key in value]
        return rows.filter(portfolio__key__in=keys) if keys else rows

    def in_function(self, rows: QuerySet[Any], _name: str, value: list[str]) -> Any:
        return in_functions(rows, value) if value else rows

    def carried_by(self, rows: QuerySet[Any], _name: str, value: list[str]) -> Any:
        return self._of_people(rows, "sponsor", value)

    def managed_by(self, rows: QuerySet[Any], _name: str, value: list[str]) -> Any:
        return self._of_people(rows, "manager", value)

    def _of_people(self, rows: QuerySet[Any], name: str, value: list[str]) -> Any:
        if not value:
            return rows
        people, there = people_named(value, name, self.request.user), cast(StandingQuerySet, rows)
        return there.with_columns(f"{name}_then").filter(among_people(people, f"{name}_then"))

    def stalls_until(self, rows: QuerySet[Any], _name: str, value: date) -> Any:
        there: Any = rows
        return there.stalling(self._view.at, date(FIRST_YEAR, 1, 1), value - timedelta(days=1))

    def slipped(self, rows: QuerySet[Any], _name: str, value: int) -> Any:
        return cast(StandingQuerySet, rows).with_columns("slips_then").filter(slips_then__gte=value)

    def of_impact(self, rows: QuerySet[Any], _name: str, value: list[str]) -> Any:
        values: dict[str, bool | None] = {"true": True, "false": False, "not_stated": None}
        wanted = (Q(high_impact=values[word]) for word in value)
        return rows.filter(Q(*wanted, _connector=Q.OR)) if value else rows

    def with_event_since(self, rows: QuerySet[Any], _name: str, value: date) -> Any:
        return rows.filter(Exists(Event.objects.filter(pilot=OuterRef("pk"), known_on__gte=value)))

    def says(self, rows: QuerySet[Any], _name: str, value: str) -> Any:
        return rows.filter(holding(value))

    @property
    def _view(self) -> Any:
        return self.request.parser_context["view"]


class PilotFilter(OfPilots):
    """The same, and by stage and what is so of one of their gates."""

    stage = some_of(
        Stage.values(), field_name="stage_then", help_text=gettext_lazy("What was declared; several may be given.")
    )
    gate = texts("gate_asked", gettext_lazy("The key of a kind of gate; alone: of which that gate is open."))
    court = some_of(Court.values(), method="gate_asked", help_text=gettext_lazy("Whose move a gate is."))
    state = some_of(GATE_STATES, method="gate_asked", help_text=gettext_lazy("The state of a gate."))
    holder = texts("gate_asked", PERSON)
    waiting_longer_than = number("gate_asked", WAITS)

    def gate_asked(self, rows: QuerySet[Any], _name: str, value: list[str]) -> Any:
        """Asked together with the others of a gate, by `filter_queryset`."""
        return rows

    def filter_queryset(self, queryset: StandingQuerySet) -> Any:
        """The gate's filters together, after the others: they speak of one gate."""
        rows = super().filter_queryset(queryset)
        asked, person = self.form.cleaned_data, self.request.user
        gate: dict[str, Any] = {
            "kind": known_kinds(asked["gate"], "gate", person) if asked["gate"] else None,
            "court": asked["court"] or None,
            "state": asked["state"] or None,
            "holder": people_named(asked["holder"], "holder", person) if asked["holder"] else None,
            "longer_than": None if asked["waiting_longer_than"] is None else int(asked["waiting_longer_than"]),
        }
        if all(value is None for value in gate.values()):
            return rows
        only_kind = gate["kind"] and not (gate["court"] or gate["state"])
        view = self._view
        return rows.with_gate(view.at, view.known_at, open_only=bool(only_kind), stages=asked["stage"], **gate)


def known_kinds(keys: Iterable[str], field: str, person: Person) -> list[str]:
    """The keys of kinds of gates. Raises Invalid where there is no such kind for a person."""
    return [known_kind(key, field, person) for key in keys]


def known_kind(key: str, field: str, person: Person) -> str:
    """The key of a kind of gate. Raises Invalid where there is no such kind for a person."""
    visible = GateKind.objects.visible_to(person)
    if not visible.filter(key=key).exists():
        kinds = ", ".join(visible.values_list("key", flat=True))
        raise Invalid(_("There is no such kind of gate. There are: %(kinds)s.") % {"kinds": kinds}, field=field)
    return key


def known_portfolios(person: Person) -> QuerySet[Portfolio]:
    """The portfolios of which a person sees anything."""
    if person.is_superuser:
        return Portfolio.objects.all()
    visible = Pilot.objects.visible_to(person).filter(portfolio=OuterRef("pk"))
    return Portfolio.objects.filter(Q(escalation=person) | Exists(visible) | Q(pk__in=person.roles.values("portfolio")))


def known_portfolio(key: str, field: str, person: Person) -> str:
    """The key of a portfolio. Raises Invalid where there is none, or none that a person sees anything of."""
    need_plain(key, field)
    if not known_portfolios(person).filter(key=key).exists():
        raise Invalid(_("There is no such portfolio."), field=field)
    return key


def in_functions(rows: Any, names: Iterable[str]) -> Any:
    """Those of some pilots, read on a date, that lay then in a function of one of these names, or in none."""
    return rows.with_columns("function_then", "function_name_then").filter(
        named_functions(names, "function_then", "function_name_then")
    )


def named_functions(names: Iterable[str], of: str, name: str) -> Q:
    """Of rows with a function and its name at two paths: those in a function of one of these names, or in none."""
    found = Q()
    for each in names:
        found |= Q(**{of: None}) if each.strip() == NONE else Q(**{f"{name}__iexact": each.strip()})
    return found


def people_named(written: Iterable[str], field: str, asker: Person) -> list[int | None]:
    """Several people by their primary keys; None for nobody, where that is asked for.

    Raises:
        Invalid: one of them is nobody whom the asker may know of, or several.
    """
    return [None if one.strip() == NONE else person_known(one, field, asker).pk for one in written]


def among_people(people: Iterable[int | None], path: str) -> Q:
    """Of rows with a person at a path: those of one of these, or of nobody."""
    wanted = set(people)
    there = Q(**{f"{path}__in": sorted(pk for pk in wanted if pk is not None)})
    return there | Q(**{path: None}) if None in wanted else there


def person_known(written: str, field: str, asker: Person) -> Person:
    """A person by their public id, their address or their name, of those whom somebody may know of.

    Raises:
        Invalid: nobody is meant by it, several are, or no database can be asked for it.
    """
    need_plain(written, field)
    found = find_people(asker, written.strip())
    if not found:
        raise Invalid(_("Nobody of whom you may know is meant by this. Give an id, a name or an address."), field=field)
    if len(found) > 1:
        choices = ", ".join(f"{one.name} ({one.public_id})" for one in found)
        raise Invalid(
            _("Several people are called that. Give the id of one: %(choices)s.") % {"choices": choices}, field=field
        )
    return found[0]


def person_named(written: str, field: str, asker: Person) -> Person:
    """A person who is named for something, as a form takes them: an id or an address means whoever has it.

    Raises:
        Invalid: nobody is meant by it, several are, or no database can be asked for it.
    """
    need_plain(written, field)
    found = find_people_to_name(asker, written.strip())
    if len(found) != 1:
        raise Invalid(SEVERAL if found else NOBODY, field=field)
    return found[0]
