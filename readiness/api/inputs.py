"""What each action is asked with. These shape what was sent; whether it can be, the actions say, in the same words as everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework import serializers

from pilots.rules.actions import Target
from pilots.rules.vocabulary import Basis, Cause, Court, Outcome, StepKind
from readiness.api.input_fields import (
    NOT_A_FILE,
    NOT_NAMED_VALUES,
    ActionInput,
    AsSentField,
    PersonField,
    Rows,
    day,
    ids,
    names,
    number,
    one_of,
    words,
)
from readiness.registry import Argument, ArgumentType, arguments_on, input_of, inputs_on

OUTCOMES = tuple(
    outcome.value
    for outcome in (
        Outcome.CLEARED,
        Outcome.CONDITIONAL,
        Outcome.CHANGES_REQUESTED,
        Outcome.REFUSED,
        Outcome.WITHDRAWN,
        Outcome.EXCEPTED,
    )
)
"""What a decision over the API can say; an exception is one of them."""


@input_of("start")
class Start(ActionInput):
    """`waits` says what waits instead, where somebody answers that."""

    decide_by = day()
    waits = words()


@input_of("set_rules")
class SetRules(ActionInput):
    acceptable_use = words()
    trust_when = words()
    override_when = words()
    exceptions_to = PersonField(required=False, allow_null=True)
    exceptions_deputy = PersonField(required=False, allow_null=True)
    matters_more = one_of("speed", "accuracy")
    success = words()


@input_of("register_threshold")
class RegisterThreshold(ActionInput):
    needs = ("metric", "direction", "value", "kind", "smallest_sample")
    metric = words(default="")
    direction = one_of("at_least", "at_most", default="")
    value = number()
    kind = one_of("proportion", "mean", default="")
    smallest_sample = number()
    source = words(default="")  # type: ignore[assignment]
    measured_by = PersonField(required=False, allow_null=True)


@input_of("record_measurement")
class Measurement(ActionInput):
    needs = ("value", "sample")
    value = number()
    sample = number()
    deviation = number()


@input_of("retire")
class Retire(ActionInput):
    """`because` may be left out; said, it is one of the product's causes."""

    needs = ("learned",)
    learned = words()
    because = one_of(*Cause.values())


@input_of("give_account")
class GiveAccount(ActionInput):
    """`basis` is how the sponsor knows, `asked` whom they asked or what they read."""

    basis = one_of(*Basis.values())
    asked = words()
    easier = words()
    riskier = words()
    muddy = words()


class StepInput(serializers.Serializer[Any]):
    """One step of a run: what happens, minutes, who, with which tool, and what it counts as (work unless said)."""

    class Meta:
        list_serializer_class = Rows

    default_error_messages: ClassVar = {"invalid": NOT_NAMED_VALUES}
    name = words(default="")
    minutes = number()
    who = words()
    tool = words()
    counts_as = one_of(*StepKind.values())


@input_of("announce_workflow")
class AnnounceWorkflow(ActionInput):
    """`by_hand` is minutes of one run before; `runs` how often a week."""

    steps = StepInput(many=True, required=False)
    by_hand = number()
    runs = number()


@input_of("state_incentives")
class StateIncentives(ActionInput):
    of_manager = names()
    of_sponsor = names()
    if_it_fails = words()
    extra_hands = words()


@input_of("answer_pulse")
class AnswerPulse(ActionInput):
    """`score` is 1 (more work) to 5 (helping)."""

    score = number()


@input_of("add_fellow_manager", "remove_fellow_manager")
class OfPerson(ActionInput):
    person = PersonField(required=False, allow_null=True, default=None)


@input_of("record_residents")
class Residents(ActionInput):
    needs = ("week", "people")
    week = day(default=None)
    people = number()
    visitors: Any = AsSentField(required=False)


class ConditionAsk(serializers.Serializer[Any]):
    """A condition of a yes: what, who meets it, and the last good day."""

    class Meta:
        list_serializer_class = Rows

    default_error_messages: ClassVar = {"invalid": NOT_NAMED_VALUES}
    text = words()
    owner = PersonField(required=False, allow_null=True)
    due = day()

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        owner = values.get("owner")
        return values | {"owner": owner.pk if owner else None}


