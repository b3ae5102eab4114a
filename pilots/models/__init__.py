"""The fact tables, each named by its word."""

from pilots.models.decisions import Decision
from pilots.models.derived import GatePeriod, PilotPeriod, Seat
from pilots.models.events import Event, Installation, free_texts
from pilots.models.evidence import DecisionEvidence, Evidence
from pilots.models.fellow_managers import FellowManager
from pilots.models.friction import (
    FrictionClosing,
    FrictionFigure,
    FrictionGroup,
    FrictionReport,
    PolicyGap,
    PolicyGapPilot,
    SpentLink,
)
from pilots.models.gates import Gate, GateKind, GateKindPortfolio, SwitchedOff
from pilots.models.hand_overs import HandOver, HandOverPart
from pilots.models.incentives import Incentives
from pilots.models.people import Person
from pilots.models.pilots import Pilot
from pilots.models.portfolios import Function, Portfolio, PortfolioRole, StallPolicy, Unit
from pilots.models.pulses import ManagerPulse, Pulse, SponsorPulse
from pilots.models.residents import Residents
from pilots.models.rights import Absence, DecisionRight, Delegation, Departure
from pilots.models.sponsor_accounts import Review, SponsorAccount
from pilots.models.tokens import ApiToken
from pilots.models.workflows import LivedStep, LivedWorkflow, OfficialStep, OfficialWorkflow

__all__ = [
    "Absence",
    "ApiToken",
    "Decision",
    "DecisionEvidence",
    "DecisionRight",
    "Delegation",
    "Departure",
    "Event",
    "Evidence",
    "FellowManager",
    "FrictionClosing",
    "FrictionFigure",
    "FrictionGroup",
    "FrictionReport",
    "Function",
    "Gate",
    "GateKind",
    "GateKindPortfolio",
    "GatePeriod",
    "HandOver",
    "HandOverPart",
    "Incentives",
    "Installation",
    "LivedStep",
    "LivedWorkflow",
    "ManagerPulse",
    "OfficialStep",
    "OfficialWorkflow",
    "Person",
    "Pilot",
    "PilotPeriod",
    "PolicyGap",
    "PolicyGapPilot",
    "Portfolio",
    "PortfolioRole",
    "Pulse",
    "Residents",
    "Review",
    "Seat",
    "SpentLink",
    "SponsorAccount",
    "SponsorPulse",
    "StallPolicy",
    "SwitchedOff",
    "Unit",
    "free_texts",
]
