"""The page of roads says where each action is done, and why not elsewhere. `WRITE_DOCS=1` writes it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from django.conf import settings
from django.core.management import get_commands

from pilots import actions
from pilots.rules.actions import ACTIONS, NOBODY, Target
from readiness.api import inputs as api
from readiness.forms import OF_GATE, OF_PILOT
from tests.contracts.roads import roads

PAGE = settings.BASE_DIR / "docs" / "roads.md"
HEAD = """# Roads

Where each act is done. Every road calls the same action, so each lets and refuses the same people, in the same words
(`docs/refusals.md`): `tests/contracts/test_who_may_do_what.py` tries everybody, `tests/contracts/test_four_roads.py` what
cannot be.

`WRITE_DOCS=1 .venv/bin/pytest tests/contracts/test_roads.py` writes this page from the forms, the API, the desk
and the commands; without the variable it holds the page against them.

| action | page | desk (`/admin/`) | API (`/api/v1/`) | command | why not elsewhere |
|---|---|---|---|---|---|
"""

RECORDS = "Records are kept in the admin, and many at once by import."
ROWS = "The desk is the page of what lies beside pilots; few of these are done in a year."
LISTS = "No person says this: a list does that is read in."
SET_UP = "No person does this: the installation does."
ONE_BY_ONE = "From the command line gates are answered one by one."
GAPS = "Few of these are done in a year, on the page of the question; the API opens one."
TOKENS = "By whoever it is for, on a page of their own, or by whoever runs the installation; no token makes another."
OWN = "Said by whoever it is about, on a page of their own, or by their office in the admin; no program does it."
BY_LAW = "By law and rarely, by whoever runs the installation."

UNNAMED = (
    "Said by a manager on a page of their own: no key, command or office comes between, and no log says that it was."
)
IMPORTS = "An import is confirmed and taken back on its own pages at the desk, with all that it does in view."

BY_LISTS = [word for word, row in ACTIONS.items() if row.allowed == NOBODY and row.target is not Target.INSTALLATION]

COMMANDS: Mapping[str, str] = {
    **{made.action: f"`act {word}`" for word, made in {**OF_PILOT, **OF_GATE}.items()},
    "file_evidence": "`file_evidence`",
    "assign_right": "`assign_right`",
    "issue_token": "`api_token`",
    "revoke_token": "`api_token --revoke`",
    "erase": "`erase decision`",
    "erase_account": "`erase account`",
    "erase_person": "`erase person`",
    **dict.fromkeys(("record", "amend", *BY_LISTS), "`import_pilots`"),
    "open_first_account": "`first_account`",
    "record_set_up": "`start`",
    "ask_pulse": "`ask_pulses`",
}

WHY: Mapping[str, str] = {
    **dict.fromkeys(("record", "amend"), RECORDS),
    **dict.fromkeys(BY_LISTS, LISTS),
    "open_first_account": "By whoever runs the installation, once; `start --empty` does it too.",
    "record_set_up": SET_UP,
    **dict.fromkeys(("import_list", "take_back_import", "take_back_list"), IMPORTS),
    **dict.fromkeys(("decide_many", "record_minutes"), ONE_BY_ONE),
    **dict.fromkeys(("erase", "erase_account", "erase_person"), BY_LAW),
    **dict.fromkeys(
        (
            "correct_right",
            "end_right",
            "open_account",
            "amend_account",
            "close_account",
            "reopen_account",
            "give_role",
            "take_role",
            "open_portfolio",
            "amend_portfolio",
            "set_stall_policy",
            "schedule_review",
            "ask_pulse",
            "name_function",
            "rename_function",
            "add_kind",
            "amend_kind",
            "switch_off",
            "switch_on",
        ),
        ROWS,
    ),
    **dict.fromkeys(("open_policy_gap", "assign_policy_gap", "answer_policy_gap"), GAPS),
    **dict.fromkeys(("away", "back", "delegate", "hand_over", "end_hand_over"), OWN),
    **dict.fromkeys(("answer_pulse_unnamed", "describe_steps"), UNNAMED),
    "assign_right": "The desk is its page: `/rights/` shows who decides, to many who assign nothing.",
    "replace_evidence": "On the page where a pilot's evidence is listed, beside the version that it replaces.",
    **dict.fromkeys(("issue_token", "revoke_token"), TOKENS),
    "set_password": "Everybody sets their own on the pages of the sign-in; `start` sets those of the sample.",
    "confirm_address": "By its owner, from the letter to the old address or signed in; else at the desk by whoever keeps all.",
    "reject_address": "By its owner only, from the letter to the old address or signed in.",
}


def at_desk(action: str) -> str:
    return "yes" if action in {r.ask.action for r in roads() if r.name.startswith("desk ")} else ""


def on_page(action: str) -> str:
    if action == "replace_evidence":
        return "`pilots/KEY/evidence/`"
    own = {
        "decide_many": "`my/decisions/many/`",
        "record_minutes": "`minutes/`",
        "file_evidence": "`pilots/KEY/evidence/`",
        "open_policy_gap": "`policy-gaps/`",
        "assign_policy_gap": "`policy-gaps/ID/`",
        "answer_policy_gap": "`policy-gaps/ID/`",
        "away": "`my/away/`",
        "issue_token": "`me/tokens/`",
        "revoke_token": "`me/tokens/TOKEN/revoke/`",
        "answer_pulse_unnamed": "`pilots/KEY/pulse/`",
        "describe_steps": "`pilots/KEY/workflow/mine/`",
        "back": "`my/away/ID/back/`",
        "delegate": "`my/away/delegate/`",
        "hand_over": "`me/leaving/`",
        "end_hand_over": "`me/leaving/end/`",
        "confirm_address": "`me/address/`, `me/address/link/TOKEN/`",
        "reject_address": "`me/address/`, `me/address/link/TOKEN/`",
    }
    if action in own:
        return own[action]
    for start, forms in (("pilots/KEY", OF_PILOT), ("gates/ID", OF_GATE)):
        for word, made in forms.items():
            if made.action == action:
                return f"`{start}/{word}/`"
    return ""


def over_api(action: str) -> str:
    own = {
        "file_evidence": "pilots/KEY/evidence",
        "open_policy_gap": "policy-gaps",
        "assign_right": "rights",
        "correct_right": "rights",
        "decide_many": "gates/bulk",
        "except_": "gates/ID/decisions",
    }
    if action in own:
        return f"`{own[action]}/`"
    for start, words in (("pilots/KEY", api.OF_PILOT), ("gates/ID", api.OF_GATE)):
        for word, (named, _shape) in words.items():
            if named == action:
                return f"`{start}/{word}/`"
    return ""


def row(action: str) -> list[str]:
    found = [on_page(action), at_desk(action), over_api(action), COMMANDS.get(action, "")]
    return [f"`{action}`", *found, WHY.get(action, "")]


def page() -> str:
    return HEAD + "".join(f"| {' | '.join(row(action))} |\n" for action in actions.__all__)


def test_the_page_of_roads_says_where_each_verb_is_done() -> None:
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_verb_has_its_four_roads_or_a_reason() -> None:
    for action in actions.__all__:
        lacking = not all(row(action)[1:5])
        assert lacking == (action in WHY), f"{action}: say in WHY why a road is missing, or take the reason away"


def test_the_page_names_what_there_is() -> None:
    walked = {road.ask.action for road in roads()}
    listed = {action for action in actions.__all__ if any(row(action)[1:4])}
    assert listed == walked | {"replace_evidence"}
    named = {words.strip("`").split()[0] for words in COMMANDS.values()}
    assert named <= get_commands().keys()
