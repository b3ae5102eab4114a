"""Who may do what: one table (section 7 of the design)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from pilots.models import Person, Portfolio

OFFICE, SPONSOR, DECIDER, MANAGER, NAMED, REVIEWER = (
    "program-office",
    "sponsor",
    "decider",
    "manager",
    "named",
    "reviewer",
)

MAY: dict[str, frozenset[str]] = {
    "record": frozenset({OFFICE}),
    "amend": frozenset({OFFICE}),
    "start": frozenset({OFFICE}),
    "move_decide_by": frozenset({OFFICE}),
    "pause": frozenset({OFFICE}),
    "resume": frozenset({OFFICE}),
    "adopt": frozenset({OFFICE, SPONSOR}),
    "roll_back": frozenset({OFFICE, SPONSOR}),
    "retire": frozenset({OFFICE, SPONSOR}),
    "set_rules": frozenset({OFFICE}),
    "accept_risk": frozenset({OFFICE, SPONSOR, DECIDER, MANAGER, NAMED}),
    "confirm_rules": frozenset({MANAGER}),
    "register_threshold": frozenset({OFFICE}),
    "record_measurement": frozenset({OFFICE}),
    "record_residents": frozenset({OFFICE, SPONSOR, MANAGER}),
    "look_again": frozenset({OFFICE, SPONSOR, MANAGER}),
    "nominate": frozenset({OFFICE}),
    "answer": frozenset({OFFICE, SPONSOR, MANAGER}),
    "meet_condition": frozenset({OFFICE, SPONSOR, MANAGER, NAMED}),
    "ask_exception": frozenset({OFFICE, SPONSOR, DECIDER, MANAGER}),
    "file_evidence": frozenset({OFFICE, SPONSOR, DECIDER, MANAGER, NAMED}),
    "replace_evidence": frozenset({OFFICE, SPONSOR, DECIDER, MANAGER, NAMED}),
    "record_for_decider": frozenset({OFFICE}),
    "assign_right": frozenset({OFFICE}),
    "end_right": frozenset({OFFICE}),
    "delegate": frozenset({OFFICE}),
    "away": frozenset({OFFICE}),
    "back": frozenset({OFFICE}),
    "close_account": frozenset({OFFICE}),
    "erase": frozenset({OFFICE}),
    "erase_person": frozenset({OFFICE}),
    "open_account": frozenset({OFFICE}),
    "amend_account": frozenset({OFFICE}),
    "set_password": frozenset({OFFICE}),
    "give_role": frozenset({OFFICE}),
    "take_role": frozenset({OFFICE}),
    "open_portfolio": frozenset({OFFICE}),
    "amend_portfolio": frozenset({OFFICE}),
    "name_function": frozenset({OFFICE}),
    "rename_function": frozenset({OFFICE}),
    "set_stall_policy": frozenset({OFFICE}),
    "add_kind": frozenset({OFFICE}),
    "amend_kind": frozenset({OFFICE}),
    "switch_off": frozenset({OFFICE}),
    "switch_on": frozenset({OFFICE}),
}
"""Verb by role. Deciding, accepting, declining and leaving follow from seats and names, not from a role."""


def is_office(person: Person, portfolio: Portfolio | None = None) -> bool:
    """Whether a person belongs to a portfolio's program office (any portfolio's, where none is given)."""
    if person.is_superuser:
        return True
    roles = person.roles.filter(role=OFFICE)
    return (roles if portfolio is None else roles.filter(portfolio=portfolio)).exists()


def portfolios_kept(person: Person) -> frozenset[int] | None:
    """The primary keys of the portfolios whose records a person keeps; None means all of them."""
    if person.is_superuser:
        return None
    kept = person.roles.filter(role=OFFICE).values_list("portfolio_id", flat=True)
    return frozenset(kept)


def keeps_all(person: Person) -> bool:
    """Whether there is no portfolio whose records a person does not keep."""
    from pilots.models import Portfolio

    kept = portfolios_kept(person)
    return kept is None or (
        bool(kept) and not Portfolio.objects.exclude(pk__in=kept).exists()
    )


def may(verb: str, roles: frozenset[str]) -> bool:
    """Whether somebody with these roles on a pilot may do a verb there."""
    return bool(MAY[verb] & roles)


def has_left(person: Person, day: date) -> bool:
    """Whether a person can no longer act on a day."""
    return person.closed_by(day)


SCOPES = ("read", "decide", "write")
"""What a key to the API may do; each includes the ones before it."""


def scope_of(verb: str) -> str:
    """The scope that a verb needs: `write` where only the program office may do it, else `decide`."""
    return "write" if MAY.get(verb) == frozenset({OFFICE}) else "decide"


def scopes_of(person: Person) -> frozenset[str]:
    """The scopes that a person's work needs now (section 7): whoever only reviews reads, and only the office writes."""
    from pilots.models import GateSpell, Pilot, Seat
    from pilots.today import today

    if is_office(person):
        return frozenset(SCOPES)
    named = GateSpell.objects.filter(person=person, known_until=None, ends=None)
    acts = (
        named.exists()
        or Seat.objects.on(today()).of(person).exists()
        or Pilot.objects.filter(manager=person).exists()
        or person.answers_for.exists()
    )
    return frozenset({"read", "decide"}) if acts else frozenset({"read"})
