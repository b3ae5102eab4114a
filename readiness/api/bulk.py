"""One action on many pilots or gates: what is sent, what comes of each, and that it is done to all or to none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.actions.many import DoneToMany
from pilots.models import Event
from pilots.permissions import scope_of
from pilots.refusals import Refused
from readiness.api.base import ApiView
from readiness.api.everything_wrong import perform
from readiness.api.exceptions import NOT_FOUND, problem
from readiness.api.input_fields import NOT_A_LIST, NOT_ASKED, NOT_NAMED_VALUES, ActionInput
from readiness.api.openapi import MOST

TOO_MANY = _("Name 1,000 at most. Send the rest in another request.")
NONE_NAMED = _("Name one at least.")
NAMED_TWICE = _("This is named twice.")
NOT_DONE = _("Nothing was done, for others were refused.")


class Item(serializers.Serializer[Any]):
    """One pilot or gate, and the version that was read; without one, any will do."""

    version = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    named_by: ClassVar[str]


class BulkInput(serializers.Serializer[Any]):
    """An action, what it is done to, and its arguments as its own address takes them, the same for all."""

    default_error_messages: ClassVar = {"invalid": NOT_NAMED_VALUES}
    items: ClassVar[str]

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError({name: [NOT_ASKED] for name in unknown})
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        seen: set[str] = set()
        wrong = {}
        for place, item in enumerate(attrs[self.items]):
            name = item[self.fields[self.items].child.named_by]  # type: ignore[attr-defined]
            if name in seen:
                wrong[f"{place}"] = [NAMED_TWICE]
            seen.add(name)
        if wrong:
            raise serializers.ValidationError({self.items: wrong})
        return attrs


def items_of(item: type[Item]) -> Any:
    """A list of so many items as can be sent at once."""
    says = {"max_length": TOO_MANY, "min_length": NONE_NAMED, "empty": NONE_NAMED, "not_a_list": NOT_A_LIST}
    many: Any = item
    return many(many=True, min_length=1, max_length=MOST, error_messages=says)


class ItemResult(serializers.Serializer[Any]):
    """What came of one. Refused, it has the `code` and the sentence of its refusal; `version` is what it has now."""

    status = serializers.IntegerField(help_text="As an HTTP status: of this one alone.")
    code = serializers.CharField(help_text="`done`; `unchanged` where it said so already.")
    version = serializers.IntegerField(allow_null=True)


class BulkAnswer(serializers.Serializer[Any]):
    """What was done, and what came of each, in the order in which they were named."""

    action = serializers.CharField()
    batch = serializers.CharField(
        allow_null=True, help_text="By which `changes/?batch=` lists what was done to each; null where it was to one."
    )


class BulkView(ApiView):
    """A view of an action on many; what it is on, it says itself."""

    inputs: ClassVar[Mapping[str, tuple[str, type[ActionInput]]]]
    asks: type[BulkInput]
    named_by: str

    @property
    def allowed_methods(self) -> list[str]:
        """What is asked of many. What is called like the address is read at it all the same, and documented as one of its kind."""
        return [method for method in super().allowed_methods if method not in ("GET", "HEAD")]

    def scope_needed(self) -> str:
        """The scope that a key needs for the action that is asked for."""
        sent = self.request.data
        word = sent.get("action") if isinstance(sent, Mapping) else None
        return scope_of(self.inputs[word][0]) if isinstance(word, str) and word in self.inputs else "decide"

    def find(self, names: Sequence[str]) -> dict[str, Any]:
        """What is named, of what whoever asks may see."""
        raise NotImplementedError

    def do(self, action: str, found: Sequence[Any], versions: Mapping[int, int | None], says: dict[str, Any]) -> Any:
        """Do it to all of them, or raise Refused with `rows` by their places."""
        raise NotImplementedError

    def versions(self, found: Sequence[Any]) -> dict[int, int]:
        """The version of each as it is now, by primary key."""
        raise NotImplementedError

    def post(self, request: Request) -> Any:
        """Do one action to many, all or none."""
        sent = self.asks(data=request.data)
        sent.is_valid(raise_exception=True)
        named = {item[self.named_by]: item.get("version") for item in sent.validated_data[self.asks.items]}
        there = self.find(list(named))
        missing = {place for place, name in enumerate(named) if name not in there}
        if missing:
            gone = {"status": 404, "code": "not_found", "detail": NOT_FOUND}
            return self._refused(list(named), dict.fromkeys(missing, gone), gone)
        found = [there[name] for name in named]
        versions = {row.pk: version for row, version in zip(found, named.values(), strict=True)}
        action, ask = self.inputs[sent.validated_data["action"]]
        asked = ask(data=sent.validated_data.get("arguments", {}), context={"asker": self.person})
        try:
            done = perform(asked, lambda says: self.do(action, found, versions, says))
        except Refused as refused:
            if not refused.rows:
                raise
            first = {"status": refused.status, "code": refused.code, "detail": refused.says}
            return self._refused(list(named), {place: _said(each) for place, each in refused.rows.items()}, first)
        return Response(self._answer(sent.validated_data["action"], named, found, done))

    def handle_exception(self, exc: Exception) -> Any:
        """What is wrong with an argument is said of it where it was sent."""
        errors = getattr(exc, "errors", None)
        if isinstance(exc, Refused) and exc.field:
            exc.field = f"arguments.{exc.field}"
        elif errors and getattr(exc, "status_code", 0) == 422:
            exc.errors = {f"arguments.{name}" if name else "arguments": says for name, says in errors.items()}  # type: ignore[attr-defined]
        return super().handle_exception(exc)

    def _answer(self, word: str, named: Mapping[str, Any], found: Sequence[Any], done: DoneToMany) -> dict[str, Any]:
        versions, unchanged = self.versions(found), set(done.unchanged)
        results = [
            {
                self.named_by: name,
                "status": 200,
                "code": "unchanged" if row.pk in unchanged else "done",
                "version": versions[row.pk],
            }
            for name, row in zip(named, found, strict=True)
        ]
        return {"action": word, "batch": self.batch_of(done) or None, "results": results}

    def batch_of(self, done: DoneToMany) -> str | None:
        """The batch of what was done, as its events carry it."""
        raise NotImplementedError

    def _refused(self, names: list[str], rows: Mapping[int, dict[str, Any]], first: dict[str, Any]) -> Any:
        others = {"status": 424, "code": "not_done", "detail": str(NOT_DONE)}
        results = [{self.named_by: name, **rows.get(place, others)} for place, name in enumerate(names)]
        return problem(first["status"], code=first["code"], detail=str(first["detail"]), results=results)


def _said(refused: Refused) -> dict[str, Any]:
    """One refusal, as the result of its item."""
    says = {"status": refused.status, "code": refused.code, "detail": refused.says}
    return says | ({"field": f"arguments.{refused.field}"} if refused.field else {})


def require_all(done: DoneToMany, found: Sequence[Any]) -> DoneToMany:
    """Refuse what was not done to all. Raises Refused as the first, with `rows` by their places."""
    if not done.refused:
        return done
    rows = {place: done.refused[row.pk] for place, row in enumerate(found) if row.pk in done.refused}
    first = next(iter(rows.values()))
    raise type(first)(first.says, field=first.field, missing=first.missing, rows=rows)


def last_batch(rows: Any) -> str | None:
    """The batch of the last of these events."""
    found: str | None = Event.objects.filter(rows).order_by("-pk").values_list("batch", flat=True).first()
    return found
