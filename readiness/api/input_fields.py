"""The fields of what an action is asked with. They shape what was sent; whether it can be, the actions say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from pilots.models import Person
from pilots.refusals import Invalid
from readiness.api.filters import NOBODY, person_named
from readiness.forms.fields import NOT_A_DATE

NOT_A_LIST = _("Send a list.")
NOT_ASKED = _("This is not asked for here.")
NOT_A_FILE = _("This is not a file. Send it as a form.")
NOT_NAMED_VALUES = _("Send an object: each value under its name.")


class DayField(serializers.DateField):
    """A calendar date. What is none is refused with the words of the forms."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            return super().to_internal_value(value)
        except serializers.ValidationError as wrong:
            raise serializers.ValidationError(NOT_A_DATE) from wrong


class TextField(serializers.CharField):
    """A text, as it was sent. Nothing, where null was sent. `words` are those that there are, where it is one of a few."""

    default_error_messages: ClassVar = {"invalid": _("This is not a text.")}

    def __init__(self, *, words: Sequence[str] = (), **more: Any) -> None:
        self.words = tuple(words)
        super().__init__(**more)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return super().validate_empty_values("" if data is None else data)


class AsSentField(serializers.JSONField):
    """A value as it was sent, of whatever type. Whether it can be is the action's to say."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class PersonField(serializers.CharField):
    """A person, by their id, the address they sign in with, or their name; of those whom whoever asks may know of."""

    default_error_messages: ClassVar = {"invalid": NOBODY, "null": NOBODY, "blank": NOBODY}

    def to_internal_value(self, data: Any) -> Any:
        written = super().to_internal_value(data)
        # Before anybody is looked for: no database can be asked for half of a character.
        self.run_validators(written)
        try:
            return person_named(written, self.field_name or "person", self.context["asker"])
        except Invalid as wrong:
            raise serializers.ValidationError(wrong.says) from wrong

    def run_validators(self, value: Any) -> None:
        """Only what was written is held against them."""
        if isinstance(value, str):
            super().run_validators(value)

    def to_representation(self, value: Any) -> str:
        return value.public_id if isinstance(value, Person) else str(value)


def words(**more: Any) -> TextField:
    """A text that may be empty: whether an empty one will do is the action's to say."""
    return TextField(**{"required": False, "allow_blank": True, **more})


def one_of(*choices: str, **more: Any) -> TextField:
    """One of a few words. Whether it is one, and whether it can be left out, is the action's to say."""
    return words(words=choices, **more)


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
    needs: ClassVar[tuple[str, ...]] = ()
    """What the action refuses to do without. It says so itself; here it stands for the schema, and a test holds both together."""
    on = day(help_text="The day it counts from; today unless said.")

    def to_internal_value(self, data: Any) -> Any:
        """What was sent; a field that is not known is refused, since it would be lost without a word."""
        sent = data.dict() if isinstance(data, QueryDict) else data
        unknown = {name: [NOT_ASKED] for name in sorted(set(sent) - set(self.fields))} if isinstance(sent, dict) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as wrong:
            if unknown and isinstance(wrong.detail, dict):
                raise serializers.ValidationError({**wrong.detail, **unknown}) from wrong
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return values


class Rows(serializers.ListSerializer[Any]):
    """Several of one kind. What is wrong with one is said of its row and part, as the action says it."""

    default_error_messages: ClassVar = {"not_a_list": NOT_A_LIST}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            self.fail("not_a_list")
        wrong: dict[str, Any] = {}
        rows = [self._row(number, each, wrong) for number, each in enumerate(data, 1)]
        if wrong:
            raise serializers.ValidationError(wrong)
        return rows

    def _row(self, number: int, sent: Any, wrong: dict[str, Any]) -> Any:
        try:
            return self.run_child_validation(sent)
        except serializers.ValidationError as error:
            wrong[f"{number}"] = error.detail if isinstance(error.detail, dict) else {}


def names() -> serializers.ListField:
    """Names, as a list."""
    return serializers.ListField(child=TextField(), required=False, error_messages={"not_a_list": NOT_A_LIST})
