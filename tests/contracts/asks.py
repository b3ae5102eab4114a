"""How each verb is asked, in a situation where nothing but who asks can stand in its way.

A verb that is not told here fails `tests/contracts/test_who_may_do_what.py`: add it to `ASKS`, and a row to `pilots.rules.actions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pilots import actions, permissions
from pilots.actions.bulk_decisions import Entry
from pilots.models import GateKind, Person
from pilots.rules.vocabulary import Role
from tests.company import DATA, ERROR, LEGAL, ROLES, Cast

LINK = "https://letters.example/1"


def nothing(_cast: Cast) -> None:
    """Nothing has to happen before."""


@dataclass(frozen=True)
class Ask:
    """One verb: what has to be so before, its arguments but `by`, and who is what to the thing it is on.

    `may` is its line in the table, where that is not the verb's name; `beyond`: it lies past the limits of rules 4 to 6. `shared`: it is about what lies in no portfolio, so any
    program office is the office. `reaches`: it is about an account that holds something in the office's portfolio, so that
    another office sees it, and is refused. `row`: what lies in a portfolio of the office, so that nobody else finds it.
    """

    verb: str
    says: Callable[[Cast], Mapping[str, Any]]
    before: Callable[[Cast], Any] = nothing
    is_: Mapping[str, frozenset[str]] = field(default_factory=dict)
    may: str = ""
    beyond: bool = False
    shared: bool = False
    reaches: bool = False

    @property
    def line(self) -> str:
        return self.may or self.verb

    def allows(self, name: str) -> bool:
        """Whether the table of who may do what lets one of the cast do this."""
        roles = ROLES[name] | self.is_.get(name, frozenset())
        if self.shared and name == "neighbour":
            roles |= {Role.OFFICE}
        if self.beyond:
            return permissions.may_beyond(self.verb, roles)
        return permissions.may(self.line, roles)

    def do(self, cast: Cast, name: str) -> Any:
        return getattr(actions, self.verb)(by=cast[name], **self.says(cast))


def is_(name: str, what: str) -> dict[str, frozenset[str]]:
    return {name: frozenset({what})}


def on_pilot(cast: Cast, **says: Any) -> dict[str, Any]:
    return {"pilot": cast.pilot, **says}


def answer(cast: Cast, kind: str = LEGAL, **says: Any) -> dict[str, Any]:
    return {"gate": cast.gate(kind), "reason": "Standard terms apply.", **says}


def entry(cast: Cast) -> dict[str, Any]:
    told = Entry(gate=cast.gate(LEGAL), outcome="cleared", reason="Said so.")
    return {"entries": [told], "evidence": LINK}


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


def is_paused(cast: Cast) -> None:
    cast.runs()
    paused(cast, 2)


def twice_paused(cast: Cast) -> None:
    cast.runs()
    paused(cast, 20)
    paused(cast, 10)


def ruled(cast: Cast) -> None:
    cast.runs()
    cast.ruled()


def agreed(cast: Cast) -> None:
    cast.runs()
    cast.agreed()


def closed(cast: Cast) -> None:
    actions.close_account(person=cast["outsider"], by=None)


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


def has_a_key(cast: Cast) -> None:
    actions.issue_token(person=cast["manager"], by=None)


def key_of(person: Person) -> Any:
    from pilots.models import ApiToken

    return ApiToken.objects.get(user=person)


def runs(cast: Cast) -> None:
    cast.runs()


SEATS = is_("stand_in", Role.STAND_IN)
THEIRS = is_("manager", Role.SELF)
THRESHOLD = {"metric": "Share sent", "direction": "at_least", "value": 0.9, "kind": "proportion", "smallest_sample": 50}

ASKS: tuple[Ask, ...] = (
    # A pilot
    Ask("record", lambda c: {"portfolio": c.portfolio, "key": "ZZ-2", "name": "Another"}),
    Ask("amend", lambda c: on_pilot(c, set={"tool": "Drafter 2"})),
    Ask("start", on_pilot),
    Ask("start", lambda c: on_pilot(c, decide_by=c.day(-190)), beyond=True),
    Ask("move_decide_by", lambda c: on_pilot(c, to=c.day(-30), reason="Later data."), runs),
    Ask("move_decide_by", lambda c: on_pilot(c, to=c.day(-190), reason="Later data."), runs, beyond=True),
    Ask("pause", lambda c: on_pilot(c, until=c.day(-9), reason="Holidays."), runs),
    Ask("pause", lambda c: on_pilot(c, until=c.day(-9), reason="Holidays."), twice_paused, beyond=True),
    Ask("resume", on_pilot, is_paused),
    Ask("adopt", on_pilot, lambda c: c.all_clear()),
    Ask("roll_back", lambda c: on_pilot(c, reason="Too many errors."), lambda c: c.adopted()),
    Ask("retire", lambda c: on_pilot(c, learned="Nobody reads them."), runs),
    # Somebody has accepted to carry the cast's pilot; what nobody has answered is declared void in the stories.
    Ask("void", lambda c: on_pilot(c, reason="Twice on the list."), runs, beyond=True),
    Ask("restore", lambda c: on_pilot(c, reason="They are two."), is_void, beyond=True),
    Ask("set_rules", lambda c: on_pilot(c, acceptable_use="Drafts only."), runs),
    Ask("accept_risk", on_pilot, runs),
    Ask("confirm_rules", on_pilot, ruled),
    Ask("register_threshold", lambda c: on_pilot(c, **THRESHOLD), runs),
    Ask("record_measurement", lambda c: on_pilot(c, value=0.95, sample=400), agreed),
    Ask("record_residents", lambda c: on_pilot(c, week=c.day(), people=4), runs),
    Ask("look_again", lambda c: on_pilot(c, text="Two hours a week."), lambda c: c.adopted()),
    Ask("record_claim", on_pilot, runs),
    # A gate
    Ask("decide", lambda c: answer(c, outcome="cleared"), runs),
    Ask("decide", lambda c: answer(c, outcome="cleared"), others_away, is_=SEATS),
    Ask(
        "decide",
        lambda c: answer(c, outcome="cleared", for_=c["decider"], evidence=LINK),
        runs,
        may="record_for_decider",
    ),
    Ask("decide_many", lambda c: {"gates": [c.gate(LEGAL)], "outcome": "cleared", "reason": "Alike."}, runs),
    Ask("record_minutes", entry, runs),
    Ask("except_", lambda c: answer(c, until=c.day(-30)), somebody_asked),
    Ask(
        "except_",
        lambda c: answer(c, until=c.day(-30), for_=c["decider"], evidence=LINK),
        somebody_asked,
        may="record_for_decider",
    ),
    Ask("ask_exception", lambda c: answer(c), runs),
    Ask("answer", lambda c: {"gate": c.gate(LEGAL), "text": "Only subject lines."}, changes_asked),
    Ask(
        "meet_condition",
        lambda c: {"gate": c.gate(LEGAL), "text": "Log it.", "evidence": LINK},
        on_a_condition,
        is_=is_("stand_in", Role.OWNER),
    ),
    Ask("nominate", lambda c: {"gate": c.gate(ERROR), "person": c["head"]}),
    Ask("accept", lambda c: {"gate": c.gate(ERROR)}, is_=is_("named", Role.NOMINEE)),
    Ask("decline", lambda c: {"gate": c.gate(ERROR), "reason": "Ask Operations."}, is_=is_("named", Role.NOMINEE)),
    Ask(
        "leave",
        lambda c: {"gate": c.gate(ERROR), "reason": "Another role."},
        accepted,
        is_=is_("named", Role.ACCEPTED),
    ),
    Ask("file_evidence", lambda c: on_pilot(c, link=LINK, title="The letter")),
    Ask("replace_evidence", lambda c: {"evidence": c.pilot.evidence.get(), "link": LINK}, lambda c: c.filed()),
    Ask(
        "erase",
        lambda c: {"decision": c.gate(LEGAL).decisions.get(), "reason": "Asked for by law."},
        lambda c: (c.runs(), c.decided(LEGAL, "cleared")),
    ),
    # Rights, and who is there
    Ask("assign_right", lambda c: {"kind": kind(DATA), "portfolio": c.portfolio, "holder": c["outsider"]}),
    Ask("end_right", lambda c: {"right": c.rights[DATA], "until": c.day(-90)}),
    Ask(
        "delegate", lambda c: {"right": c.rights[DATA], "to": c["outsider"], "starts": c.day(-70), "until": c.day(-90)}
    ),
    Ask("away", lambda c: {"person": c["manager"], "starts": c.day(), "ends": c.day(-9)}, is_=THEIRS, reaches=True),
    Ask("back", lambda c: {"absence": absence(c)}, is_away, is_=THEIRS, reaches=True),
    # Accounts and keys
    Ask("open_account", lambda _c: {"email": "new@cast.example", "name": "New"}, shared=True),
    Ask("amend_account", lambda c: {"person": c["outsider"], "set": {"name": "Noam"}}, shared=True),
    Ask("close_account", lambda c: {"person": c["outsider"]}, shared=True),
    Ask("confirm_address", lambda c: {"person": c["manager"]}, is_moving, is_=THEIRS, reaches=True),
    Ask("reject_address", lambda c: {"person": c["manager"]}, is_moving, is_=THEIRS, reaches=True),
    Ask("set_password", lambda c: {"person": c["manager"], "password": "a long one, 7731"}, is_=THEIRS),
    Ask("give_role", lambda c: {"portfolio": c.portfolio, "person": c["outsider"], "role": "reviewer"}),
    Ask("take_role", lambda c: {"portfolio": c.portfolio, "person": c["reviewer"], "role": "reviewer"}),
    Ask("issue_token", lambda c: {"person": c["manager"]}, is_=THEIRS),
    Ask("revoke_token", lambda c: {"token": key_of(c["manager"])}, has_a_key, is_=THEIRS, reaches=True),
    Ask("erase_person", lambda c: {"person": c["outsider"], "reason": "Asked for by law."}, closed, shared=True),
    # Portfolios, functions and kinds
    Ask("open_portfolio", lambda _c: {"key": "third", "name": "Third"}, shared=True),
    Ask("amend_portfolio", lambda c: {"portfolio": c.portfolio, "set": {"name": "Ours, anew"}}),
    Ask("set_stall_policy", lambda c: {"portfolio": c.portfolio, "quiet_days": 20}),
    Ask("set_stall_policy", lambda c: {"portfolio": c.portfolio, "quiet_days": 60}, beyond=True),
    Ask("name_function", lambda _c: {"name": "Claims"}, shared=True),
    Ask("rename_function", lambda c: {"function": c.function, "name": "Service"}, reaches=True),
    Ask(
        "add_kind",
        lambda c: COUNCIL | {"clears_by": "approval", "portfolios": [c.portfolio]},
    ),
    Ask("amend_kind", lambda _c: {"kind": kind(COUNCIL["key"]), "set": {"name": "Works"}}, has_a_kind),
    Ask("switch_off", lambda c: {"kind": kind(LEGAL), "portfolio": c.portfolio, "reason": "Not here."}),
    Ask("switch_on", lambda c: {"kind": kind(LEGAL), "portfolio": c.portfolio}, is_off),
)

FIRST: dict[str, Ask] = {}
"""By verb, the way it is asked within all limits, in one's own name, on an ordinary day."""
for _ask in ASKS:
    FIRST.setdefault(_ask.verb, _ask)

NO_PERSON = frozenset(
    {
        *("assert_", "end_assertion", "correct_date", "record_running", "list_again"),
        *("open_first_account", "record_set_up"),
    }
)
"""Verbs that take no person: only a list, or the installation, does them."""
