"""What the page of a pilot says of its two sides (rules 14 to 17): the gap, the relief, the account, and what pulls apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pilots import permissions
from pilots.models import Person, PolicyGap
from pilots.rules.transitions import PilotState
from pilots.rules.vocabulary import Role, Stage
from readiness.models.empty_words import words_in_use
from readiness.models.measures import rewards_of
from readiness.queries.incentives import stated_incentives
from readiness.queries.managers_account import named_on
from readiness.queries.people import fellow_managers
from readiness.queries.pulses import answers_of
from readiness.queries.snapshots import PilotSnapshot
from readiness.queries.sponsor_accounts import accounts_of
from readiness.queries.workflows import workflow_of
from readiness.rules import nouns, offers
from readiness.rules.incentives import pulls
from readiness.text import both_sides as text
from readiness.text import managers_account
from readiness.text import nouns as nouns_text
from readiness.text import workflows as workflow_text

LIVED_WITH = frozenset({Stage.RUNNING, Stage.PAUSED, Stage.ADOPTED})
"""Stages in which somebody lives with a pilot."""


def sides(
    person: Person, snapshot: PilotSnapshot, state: PilotState, gaps: Sequence[PolicyGap], *, held: Collection[str]
) -> dict[str, Any]:
    """Both sides of a pilot on the day that was read, in a sentence each; of managers nothing that may not be shown.

    Args:
        gaps: the policy gaps that are about it.
        held: the roles that the reader has in its portfolio.
    """
    pilot, at = snapshot.pilot, snapshot.at
    mine = offers.roles(person, snapshot, office=Role.OFFICE in held, state=state)
    reads = permissions.allowed("read_groups", mine) or Role.REVIEWER in held
    sponsor = snapshot.status.sponsor
    accounts = accounts_of(pilot, sponsor, at=at)
    answers = answers_of([pilot.pk], at=at)[pilot.pk] if reads else []
    found = workflow_of(pilot, at=at) if reads else None
    named = named_on(person, pilot, gaps, at=at) if reads else None
    stated = stated_incentives(pilot.pk, at=at)
    lives = snapshot.status.stage in LIVED_WITH
    hint = nouns.hint(pilot.name, pilot.purpose, pilot.workflow, words_in_use())
    return {
        "fellows": fellow_managers(pilot, at=at),
        "narrated": text.narrated(accounts, at, has_sponsor=sponsor is not None) if lives else "",
        "account_due": text.due(accounts, at) if lives and sponsor is not None else "",
        "question": text.headline(answers[0]) if answers else "",
        "relief": workflow_text.headline(found) if found and (found.official or found.now.managers is not None) else "",
        "relief_cost": workflow_text.cost(found) if found else "",
        "friction": managers_account.named(named) if named else "",
        "pulls": [text.pull(each) for each in pulls(stated.of_sponsor, stated.of_manager, rewards_of())]
        if stated
        else [],
        "unprotected": text.unprotected(stated) if lives and stated else [],
        "noun": nouns_text.question(hint) if hint else "",
        "no_workflow": not pilot.workflow.strip(),
    }
