"""The forms of the set-up: several functions, people and roles at once, each by its own action."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots import actions
from pilots.busy import refused_when_busy
from pilots.clock import today
from pilots.event_log.sign import logged_transaction
from pilots.models import Function, Portfolio
from pilots.refusals import Invalid, Refused
from pilots.rules import stalls
from pilots.rules.vocabulary import Role
from readiness.forms.fields import NumberField, PersonField, SentenceField, ask_as
from readiness.forms.offices import Office
from readiness.queries.pilots import policies
from readiness.queries.set_up import Hole, SetUp, without_password

MOST_LINES = 500
USUAL = (stalls.QUIET_DAYS, stalls.WARNING_DAYS)
"""Quiet days and days of warning where a portfolio has set none."""
OFFERED_AT_MOST = 200
_PERSON = re.compile(
    r"(?P<name>[^<>@]*?)[\s,;<(]*(?P<email>[^\s<>(),;]+@[^\s<>(),;]+)[>)]?\s*(?:[,;\t]\s*(?P<function>.+))?"
)


class StepForm(forms.Form):
    """One step of the set-up. `done_message` says what was done; what was refused stands at its field."""

    button: ClassVar[Any] = gettext_lazy("Save")
    done_message: str = ""

    def __init__(self, data: Mapping[str, Any] | None = None, *, office: Office, found: SetUp, **kwargs: Any) -> None:
        self.office, self.found = office, found
        super().__init__(data, use_required_attribute=False, label_suffix="", **kwargs)
        self.fit()
        ask_as(office.person, self.fields.values())

    def fit(self) -> None:
        """Make the fields of what is missing."""

    def perform(self) -> bool:
        """Do what was typed. False where any of it was refused."""
        if not self.is_valid():
            return False
        try:
            self._try()
        except Refused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, refused.says)
        return not self.errors

    @refused_when_busy
    def _try(self) -> None:
        self.save()

    def save(self) -> None:
        raise NotImplementedError

    @property
    def status(self) -> int:
        return 422 if self.is_bound and self.errors else 200


class LinesForm(StepForm):
    """Several of a sort, one a line. What is fine is put on record; the lines that are refused stay, and each says why."""

    lines = SentenceField(rows=8)

    def save(self) -> None:
        typed = [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if not typed:
            raise Invalid(_("Write one a line."), field="lines")
        if len(typed) > MOST_LINES:
            says = _("These are %(n)s lines. Read more than %(most)s in as a list, or in parts.")
            raise Invalid(says % {"n": len(typed), "most": MOST_LINES}, field="lines")
        refused = [(line, why) for line in typed if (why := self._refusal_of(line))]
        number = len(typed) - len(refused)
        self.done_message = self.say(number) if number else ""
        if refused:
            self.data = {**dict(self.data.items()), self.add_prefix("lines"): "\n".join(line for line, _why in refused)}
            for line, why in refused:
                self.add_error("lines", _("“%(line)s”: %(why)s") % {"line": line, "why": why})

    def _refusal_of(self, line: str) -> str:
        """Why a line was not taken; nothing where it was."""
        try:
            with transaction.atomic():
                self.put(line)
        except Refused as refused:
            return refused.says
        return ""

    def put(self, line: str) -> None:
        raise NotImplementedError

    def say(self, number: int) -> str:
        raise NotImplementedError


class FunctionsForm(LinesForm):
    """Business functions, by their names."""

    def fit(self) -> None:
        self.fields["lines"].label = _("Functions, one a line")
        self.fields["lines"].help_text = _("Such as customer operations.")

    def put(self, line: str) -> None:
        actions.name_function(name=line, by=self.office.person)

    def say(self, number: int) -> str:
        return ngettext("%(n)s function is on record.", "%(n)s functions are on record.", number) % {"n": number}


class PeopleForm(LinesForm):
    """People, by name, address and function."""

    def fit(self) -> None:
        self.fields["lines"].label = _("People, one a line")
        says = _("Name <address>, function: Perpetua Rask <rask@example.org>, legal. The function may be left out.")
        self.fields["lines"].help_text = escape(says)

    def put(self, line: str) -> None:
        match = _PERSON.fullmatch(line)
        if match is None:
            raise Invalid(_("Write it as Name <address>, function."))
        function = None
        if written := (match["function"] or "").strip():
            function = Function.objects.filter(name__iexact=written[:240]).first()
            if function is None:
                raise Invalid(
                    _("No function is called “%(name)s”. Put it on record first, or leave it out.") % {"name": written}
                )
        actions.open_account(email=match["email"], name=match["name"], function=function, by=self.office.person)

    def say(self, number: int) -> str:
        return ngettext("%(n)s account is open.", "%(n)s accounts are open.", number) % {"n": number}


class NamingForm(StepForm):
    """People who are named for what lacks one. All that is typed is done, or nothing."""

    field_help: ClassVar[Any] = ""

    def fit(self) -> None:
        for name, label, _act in self.rows():
            self.fields[name] = PersonField(label=label, help_text=self.field_help)

    def rows(self) -> Iterator[tuple[str, Any, Callable[..., Any]]]:
        """What lacks somebody: the field, its label, and what is done with whoever is named."""
        raise NotImplementedError

    @logged_transaction()
    def save(self) -> None:
        named = 0
        for name, _label, act in self.rows():
            if (person := self.cleaned_data.get(name)) is None:
                continue
            try:
                act(person)
            except Refused as refused:
                refused.field = name
                raise
            named += 1
        if not named:
            raise Invalid(_("Missing. A name, not a team."), field=next(iter(self.fields)))
        self.done_message = ngettext("Saved: %(n)s is named.", "Saved: %(n)s are named.", named) % {"n": named}


class OfficesForm(NamingForm):
    """Who keeps the records of a portfolio that has no program office of its own."""

    def rows(self) -> Iterator[tuple[str, Any, Callable[..., Any]]]:
        for portfolio in self.found.without_office:
            yield (
                f"office-{portfolio.pk}",
                _("Program office of %(portfolio)s") % {"portfolio": portfolio},
                self._give(portfolio),
            )

    def _give(self, portfolio: Portfolio) -> Callable[..., Any]:
        return lambda person: actions.give_role(
            portfolio=portfolio, person=person, role=Role.OFFICE, by=self.office.person
        )


class EscalationsForm(NamingForm):
    """Who answers for a portfolio above its program office."""

    field_help = gettext_lazy("A person above the program office, not a team.")

    def rows(self) -> Iterator[tuple[str, Any, Callable[..., Any]]]:
        for portfolio in self.found.without_escalation:
            yield f"escalation-{portfolio.pk}", str(portfolio), self._name(portfolio)

    def _name(self, portfolio: Portfolio) -> Callable[..., Any]:
        return lambda person: actions.amend_portfolio(
            portfolio=portfolio, set={"escalation": person}, by=self.office.person
        )


class RightsForm(NamingForm):
    """Who decides the gates that are decided, in each portfolio where nobody does; or everywhere, where nobody does anywhere."""

    def fit(self) -> None:
        super().fit()
        for name, _label, _act in list(self.rows()):
            self.fields[f"deputy-{name}"] = PersonField(label=_("Deputy, if known"))
        self.order_fields([each for name, _label, _act in self.rows() for each in (name, f"deputy-{name}")])

    def rows(self) -> Iterator[tuple[str, Any, Callable[..., Any]]]:
        for hole in self._reaches():
            where = f"{hole.portfolio.pk}" if hole.portfolio is not None else "everywhere"
            name = f"holder-{where}-{hole.kind.key}"
            label = hole.kind.name if hole.portfolio is None else f"{hole.kind.name}, {hole.portfolio}"
            yield name, _("Who decides %(what)s") % {"what": label}, self._assign(name, hole)

    def _reaches(self) -> Iterator[Any]:
        """The holes; one for a kind that is missing in every portfolio, where whoever asks keeps all of them."""
        holes, everywhere = self.found.holes, set()
        if self.office.keeps_all:
            number = len(self.found.portfolios)
            everywhere = {
                each.kind.pk
                for each in holes
                if each.kind.for_all and sum(h.kind == each.kind for h in holes) == number
            }
        once: set[int] = set()
        for hole in holes:
            if hole.kind.pk not in everywhere:
                yield hole
            elif hole.kind.pk not in once:
                once.add(hole.kind.pk)
                yield Hole(None, hole.kind)

    def _assign(self, name: str, hole: Hole) -> Callable[..., Any]:
        return lambda person: actions.assign_right(
            kind=hole.kind,
            portfolio=hole.portfolio,
            holder=person,
            deputy=self.cleaned_data.get(f"deputy-{name}"),
            by=self.office.person,
        )


class PolicyForm(StepForm):
    """After how many quiet days a pilot is an exhibit, and how long people are warned, in each portfolio; what differs is set."""

    def fit(self) -> None:
        self.policies = policies(today())
        for portfolio in self.found.portfolios[:OFFERED_AT_MOST]:
            quiet, warning = self.policies.get(portfolio.pk, USUAL)
            says = {"portfolio": portfolio}
            self.fields[f"quiet-{portfolio.pk}"] = NumberField(
                label=_("%(portfolio)s: quiet days until it is an exhibit") % says,
                help_text=_("More of them take the escalation person."),
                initial=quiet,
            )
            self.fields[f"warning-{portfolio.pk}"] = NumberField(
                label=_("%(portfolio)s: days of warning before that") % says, initial=warning
            )

    @logged_transaction()
    def save(self) -> None:
        number = 0
        for portfolio in self.found.portfolios[:OFFERED_AT_MOST]:
            names = {"quiet_days": f"quiet-{portfolio.pk}", "warning_days": f"warning-{portfolio.pk}"}
            typed = {name: self.cleaned_data[field] for name, field in names.items()}
            if tuple(typed.values()) == self.policies.get(portfolio.pk, USUAL):
                continue
            try:
                actions.set_stall_policy(portfolio=portfolio, by=self.office.person, **typed)
            except Refused as refused:
                refused.field = names.get(refused.field or "quiet_days", names["quiet_days"])
                raise
            number += 1
        if not number:
            self.done_message = _("Nothing was changed: it says so already.")
            return
        says = ngettext("The clock of %(n)s portfolio is set.", "The clocks of %(n)s portfolios are set.", number)
        self.done_message = says % {"n": number}


class InvitationsForm(StepForm):
    """To whom an invitation goes: accounts of which nobody has set the password. It can be sent again."""

    button = gettext_lazy("Send invitations")
    people = forms.MultipleChoiceField(
        label=gettext_lazy("To whom"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose somebody.")},
    )

    def fit(self) -> None:
        waiting = without_password().exclude(pk=self.office.person.pk).order_by("name", "pk")[:OFFERED_AT_MOST]
        self.waiting = {str(person.pk): person for person in waiting}
        field: Any = self.fields["people"]
        field.choices = [(key, f"{person.name}, {person.email}") for key, person in self.waiting.items()]
        field.initial = list(self.waiting)

    def chosen(self) -> list[Any]:
        return [self.waiting[key] for key in self.cleaned_data["people"]]

    def save(self) -> None:
        """Nothing is written: the letters are sent by whoever knows the address of this installation."""