@input_of("decide")
class Decide(ActionInput):
    """`until` is the end of an exception, or of the time outside; `for` is whoever answered, where the office records it."""

    needs = ("outcome", "reason")
    outcome = one_of(*OUTCOMES, default="")
    reason = words()
    conditions = ConditionAsk(many=True, required=False)
    court = one_of(Court.TEAM.value, Court.OUTSIDE.value)
    until = day()
    evidence = words()
    pieces = ids()
    would_change = words()
    cites = words(help_text="The id of an earlier answer on a gate of this kind, as `decisions/` lists them.")
    confirmed = serializers.BooleanField(
        required=False,
        help_text="Of an exception: granted although what it was asked on has changed since, with the difference in view.",
    )

    def get_fields(self) -> Any:
        return super().get_fields() | {"for": PersonField(required=False, allow_null=True)}


@input_of("nominate")
class Nominate(ActionInput):
    needs = ("person",)
    person = PersonField(required=False, allow_null=True, default=None)


@input_of("accept", "decline", "leave")
class InOnesOwnName(ActionInput):
    reason = words()


@input_of("meet_condition")
class MeetCondition(ActionInput):
    needs = ("text",)
    text = words(default="")
    evidence = words()
    pieces = ids()


class FileEvidence(ActionInput):
    """A file (sent as a form) or a link; `title` is the file's name, or the link, unless said."""

    title = words()
    link = words()
    file = serializers.FileField(required=False, allow_empty_file=True, error_messages={"invalid": NOT_A_FILE})
    effective_on = day()
    expires_on = day()


class AssignRight(ActionInput):
    """Who decides a kind of gate, for which portfolio and function (empty: for all of them), from a day to a last day."""

    needs = ("kind", "holder")
    kind = words(default="")
    portfolio = words(default="")
    function = words(default="")
    holder = PersonField(required=False, allow_null=True, default=None)
    deputy = PersonField(required=False, allow_null=True)
    escalate_to = PersonField(required=False, allow_null=True)
    answer_within_days: Any = AsSentField(required=False)
    starts = day()
    until = day()


class CorrectRight(ActionInput):
    """Which right (the latest of its kind, portfolio and function), and what of it is another: what is not sent stays."""

    needs = ("kind",)
    kind = words(default="")
    portfolio = words(default="")
    function = words(default="")
    holder = PersonField(required=False, allow_null=True)
    deputy = PersonField(required=False, allow_null=True)
    escalate_to = PersonField(required=False, allow_null=True)
    answer_within_days: Any = AsSentField(required=False)
    until = day()


class OpenPolicyGap(ActionInput):
    """A question with an owner and a day; `pilots` by key are those whose rule its answer becomes, in this portfolio."""

    portfolio = words(default="")
    question = words(default="")
    owner = PersonField()
    due = day(required=True, allow_null=False)
    pilots: Any = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=1000)
    point = words(default="")
    blocks_adoption = serializers.BooleanField(required=False)


def by_row(word: str, asked: tuple[Argument, ...]) -> type[ActionInput]:
    """The input of an action whose row says all that is asked."""
    fields = {each.name: FIELDS[each.type]() for each in asked if each.name != "on"}
    if not fields:
        return ActionInput
    needs = tuple(name for name in fields if name not in MAY_BE_LEFT_OUT.get(word, ()))
    return type(word.title().replace("_", ""), (ActionInput,), {"__module__": __name__, "needs": needs, **fields})


MAY_BE_LEFT_OUT = {"start": ("decide_by",), "ask_exception": ("until",)}
"""Of the arguments that a row names: the day that follows from the start, and the end that whoever grants it gives."""
FIELDS: dict[ArgumentType, Callable[[], Any]] = {ArgumentType.SENTENCE: words, ArgumentType.DAY: day}
for _word, _asked in (arguments_on(Target.PILOT) | arguments_on(Target.GATE)).items():
    input_of(_word)(by_row(_word, _asked))

OF_PILOT: dict[str, tuple[str, type[ActionInput]]] = inputs_on(Target.PILOT)
"""The actions on a pilot: the word in the address, the action, and what it is asked with."""

OF_GATE: dict[str, tuple[str, type[ActionInput]]] = inputs_on(Target.GATE)
"""The actions on a gate: the word in the address, the action, and what it is asked with."""
