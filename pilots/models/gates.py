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
from pilots.rules.vocabulary import Awaits, Capacity, ClearsBy, Court, Outcome, State

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

    key = models.SlugField(_("key"), max_length=60, unique=True, db_comment="key, as in addresses and files")
    name = models.CharField(_("short name"), max_length=60, db_comment="short name")
    question = models.CharField(_("question"), max_length=200, db_comment="the question on the page")
    clears_by = models.CharField(
        _("clears by"), max_length=12, choices=choices(CLEARS_BY), db_comment="approval, acceptance or measurement"
    )
    valid_for = models.PositiveSmallIntegerField(
        _("valid for days"),
        null=True,
        blank=True,
        db_comment="days that an answer holds; null: until the person leaves",
    )
    seals = models.JSONField(
        _("fields it seals"), default=list, blank=True, db_comment="names of the fields that an answer is sealed on"
    )
    high_impact_only = models.BooleanField(
        _("for high-impact pilots only"), default=False, db_comment="for high-impact pilots only"
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=100, db_comment="place among the gates of a pilot"
    )
    ships = models.BooleanField(
        default=False, editable=False, db_comment="ships with the product, and cannot be removed"
    )
    for_all = models.BooleanField(
        _("for every portfolio"), default=True, editable=False, db_comment="for every portfolio, later ones too"
    )
    portfolios: Any = models.ManyToManyField(
        Portfolio, through="GateKindPortfolio", related_name="own_kinds", verbose_name=_("portfolios")
    )

    objects = GateKindQuerySet.as_manager()

    class Meta:
        db_table_comment = (
            "A kind of gate: its question, how it clears, for how many days an answer holds, and what an answer seals."
        )
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(clears_by__in=ClearsBy.values()), name="gate_kind_clears_in_a_known_way"
            ),
            models.CheckConstraint(
                condition=Q(valid_for=None) | Q(valid_for__gt=0),
                name="gate_kind_holds_a_day_at_least",
                violation_error_message=_("Give a number of days, 1 or more."),
            ),
            models.CheckConstraint(
                condition=Q(valid_for=None) | Q(valid_for__lte=LONGEST_VALID),
                name="gate_kind_holds_ten_years_at_most",
                violation_error_message=_("Give 3650 days, ten years, at the most."),
            ),
            models.CheckConstraint(
                condition=Q(position__lte=LAST_IN_ORDER),
                name="gate_kind_has_a_position",
                violation_error_message=_("Give a number up to 32767."),
            ),
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

    kind = models.ForeignKey(
        GateKind, on_delete=models.PROTECT, related_name="scope", db_comment="the kind of gate", db_index=False
    )
    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.PROTECT, related_name="+", db_comment="a portfolio that it is for"
    )

    class Meta:
        db_table_comment = "A portfolio that a kind of gate is for, where it is not for all."
        ordering = ("kind", "portfolio")
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "portfolio", name="gate_kind_is_for_a_portfolio_once"),
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

    kind = models.ForeignKey(
        GateKind, on_delete=models.PROTECT, related_name="switched_off", db_comment="the kind of gate"
    )
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, related_name="switched_off", db_comment="where")
    starts = models.DateField(_("from"), db_comment="first day")
    ends = models.DateField(_("until"), null=True, blank=True, db_comment="last day; null: no end yet")
    reason = models.TextField(_("reason"), db_comment="why, as shown beside the pilots")

    objects = SwitchedOffQuerySet.as_manager()

    class Meta:
        db_table_comment = (
            "Days on which a portfolio asks nothing of a kind of gate, both included; ends null is an open end."
        )
        ordering = ("portfolio", "kind", "starts")
        verbose_name = _("switched-off gate")
        verbose_name_plural = _("switched-off gates")
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "portfolio", condition=Q(ends=None), name="gate_kind_is_switched_off_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind.key}, {self.portfolio}, from {self.starts}"


