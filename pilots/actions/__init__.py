"""The actions: the only road to the tables. Each guards, locks, writes and logs in one transaction, whoever calls."""

from pilots.actions.absences import *
from pilots.actions.acceptances import *
from pilots.actions.accounts import *
from pilots.actions.bulk_decisions import *
from pilots.actions.decisions import *
from pilots.actions.erasure import *
from pilots.actions.evidence import *
from pilots.actions.exception_requests import *
from pilots.actions.fellow_managers import *
from pilots.actions.hand_overs import *
from pilots.actions.imported_lists import *
from pilots.actions.incentives import *
from pilots.actions.kinds import *
from pilots.actions.policy_gaps import *
from pilots.actions.portfolios import *
from pilots.actions.pulses import *
from pilots.actions.quality import *
from pilots.actions.records import *
from pilots.actions.replies import *
from pilots.actions.residents import *
from pilots.actions.retirement import *
from pilots.actions.right_corrections import *
from pilots.actions.rights import *
from pilots.actions.roles import *
from pilots.actions.rules import *
from pilots.actions.setup import *
from pilots.actions.sponsor_accounts import *
from pilots.actions.stages import *
from pilots.actions.taking_back_lists import *
from pilots.actions.tokens import *
from pilots.actions.workflows import *
from pilots.busy import refused_when_busy
from pilots.rules.actions import ACTIONS

__all__ = sorted(ACTIONS)

for _name in __all__:
    # Whoever calls gets a sentence that somebody else is writing.
    globals()[_name] = refused_when_busy(globals()[_name])
