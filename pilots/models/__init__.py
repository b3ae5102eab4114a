"""The fact tables, each named by its word."""

from pilots.models.decisions import Decision
from pilots.models.derived import GatePeriod, PilotPeriod, Seat
from pilots.models.events import Event, Installation, free_texts
from pilots.models.evidence import DecisionEvidence, Evidence
from pilots.models.gates import Gate, GateKind, GateKindPortfolio, SwitchedOff
from pilots.models.people import Person
from pilots.models.pilots import Pilot
from pilots.models.portfolios import Function, Portfolio, PortfolioRole, StallPolicy, Unit
from pilots.models.residents import Residents
from pilots.models.rights import Absence, DecisionRight, Delegation
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
