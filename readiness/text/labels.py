"""What is read aloud: dates, days, whose move, and what is missing, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from pilots.figures import decimal, grouped, percent, written_day
from pilots.models import DecisionRight, Person, choices
from pilots.rules import adoption
from pilots.rules.quality import Threshold
from pilots.rules.vocabulary import Cause, ClearsBy, Court, Outcome, Standing, State, Verdict
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.rules import deadlines, residence, standing, who_decides

CAPACITY, CLEARS_BY, ROLE, STAGE = choices.CAPACITY, choices.CLEARS_BY, choices.ROLE, choices.STAGE
BASIS, STEP_KIND, OCCASION = choices.BASIS, choices.STEP_KIND, choices.OCCASION
STANDING: dict[str, Any] = {
    Standing.PLANNED: gettext_lazy("planned"),
    Standing.MOVING: gettext_lazy("moving"),
    Standing.AT_RISK: gettext_lazy("at risk"),
    Standing.READY: gettext_lazy("ready"),
    Standing.PAUSED: gettext_lazy("paused"),
    Standing.EXHIBIT: gettext_lazy("museum exhibit"),
    Standing.ADOPTED: gettext_lazy("adopted"),
    Standing.CLAIMED: gettext_lazy("claimed"),
    Standing.RETIRED: gettext_lazy("retired"),
    Standing.NOT_STATED: gettext_lazy("not stated"),
    Standing.VOID: gettext_lazy("void"),
}
STATE: dict[str, Any] = {
    State.UNOWNED: gettext_lazy("unowned"),
    State.WAITING: pgettext_lazy("state of a gate", "waiting"),
    State.CHANGES_REQUESTED: gettext_lazy("changes requested"),
    State.REFUSED: gettext_lazy("refused"),
    State.CLEARED: gettext_lazy("cleared"),
    State.CONDITIONAL: gettext_lazy("cleared on conditions"),
    State.EXCEPTED: gettext_lazy("let past for a while"),
    State.ASSERTED: gettext_lazy("only asserted"),
    State.LAPSED: gettext_lazy("lapsed"),
    State.RECONFIRM: gettext_lazy("to be confirmed again"),
}
OUTCOME: dict[str, Any] = {
    Outcome.CLEARED: gettext_lazy("cleared"),
    Outcome.CONDITIONAL: gettext_lazy("cleared on conditions"),
    Outcome.CHANGES_REQUESTED: gettext_lazy("changes requested"),
    Outcome.REFUSED: gettext_lazy("refused"),
    Outcome.WITHDRAWN: gettext_lazy("answer withdrawn"),
    Outcome.EXCEPTED: gettext_lazy("let past"),
    Outcome.ASSERTED: gettext_lazy("yes according to a source"),
    Outcome.ACCEPTED: gettext_lazy("accepted"),
    Outcome.DECLINED: gettext_lazy("declined"),
    Outcome.LEFT: gettext_lazy("left"),
    Outcome.NO_LONGER_ASSERTED: gettext_lazy("no longer a yes according to the source"),
}
HOLE = {
    who_decides.NOBODY: gettext_lazy("belongs to nobody"),
    who_decides.NONE_FREE: gettext_lazy("whoever decides is away, or may not decide here"),
    who_decides.UNNAMED: gettext_lazy("nobody is named"),
}
RESIDENCE = {
    residence.LIVED_IN: gettext_lazy("lived in"),
    residence.EMPTY: gettext_lazy("adopted, and empty"),
    residence.NOT_COUNTED: gettext_lazy("nobody has counted who lives there"),
}
COURT: dict[str, Any] = {
    Court.DECIDER: gettext_lazy("the decider’s court"),
    Court.TEAM: gettext_lazy("the team’s court"),
    Court.NOBODY: gettext_lazy("nobody’s court"),
    Court.OUTSIDE: gettext_lazy("outside"),
}
VERDICT: dict[str, Any] = {
    Verdict.MET: gettext_lazy("met"),
    Verdict.NOT_MET: gettext_lazy("not met"),
    Verdict.INSUFFICIENT: gettext_lazy("not enough to tell"),
    Verdict.STALE: gettext_lazy("too old to count"),
    Verdict.NONE: gettext_lazy("not measured"),
}
CAUSE: dict[str, Any] = {
    Cause.VALUE_NOT_SHOWN: gettext_lazy("its value was not shown"),
    Cause.QUALITY_NOT_REACHED: gettext_lazy("its quality was not reached"),
    Cause.COST: gettext_lazy("its cost"),
    Cause.RISK_OR_LAW: gettext_lazy("risk or law"),
    Cause.DATA: gettext_lazy("the data"),
    Cause.NOBODY_TO_CARRY_IT: gettext_lazy("nobody to carry it"),
    Cause.SUPERSEDED: gettext_lazy("something else took its place"),
    Cause.OTHER: gettext_lazy("another reason"),
}
MISSING = {
    "acceptable_use": gettext_lazy("what it may be used for"),
    "trust_when": gettext_lazy("when to trust it"),
    "override_when": gettext_lazy("when to override it"),
    "exceptions_to": gettext_lazy("who decides exceptions"),
    "exceptions_deputy": gettext_lazy("who deputises on exceptions"),
    "matters_more": gettext_lazy("whether speed or accuracy matters more"),
    "success": gettext_lazy("what success looks like"),
    adoption.RISK: gettext_lazy("who has accepted the risk"),
    adoption.UNCONFIRMED: gettext_lazy("the manager’s word that they can work by the rules"),
}


def high_impact(fields: Mapping[str, Any]) -> list[str]:
    """What a record says of high impact, in sentences; none where nothing is stated."""
    out = []
    if fields.get("presumed_high_impact"):
        out.append(_("Presumed high impact, and determined not to be."))
    elif (says := fields.get("high_impact")) is not None:
        out.append(_("High impact.") if says else _("Not high impact."))
    who, when = fields.get("high_impact_determined_by"), fields.get("high_impact_determined_on")
    if who and when:
        out.append(_("Determined by %(who)s on %(day)s.") % {"who": who, "day": day(when)})
    elif who or when:
        says_one = {"who": who, "day": day(when) if when else ""}
        out.append((_("Determined by %(who)s.") if who else _("Determined on %(day)s.")) % says_one)
    if why := fields.get("high_impact_reason"):
        out.append(str(why))
    return out


def day(when: date) -> str:
    """A date as people write it."""
    return _day(when, get_language())


def about(when: date) -> str:
    """A date of which a list gives no more than the month or the year: “about 13 April 2018”."""
    return _("about %(day)s") % {"day": day(when)}


@lru_cache(maxsize=4096)
def _day(when: date, _language: str) -> str:
    """A page says the same few dates again and again, and to write one takes longer than all else in a sentence."""
    return written_day(when)


def days(number: int) -> str:
    """A number of days: “1 day”, “5,740 days”."""
    return ngettext("%(n)s day", "%(n)s days", number) % {"n": count(number)}


def figure(value: float, kind: str) -> str:
    """A share as percent, a mean as it is; no more digits than say something."""
    if kind == "proportion":
        return percent(value, 4)
    return decimal(f"{value:.4g}")


def threshold(agreed: Threshold) -> str:
    """What is good enough: “Sent unchanged: at least 85%, measured on 300 or more”."""
    says = {"metric": agreed.metric, "value": figure(agreed.value, agreed.kind), "n": agreed.smallest_sample}
    if agreed.direction == "at_least":
        return _("%(metric)s: at least %(value)s, measured on %(n)d or more") % says
    return _("%(metric)s: at most %(value)s, measured on %(n)d or more") % says


def of_standing(standing: str, many: int) -> str:
    """What so many pilots of a standing are: “museum exhibit”, “museum exhibits”, “planned”."""
    if standing == Standing.EXHIBIT:
        return ngettext("museum exhibit", "museum exhibits", many)
    return str(STANDING[standing])


def how_many(many: int) -> str:
    """A number within a sentence: “none”, “one”, “seven”, “14”, “3,608”."""
    if not many:
        return _("none")
    return str(apnumber(many)) if many < 10 else grouped(many)


def number(many: int) -> str:
    """A number that begins a sentence: “Seven”, “14”, “3,608”."""
    return capfirst(str(apnumber(many))) if many < 10 else grouped(many)


def count(many: int) -> str:
    """A number by itself: “7”, “3,608”."""
    return grouped(many)


def ago(when: date, at: date) -> str:
    """How far a date lies from another: “106 days ago”, “in 9 days”, “today”."""
    away = (when - at).days
    if away == 0:
        return _("today")
    if away > 0:
        return ngettext("in %(n)s day", "in %(n)s days", away) % {"n": count(away)}
    return ngettext("%(n)s day ago", "%(n)s days ago", -away) % {"n": count(-away)}


def wait(gate: standing.GateStatus) -> str:
    """For how long a gate has been as it is: the one count that every page shows, “31 days”, “since today”.

    Of one that was open before its record no more is said than is known: “since before 3 March 2026”. Empty where the
    pilot has ended: no days run.
    """
    if gate.days is None:
        return ""
    if gate.since_at_least:
        return _("since before %(day)s") % {"day": day(gate.since)}
    return days(gate.days) if gate.days else _("since today")


def wait_in_a_sentence(gate: standing.GateStatus) -> str:
    """The same within a sentence: “for 31 days”, “since today”, “since before 3 March 2026”."""
    if gate.since_at_least or not gate.days:
        return wait(gate)
    return ngettext("for %(n)s day", "for %(n)s days", gate.days) % {"n": count(gate.days)}


def deadline(due: deadlines.AnswerDue, at: date) -> str:
    """By when an answer was asked for, which is another count than the wait: its days are working days without pauses."""
    says = {"since": day(due.since), "due": day(due.answer_by), "ago": ago(due.answer_by, at)}
    if due.is_overdue(at):
        return _("With the decider since %(since)s; an answer was due on %(due)s, %(ago)s.") % says
    return _("With the decider since %(since)s; an answer is due by %(due)s.") % says


def answer_due(due: deadlines.AnswerDue, at: date) -> str:
    """The same where since when it has been with the decider is said already."""
    if due.is_overdue(at):
        return _("An answer was due on %(due)s, %(ago)s.") % {"due": day(due.answer_by), "ago": ago(due.answer_by, at)}
    return _("An answer is due by %(due)s.") % {"due": day(due.answer_by)}


def waited_for(gate: GateSnapshot) -> str:
    """Whoever holds an open gate, within a sentence; of somebody away until when, and who answers meanwhile.

    “Perpetua Rask”, “Perpetua Rask (away until 4 December 2026; Jory Mellin acts for them)”; empty where nobody holds it.
    """
    if gate.holder is None:
        return ""
    gone = absence(gate)
    return f"{gate.holder.name} ({gone})" if gone else gate.holder.name


def person(who: Person, away_until: date | None) -> str:
    """Somebody whom several gates wait for, within a sentence: “Perpetua Rask (away until 4 December 2026)”."""
    if away_until is None:
        return who.name
    return f"{who.name} ({_('away until %(until)s') % {'until': day(away_until)}})"


def absence(gate: GateSnapshot) -> str:
    """Until when whoever holds a gate that waits for them is away, and who answers meanwhile; empty where they are there."""
    if gate.away_until is None or gate.status.court != Court.DECIDER:
        return ""
    says = {"until": day(gate.away_until), "acting": gate.acting}
    if gate.acting is None:
        return _("away until %(until)s") % says
    return _("away until %(until)s; %(acting)s acts for them") % says


def move(gate: GateSnapshot) -> str:
    """Whose move an open gate is, and for how long: “Legal: Perpetua Rask has not answered, 238 days”."""
    if gate.status.court is None:
        return _("%(gate)s: was open at the end") % {"gate": gate.kind.name}
    texts = {
        "gate": gate.kind.name,
        "who": waited_for(gate),
        "long": wait(gate.status),
    }
    return _sentence(gate) % texts


def _sentence(gate: GateSnapshot) -> str:
    state, court = gate.status.state, gate.status.court
    if state == State.REFUSED:
        return _("%(gate)s: refused, and the team has not answered, %(long)s")
    if state == State.CHANGES_REQUESTED:
        return (
            _("%(gate)s: waits on somebody outside, %(long)s")
            if court == Court.OUTSIDE
            else _("%(gate)s: the team has not answered what was requested, %(long)s")
        )
    if court == Court.TEAM:
        if state == State.LAPSED and gate.kind.clears_by != ClearsBy.MEASUREMENT:
            return _("%(gate)s: lapsed on an unmet condition, %(long)s")
        if gate.kind.clears_by == ClearsBy.MEASUREMENT:
            return _("%(gate)s: not shown to be good enough, %(long)s")
        return _("%(gate)s: open, the pilot has not started, %(long)s")
    return _of_decider(gate)


def _of_decider(gate: GateSnapshot) -> str:
    state, held = gate.status.state, gate.status.court == Court.DECIDER
    if state == State.LAPSED:
        return (
            _("%(gate)s: lapsed, %(who)s has not answered again, %(long)s")
            if held
            else _("%(gate)s: lapsed, and nobody holds it, %(long)s")
        )
    if state == State.RECONFIRM:
        return (
            _("%(gate)s: what was decided on has changed, and %(who)s has not answered again, %(long)s")
            if held
            else _("%(gate)s: what was decided on has changed, and nobody holds it, %(long)s")
        )
    if not held:
        return _("%(gate)s: belongs to nobody, %(long)s")
    if gate.kind.clears_by == ClearsBy.ACCEPTANCE:
        return _("%(gate)s: %(who)s has not accepted, %(long)s")
    return _("%(gate)s: %(who)s has not answered, %(long)s")


def clear_apart(gates_of: Iterable[GateSnapshot]) -> str:
    """What is not open, each state counted apart (rule 2): “4 cleared, 1 let past until 3 January 2027, 1 only asserted”."""
    found: dict[str, list[GateSnapshot]] = {state: [] for state in CLEAR}
    for gate in gates_of:
        if gate.status.state in found:
            found[gate.status.state].append(gate)
    return ", ".join(_count_text(state, of) for state, of in found.items() if of)


CLEAR: dict[str, Any] = {
    State.CLEARED: gettext_lazy("%(n)d cleared"),
    State.CONDITIONAL: gettext_lazy("%(n)d cleared on conditions"),
    State.EXCEPTED: gettext_lazy("%(n)d let past until %(until)s"),
    State.ASSERTED: gettext_lazy("%(n)d only asserted"),
}
"""How many gates are in each state that is not open."""


def _count_text(state: str, of: Sequence[GateSnapshot]) -> str:
    ends = {gate.status.good_until for gate in of if gate.status.good_until}
    says = {"n": len(of), "until": day(min(ends)) if ends else ""}
    if state == State.EXCEPTED and len(ends) > 1:
        return _("%(n)d let past, the first until %(until)s") % says
    return str(CLEAR[state]) % says


def nothing_open(gates_of: Sequence[GateSnapshot]) -> str:
    """That no gate is open: “every gate is clear” only where no exception and nobody's mere word is among them."""
    if all(gate.status.state == State.CLEARED for gate in gates_of):
        return _("every gate is clear")
    return _("no gate is open (%(apart)s)") % {"apart": clear_apart(gates_of)}


