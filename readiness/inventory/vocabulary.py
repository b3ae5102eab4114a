"""The words of lists for yes and no, stages, and states of gates, in several languages. A word that is not here is no value.

One table for the product's own form and every preset, so that a word is understood alike wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from pilots.rules.vocabulary import Cause, Outcome, Role, Stage, State
from readiness.inventory.keys import plain

YES, NO, UNSAID = "yes", "no", "unsaid"
"""What a cell may answer: yes, no, or that nothing is said."""

EXCEPTION = State.EXCEPTED

_ANSWERS: Final[Mapping[str, tuple[str, ...]]] = {
    YES: (
        *("yes", "y", "true", "1", "on", "ja", "j", "wahr", "oui", "vrai", "sí", "si", "sì", "verdadero"),
        *("vero", "sim", "verdadeiro", "waar", "sand", "sann", "tak", "prawda", "ano"),
    ),
    NO: (
        *("no", "n", "false", "0", "off", "nein", "falsch", "non", "faux", "falso", "não", "nee", "onwaar", "nej"),
        *("nei", "falsk", "nie", "fałsz", "ne"),
    ),
    UNSAID: (
        *("", "-", "–", "—", "n/a", "na", "n.a.", "not applicable", "not stated", "not_stated", "unknown", "tbd"),
        *("keine angabe", "k.a.", "unbekannt", "inconnu", "desconocido", "sconosciuto", "onbekend"),
    ),
}
_HIGH_IMPACT: Final[Mapping[str, tuple[str, ...]]] = {
    YES: (
        *("high", "high-impact", "high impact", "hoch", "hohe auswirkung", "hochrisiko", "high risk", "high-risk"),
        *("élevé", "alto", "alta", "hoog"),
    ),
    NO: (
        *("not high", "not high-impact", "not high impact", "low", "low-impact", "low impact", "niedrig", "gering"),
        *("faible", "bajo", "baja", "basso", "laag"),
    ),
}
_PRESUMED: Final[Mapping[str, tuple[str, ...]]] = {
    NO: tuple(
        f"presumed {high}{comma} but {determined}"
        for high in ("high-impact", "high impact")
        for comma in ("", ",")
        for determined in (
            *(f"not {high}", f"determined not {high}"),
            *("determined not to be", f"determined not to be {high}"),
        )
    ),
}
"""The words of high impact that say besides that it was presumed."""
_STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    Stage.PLANNED: (
        *("planned", "not started", "pre-deployment", "pre deployment", "predeployment", "geplant", "nicht begonnen"),
        *("initiated", "ideation", "idea", "concept", "proposed", "in development", "development", "in planung"),
        *(
            "acquisition and/or development",
            "prévu",
            "planifié",
            "planificado",
            "previsto",
            "pianificato",
            "planejado",
            "gepland",
        ),
    ),
    Stage.RUNNING: (
        *("poc", "proof of concept", "proof-of-concept", "trial", "in trial", "beta", "implementation and assessment"),
        *("running", "pilot", "piloting", "in pilot", "pilot phase", "läuft", "laufend", "pilotphase"),
        *("pilote", "en cours", "piloto", "en curso", "pilota", "in corso", "em andamento", "lopend", "loopt"),
    ),
    Stage.PAUSED: ("paused", "pausiert", "en pause", "en pausa", "in pausa", "gepauzeerd"),
    Stage.ADOPTED: (
        *("adopted", "claimed", "live", "deployed", "in production", "production", "in use", "in operation"),
        *(
            "operation and maintenance",
            "operations and maintenance",
            "active",
            "in mission",
            "operational",
            "rolled out",
        ),
        *("im einsatz", "in betrieb", "produktiv", "eingeführt", "en production"),
        *("en service", "déployé", "en producción", "en uso", "desplegado", "in produzione", "in uso", "em produção"),
        *("in productie", "in gebruik"),
    ),
    Stage.RETIRED: (
        *(
            "cancelled",
            "canceled",
            "terminated",
            "sunset",
            "abgebrochen",
            "retired",
            "decommissioned",
            "discontinued",
            "ended",
            "stillgelegt",
            "beendet",
            "eingestellt",
            "retiré",
        ),
        *("arrêté", "retirado", "dismesso", "ritirato", "desativado", "beëindigd"),
    ),
    Stage.NOT_STATED: ("not stated", "not_stated", "", "-", "n/a", "na", "unknown", "tbd", "unbekannt"),
}
_GATES: Final[Mapping[str, tuple[str, ...]]] = {
    YES: (
        *(State.CLEARED, State.CONDITIONAL, State.ASSERTED, "cleared on conditions", "clear", "approved", "granted"),
        *("signed off", "signed-off", "accepted", "genehmigt", "freigegeben", "erteilt", "zugestimmt", "approuvé"),
        *("accordé", "aprobado", "concedido", "approvato", "aprovado", "goedgekeurd"),
    ),
    NO: (
        *(State.OPEN, State.UNOWNED, State.WAITING, State.CHANGES_REQUESTED, State.REFUSED, Outcome.WITHDRAWN),
        *(State.LAPSED, State.RECONFIRM, "changes requested", "pending", "requested", "in progress", "in-progress"),
        *(
            "planned",
            "planned or in-progress",
            "planned or in progress",
            "under review",
            "not yet",
            "not started",
            "rejected",
            "denied",
            "declined",
            "expired",
            "offen",
            "ausstehend",
            "wartend",
        ),
        *("wartet", "abgelehnt", "en attente", "refusé", "ouvert", "pendiente", "abierto", "rechazado", "in attesa"),
        *("rifiutato", "pendente", "openstaand", "afgewezen"),
    ),
    EXCEPTION: (State.EXCEPTED, "let past", "exception"),
}
_DISCONTINUED = (
    "the use case was reported in the agency's prior year's inventory, but its development and/or use has since been"
)
_BY_ANOTHER = "by another appropriate agency office"
_EXPLANATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    Stage.PLANNED: ("in development", "the use case is in a development or acquisition status"),
    Stage.RUNNING: ("in a limited test", "the use case has been deployed in a limited test or pilot capacity"),
    Stage.ADOPTED: (
        "the use case is being actively authorized or utilized to support the functions or mission of an agency",
    ),
    Stage.RETIRED: (f"{_DISCONTINUED} discontinued",),
    YES: (
        *("by the caio", "by an agency ai oversight board not directly involved in the system's development"),
        *(
            f"{_BY_ANOTHER} {who} directly involved in the {what} development"
            for who in ("or reviewer not", "not", "that was not")
            for what in ("ai's", "system's")
        ),
    ),
}
"""With what a choice of a form is explained behind it, by its meaning. Any other word behind one may say the contrary."""


def _by_word(*tables: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {plain(word): meaning for table in tables for meaning, words in table.items() for word in words}


_YES_OR_NO = _by_word(_ANSWERS)
_IS_PRESUMED = _by_word(_PRESUMED)
_HIGH = _by_word(_ANSWERS, _HIGH_IMPACT, _PRESUMED)
_CAUSE = {cause.replace("_", " "): cause for cause in Cause.values()}
_STAGE = _by_word(_STAGES)
_GATE = _by_word(_ANSWERS, _GATES)


def stage_words() -> Mapping[str, str]:
    """The words for stages, each with the stage."""
    return _STAGE


def high_impact_words() -> Mapping[str, str]:
    """The words for high impact, each with YES, NO or UNSAID."""
    return _HIGH


def cause_words() -> Mapping[str, str]:
    """The words for why a pilot was retired, each with the cause."""
    return _CAUSE


def role_words() -> Mapping[str, str]:
    """The words for a role that is given in a portfolio, each with the role."""
    return _ROLE


def gate_words() -> Mapping[str, str]:
    """The words for states of gates, each with what it says."""
    return _GATE


_ROLE: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("program-office", "program office", "programme office", "office", "pmo", "keeps the records", "keeper"),
            *("editor", "administrator", "admin", "programmbüro", "büro"),
        ),
        Role.OFFICE,
    ),
    **dict.fromkeys(
        ("reviewer", "review", "reader", "read", "read only", "viewer", "auditor", "audit", "prüfer"), Role.REVIEWER
    ),
}
_NUMBERED = re.compile(r"(?:\(?[a-z0-9]\)|[a-z0-9]\.)\s+", re.IGNORECASE)
_EXPLAINED = re.compile(r"\s+[-–—]\s+|\s*[:;(]\s*|\s*\n")


def yes_or_no(text: str) -> str | None:
    """YES, NO or UNSAID; None where the words are not understood."""
    return _meaning(text, _YES_OR_NO)


WORDS_KEPT = 1000
"""Texts whose meaning is kept: the cells of a list say the same few."""


@lru_cache(WORDS_KEPT)
def high_impact(text: str) -> str | None:
    """YES, NO or UNSAID; None where the words are not understood."""
    return _meaning(text, _HIGH)


@lru_cache(WORDS_KEPT)
def presumed_and_determined_not(text: str) -> bool:
    """Whether a word for high impact says that it was presumed, and determined not to be."""
    return _meaning(text, _IS_PRESUMED) == NO


@lru_cache(WORDS_KEPT)
def stage(text: str) -> str | None:
    """A stage; None where the words are not understood. What a list calls adopted is claimed."""
    return _meaning(text, _STAGE)


@lru_cache(WORDS_KEPT)
def gate(text: str) -> str | None:
    """What a list says of a gate: YES, NO (it is open), EXCEPTION or UNSAID; None where the words are not understood."""
    return _meaning(text, _GATE)


def cause(text: str) -> str | None:
    """Why a pilot was retired, in the product's own word; empty where nothing is said, None where it is not understood."""
    if yes_or_no(text) == UNSAID:
        return ""
    word = plain(_bare(text)).replace(" ", "_")
    return word if word in Cause.values() else None


def role(text: str) -> str | None:
    """A role that is given in a portfolio; None where the words are not understood."""
    return _meaning(text, _ROLE)


def _meaning(text: str, table: Mapping[str, str]) -> str | None:
    """The meaning of a text as it stands, without the letter of a choice (“a) High-impact”), or with what explains it."""
    text = _bare(text)
    choice = _NUMBERED.sub("", text, count=1) if _NUMBERED.match(text) else text
    for words in (text, choice):
        if (found := table.get(plain(words))) is not None:
            return found
    return _without_explanation(choice, table)


def _bare(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("’", "'")
    return text.strip().strip("\"'“”„.,!").strip()


def _without_explanation(text: str, table: Mapping[str, str]) -> str | None:
    """The meaning of a choice with its known explanation (“Pilot – The use case …”); None where it is any other."""
    words, *explanation = _EXPLAINED.split(text, maxsplit=1)
    meaning = table.get(plain(words))
    if meaning is None or not explanation:
        return meaning
    return meaning if plain(explanation[0].rstrip(")")) in _EXPLANATIONS.get(meaning, ()) else None
