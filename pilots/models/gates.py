"""Gates, the kinds they are of, the decisions on them, and the periods that these leave behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from pilots.models.choices import CAPACITY, CLEARS_BY, choices
from pilots.models.people import Person, Portfolio, Unit, opaque_id
from pilots.rules import events
from pilots.rules.canonical_json import CanonicalJSON
from pilots.rules.vocabulary import Capacity, ClearsBy

LONGEST_VALID, LAST_IN_ORDER = 3650, 32_767
"""Days that an answer can hold, ten years; and the last place in the order of kinds."""


class GateKindQuerySet(models.QuerySet["GateKind"]):
    """Kinds of gates, by the portfolios that they are for."""

    def asked_in(self, portfolios: Iterable[Portfolio | int]) -> GateKindQuerySet:
        """Those that are for one of these portfolios at least."""
        scoped = GateKindPortfolio.objects.filter(portfolio__in=list(portfolios))
        return self.filter(Q(for_all=True) | Q(pk__in=scoped.values("kind")))

    def visible_to(self, person: Person) -> GateKindQuerySet:
        """Those of the portfolios that a person has a role in or answers for, and of the pilots that they may see."""
        from pilots.models.pilots import Pilot

        if person.is_superuser:
            return self
        scoped = GateKindPortfolio.objects.filter(
            Q(portfolio__roles__person=person)
            | Q(portfolio__escalation=person)
            | Exists(Pilot.objects.visible_to(person).filter(portfolio=OuterRef("portfolio")))
        )
        return self.filter(Q(for_all=True) | Q(pk__in=scoped.values("kind")))


class GateKind(models.Model):
    """A kind of gate: its question, how it clears, for how many days an answer holds, and what an answer seals.

    It is for every portfolio, those opened later included, or for those that `portfolios` names.
    """

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("short name"), max_length=60)
    question = models.CharField(_("question"), max_length=200)
    clears_by = models.CharField(_("clears by"), max_length=12, choices=choices(CLEARS_BY))
    valid_for = models.PositiveSmallIntegerField(_("valid for days"), null=True, blank=True)
    seals = models.JSONField(_("fields it seals"), default=list, blank=True)
    high_impact_only = models.BooleanField(_("for high-impact pilots only"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    ships = models.BooleanField(default=False, editable=False)
    for_all = models.BooleanField(_("for every portfolio"), default=True, editable=False)
    portfolios: Any = models.ManyToManyField(
        Portfolio, through="GateKindPortfolio", related_name="own_kinds", verbose_name=_("portfolios")
    )

    objects = GateKindQuerySet.as_manager()

    class Meta:
        ordering = ("order", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(clears_by__in=ClearsBy.values()), name="a_gate_clears_in_a_known_way"),
            models.CheckConstraint(
                condition=Q(valid_for=None) | Q(valid_for__gt=0), name="an_answer_holds_a_day_at_least"
            ),
            models.CheckConstraint(
                condition=Q(valid_for=None) | Q(valid_for__lte=LONGEST_VALID), name="an_answer_holds_ten_years_at_most"
            ),
            models.CheckConstraint(condition=Q(order__lte=LAST_IN_ORDER), name="a_kind_has_a_place_in_the_order"),
        ]

    def __str__(self) -> str:
        return self.question

    def as_rule(self) -> events.Kind:
        """The kind as the rules need it."""
        return events.Kind(self.key, self.clears_by, self.valid_for, tuple(self.seals))

    def is_for(self, portfolio: Portfolio) -> bool:
        """Whether a portfolio's pilots are asked for it, where it is not switched off."""
        return self.for_all or self.portfolios.filter(pk=portfolio.pk).exists()

    def off_for(self, portfolio: Portfolio, day: date) -> bool:
        """Whether this kind is switched off for a portfolio on a day."""
        return SwitchedOff.objects.on(day).filter(kind=self, portfolio=portfolio).exists()


class GateKindPortfolio(models.Model):
    """A portfolio that a kind of gate is for, where it is not for all."""

    kind = models.ForeignKey(GateKind, on_delete=models.PROTECT, related_name="scope")
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("kind", "portfolio")
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "portfolio", name="a_kind_is_for_a_portfolio_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind.key}, {self.portfolio}"


