"""Rows as events of the installation carry them: whole, by primary key, without a name or an address (rule 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from pilots.models import (
    Absence,
    ApiToken,
    DecisionRight,
    Delegation,
    Departure,
    Evidence,
    GateKind,
    GateKindPortfolio,
    HandOver,
    HandOverPart,
    Person,
    PolicyGap,
    Portfolio,
    PortfolioRole,
    Pulse,
    Review,
    StallPolicy,
    SwitchedOff,
)

CARRIED: Mapping[type[models.Model], tuple[str, ...]] = {
    Person: ("public_id", "function_id", "is_superuser", "is_staff", "is_active", "closed_on"),
    Portfolio: ("key", "escalation_id", "calendar"),
    PortfolioRole: ("portfolio_id", "person_id", "role"),
    StallPolicy: ("portfolio_id", "starts", "quiet_days", "warning_days"),
    Pulse: ("portfolio_id", "asked_on", "closes_on", "occasion"),
    Review: ("portfolio_id", "held_on"),
    GateKind: ("key", "clears_by", "valid_for", "seals", "high_impact_only", "position", "ships", "for_all"),
    GateKindPortfolio: ("kind_id", "portfolio_id"),
    SwitchedOff: ("kind_id", "portfolio_id", "starts", "ends"),
    DecisionRight: (
        "kind_id",
        "portfolio_id",
        "function_id",
        "holder_id",
        "deputy_id",
        "escalate_to_id",
        "answer_within_days",
        "starts",
        "until",
    ),
    Delegation: ("right_id", "to_id", "starts", "until"),
    Departure: ("right_id", "person_id", "left_on"),
    Absence: ("person_id", "starts", "ends"),
    HandOver: ("person_id", "asked_on", "last_day", "ended_on"),
    HandOverPart: ("hand_over_id", "portfolio_id", "right_id", "gate_id", "pilot_id", "successor_id"),
    ApiToken: ("user_id", "scope"),
    PolicyGap: ("public_id", "portfolio_id", "owner_id", "owner_since", "due", "blocks_adoption", "answered_on"),
    Evidence: ("public_id", "piece", "version", "portfolio_id", "pilot_id", "checksum", "effective_on", "expires_on"),
}
"""What the rules read of each table. Whatever else it has is a name, a text, or of no consequence."""

NAMED_BY: Mapping[type[models.Model], str] = {ApiToken: "token_key"}
"""What names a row, where its primary key is no business of a log."""

Row = tuple[type[models.Model], Any]


def named(row: models.Model) -> Row:
    """A row by its table and what names it."""
    model = row._meta.concrete_model or type(row)
    return model, getattr(row, NAMED_BY.get(model, "pk"))


def carried(rows: Iterable[Row]) -> list[list[Any]]:
    """Rows as they are now: table, what names it, and its columns; null for one that is gone. One query a table."""
    wanted = list(dict.fromkeys(rows))
    found = {
        model: _columns(model, [key for of, key in wanted if of is model])
        for model in dict.fromkeys(of for of, _ in wanted)
    }
    return [[model._meta.model_name, key, found[model].get(key)] for model, key in wanted]


def _columns(model: type[models.Model], keys: list[Any]) -> dict[Any, dict[str, Any]]:
    name = NAMED_BY.get(model, "pk")
    rows = model._default_manager.filter(**{f"{name}__in": keys})
    return {key: dict(zip(CARRIED[model], says, strict=True)) for key, *says in rows.values_list(name, *CARRIED[model])}
