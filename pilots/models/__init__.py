"""The fact tables, each named by its word."""

from pilots.models.events import Event, Installation, free_texts
from pilots.models.evidence import DecisionEvidence, Evidence
from pilots.models.gates import Decision, Gate, GateKind, GateKindPortfolio, GateSpell, SwitchedOff
from pilots.models.people import Cell, Function, Person, Portfolio, PortfolioRole
from pilots.models.pilots import Pilot, PilotSpell, StallPolicy
from pilots.models.residents import Residents
from pilots.models.rights import Absence, DecisionRight, Delegation, Seat
from pilots.models.tokens import ApiToken

__all__ = [
    "Absence",
    "ApiToken",
    "Cell",
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
    "GateSpell",
    "Installation",
    "Person",
    "Pilot",
    "PilotSpell",
    "Portfolio",
    "PortfolioRole",
    "Residents",
    "Seat",
    "StallPolicy",
    "SwitchedOff",
    "free_texts",
]