def open_gates(snapshot: PilotSnapshot) -> str:
    """The open gates in a table: “Legal, Funding”, “All six gates”."""
    missing = [gate.kind.name for gate in snapshot.open_gates]
    if len(missing) > 2 and len(missing) == len(snapshot.gates):
        return _("All %(n)s gates") % {"n": how_many(len(missing))}
    return ", ".join(missing)


def missing(snapshot: PilotSnapshot) -> list[str]:
    """All that adoption misses, each in words, in the order of the design."""
    of_kind = {gate.kind.key: gate for gate in snapshot.gates}
    out = []
    for code in snapshot.status.missing:
        kind = code.removeprefix("asserted:")
        if code.startswith("asserted:"):
            out.append(
                _("%(gate)s: a source says yes, nobody with the right has confirmed it")
                % {"gate": of_kind[kind].kind.name}
            )
        elif code in of_kind:
            out.append(move(of_kind[code]))
        elif code.startswith(adoption.POLICY_GAP):
            out.append(_("A policy gap is open that has to be answered first"))
        else:
            out.append(_("Not known: %(what)s") % {"what": MISSING[code]})
    return out


def reach(right: DecisionRight) -> str:
    """Where a right holds: “Billing, Works”, “everywhere”."""
    named = [str(part) for part in (right.function, right.portfolio) if part]
    return ", ".join(named) or _("everywhere")


