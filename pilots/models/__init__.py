"""The fact tables, each named by its word."""

from pilots.models.events import Event, Installation, free_texts
from pilots.models.evidence import DecisionEvidence, Evidence
from pilots.models.gates import Decision, Gate, GateKind, GateKindPortfolio, GatePeriod, SwitchedOff
from pilots.models.people import Function, Person, Portfolio, PortfolioRole, Unit
from pilots.models.pilots import Pilot, PilotPeriod, StallPolicy
from pilots.models.residents import Residents
from pilots.models.rights import Absence, DecisionRight, Delegation, Seat
from pilots.models.tokens import ApiToken

__all__ = [
    "Absence",
    "ApiToken",
    "Decision",
    "DecisionEvidence",
    "DecisionRight",
    "Delegation",
    "Event",
    "Evidence",
    "Function",
    "Gate",
    "GateKind",
    "GateKindPortfolio",
    "GatePeriod",
    "Installation",
    "Person",
    "Pilot",
    "PilotPeriod",
    "Portfolio",
    "PortfolioRole",
    "Residents",
    "Seat",
    "StallPolicy",
    "SwitchedOff",
    "Unit",
    "free_texts",
]
