"""What a pilot lacks, said aloud: its open gates as clauses of one sentence, those that lack the same thing together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.rules import gates
from pilots.rules.vocabulary import ClearsBy, Court, State, Verdict
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.text import labels

TO = {
    "funding-owner": gettext_lazy("to fund the next phase"),
    "named-sponsor": gettext_lazy("to carry it"),
    "error-owner": gettext_lazy("to answer for it when it is wrong"),
}
"""What somebody agrees to by accepting a gate, of the kinds that ship."""

AGAIN = frozenset({State.LAPSED, State.RECONFIRM})
QUALITY: dict[str, Any] = {
    Verdict.NONE: gettext_lazy("nobody has measured whether it is good enough"),
    Verdict.INSUFFICIENT: gettext_lazy("too little was measured to tell whether it is good enough"),
    Verdict.NOT_MET: gettext_lazy("it was measured, and is not good enough"),
    Verdict.STALE: gettext_lazy("the last measurement is too old to count"),
    Verdict.MET: gettext_lazy("it was measured, and nobody has said whether that is enough"),
}
"""What the team has to show, by the last verdict."""


def sentence(snapshot: PilotSnapshot) -> str:
    """All that is open or only said, in the order of the gates; empty where every gate is clear."""
    alike: dict[tuple[str, str], list[GateSnapshot]] = {}
    for gate in snapshot.gates:
        if gate.status.is_open or gate.status.state == State.ASSERTED:
            what = _lacks(gate)
            of_whom = _name(gate) if what == "asked" else ""
            alike.setdefault((what, of_whom), []).append(gate)
    clauses = [CLAUSES[what](of, snapshot) for (what, _whom), of in alike.items()]
    return capfirst("; ".join(clauses)) + "." if clauses else ""


def _name(gate: GateSnapshot) -> str:
    return labels.waited_for(gate)


def _lacks(gate: GateSnapshot) -> str:
    """What a gate lacks: the clause that says so."""
    state, court = gate.status.state, gate.status.court
    if state == State.ASSERTED:
        return "said"
    if court == Court.OUTSIDE:
        return "outside"
    if court == Court.TEAM:
        return _of_team(gate)
    if gate.kind.clears_by == ClearsBy.ACCEPTANCE:
        return "asked" if gate.holder else "unasked"
    if not gate.holder:
        judged = gate.kind.clears_by != ClearsBy.MEASUREMENT or state in AGAIN
        return "undecidable" if judged else "unjudged"
    return state if state in AGAIN else "waits"


def _of_team(gate: GateSnapshot) -> str:
    state = gate.status.state
    if state in gates.ASKS_TEAM:
        return state
    if gate.kind.clears_by == ClearsBy.MEASUREMENT:
        return "unmeasured"
    return "unmet" if state == State.LAPSED else "unasked"


Of = Sequence[GateSnapshot]
Clause = Callable[[Of, PilotSnapshot], str]


def _says(of: Of) -> dict[str, str]:
    """The gates, and whoever holds them, each once."""
    names = dict.fromkeys(_name(gate) for gate in of)
    return {"gates": listed(gate.kind.name for gate in of), "who": listed(names)}


def _waits_clause(of: Of, _found: PilotSnapshot) -> str:
    """“Legal waits on Perpetua Rask, Data access on Jory Mellin”."""
    by_name: dict[str, list[GateSnapshot]] = {}
    for gate in of:
        by_name.setdefault(_name(gate), []).append(gate)
    first, *rest = by_name.values()
    clause = ngettext("%(gates)s waits on %(who)s", "%(gates)s wait on %(who)s", len(first)) % _says(first)
    return ", ".join([clause, *(_("%(gates)s on %(who)s") % _says(more) for more in rest)])


def _lapsed_clause(of: Of, _found: PilotSnapshot) -> str:
    return ngettext(
        "%(gates)s has lapsed and waits on %(who)s", "%(gates)s have lapsed and wait on %(who)s", len(of)
    ) % _says(of)


def _reconfirm_clause(of: Of, _found: PilotSnapshot) -> str:
    people = len({_name(gate) for gate in of})
    return ngettext(
        "what was decided on has changed, and %(who)s has not answered again",
        "what was decided on has changed, and %(who)s have not answered again",
        people,
    ) % _says(of)


def _undecidable_clause(of: Of, _found: PilotSnapshot) -> str:
    return _("nobody has the right to decide on %(gates)s") % _says(of)


def _unjudged_clause(_of: Of, _found: PilotSnapshot) -> str:
    return _("it was measured and is good enough, and nobody has the right to say so")


def _asked_clause(of: Of, _found: PilotSnapshot) -> str:
    to = listed((_request_text(gate) for gate in of), last=_("%(first)s and %(last)s"))
    return _("%(who)s was asked %(to)s, and has not answered") % {"who": _name(of[0]), "to": to}


def _unasked_clause(of: Of, _found: PilotSnapshot) -> str:
    to = listed((_request_text(gate) for gate in of), last=_("%(first)s or %(last)s"))
    return _("there is nobody %(to)s") % {"to": to}


def _request_text(gate: GateSnapshot) -> str:
    return str(TO.get(gate.kind.key) or _("to answer “%(question)s”") % {"question": gate.kind.question})


def _refused_clause(of: Of, _found: PilotSnapshot) -> str:
    return ngettext(
        "%(gates)s was refused, and the team has not answered",
        "%(gates)s were refused, and the team has not answered",
        len(of),
    ) % _says(of)


def _requested_clause(of: Of, _found: PilotSnapshot) -> str:
    return _("the team has not answered what was asked about %(gates)s") % _says(of)


def _outside_clause(of: Of, _found: PilotSnapshot) -> str:
    return ngettext("%(gates)s waits on somebody outside", "%(gates)s wait on somebody outside", len(of)) % _says(of)


def _unmet_clause(of: Of, _found: PilotSnapshot) -> str:
    return _("a condition on %(gates)s was not met") % _says(of)


def _unmeasured_clause(_of: Of, snapshot: PilotSnapshot) -> str:
    return str(QUALITY[snapshot.status.quality])


def _asserted_clause(of: Of, _found: PilotSnapshot) -> str:
    return _("only a list says yes to %(gates)s") % _says(of)


CLAUSES: dict[str, Clause] = {
    "waits": _waits_clause,
    State.LAPSED: _lapsed_clause,
    State.RECONFIRM: _reconfirm_clause,
    "undecidable": _undecidable_clause,
    "unjudged": _unjudged_clause,
    "asked": _asked_clause,
    "unasked": _unasked_clause,
    State.REFUSED: _refused_clause,
    State.CHANGES_REQUESTED: _requested_clause,
    "outside": _outside_clause,
    "unmet": _unmet_clause,
    "unmeasured": _unmeasured_clause,
    "said": _asserted_clause,
}


def listed(names: Iterable[str], *, last: str | None = None) -> str:
    """Names in a row: “Legal, Data access and Funding”."""
    found = list(names)
    if len(found) < 2:
        return "".join(found)
    joined = last or _("%(first)s and %(last)s")
    return joined % {"first": ", ".join(found[:-1]), "last": found[-1]}
