"""A list of people, functions, portfolios, roles or rights is taken back as a whole: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.accounts import amend_account, closing
from pilots.actions.event_batch import event_batch, line_of_list, log_batch
from pilots.actions.import_effects import NAMED_IN_A_SENTENCE
from pilots.actions.keepers import hold_keepers
from pilots.actions.list_effects import Former, ListObstacle, ListTakingBack, Step, What, taking_back_list
from pilots.actions.locked_pilot import action_days, lock_all
from pilots.actions.portfolios import amend_portfolio, removing
from pilots.actions.records import amend
from pilots.actions.reference import only_office
from pilots.actions.right_corrections import correct_right, extending, withdrawing
from pilots.actions.rights import assign_right, end_right
from pilots.actions.roles import take_role
from pilots.actions.texts import need_reason
from pilots.event_log.sign import logged_transaction
from pilots.models import DecisionRight, Event, Function, Person, Pilot, Portfolio
from pilots.refusals import NotYours, Refused, WrongStage

__all__ = ["take_back_list"]


@logged_transaction()
def take_back_list(
    *,
    imported: Event,
    former: Former,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
) -> ListTakingBack:
    """Take a list of people, functions, portfolios, roles or rights back as a whole, while nothing was decided on what it brought.

    Accounts that it opened close, roles and rights that it gave end, functions in which nothing lies go, and what it changed
    says again what it said before. One event stands for all of it, and names the import.

    Args:
        imported: the event that says that it was imported.
        former: by account what its name and function were before.

    Raises:
        NotYours: `by` did not import it, and does not keep all portfolios.
        WrongStage: it was taken back, or something stands in the way; the sentence names the lines and why.
    """
    on, known = action_days(on, known)
    _is_theirs(by, imported, on)
    assert by is not None
    reason = need_reason(reason)
    hold_keepers()
    # Whoever was closed while this waited takes nothing back.
    by.refresh_from_db(fields=["closed_on", "is_superuser"])
    _is_theirs(by, imported, on)
    found = _what_stands(imported, former, known)
    lock_all([step.key for step in found.of(What.MANAGER_GOES_BACK)])
    with event_batch() as batch:
        if not found.obstacles:
            _undo(found, by, on, known)
    if found.obstacles:
        raise WrongStage(refusal_text(found))
    data = {
        "session": imported.data["session"],
        "import": imported.public_id,
        "of": imported.data["of"],
        "imported": imported.pk,
        "batch": imported.batch,
    }
    of_file = [change for change in imported.changes if change["field"] == "file"]
    log_batch(batch, "take_back_import", by, on, known, data, portfolios=[None], changes=of_file, reason=reason)
    return found


def _is_theirs(by: Person | None, imported: Event, on: date) -> None:
    """Refuse whoever did not import a list, unless they keep all portfolios."""
    only_office(by, None, on)
    if by is None or (by.pk != imported.by_id and not permissions.keeps_all(by)):
        raise NotYours


def _what_stands(imported: Event, former: Former, known: date) -> ListTakingBack:
    """What taking it back does; refused where it was taken back already, or did nothing."""
    if Event.objects.filter(pilot=None, action="take_back_import", data__session=imported.data["session"]).exists():
        raise WrongStage(_("This import was taken back already."))
    found = taking_back_list(imported, former, known)
    if not found.obstacles and found.is_nothing:
        raise WrongStage(_("This import changed nothing that could be taken back."))
    return found


def refusal_text(found: ListTakingBack) -> str:
    """The lines that stand in the way, and why."""
    named = [
        _("Row %(line)s: %(why)s.") % {"line": each.step.line or "–", "why": each.says.rstrip(".")}
        for each in found.obstacles
    ]
    more = len(named) - NAMED_IN_A_SENTENCE
    if more > 0:
        named[NAMED_IN_A_SENTENCE:] = [_("And %(n)d more.") % {"n": more}]
    return " ".join([*named, _("An import is taken back as a whole: nothing was.")])


def _undo(found: ListTakingBack, by: Person, on: date, known: date) -> None:
    """Take each step. One that is refused is an obstacle; whoever calls takes all back then."""
    going = {step.key for step in found.of(What.FUNCTION_GOES)}
    for step in _in_order(found):
        try:
            with logged_transaction(), line_of_list(step.line):
                if step.what is What.ACCOUNT_CLOSES:
                    _close(step, going, found, by, on, known)
                else:
                    HOW[step.what](step, by, on, known)
        except Refused as refused:
            found.obstacles.append(ListObstacle(step, refused.code, refusal=refused.says))


def _in_order(found: ListTakingBack) -> list[Step]:
    """Pilots let go of their managers before accounts close, accounts of functions before those go; the newest right ends first."""
    order = (
        *(What.MANAGER_GOES_BACK, What.ACCOUNT_GOES_BACK, What.ACCOUNT_CLOSES, What.ROLE_ENDS),
        *(What.RIGHT_ENDS, What.RIGHT_GOES_BACK, What.PORTFOLIO_GOES_BACK, What.PORTFOLIO_STAYS, What.FUNCTION_GOES),
    )
    return [step for what in order for step in found.of(what)]


def _close(step: Step, going: set[int], found: ListTakingBack, by: Person, on: date, known: date) -> None:
    """Close an account that a list opened; it leaves a function that goes."""
    person = Person.objects.get(pk=step.key)
    if person.function_id in going:
        amend_account(person=person, by=by, set={"function": None}, on=on, known=known)
    closing(person, by, on, known, data={"taken_back": True})


def _correct_account(step: Step, by: Person, on: date, known: date) -> None:
    before: dict[str, Any] = dict(step.before)
    if "function" in before:
        before["function"] = _row(Function, before["function"])
    amend_account(person=Person.objects.get(pk=step.key), by=by, set=before, on=on, known=known)


def _name_manager(step: Step, by: Person, on: date, known: date) -> None:
    manager = _row(Person, step.before["manager"])
    amend(pilot=Pilot.objects.get(pk=step.key), by=by, set={"manager": manager}, on=on, known=known)


def _end_role(step: Step, by: Person, on: date, known: date) -> None:
    portfolio, person = Portfolio.objects.get(pk=step.before["portfolio"]), Person.objects.get(pk=step.key)
    take_role(portfolio=portfolio, person=person, role=step.before["role"], by=by, on=on, known=known)


def _amend_portfolio(step: Step, by: Person, on: date, known: date) -> None:
    before: dict[str, Any] = {name: "" if value is None else value for name, value in step.before.items()}
    if "escalation" in before:
        before["escalation"] = _row(Person, step.before["escalation"])
    if before:
        amend_portfolio(portfolio=Portfolio.objects.get(pk=step.key), by=by, set=before, on=on, known=known)


def _remove_function(step: Step, by: Person, on: date, known: date) -> None:
    removing(Function.objects.get(pk=step.key), by, on, known)


def _end_right(step: Step, by: Person, on: date, known: date) -> None:
    """End a right that a list assigned: the days on which it held stay as they were."""
    right = _right(step)
    if right.starts >= known:
        withdrawing(right, by, on, known)
    elif right.until is None or right.until >= known:
        end_right(right=right, until=known - timedelta(days=1), by=by, on=on, known=known)


def _return_right(step: Step, by: Person, on: date, known: date) -> None:
    """Let a right say what it said before: itself where no day is over by that, else one that follows from today."""
    right, yesterday = _right(step), known - timedelta(days=1)
    before = {name: value for name, value in step.before.items() if name != "until"}
    for name in ("holder", "deputy", "escalate_to"):
        if name in before:
            before[name] = _row(Person, before[name])
    until = _day(step.before["until"]) if "until" in step.before else right.until
    is_shorter = until is not None and (right.until is None or until < right.until)
    if not before and not is_shorter and (right.until is None or right.until >= yesterday):
        extending(right, until, by, on, known)
    elif right.starts >= known:
        correct_right(right=right, by=by, set={**before, "until": until}, on=on, known=known)
    elif not before and is_shorter:
        assert until is not None
        end_right(right=right, until=max(until, yesterday), by=by, on=on, known=known)
    elif until is None or until >= known:
        held = {name: getattr(right, name) for name in ("holder", "deputy", "escalate_to", "answer_within_days")}
        if right.until is None or right.until >= known:
            end_right(right=right, until=yesterday, by=by, on=on, known=known)
        where: dict[str, Any] = {"kind": right.kind, "portfolio": right.portfolio, "function": right.function}
        assign_right(by=by, starts=known, until=until, on=on, known=known, **where, **{**held, **before})


def _right(step: Step) -> DecisionRight:
    rows = DecisionRight.objects.select_related("kind", "portfolio", "function", "holder", "deputy", "escalate_to")
    return rows.get(pk=step.key)


def _row(model: type[Any], key: int | None) -> Any:
    return None if key is None else model._default_manager.get(pk=key)


def _day(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


HOW: dict[What, Callable[[Step, Person, date, date], None]] = {
    What.MANAGER_GOES_BACK: _name_manager,
    What.ACCOUNT_GOES_BACK: _correct_account,
    What.ROLE_ENDS: _end_role,
    What.RIGHT_ENDS: _end_right,
    What.RIGHT_GOES_BACK: _return_right,
    What.PORTFOLIO_GOES_BACK: _amend_portfolio,
    What.PORTFOLIO_STAYS: _amend_portfolio,
    What.FUNCTION_GOES: _remove_function,
}
"""How each step is taken, but for an account that closes."""


def closed_by_taking_back(person: Person) -> bool:
    """Whether an account is closed because the list that opened it was taken back: a later list opens it again."""
    if person.closed_on is None:
        return False
    last = Event.objects.filter(pilot=None, action="close_account", data__person=person.pk).order_by("number").last()
    return last is not None and bool(last.data.get("taken_back"))
