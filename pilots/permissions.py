"""Who may do what: one table (section 7 of the design)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilots.rules.vocabulary import Role

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from pilots.models import Person, Portfolio

_SEATED = frozenset({Role.HOLDER, Role.DEPUTY, Role.DELEGATE, Role.STAND_IN})
_INVOLVED = frozenset({Role.OFFICE, Role.SPONSOR, Role.DECIDER, Role.MANAGER, Role.NAMED, Role.ESCALATION})
_TEAM = frozenset({Role.OFFICE, Role.SPONSOR, Role.MANAGER})
NOBODY: frozenset[str] = frozenset()
"""What only a list that is read in, or the installation itself, does."""

MAY: dict[str, frozenset[str]] = {
    # Reading
    "see": _INVOLVED | {Role.REVIEWER},
    "enter_the_desk": frozenset({Role.OFFICE}),
    # A pilot's record, stages and dates
    "record": frozenset({Role.OFFICE}),
    "amend": frozenset({Role.OFFICE}),
    "start": frozenset({Role.OFFICE}),
    "start_beyond": frozenset({Role.ESCALATION}),
    "move_decide_by": frozenset({Role.OFFICE}),
    "move_decide_by_beyond": frozenset({Role.ESCALATION}),
    "pause": frozenset({Role.OFFICE}),
    "pause_beyond": frozenset({Role.ESCALATION}),
    "resume": frozenset({Role.OFFICE}),
    "adopt": frozenset({Role.OFFICE, Role.SPONSOR}),
    "roll_back": frozenset({Role.OFFICE, Role.SPONSOR}),
    "retire": frozenset({Role.OFFICE, Role.SPONSOR}),
    "record_claim": NOBODY,
    "list_again": NOBODY,
    "record_running": NOBODY,
    "correct_date": NOBODY,
    # Its rules, its quality, and who lives in it
    "set_rules": frozenset({Role.OFFICE}),
    "accept_risk": _INVOLVED,
    "confirm_rules": frozenset({Role.MANAGER}),
    "register_threshold": frozenset({Role.OFFICE}),
    "record_measurement": frozenset({Role.OFFICE}),
    "record_residents": _TEAM,
    "look_again": _TEAM,
    # Its gates
    "decide": _SEATED,
    "decide_many": _SEATED,
    "except_": _SEATED,
    "record_minutes": _SEATED,
    "record_for_decider": frozenset({Role.OFFICE}),
    "assert_": NOBODY,
    "end_assertion": NOBODY,
    "nominate": frozenset({Role.OFFICE}),
    "accept": frozenset({Role.NOMINEE}),
    "decline": frozenset({Role.NOMINEE}),
    "leave": frozenset({Role.ACCEPTED}),
    "answer": _TEAM,
    "meet_condition": _TEAM | {Role.NAMED, Role.OWNER},
    "ask_exception": _TEAM | {Role.DECIDER},
    "file_evidence": _INVOLVED | {Role.OWNER},
    "replace_evidence": _INVOLVED,
    # Rights, and who is there
    "assign_right": frozenset({Role.OFFICE}),
    "end_right": frozenset({Role.OFFICE}),
    "delegate": frozenset({Role.OFFICE, Role.HOLDER}),
    "away": frozenset({Role.OFFICE, Role.SELF}),
    "back": frozenset({Role.OFFICE, Role.SELF}),
    # Accounts and keys
    "open_account": frozenset({Role.OFFICE}),
    "open_first_account": NOBODY,
    "amend_account": frozenset({Role.OFFICE}),
    "close_account": frozenset({Role.OFFICE}),
    "confirm_address": frozenset({Role.ALL_OFFICES, Role.SELF}),
    "reject_address": frozenset({Role.SELF}),
    "set_password": frozenset({Role.SELF}),
    "give_role": frozenset({Role.OFFICE}),
    "take_role": frozenset({Role.OFFICE}),
    "issue_token": frozenset({Role.SELF}),
    "revoke_token": frozenset({Role.OFFICE, Role.SELF}),
    "erase": frozenset({Role.OFFICE}),
    "erase_person": frozenset({Role.OFFICE}),
    # Portfolios, functions and kinds
    "open_portfolio": frozenset({Role.OFFICE}),
    "amend_portfolio": frozenset({Role.OFFICE}),
    "set_stall_policy": frozenset({Role.OFFICE}),
    "set_stall_policy_beyond": frozenset({Role.ESCALATION}),
    "name_function": frozenset({Role.OFFICE}),
    "rename_function": frozenset({Role.OFFICE}),
    "add_kind": frozenset({Role.OFFICE}),
    "amend_kind": frozenset({Role.OFFICE}),
    "switch_off": frozenset({Role.OFFICE}),
    "switch_on": frozenset({Role.OFFICE}),
    "record_set_up": NOBODY,
}
"""Who may do what: every verb, by what somebody is. One of these is enough.