class SwitchedOffQuerySet(models.QuerySet["SwitchedOff"]):
    """Kinds of gates that are switched off, by day."""

    def on(self, day: date) -> SwitchedOffQuerySet:
        """Those in force on a day."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)


class SwitchedOff(models.Model):
    """Days on which a portfolio asks nothing of a kind of gate, both included; `ends` null is an open end."""

    kind = models.ForeignKey(GateKind, on_delete=models.PROTECT, related_name="switched_off")
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, related_name="switched_off")
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    reason = models.TextField(_("reason"))

    objects = SwitchedOffQuerySet.as_manager()

    class Meta:
        ordering = ("portfolio", "kind", "starts")
        verbose_name = _("switched-off gate")
        verbose_name_plural = _("switched-off gates")
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "portfolio", condition=Q(ends=None), name="a_gate_is_switched_off_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind.key}, {self.portfolio}, from {self.starts}"


class Gate(models.Model):
    """One condition of adoption for one pilot."""

    public_id = models.CharField(max_length=24, unique=True, default=opaque_id, editable=False)
    pilot = models.ForeignKey("Pilot", on_delete=models.PROTECT, related_name="gates")
    kind = models.ForeignKey(GateKind, on_delete=models.PROTECT, related_name="gates")

    class Meta:
        ordering = ("kind__order", "pk")
        constraints: ClassVar = [models.UniqueConstraint("pilot", "kind", name="one_gate_of_a_kind_for_a_pilot")]

    def __str__(self) -> str:
        return f"{self.pilot}: {self.kind.key}"


class Decisions(models.QuerySet["Decision"]):
    """Decisions are never edited or deleted, by any road."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionError("Decisions are never edited. Record a new one.")

    def delete(self) -> NoReturn:
        raise PermissionError("Decisions are never deleted.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError("Decisions are never edited. Record a new one.")


class Decision(models.Model):
    """One dated, signed, unchangeable answer on a gate, with what it was decided on.

    Its event carries its place in the pilot's chain, a checksum over all of it, and its free texts (`TEXTS`), which a law
    may ask to be erased. `pieces` are the checksums of the evidence it rests on, by public id; `cites` is the first of many
    alike, decided at once. Each is null where there is none.
    `decider` answered, `by` wrote it down; they differ where the office recorded it. Both are null for an assertion.
    """

    TEXTS: ClassVar = ("reason", "evidence", "would_change")
    """The free texts, which lie with those of its event."""

    public_id = models.CharField(max_length=24, unique=True, default=opaque_id, editable=False)
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="decisions")
    event = models.OneToOneField("Event", on_delete=models.PROTECT, related_name="decision")
    on = models.DateField()
    known_on = models.DateField()
    outcome = models.CharField(max_length=20)
    capacity = models.CharField(max_length=12, choices=choices(CAPACITY))
    recorded_for = models.BooleanField(default=False)
    decider = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="decisions")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="decisions_recorded")
    court = models.CharField(max_length=8, blank=True)
    until = models.DateField(null=True)
    good_until = models.DateField(null=True)
    conditions: Any = models.JSONField(default=list, encoder=CanonicalJSON)
    sealed: Any = models.JSONField(default=dict, encoder=CanonicalJSON)
    pieces: Any = models.JSONField(null=True, encoder=CanonicalJSON)
    cites = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="cited_by")

    objects = Decisions.as_manager()

    class Meta:
        ordering = ("gate", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(on__lte=F("known_on")), name="a_decision_is_not_known_beforehand"),
            models.CheckConstraint(
                condition=Q(capacity=Capacity.ASSERTED.value, decider=None)
                | (~Q(capacity=Capacity.ASSERTED.value) & Q(decider__isnull=False)),
                name="only_an_assertion_has_no_decider",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionError("Decisions are never edited. Record a new one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError("Decisions are never deleted.")

    @property
    def number(self) -> int:
        """Its place in the pilot's chain of events."""
        return self.event.number

    @property
    def checksum(self) -> str:
        """What covers it, its texts and its evidence, and all that was written on the pilot before."""
        return self.event.checksum

    @property
    def erased_on(self) -> date | None:
        """The day on which its texts were erased by law."""
        return self.event.erased_on

    @property
    def reason(self) -> str | None:
        """Why; None where it was erased by law."""
        return None if self.event.texts is None else self.event.reason

    @property
    def evidence(self) -> str | None:
        """What was shown for it, as a text; None where it was erased by law."""
        return None if self.event.texts is None else self.event.free_text("evidence") or ""

    @property
    def would_change(self) -> str | None:
        """What would change a no; None where nothing was said, or it was erased by law."""
        found: str | None = self.event.free_text("would_change")
        return found


class GatePeriod(models.Model):
    """A stretch of days on which nothing happened to a gate (see `pilots.rules.gates.GatePeriod`). No court, no holder."""

    gate = models.ForeignKey(Gate, on_delete=models.CASCADE, related_name="periods")
    kind = models.ForeignKey(GateKind, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="gate_periods")
    starts = models.DateField()
    ends = models.DateField(null=True)
    state = models.CharField(max_length=20)
    turn = models.CharField(max_length=8)
    since = models.DateField()
    good_until = models.DateField(null=True)
    ends_by_condition = models.BooleanField(default=False)
    outside_until = models.DateField(null=True)
    met_until = models.DateField(null=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="gate_periods")
    nominee = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="gates_named_for")
    consecutive_exceptions = models.PositiveSmallIntegerField(default=0)
    moved = models.BooleanField(default=False)
    recorded_from = models.DateField()
    superseded_on = models.DateField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index("gate", "starts", name="a_gates_periods_in_order"),
            models.Index("kind", "unit", condition=Q(superseded_on=None), name="what_lies_in_a_unit"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(turn__in=["answer", "team", "outside", "clear", "said", "off"]),
                name="a_turn_is_a_known_one",
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="a_gates_period_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                "gate", "starts", condition=Q(superseded_on=None), name="one_period_of_a_gate_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gate_id} {self.state} from {self.starts}"