class Gate(models.Model):
    """One condition of adoption for one pilot."""

    public_id = models.CharField(
        max_length=24,
        unique=True,
        default=opaque_id,
        editable=False,
        db_comment="opaque id by which addresses, the API and the log know it",
    )
    pilot = models.ForeignKey(
        "Pilot", on_delete=models.PROTECT, related_name="gates", db_comment="the pilot", db_index=False
    )
    kind = models.ForeignKey(GateKind, on_delete=models.PROTECT, related_name="gates", db_comment="the kind of gate")

    class Meta:
        db_table_comment = "One condition of adoption for one pilot."
        ordering = ("kind__position", "pk")
        constraints: ClassVar = [models.UniqueConstraint("pilot", "kind", name="gate_is_one_of_its_kind")]

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
    may ask to be erased. `evidence_checksums` are the checksums of the evidence it rests on, by public id; `cites` is the first of many
    alike, decided at once. Each is null where there is none.
    `decider` answered, `by` wrote it down; they differ where the office recorded it. Both are null for an assertion.
    """

    TEXTS: ClassVar = ("reason", "evidence", "would_change")
    """The free texts, which lie with those of its event."""

    public_id = models.CharField(
        max_length=24,
        unique=True,
        default=opaque_id,
        editable=False,
        db_comment="opaque id by which addresses, the API and the log know it",
    )
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="decisions", db_comment="the gate it answers")
    event = models.OneToOneField(
        "Event", on_delete=models.PROTECT, related_name="decision", db_comment="the event that carries it in the chain"
    )
    effective_on = models.DateField(db_comment="the day from which it counts")
    known_on = models.DateField(db_comment="the day on which it was written down")
    outcome = models.CharField(max_length=20, db_comment="the answer")
    capacity = models.CharField(
        max_length=12, choices=choices(CAPACITY), db_comment="in which capacity the decider answered"
    )
    recorded_for = models.BooleanField(default=False, db_comment="the program office wrote it down for the decider")
    decider = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="decisions",
        db_comment="who answered; null for an assertion",
    )
    by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="decisions_recorded",
        db_comment="who wrote it down; null where a list did",
    )
    court = models.CharField(max_length=8, blank=True, db_comment="whose move it is after a request for changes")
    until = models.DateField(null=True, db_comment="last day outside, or last day of an exception")
    good_until = models.DateField(null=True, db_comment="last day on which it holds by its term; null: no end")
    conditions: Any = models.JSONField(
        default=list, encoder=CanonicalJSON, db_comment="text, owner, due day and day met of each condition"
    )
    sealed: Any = models.JSONField(
        default=dict, encoder=CanonicalJSON, db_comment="the facts it was decided on, by field"
    )
    evidence_checksums: Any = models.JSONField(
        null=True, encoder=CanonicalJSON, db_comment="checksums of the evidence it rests on, by opaque id"
    )
    cites = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="cited_by",
        db_comment="the first of many alike that were decided at once",
    )

    objects = Decisions.as_manager()

    class Meta:
        db_table_comment = "One dated, signed, unchangeable answer on a gate, with what it was decided on."
        ordering = ("gate", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values()), name="decision_outcome_is_known"),
            models.CheckConstraint(condition=Q(court__in=["", *Court.values()]), name="decision_court_is_known"),
            models.CheckConstraint(condition=Q(capacity__in=Capacity.values()), name="decision_capacity_is_known"),
            models.CheckConstraint(
                condition=Q(effective_on__lte=F("known_on")), name="decision_is_not_known_beforehand"
            ),
            models.CheckConstraint(
                condition=Q(capacity=Capacity.ASSERTED.value, decider=None)
                | (~Q(capacity=Capacity.ASSERTED.value) & Q(decider__isnull=False)),
                name="decision_has_a_decider_unless_asserted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.effective_on}"

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

    gate = models.ForeignKey(
        Gate, on_delete=models.CASCADE, related_name="periods", db_comment="the gate", db_index=False
    )
    kind = models.ForeignKey(GateKind, on_delete=models.PROTECT, related_name="+", db_comment="its kind")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="gate_periods", db_comment="where the pilot belonged"
    )
    first_day = models.DateField(db_comment="first day of the period")
    last_day = models.DateField(null=True, db_comment="last day of the period; null: still going on")
    state = models.CharField(
        max_length=20, db_comment="state that the last event left; waiting, unowned and lapsed follow when it is read"
    )
    awaits = models.CharField(max_length=12, db_comment="what the gate waits for before a holder is looked up")
    since = models.DateField(db_comment="first day of the state")
    good_until = models.DateField(null=True, db_comment="last day on which a clear state holds")
    ends_by_condition = models.BooleanField(default=False, db_comment="an unmet condition ends it, not the term")
    outside_until = models.DateField(null=True, db_comment="last day on which somebody outside has the move")
    met_until = models.DateField(null=True, db_comment="last good day of the measurement it rests on")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="gate_periods",
        db_comment="who has accepted, else who is named",
    )
    nominee = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="gates_named_for",
        db_comment="who is named, also to succeed",
    )
    consecutive_exceptions = models.PositiveSmallIntegerField(
        default=0, db_comment="exceptions granted one after another"
    )
    moved = models.BooleanField(default=False, db_comment="whether the period began with a movement")
    recorded_from = models.DateField(db_comment="first day on which this was what was known")
    superseded_on = models.DateField(
        null=True, db_comment="day on which something else became known; null: still known"
    )

    class Meta:
        db_table_comment = "A stretch of days on which nothing happened to a gate. No court, no holder. Derived from the log: rebuild_periods makes it again."
        indexes: ClassVar = [
            models.Index("gate", "first_day", name="gate_period_gate_first_day_idx"),
            models.Index("kind", "unit", condition=Q(superseded_on=None), name="gate_period_kind_unit_now_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=State.values()), name="gate_period_state_is_known"),
            models.CheckConstraint(
                condition=Q(awaits__in=Awaits.values()),
                name="gate_period_awaits_something_known",
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="gate_period_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                "gate", "first_day", condition=Q(superseded_on=None), name="gate_period_is_one_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gate_id} {self.state} from {self.first_day}"
