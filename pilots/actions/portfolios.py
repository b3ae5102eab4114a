"""Actions on what pilots lie in: portfolios, functions, and the dated settings of the stall clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, ProtectedError
from django.utils.translation import gettext as _

from pilots import holdings, permissions
from pilots.actions.event_batch import log_part
from pilots.actions.keepers import OFFICE, hold_keepers
from pilots.actions.locked_pilot import action_days
from pilots.actions.reference import clean, concerns, log, need_whole, only_office, plain, put
from pilots.actions.roles import give, give_role
from pilots.event_log.sign import logged_transaction, put_last
from pilots.models import Event, Function, Person, Portfolio, StallPolicy, free_texts
from pilots.models.portfolios import LONGEST_QUIET
from pilots.refusals import EscalationRequired, Invalid, NotYours, SelfApproval
from pilots.rules import stalls

__all__ = ["amend_portfolio", "name_function", "open_portfolio", "rename_function", "set_stall_policy"]


OF_PORTFOLIO = ("name", "escalation", "calendar")


@logged_transaction()
def open_portfolio(
    *,
    key: str,
    name: str,
    by: Person | None,
    escalation: Person | None = None,
    calendar: str = "",
    on: date | None = None,
    known: date | None = None,
) -> Portfolio:
    """Open a portfolio. Whoever opens it belongs to its program office, and so does whoever kept all portfolios before.

    Otherwise the office of one portfolio could end, by opening another, what those who keep all of them keep. What the
    installation opens itself, `by` nobody, begins without an office.

    Raises:
        NotYours: `by` is of no program office.
        SelfApproval: `by` would be their own escalation person.
        Invalid: the key is taken, or says nothing.
    """
    on, known = action_days(on, known)
    hold_keepers()
    only_office(by, None, on)
    keepers = _keepers_by_role(by)
    portfolio = Portfolio(key=key.strip(), name=name.strip(), calendar=calendar)
    _escalates(portfolio, escalation, by)
    portfolio.escalation = escalation
    clean(portfolio)
    portfolio.save()
    data = {"portfolio": portfolio.pk, "escalation": plain(escalation)}
    changes = concerns(portfolio=portfolio, escalation=escalation, calendar=calendar)
    rows: list[Model] = [portfolio]
    if by is not None and not by.is_superuser:
        rows += [give(portfolio, by, OFFICE)[0], by]
    log_part("open_portfolio", by, on, known, data, portfolio=portfolio, changes=changes, rows=rows)
    for person in keepers:
        give_role(portfolio=portfolio, person=person, role=OFFICE, by=by, on=on, known=known)
    return portfolio


def _keepers_by_role(by: Person | None) -> list[Person]:
    """Who keeps all portfolios by their roles, and will keep one more that somebody opens."""
    if by is None:
        return []
    return list(permissions.keepers_of_all().filter(is_superuser=False).exclude(pk=by.pk).order_by("pk"))


@logged_transaction()
def amend_portfolio(
    *,
    portfolio: Portfolio,
    by: Person | None,
    set: Mapping[str, Any],
    on: date | None = None,
    known: date | None = None,
) -> Event | None:
    """Rename a portfolio, or name its escalation person. Returns None where nothing changed."""
    on, known = action_days(on, known)
    only_office(by, portfolio, on)
    if "escalation" in set:
        _escalates(portfolio, set["escalation"], by)
    changes = put(portfolio, set, OF_PORTFOLIO)
    if not changes:
        return None
    clean(portfolio)
    portfolio.save()
    data = {"portfolio": portfolio.pk}
    history = concerns(portfolio=portfolio) + changes
    return log_part("amend_portfolio", by, on, known, data, portfolio=portfolio, changes=history, rows=[portfolio])


def _escalates(portfolio: Portfolio, person: Person | None, by: Person | None) -> None:
    """The escalation person answers for a portfolio above its office: nobody makes themselves that."""
    if person is None or person.pk == portfolio.escalation_id:
        return
    if by is not None and person.pk == by.pk:
        raise SelfApproval(
            _("Nobody names themselves the escalation person: that is somebody above the program office."),
            field="escalation",
        )
    if person.closed_on is not None:
        raise Invalid(_("This account is closed."), field="escalation")


@logged_transaction()
def name_function(*, name: str, by: Person | None, on: date | None = None, known: date | None = None) -> Function:
    """Put a business function on record, so that pilots, people and rights can lie there."""
    on, known = action_days(on, known)
    only_office(by, None, on)
    function = Function(name=name.strip())
    clean(function)
    function.save()
    changes = [{"field": "name", "from": None, "to": function.name}]
    data = {"function": function.pk}
    log_part("name_function", by, on, known, data, changes=changes)
    return function


@logged_transaction()
def name_functions(*, names: Iterable[str], on: date | None = None, known: date | None = None) -> list[Function]:
    """Put the functions that a list names on record, in a few statements. None of them may be there already.

    Raises:
        Invalid: a name that cannot be.
    """
    on, known = action_days(on, known)
    functions = [Function(name=name.strip()) for name in names]
    for function in functions:
        _clean_name(function)
    Function.objects.bulk_create(functions)
    put_last(
        Event(
            action="name_function",
            effective_on=on,
            known_on=known,
            data={"function": function.pk},
            texts=free_texts(changes=[{"field": "name", "from": None, "to": function.name}]),
        )
        for function in functions
    )
    return functions


def _clean_name(function: Function) -> None:
    try:
        function.clean_fields()
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="function") from error


@logged_transaction()
def rename_function(
    *, function: Function, name: str, by: Person | None, on: date | None = None, known: date | None = None
) -> Event | None:
    """Give a function another name. It stays the same function: no right and no pilot is touched.

    Raises:
        NotYours: `by` is of no program office, or the function is one of a portfolio that `by` does not keep, too.
        Invalid: the name says nothing, or is taken.
    """
    on, known = action_days(on, known)
    only_office(by, None, on)
    if (
        by is not None
        and not permissions.keeps_all(by)
        and holdings.function_beyond(function, permissions.portfolios_kept(by))
    ):
        raise NotYours(_("Other portfolios use this function too. Ask whoever keeps all of them."))
    changes = put(function, {"name": name.strip()}, ("name",))
    if not changes:
        return None
    clean(function)
    function.save()
    data = {"function": function.pk}
    return log("rename_function", by, on, known, data, changes=changes)


def removing(function: Function, by: Person | None, on: date, known: date) -> Event:
    """Take a function off the record in which nothing lies.

    Raises:
        NotYours: `by` is of no program office.
        Invalid: something lies in it.
    """
    only_office(by, None, on)
    data = {"function": function.pk}
    changes = [{"field": "name", "from": function.name, "to": None}]
    try:
        function.delete()
    except ProtectedError as error:
        raise Invalid(_("Something lies in it."), field="function") from error
    return log_part("remove_function", by, on, known, data, changes=changes)


@logged_transaction()
def set_stall_policy(
    *,
    portfolio: Portfolio,
    by: Person | None,
    quiet_days: int = stalls.QUIET_DAYS,
    warning_days: int = stalls.WARNING_DAYS,
    starts: date | None = None,
    on: date | None = None,
    known: date | None = None,
) -> StallPolicy:
    """Set how many quiet days make an exhibit, and for how many days people are warned, from a day on (rule 5).

    It counts from today or later: what was an exhibit yesterday stays one. More quiet days take the escalation person.

    Raises:
        NotYours, EscalationRequired: `by` may not.
        Invalid: a number that cannot be, or a day that is over.
    """
    on, known = action_days(on, known)
    starts = starts or known
    need_whole(quiet_days, "quiet_days", least=1, most=LONGEST_QUIET)
    need_whole(warning_days, "warning_days", least=0, most=LONGEST_QUIET)
    before = _policy_on(portfolio, starts)
    if by is not None:
        _may_set(portfolio, by, on, longer=quiet_days > before[0])
        if starts < known:
            raise Invalid(_("That day is over, and stays as it was. Give today or a later day."), field="starts")
    values = {"quiet_days": quiet_days, "warning_days": warning_days}
    policy, _made = StallPolicy.objects.update_or_create(portfolio=portfolio, starts=starts, defaults=values)
    changes = [
        {"field": name, "from": old, "to": new}
        for (name, new), old in zip(values.items(), before, strict=True)
        if old != new
    ]
    data = values | {"starts": starts}
    history = [*concerns(portfolio=portfolio, starts=starts), *changes]
    log("set_stall_policy", by, on, known, data, portfolio=portfolio, changes=history, rows=[policy])
    return policy


def _policy_on(portfolio: Portfolio, day: date) -> tuple[int, int]:
    """Quiet days and days of warning in force on a day."""
    found = StallPolicy.objects.filter(portfolio=portfolio, starts__lte=day).order_by("-starts").first()
    if found is None:
        return stalls.QUIET_DAYS, stalls.WARNING_DAYS
    return found.quiet_days, found.warning_days


def _may_set(portfolio: Portfolio, by: Person, on: date, *, longer: bool) -> None:
    """The office sets the clock; only the escalation person slows it, since that takes marks off."""
    escalates = portfolio.escalation_id == by.pk and not permissions.has_left(by, on)
    if longer and escalates:
        return
    only_office(by, portfolio, on)
    if longer:
        raise EscalationRequired(field="quiet_days")
