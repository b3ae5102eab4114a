"""How pilots and gates are chosen. What is asked of a gate (kind, court, state, holder) is asked of one and the same gate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from pilots.actions.texts import need_plain
from pilots.models import GateKind, Person, Pilot, Portfolio
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Court, Stage, Standing
from readiness.forms.fields import PersonField
from readiness.queries.pilots import StandingQuerySet
from readiness.rules.standing import GATE_STATES

NOBODY = PersonField.default_error_messages["nobody"]
"""As a form says it."""


def one_of(values: Iterable[str], **more: Any) -> django_filters.ChoiceFilter:
    """A filter by one of a few words; another is refused with all of them."""
    return django_filters.ChoiceFilter(**_choices(values), **more)


def some_of(values: Iterable[str], **more: Any) -> django_filters.MultipleChoiceFilter:
    """A filter by some of a few words, each given once more; another is refused with all of them."""
    return django_filters.MultipleChoiceFilter(**_choices(values), **more)


def _choices(values: Iterable[str]) -> dict[str, Any]:
    words = list(values)
    says = _("Say one of: %(words)s.") % {"words": ", ".join(words)}
    return {"choices": [(word, word) for word in words], "error_messages": {"invalid_choice": says}}


class KindFilter(django_filters.CharFilter):  # type: ignore[misc]
    """A filter by a kind of gate. Kinds are rows; one that whoever asks may not see is refused with those that they may."""

    def filter(self, qs: Any, value: str) -> Any:
        return super().filter(qs, known_kind(value, "kind", self.parent.request.user) if value else value)


class PortfolioFilter(django_filters.CharFilter):  # type: ignore[misc]
    """A filter by a portfolio. One that whoever asks may not see is refused as one that there is not."""

    def filter(self, qs: Any, value: str) -> Any:
        key = known_portfolio(value, "portfolio", self.parent.request.user) if value else value
        return super().filter(qs, key)


class PilotFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Pilots by where they lie, how they stand, and what is so of one of their gates on the day that is read."""

    standing = some_of(Standing.values())
    stage = some_of(Stage.values(), field_name="stage_then")
    portfolio = PortfolioFilter(field_name="portfolio__key")
    function = django_filters.CharFilter(method="in_function")
    sponsor = django_filters.CharFilter(method="carried_by")
    gate = django_filters.CharFilter(method="gate_asked")
    court = one_of(Court.values(), method="gate_asked")
    state = some_of(GATE_STATES, method="gate_asked")
    holder = django_filters.CharFilter(method="gate_asked")
    q = django_filters.CharFilter(method="says")

    def in_function(self, rows: QuerySet[Any], _name: str, value: str) -> Any:
        return rows.filter(period__unit__function__name__iexact=value)

    def carried_by(self, rows: QuerySet[Any], _name: str, value: str) -> Any:
        return rows.filter(period__sponsor=person_named(value, "sponsor"))

    def says(self, rows: QuerySet[Any], _name: str, value: str) -> Any:
        holds = {f"{name}__icontains": value for name in ("key", "name", "workflow")}
        return rows.filter(Q(**holds, _connector=Q.OR))

    def gate_asked(self, rows: QuerySet[Any], _name: str, _value: Any) -> Any:
        return rows

    def filter_queryset(self, queryset: StandingQuerySet) -> Any:
        """The gate's filters together, after the others: they speak of one gate."""
        rows = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        gate: dict[str, Any] = {
            "kind": known_kind(asked["gate"], "gate", self.request.user) if asked["gate"] else None,
            "court": asked["court"] or None,
            "state": asked["state"] or None,
            "holder": person_named(asked["holder"], "holder").pk if asked["holder"] else None,
        }
        if not any(gate.values()):
            return rows
        view = self.request.parser_context["view"]
        only_kind = gate["kind"] and not (gate["court"] or gate["state"])
        return rows.with_gate(view.at, view.known_at, open_only=bool(only_kind), stages=asked["stage"], **gate)


def known_kind(key: str, field: str, person: Person) -> str:
    """The key of a kind of gate. Raises Invalid where there is no such kind for a person."""
    visible = GateKind.objects.visible_to(person)
    if not visible.filter(key=key).exists():
        kinds = ", ".join(visible.values_list("key", flat=True))
        raise Invalid(_("There is no such kind of gate. There are: %(kinds)s.") % {"kinds": kinds}, field=field)
    return key


def known_portfolio(key: str, field: str, person: Person) -> str:
    """The key of a portfolio. Raises Invalid where there is none, or none that a person sees anything of."""
    need_plain(key, field)
    there = Portfolio.objects.filter(key=key)
    if not person.is_superuser:
        visible = Pilot.objects.visible_to(person).filter(portfolio=OuterRef("pk"))
        there = there.filter(Q(roles__person=person) | Q(escalation=person) | Exists(visible))
    if not there.exists():
        raise Invalid(_("There is no such portfolio."), field=field)
    return key


def person_named(written: str, field: str) -> Person:
    """A person by their public id or their address.

    Raises:
        Invalid: nobody is meant by it, or no database can be asked for it.
    """
    need_plain(written, field)
    found = Person.objects.filter(public_id=written).first()
    found = found or Person.objects.with_address(written).first()
    if found is None:
        raise Invalid(NOBODY, field=field)
    return found
