"""What each action is asked with. These shape what was sent; whether it can be, the actions say, in the same words as everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from pilots.models import Person
from pilots.refusals import Invalid, Refused, part_of
from pilots.rules.actions import Target
from readiness.api.filters import NOBODY, person_named
from readiness.forms.fields import NOT_A_DATE
from readiness.registry import Argument, ArgumentType, arguments_on, input_of, inputs_on

NOT_A_LIST = _("Send a list.")
NOT_A_FILE = _("This is not a file. Send it as a form.")
NOT_NAMED_VALUES = _("Send an object: each value under its name.")


class DayField(serializers.DateField):
    """A calendar date. What is none is refused with the words of the forms."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            return super().to_internal_value(value)
        except serializers.ValidationError as wrong:
            raise Invalid(NOT_A_DATE, field=self.field_name) from wrong


class TextField(serializers.CharField):
    """A text, as it was sent. Nothing, where null was sent."""

    default_error_messages: ClassVar = {"invalid": _("This is not a text.")}

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return super().validate_empty_values("" if data is None else data)


class AsSentField(serializers.JSONField):
    """A value as it was sent, of whatever type. Whether it can be is the action's to say."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class PersonField(serializers.CharField):
    """A person, by their id or the address they sign in with."""

    default_error_messages: ClassVar = {"invalid": NOBODY, "null": NOBODY, "blank": NOBODY}

    def to_internal_value(self, data: Any) -> Any:
        written = super().to_internal_value(data)
        # Before anybody is looked for: no database can be asked for half of a character.
        self.run_validators(written)
        return person_named(written, self.field_name or "person")

    def run_validators(self, value: Any) -> None:
        """Only what was written is held against them."""
        if isinstance(value, str):
            super().run_validators(value)

    def to_representation(self, value: Any) -> str:
        return value.public_id if isinstance(value, Person) else str(value)


def words(**more: Any) -> TextField:
    """A text that may be empty: whether an empty one will do is the action's to say."""
    return TextField(**{"required": False, "allow_blank": True, **more})


def day(**more: Any) -> DayField:
    """A calendar date. Whether it can be left out is the action's to say."""
    return DayField(**{"required": False, "allow_null": True, **more})


def number() -> Any:
    """A number, as it was sent. Whether it is one is the action's to say."""
    return AsSentField(required=False, allow_null=True, default=None)


def ids() -> serializers.ListField:
    """Filed pieces of evidence, by their ids."""
    return serializers.ListField(child=TextField(), required=False, error_messages={"not_a_list": NOT_A_LIST})


class ActionInput(serializers.Serializer[Any]):
    """What every action accepts: the day that it counts from, today unless given."""

    default_error_messages: ClassVar = {"invalid": NOT_NAMED_VALUES}
    on = day(help_text="The day it counts from; today unless said.")

    def to_internal_value(self, data: Any) -> Any:
        """What was sent; a field that is not known is refused, since it would be lost without a word."""
        sent = data.dict() if isinstance(data, QueryDict) else data
        if isinstance(sent, dict):
            unknown = sorted(set(sent) - set(self.fields))
            if unknown:
                says = _("This is not asked for here.")
                raise serializers.ValidationError({name: [says] for name in unknown})
        return super().to_internal_value(data)


@input_of("set_rules")
class SetRules(ActionInput):
    acceptable_use = words()
    trust_when = words()
    override_when = words()
    exceptions_to = PersonField(required=False, allow_null=True)
    exceptions_deputy = PersonField(required=False, allow_null=True)
    matters_more = words()
    success = words()


@input_of("register_threshold")
class RegisterThreshold(ActionInput):
    metric = words(default="")
    direction = words(default="")
    value = number()
    kind = words(default="")
    smallest_sample = number()
    source = words(default="")  # type: ignore[assignment]
    measured_by = PersonField(required=False, allow_null=True)


@input_of("record_measurement")
class Measurement(ActionInput):
    value = number()
    sample = number()
    deviation = number()


@input_of("record_residents")
class Residents(ActionInput):
    week = day(default=None)
    people = number()
    visitors: Any = AsSentField(required=False)


class Rows(serializers.ListSerializer[Any]):
    """Several of one kind. What is wrong with one is said of its row and part, as the action says it."""

    default_error_messages: ClassVar = {"not_a_list": NOT_A_LIST}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            self.fail("not_a_list")
        return [self._row(number, each) for number, each in enumerate(data, 1)]

    def _row(self, number: int, sent: Any) -> Any:
        try:
            return self.run_child_validation(sent)
        except Refused as refused:
            refused.field = part_of(self.field_name or "", number, refused.field or "")
            raise
        except serializers.ValidationError as wrong:
            parts = wrong.detail if isinstance(wrong.detail, dict) else {}
            raise serializers.ValidationError({f"{number}": parts}) from wrong


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

    outcome = words(default="")
    reason = words()
    conditions = ConditionAsk(many=True, required=False)
    court = words()
    until = day()
    evidence = words()
    pieces = ids()
    would_change = words()
    confirmed = serializers.BooleanField(
        required=False,
        help_text="Of an exception: granted although what it was asked on has changed since, with the difference in view.",
    )

    def get_fields(self) -> Any:
        return super().get_fields() | {"for": PersonField(required=False, allow_null=True)}


@input_of("nominate")
class Nominate(ActionInput):
    person = PersonField(required=False, allow_null=True, default=None)


@input_of("accept", "decline", "leave")
class InOnesOwnName(ActionInput):
    reason = words()


@input_of("meet_condition")
class MeetCondition(ActionInput):
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

    kind = words(default="")
    portfolio = words(default="")
    function = words(default="")
    holder = PersonField(required=False, allow_null=True, default=None)
    deputy = PersonField(required=False, allow_null=True)
    escalate_to = PersonField(required=False, allow_null=True)
    answer_within_days: Any = AsSentField(required=False)
    starts = day()
    until = day()


def by_row(word: str, asked: tuple[Argument, ...]) -> type[ActionInput]:
    """The input of an action whose row says all that is asked."""
    fields = {each.name: FIELDS[each.type]() for each in asked if each.name != "on"}
    return (
        type(word.title().replace("_", ""), (ActionInput,), {"__module__": __name__, **fields})
        if fields
        else ActionInput
    )


FIELDS: dict[ArgumentType, Callable[[], Any]] = {ArgumentType.SENTENCE: words, ArgumentType.DAY: day}
for _word, _asked in (arguments_on(Target.PILOT) | arguments_on(Target.GATE)).items():
    input_of(_word)(by_row(_word, _asked))

OF_PILOT: dict[str, tuple[str, type[ActionInput]]] = inputs_on(Target.PILOT)
"""The actions on a pilot: the word in the address, the action, and what it is asked with."""

OF_GATE: dict[str, tuple[str, type[ActionInput]]] = inputs_on(Target.GATE)
"""The actions on a gate: the word in the address, the action, and what it is asked with."""
