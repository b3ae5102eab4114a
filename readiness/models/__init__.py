"""What is kept that is no fact: settings, work in progress and how people look at it, read by no rule of standing."""

from readiness.models.account_requests import AccountRequest
from readiness.models.empty_words import EmptyWord
from readiness.models.friction import FrictionPoint, SignalPolicy
from readiness.models.imports import ImportedRow, ImportSession, SavedMapping
from readiness.models.kept_answers import KeptAnswer
from readiness.models.measures import Measure
from readiness.models.request_counts import RequestCount
from readiness.models.saved_views import SavedView

__all__ = [
    "AccountRequest",
    "EmptyWord",
    "FrictionPoint",
    "ImportSession",
    "ImportedRow",
    "KeptAnswer",
    "Measure",
    "RequestCount",
    "SavedMapping",
    "SavedView",
    "SignalPolicy",
]
