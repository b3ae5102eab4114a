"""How each action is asked, in a situation where nothing but who asks can stand in its way.

An action that is not listed here fails `tests/contracts/test_who_may_do_what.py`: add it to `ASKS`, and a row to `pilots.rules.actions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pilots import actions, permissions
from pilots.actions.bulk_decisions import Entry
from pilots.actions.event_batch import event_batch
from pilots.actions.hand_overs import Part
from pilots.actions.import_effects import Brought
from pilots.models import Event, GateKind, Person, PolicyGap
from pilots.rules.vocabulary import Role
from tests.company import DATA, ERROR, LEGAL, ROLES, Cast

LINK = "https://letters.example/1"


def nothing(_cast: Cast) -> None:
    """Nothing has to happen before."""


@dataclass(frozen=True)
class ActionInput:
    """One action: what has to be so before, its arguments but `by`, and who is what to the thing it is on.

    `may` is its line in the table, where that is not the action's name; `beyond`: it lies past the limits of rules 4 to 6. `shared`: it is about what lies in no portfolio, so any
    program office is the office. `reaches`: it is about an account that holds something in the office's portfolio, so that
    another office sees it, and is refused. `row`: what lies in a portfolio of the office, so that nobody else finds it.
    """

    action: str
    says: Callable[[Cast], Mapping[str, Any]]
    before: Callable[[Cast], Any] = nothing
    is_: Mapping[str, frozenset[str]] = field(default_factory=dict)
    allowed: str = ""
    beyond_limits: bool = False
    shared: bool = False
    reaches: bool = False

    @property
    def line(self) -> str:
        return self.allowed or self.action

    def allows(self, name: str) -> bool:
        """Whether the table of who may do what lets one of the cast do this."""
        roles = ROLES[name] | self.is_.get(name, frozenset())
        if self.shared and name == "neighbour":
            roles |= {Role.OFFICE}
        if self.beyond_limits:
            return permissions.allowed_beyond_limits(self.action, roles)
        return permissions.allowed(self.line, roles)

    def do(self, cast: Cast, name: str) -> Any:
        return getattr(actions, self.action)(by=cast[name], **self.says(cast))


def is_(name: str, what: str) -> dict[str, frozenset[str]]:
    return {name: frozenset({what})}


def on_pilot(cast: Cast, **says: Any) -> dict[str, Any]:
    return {"pilot": cast.pilot, **says}


def answer(cast: Cast, kind: str = LEGAL, **says: Any) -> dict[str, Any]:
    return {"gate": cast.gate(kind), "reason": "Standard terms apply.", **says}


def entry(cast: Cast) -> dict[str, Any]:
    entry = Entry(gate=cast.gate(LEGAL), outcome="cleared", reason="Said so.")
    return {"entries": [entry], "evidence": LINK}


GAP = {"question": "Which data may be put in?"}


def put(cast: Cast) -> dict[str, Any]:
    """A question with an owner and a day."""
    return GAP | {"portfolio": cast.portfolio, "owner": cast["named"], "due": cast.day(-20)}


def has_a_gap(cast: Cast) -> PolicyGap:
    return actions.open_policy_gap(by=cast["office"], pilots=[cast.pilot], **put(cast))


def gap(cast: Cast) -> PolicyGap:
    return cast.portfolio.policy_gaps.get()


def others_away(cast: Cast) -> None:
    cast.runs()
    for name in ("decider", "deputy"):
        actions.away(person=cast[name], starts=cast.day(), ends=cast.day(), by=None)


def somebody_asked(cast: Cast) -> None:
    cast.runs()
    actions.ask_exception(gate=cast.gate(LEGAL), by=cast["manager"], reason="It cannot wait.")


def on_a_condition(cast: Cast) -> None:
    cast.runs()
    due = cast.day(-20)
    owed = [{"text": "Log it.", "owner": cast["stand_in"].pk, "due": due}]
    cast.decided(LEGAL, "conditional", conditions=owed)


def changes_asked(cast: Cast) -> None:
    cast.runs()
    cast.decided(LEGAL, "changes_requested")


def accepted(cast: Cast) -> None:
    actions.accept(gate=cast.gate(ERROR), by=cast["named"], on=cast.day(9))


def paused(cast: Cast, on: int = 5) -> None:
    actions.pause(pilot=cast.pilot, by=cast["office"], until=cast.day(on - 3), reason="Holidays.", on=cast.day(on))


def is_void(cast: Cast) -> None:
    cast.runs()
    actions.void(pilot=cast.pilot, by=cast["head"], reason="Twice on the list.")


def is_retired(cast: Cast, on: int = 2) -> None:
    cast.runs()
    actions.retire(pilot=cast.pilot, by=cast["office"], learned="Nobody reads them.", on=cast.day(on))


def retired_long_ago(cast: Cast) -> None:
    is_retired(cast, 31)


def has_a_new_right(cast: Cast) -> None:
    actions.assign_right(kind=kind(DATA), portfolio=cast.portfolio, holder=cast["deputy"], by=None)


def is_paused(cast: Cast) -> None:
    cast.runs()
    paused(cast, 2)


def twice_paused(cast: Cast) -> None:
    cast.runs()
    paused(cast, 20)
    paused(cast, 10)


A_LIST = {"session": "a-list", "file_name": "list.csv", "checksum": "0" * 64}


def a_list_is_imported(cast: Cast) -> None:
    actions.record(portfolio=cast.portfolio, key="ZZ-1", name="Sorting mail", by=None)
    actions.import_list(counts={cast.portfolio: {"created": 1}}, by=cast["office"], **A_LIST)


def brought(_cast: Cast) -> dict[str, Any]:
    event = Event.objects.get(pilot__key="ZZ-1")
    made = frozenset({event.pilot_id or 0})
    imported = Event.objects.get(action="import_list")
    return {"imported": imported, "brought": Brought(made, frozenset(), event.pk, event.pk)}


def people_are_imported(cast: Cast) -> None:
    with event_batch():
        actions.open_account(email="listed@cast.example", name="Listed", by=cast["office"])
        actions.import_list(counts={None: {"created": 1}}, by=cast["office"], of="people", **A_LIST)


def listed_people() -> dict[str, Any]:
    return {"imported": Event.objects.filter(action="import_list").latest("pk"), "former": {}}


def ruled(cast: Cast) -> None:
    cast.runs()
    cast.ruled()


def agreed(cast: Cast) -> None:
    cast.runs()
    cast.agreed()


def closed(cast: Cast) -> None:
    actions.close_account(person=cast["outsider"], by=None)


def somebody() -> Person:
    return Person.objects.get(email="somebody@cast.example")


def closed_somebody(_cast: Cast) -> None:
    actions.open_account(email="somebody@cast.example", name="Somebody", by=None)
    actions.close_account(person=somebody(), by=None)


def is_away(cast: Cast) -> None:
    actions.away(person=cast["manager"], starts=cast.day(2), ends=cast.day(-9), by=None)


def absence(cast: Cast) -> Any:
    return cast["manager"].absences.get()


def is_off(cast: Cast) -> None:
    actions.switch_off(kind=kind(LEGAL), portfolio=cast.portfolio, reason="Not here.", by=None)


COUNCIL = {"key": "works-council", "name": "Council", "question": "Has it agreed?"}


def has_a_kind(cast: Cast) -> None:
    actions.add_kind(**COUNCIL, portfolios=[cast.portfolio], by=None)


def kind(key: str) -> GateKind:
    return GateKind.objects.get(key=key)


def is_moving(cast: Cast) -> None:
    """An address was entered for the manager, and waits for them."""
    actions.amend_account(person=cast["manager"], by=None, set={"email": "moved@cast.example"})


def handed_over(cast: Cast) -> dict[str, Any]:
    parts = [Part(cast.pilot, cast["outsider"])]
    return {"person": cast["manager"], "last_day": cast.day(-30), "parts": parts}


def is_leaving(cast: Cast) -> None:
    actions.hand_over(by=cast["manager"], **handed_over(cast))


def has_a_key(cast: Cast) -> None:
    actions.issue_token(person=cast["manager"], by=None)


def key_of(person: Person) -> Any:
    from pilots.models import ApiToken

    return ApiToken.objects.get(user=person)


def runs(cast: Cast) -> None:
    cast.runs()


def has_a_fellow(cast: Cast) -> None:
    cast.runs()
    actions.add_fellow_manager(pilot=cast.pilot, by=None, person=cast["head"], on=cast.start)


def has_an_account(cast: Cast) -> None:
    runs(cast)
    actions.give_account(pilot=cast.pilot, by=cast["sponsor"], **ACCOUNT)


def is_asked(cast: Cast) -> None:
    cast.runs()
    actions.ask_pulse(portfolio=cast.portfolio, by=cast["office"])


ACCOUNT = {
    "basis": "sat",
    "asked": "An afternoon beside the desk.",
    "easier": "The first draft.",
    "riskier": "A wrong price.",
    "muddy": "Which may go out unread.",
}
STEP = {"name": "Model drafts", "minutes": 1, "who": "Model", "tool": "Drafter", "counts_as": "work"}
SEATS = is_("stand_in", Role.STAND_IN)
THEIRS = is_("manager", Role.SELF)
THRESHOLD = {"metric": "Share sent", "direction": "at_least", "value": 0.9, "kind": "proportion", "smallest_sample": 50}

ASKS: tuple[ActionInput, ...] = (
    # A pilot
    ActionInput("record", lambda c: {"portfolio": c.portfolio, "key": "ZZ-2", "name": "Another"}),
    ActionInput("amend", lambda c: on_pilot(c, set={"tool": "Drafter 2"})),
    ActionInput("start", on_pilot),
    ActionInput("start", lambda c: on_pilot(c, decide_by=c.day(-190)), beyond_limits=True),
    ActionInput("move_decide_by", lambda c: on_pilot(c, to=c.day(-30), reason="Later data."), runs),
    ActionInput(
        "move_decide_by", lambda c: on_pilot(c, to=c.day(-190), reason="Later data."), runs, beyond_limits=True
    ),
    ActionInput("pause", lambda c: on_pilot(c, until=c.day(-9), reason="Holidays."), runs),
    ActionInput("pause", lambda c: on_pilot(c, until=c.day(-9), reason="Holidays."), twice_paused, beyond_limits=True),
    ActionInput("resume", on_pilot, is_paused),
    ActionInput("adopt", on_pilot, lambda c: c.all_clear()),
    ActionInput("roll_back", lambda c: on_pilot(c, reason="Too many errors."), lambda c: c.adopted()),
    ActionInput("retire", lambda c: on_pilot(c, learned="Nobody reads them.", because="cost"), runs),
    ActionInput("reopen", lambda c: on_pilot(c, reason="It was another one."), is_retired),
    ActionInput("reopen", lambda c: on_pilot(c, reason="It was another one."), retired_long_ago, beyond_limits=True),
    # Somebody has accepted to carry the cast's pilot; what nobody has answered is declared void in the stories.
    ActionInput("void", lambda c: on_pilot(c, reason="Twice on the list."), runs, beyond_limits=True),
    ActionInput("restore", lambda c: on_pilot(c, reason="They are two."), is_void, beyond_limits=True),
    ActionInput("set_rules", lambda c: on_pilot(c, acceptable_use="Drafts only."), runs),
    ActionInput("accept_risk", on_pilot, runs),
    ActionInput("confirm_rules", on_pilot, ruled),
    ActionInput("register_threshold", lambda c: on_pilot(c, **THRESHOLD), runs),
    ActionInput("record_measurement", lambda c: on_pilot(c, value=0.95, sample=400), agreed),
    ActionInput("record_residents", lambda c: on_pilot(c, week=c.day(), people=4), runs),
    ActionInput("look_again", lambda c: on_pilot(c, text="Two hours a week."), lambda c: c.adopted()),
    ActionInput("record_claim", on_pilot, runs),
    # Both sides of a pilot
    ActionInput("give_account", lambda c: on_pilot(c, **ACCOUNT), runs),
    ActionInput("add_fellow_manager", lambda c: on_pilot(c, person=c["outsider"]), runs),
    ActionInput("remove_fellow_manager", lambda c: on_pilot(c, person=c["head"]), has_a_fellow),
    ActionInput("announce_workflow", lambda c: on_pilot(c, steps=[STEP], by_hand=16, runs=140), runs),
    ActionInput("state_incentives", lambda c: on_pilot(c, of_manager=["Errors"], of_sponsor=["Pilots running"]), runs),
    ActionInput("answer_pulse", lambda c: on_pilot(c, score=4), is_asked),
    ActionInput("answer_pulse_unnamed", lambda c: on_pilot(c, score=2), is_asked),
    ActionInput("describe_steps", lambda c: on_pilot(c, steps=[STEP]), runs),
    # A gate
    ActionInput("decide", lambda c: answer(c, outcome="cleared"), runs),
    ActionInput("decide", lambda c: answer(c, outcome="cleared"), others_away, is_=SEATS),
    ActionInput(
        "decide",
        lambda c: answer(c, outcome="cleared", for_=c["decider"], evidence=LINK),
        runs,
        allowed="record_for_decider",
    ),
    ActionInput("decide_many", lambda c: {"gates": [c.gate(LEGAL)], "outcome": "cleared", "reason": "Alike."}, runs),
    ActionInput("record_minutes", entry, runs),
    ActionInput("except_", lambda c: answer(c, until=c.day(-30)), somebody_asked),
    ActionInput(
        "except_",
        lambda c: answer(c, until=c.day(-30), for_=c["decider"], evidence=LINK),
        somebody_asked,
        allowed="record_for_decider",
    ),
    ActionInput("ask_exception", lambda c: answer(c), runs),
    ActionInput("answer", lambda c: {"gate": c.gate(LEGAL), "text": "Only subject lines."}, changes_asked),
    ActionInput(
        "meet_condition",
        lambda c: {"gate": c.gate(LEGAL), "text": "Log it.", "evidence": LINK},
        on_a_condition,
        is_=is_("stand_in", Role.OWNER),
    ),
    ActionInput("nominate", lambda c: {"gate": c.gate(ERROR), "person": c["head"]}),
    ActionInput("accept", lambda c: {"gate": c.gate(ERROR)}, is_=is_("named", Role.NOMINEE)),
    ActionInput(
        "decline", lambda c: {"gate": c.gate(ERROR), "reason": "Ask Operations."}, is_=is_("named", Role.NOMINEE)
    ),
    ActionInput(
        "leave",
        lambda c: {"gate": c.gate(ERROR), "reason": "Another role."},
        accepted,
        is_=is_("named", Role.ACCEPTED),
    ),
    ActionInput("withdraw_nomination", lambda c: {"gate": c.gate(ERROR)}),
    ActionInput("file_evidence", lambda c: on_pilot(c, link=LINK, title="The letter")),
    ActionInput("replace_evidence", lambda c: {"evidence": c.pilot.evidence.get(), "link": LINK}, lambda c: c.filed()),
    ActionInput(
        "erase",
        lambda c: {"decision": c.gate(LEGAL).decisions.get(), "reason": "Asked for by law."},
        lambda c: (c.runs(), c.decided(LEGAL, "cleared")),
    ),
    ActionInput(
        "erase_account",
        lambda c: {"account": c.pilot.accounts.get(), "reason": "Asked for by law."},
        has_an_account,
    ),
    # Rights, and who is there
    ActionInput("assign_right", lambda c: {"kind": kind(DATA), "portfolio": c.portfolio, "holder": c["outsider"]}),
    ActionInput(
        "correct_right",
        lambda c: {"right": c.pilot.portfolio.rights.get(starts=c.day()), "set": {"holder": c["outsider"]}},
        has_a_new_right,
    ),
    ActionInput("end_right", lambda c: {"right": c.rights[DATA], "until": c.day(-90)}),
    ActionInput(
        "delegate", lambda c: {"right": c.rights[DATA], "to": c["outsider"], "starts": c.day(-70), "until": c.day(-90)}
    ),
    ActionInput(
        "away", lambda c: {"person": c["manager"], "starts": c.day(), "ends": c.day(-9)}, is_=THEIRS, reaches=True
    ),
    ActionInput("back", lambda c: {"absence": absence(c)}, is_away, is_=THEIRS, reaches=True),
    # Accounts and keys
    ActionInput("open_account", lambda _c: {"email": "new@cast.example", "name": "New"}, shared=True),
    ActionInput("amend_account", lambda c: {"person": c["outsider"], "set": {"name": "Noam"}}, shared=True),
    ActionInput("close_account", lambda c: {"person": c["outsider"]}, shared=True),
    ActionInput("reopen_account", lambda _c: {"person": somebody(), "reason": "Back."}, closed_somebody, shared=True),
    ActionInput("hand_over", handed_over, is_=THEIRS, reaches=True),
    ActionInput("end_hand_over", lambda c: {"person": c["manager"]}, is_leaving, is_=THEIRS, reaches=True),
    ActionInput("confirm_address", lambda c: {"person": c["manager"]}, is_moving, is_=THEIRS, reaches=True),
    ActionInput("reject_address", lambda c: {"person": c["manager"]}, is_moving, is_=THEIRS, reaches=True),
    ActionInput("set_password", lambda c: {"person": c["manager"], "password": "a long one, 7731"}, is_=THEIRS),
    ActionInput("give_role", lambda c: {"portfolio": c.portfolio, "person": c["outsider"], "role": "reviewer"}),
    ActionInput("take_role", lambda c: {"portfolio": c.portfolio, "person": c["reviewer"], "role": "reviewer"}),
    ActionInput("issue_token", lambda c: {"person": c["manager"]}, is_=THEIRS),
    ActionInput("revoke_token", lambda c: {"token": key_of(c["manager"])}, has_a_key, is_=THEIRS, reaches=True),
    ActionInput(
        "erase_person", lambda c: {"person": c["outsider"], "reason": "Asked for by law."}, closed, shared=True
    ),
    ActionInput("schedule_review", lambda c: {"portfolio": c.portfolio, "held_on": c.day(-20)}),
    ActionInput("ask_pulse", lambda c: {"portfolio": c.portfolio}),
    # Portfolios, functions and kinds
    ActionInput("open_portfolio", lambda _c: {"key": "third", "name": "Third"}, shared=True),
    ActionInput("amend_portfolio", lambda c: {"portfolio": c.portfolio, "set": {"name": "Ours, anew"}}),
    ActionInput("set_stall_policy", lambda c: {"portfolio": c.portfolio, "quiet_days": 20}),
    ActionInput("set_stall_policy", lambda c: {"portfolio": c.portfolio, "quiet_days": 60}, beyond_limits=True),
    ActionInput("name_function", lambda _c: {"name": "Claims"}, shared=True),
    ActionInput("rename_function", lambda c: {"function": c.function, "name": "Service"}, reaches=True),
    ActionInput(
        "add_kind",
        lambda c: COUNCIL | {"clears_by": "approval", "portfolios": [c.portfolio]},
    ),
    ActionInput("amend_kind", lambda _c: {"kind": kind(COUNCIL["key"]), "set": {"name": "Works"}}, has_a_kind),
    ActionInput("switch_off", lambda c: {"kind": kind(LEGAL), "portfolio": c.portfolio, "reason": "Not here."}),
    ActionInput("switch_on", lambda c: {"kind": kind(LEGAL), "portfolio": c.portfolio}, is_off),
    # Questions that managers' judgement calls became
    ActionInput("open_policy_gap", lambda c: put(c) | {"pilots": [c.pilot]}, runs),
    ActionInput("open_policy_gap", lambda c: put(c), runs, allowed="ask_the_portfolio"),
    ActionInput(
        "open_policy_gap",
        lambda c: put(c) | {"pilots": [c.pilot], "blocks_adoption": True},
        runs,
        allowed="ask_the_portfolio",
    ),
    ActionInput("assign_policy_gap", lambda c: {"gap": gap(c), "owner": c["decider"]}, has_a_gap),
    ActionInput(
        "answer_policy_gap",
        lambda c: {"gap": gap(c), "answer": "Contract data only."},
        has_a_gap,
        is_=is_("named", Role.OWNER),
    ),
    # Lists
    ActionInput("import_list", lambda c: A_LIST | {"counts": {c.portfolio: {"created": 1}}}),
    ActionInput("take_back_import", lambda c: brought(c) | {"reason": "The wrong sheet."}, a_list_is_imported),
    ActionInput("take_back_list", lambda _c: listed_people() | {"reason": "The wrong sheet."}, people_are_imported),
)

FIRST: dict[str, ActionInput] = {}
"""By action, the way it is asked within all limits, in one's own name, on an ordinary day."""
for _ask in ASKS:
    FIRST.setdefault(_ask.action, _ask)

NO_PERSON = frozenset(
    {
        *("assert_", "end_assertion", "correct_date", "record_running", "list_again", "restore_listed"),
        *("open_first_account", "record_set_up"),
    }
)
"""Actions that take no person: only a list, or the installation, does them."""