def step(found: who_decides.Step) -> str:
    """One right on the way to whoever decides, in a sentence."""
    right = found.right
    says = {
        "reach": reach(right),
        "holder": right.holder.name,
        "starts": day(right.starts),
        "until": day(right.until) if right.until else "",
    }
    sentences = {
        "not_yet": _("The right for %(reach)s begins only on %(starts)s."),
        "over": _("The right for %(reach)s, of %(holder)s, ended on %(until)s."),
        "emptied": _(
            "The right for %(reach)s was given to %(holder)s; nobody of it has an account any more, so the next wider right is looked for."
        ),
        "decides": _("The right for %(reach)s is the nearest in force: it was given to %(holder)s on %(starts)s."),
    }
    return sentences[found.found] % says


def sitting(found: who_decides.SeatPeriod) -> str:
    """Somebody who decides, in which capacity, and until when they are away."""
    says = {"who": found.person.name, "as": str(CAPACITY[found.capacity])}
    if found.away_until is None:
        return _("%(who)s, %(as)s") % says
    return _("%(who)s, %(as)s, away until %(until)s") % (says | {"until": day(found.away_until)})


HELD: dict[str, Any] = {
    "roles": gettext_lazy("Roles"),
    "escalations": gettext_lazy("Escalation person of"),
    "rights": gettext_lazy("Decision rights"),
    "delegations": gettext_lazy("Decides for somebody else"),
    "acceptances": gettext_lazy("Accepted; the gate opens"),
    "nominations": gettext_lazy("Named, and has not answered"),
    "pilots": gettext_lazy("Manages the pilot"),
    "fellows": gettext_lazy("Lives with the pilot, beside its manager"),
    "exceptions": gettext_lazy("Decides exceptions in the rules of"),
    "tokens": gettext_lazy("API tokens; they end"),
}
"""What a person holds, by the sorts of `pilots.holdings`."""


def holding(what: str, row: Any) -> str:
    """One thing that a person holds: “Legal, Service lines”, “Renewal drafts, Sponsor”."""
    if what == "roles":
        return f"{row.get_role_display()}, {row.portfolio}"
    if what == "rights":
        return f"{row.kind.name}, {row.reach}"
    if what == "delegations":
        return f"{row.right.kind.name}, {row.right.reach}"
    if what in ("acceptances", "nominations"):
        return f"{row.gate.pilot.name}, {row.kind.name}"
    return str(row.name)