`VERB_beyond` is what lies past the limits of rules 4 and 5 (a third slip, a third pause, more quiet days): the escalation
person needs no other role for it. `record_for_decider` is `decide` and `except_` with a decider named, and evidence. Beside
the table: what reaches beyond the portfolios that somebody keeps (an account that holds something elsewhere, a right for all)
takes whoever keeps all of them; whoever decides or accepts has a confirmed address; nobody grants what they asked for, no sponsor decides on their own pilot, and whoever accepted the risk does not
adopt; these are refused as `self_approval`. What somebody may not see is not there for them.
"""


def is_office(person: Person, portfolio: Portfolio | None = None) -> bool:
    """Whether a person belongs to a portfolio's program office (any portfolio's, where none is given)."""
    if person.is_superuser:
        return True
    roles = person.roles.filter(role=Role.OFFICE)
    return (roles if portfolio is None else roles.filter(portfolio=portfolio)).exists()


def portfolios_kept(person: Person) -> frozenset[int] | None:
    """The primary keys of the portfolios whose records a person keeps; None means all of them."""
    if person.is_superuser:
        return None
    kept = person.roles.filter(role=Role.OFFICE).values_list("portfolio_id", flat=True)
    return frozenset(kept)


def keeps_all(person: Person) -> bool:
    """Whether there is no portfolio whose records a person does not keep."""
    from pilots.models import Portfolio

    kept = portfolios_kept(person)
    return kept is None or (bool(kept) and not Portfolio.objects.exclude(pk__in=kept).exists())


def keepers_of_all() -> QuerySet[Person]:
    """Whoever keeps the records of all portfolios, and whose account is open."""
    from django.db.models import Count, Q

    from pilots.models import Person, Portfolio, PortfolioRole

    of_offices = PortfolioRole.objects.filter(role=Role.OFFICE).values("person")
    by_role = of_offices.annotate(kept=Count("portfolio", distinct=True)).filter(kept=Portfolio.objects.count())
    return Person.objects.filter(Q(is_superuser=True) | Q(pk__in=by_role.values("person")), closed_on=None)


def may(verb: str, roles: frozenset[str]) -> bool:
    """Whether somebody who is this to a pilot, or to what an act is on, may do a verb there."""
    return bool(MAY[verb] & roles)


def beyond(verb: str) -> str:
    """What of a verb takes the portfolio's escalation person, as it stands in the table."""
    return f"{verb}_beyond"


def has_left(person: Person, day: date) -> bool:
    """Whether a person can no longer act on a day."""
    return person.closed_by(day)


SCOPES = ("read", "decide", "write")
"""What a key to the API may do; each includes the ones before it."""


def scope_of(verb: str) -> str:
    """The scope that a verb needs: `write` where only the program office may do it, else `decide`."""
    return "write" if MAY[verb] == frozenset({Role.OFFICE}) else "decide"


def scopes_of(person: Person) -> frozenset[str]:
    """The scopes that a person's work needs now (section 7): whoever only reviews reads, and only the office writes."""
    from django.db.models import Q

    from pilots.clock import today
    from pilots.models import GateSpell, Pilot, Seat

    if is_office(person):
        return frozenset(SCOPES)
    mine = Q(person=person) | Q(nominee=person)
    named = GateSpell.objects.filter(mine, known_until=None, ends=None)
    acts = (
        named.exists()
        or Seat.objects.on(today()).of(person).exists()
        or Pilot.objects.filter(manager=person).exists()
        or person.answers_for.exists()
    )
    return frozenset({"read", "decide"}) if acts else frozenset({"read"})
