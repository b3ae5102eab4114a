"""What follows from the log and is derived from it: periods and seats. Only `pilots.derived` writes these tables."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from pilots.models.gates import Gate, GateKind
from pilots.models.people import Person
from pilots.models.pilots import Pilot
from pilots.models.portfolios import Unit
from pilots.models.rights import DecisionRight
from pilots.rules.vocabulary import Awaits, Cause, Stage, State, Verdict


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


class PilotPeriod(models.Model):
    """A stretch of days on which nothing happened to a pilot (see `pilots.rules.replay.PilotPeriod`).

    Known from `recorded_from` up to, not including, `superseded_on`; null means still.
    """

    pilot = models.ForeignKey(
        Pilot, on_delete=models.CASCADE, related_name="periods", db_comment="the pilot", db_index=False
    )
    first_day = models.DateField(db_comment="first day of the period")
    last_day = models.DateField(null=True, db_comment="last day of the period; null: still going on")
    stage = models.CharField(max_length=12, db_comment="declared stage")
    since = models.DateField(db_comment="first day of the stage")
    started_on = models.DateField(null=True, db_comment="start; null: not started, or not known")
    decide_by = models.DateField(null=True, db_comment="decide-by date")
    slips = models.PositiveSmallIntegerField(default=0, db_comment="how often that date was moved to a later one")
    paused_until = models.DateField(null=True, db_comment="last day of the pause")
    stall_clock_from = models.DateField(null=True, db_comment="day from which quiet days count")
    last_movement = models.DateField(null=True, db_comment="day of the last movement")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="pilot_periods", db_comment="where it belonged"
    )
    manager = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_comment="its manager")
    sponsor = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_comment="who has accepted to carry it"
    )
    all_clear = models.BooleanField(default=False, db_comment="every gate is clear")
    clear_through = models.DateField(null=True, db_comment="last day on which all are, as far as is known")
    missing_rules = models.JSONField(default=list, db_comment="keys of the known rules that are missing")
    rules_known = models.BooleanField(default=False, db_comment="no known rule is missing")
    last_shown_on = models.DateField(null=True, db_comment="last day on which the facts showed a declared adoption")
    quality = models.CharField(max_length=12, default=Verdict.NONE.value, db_comment="verdict of the last measurement")
    measured_on = models.DateField(null=True, db_comment="its day")
    goalpost_moved = models.BooleanField(default=False, db_comment="a threshold was loosened after a result")
    void_since = models.DateField(null=True, db_comment="first day on which it is declared to be recorded by mistake")
    retired_because = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        db_comment="why it was retired, in one of the product's words; empty: not retired, or nobody said it",
    )
    recorded_from = models.DateField(db_comment="first day on which this was what was known")
    superseded_on = models.DateField(
        null=True, db_comment="day on which something else became known; null: still known"
    )

    class Meta:
        db_table_comment = "A stretch of days on which nothing happened to a pilot. Derived from the log: rebuild_periods makes it again."
        indexes: ClassVar = [
            models.Index("pilot", "first_day", name="pilot_period_pilot_day_idx"),
            models.Index(
                "stall_clock_from",
                "last_day",
                condition=Q(superseded_on=None, stall_clock_from__isnull=False),
                name="pilot_period_stall_clock_idx",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values()), name="pilot_period_stage_is_known"),
            models.CheckConstraint(condition=Q(quality__in=Verdict.values()), name="pilot_period_verdict_is_known"),
            models.CheckConstraint(
                condition=Q(retired_because__in=["", *Cause.values()]), name="pilot_period_cause_is_known"
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="pilot_period_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                "pilot", "first_day", condition=Q(superseded_on=None), name="pilot_period_is_one_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot_id} {self.stage} from {self.first_day}"


class SeatQuerySet(models.QuerySet["Seat"]):
    """Seats by day and by person."""

    def on(self, day: date) -> SeatQuerySet:
        """Who sits where on a day. Seats are disjoint, so there is at most one for a kind and a unit."""
        return self.filter(Q(last_day=None) | Q(last_day__gte=day), first_day__lte=day)

    def of(self, person: Any) -> SeatQuerySet:
        """The seats from which a person may decide, or be asked to."""
        return self.filter(Q(holder=person) | Q(deputy=person) | Q(delegate=person) | Q(escalation=person))


class Seat(models.Model):
    """Who sits where on a stretch of days, for one kind and one unit (a function in a portfolio). No pilot is in it.

    Follows from rights and closed accounts; rebuilt whenever one changes. `holder` null is a hole. `run_from` is the
    first day of the unbroken stretch of held, or unheld, days.
    """

    kind = models.ForeignKey(
        "GateKind", on_delete=models.CASCADE, related_name="seats", db_comment="the kind of gate", db_index=False
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="seats", db_comment="where")
    right = models.ForeignKey(
        DecisionRight,
        on_delete=models.CASCADE,
        null=True,
        related_name="seats",
        db_comment="the right that applies; null: none",
    )
    first_day = models.DateField(db_comment="first day of the period")
    last_day = models.DateField(null=True, db_comment="last day of the period; null: still going on")
    run_from = models.DateField(db_comment="first day of the unbroken stretch with the same holder")
    holder = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="seats",
        db_comment="who holds the decision; null: nobody",
        db_index=False,
    )
    deputy = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="seats_deputised", db_comment="who deputises"
    )
    escalation = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="seats_escalated", db_comment="to whom it escalates"
    )
    delegate = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="seats_delegated",
        db_comment="to whom the holder delegated",
    )
    capacity = models.CharField(max_length=12, blank=True, db_comment="in which capacity the holder holds it")
    orphaned = models.BooleanField(default=False, db_comment="the account of whoever held it is closed")

    objects = SeatQuerySet.as_manager()

    class Meta:
        db_table_comment = "Who sits where on a stretch of days, for one kind and one unit (a function in a portfolio). No pilot is in it. Derived from the log: rebuild_periods makes it again."
        indexes: ClassVar = [
            models.Index("holder", "last_day", name="seat_holder_last_day_idx"),
        ]
        constraints: ClassVar = [models.UniqueConstraint("kind", "unit", "first_day", name="seat_is_one_a_day")]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.first_day}: {self.holder}"
