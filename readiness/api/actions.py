"""What every action over the API has in common: the scope that a key needs, what it is asked with, and its name in the schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from pilots import actions
from pilots.models import Event
from pilots.permissions import scope_of
from readiness.api.base import ApiView
from readiness.api.etags import expected_version_or_none
from readiness.api.everything_wrong import perform
from readiness.api.input_fields import ActionInput
from readiness.api.rows import serialized
from readiness.api.serializers import EventSerializer

LATEST, MOST_LISTED = 3, 20
"""Events that a refusal lists: where no version was named, and at the most."""


class ActionView(ApiView):
    """An action, in the name of whoever asks. `If-Match` takes the `ETag` that was read; what changed since is refused with 412."""

    action: str
    ask: type[ActionInput]

    def scope_needed(self) -> str:
        """The scope that a key needs for this action."""
        return scope_of(self.action)

    def get_serializer_class(self) -> Any:
        return self.ask

    def perform(self, attempt: Callable[[dict[str, Any]], Any]) -> Any:
        """Do the action with what was sent, and return what it returns; or refuse with all that is wrong with it."""
        return perform(self.ask(data=self.request.data, context={"asker": self.person}), attempt)

    def meanwhile(self, rows: QuerySet[Event], version: int) -> list[dict[str, Any]]:
        """What happened since the version that was named, or the latest of it: the latest first.

        Args:
            rows: the events that the version counts, as it is now.
        """
        named = expected_version_or_none(self.request)
        since = LATEST if named is None else max(version - named, 0)
        found = rows.select_related("by", "gate__kind", "pilot").order_by("-pk")[: min(since, MOST_LISTED)]
        return serialized(EventSerializer, found)


View = TypeVar("View", bound=ActionView)


def view_of(base: type[View], on: str, action: str, ask: type[ActionInput], answers: Any) -> Any:
    """The view of one action on a pilot or a gate, named and described in the schema as the action says of itself."""
    doc = (getattr(actions, action).__doc__ or "").strip().split("\n")[0]
    name = f"{action.title().replace('_', '')}{on.title()}"
    says = {"action": action, "ask": ask, "__doc__": doc}
    view = cast(type[View], type(name, (base,), says))
    named = extend_schema(operation_id=f"{on}_{action}", request=ask, responses=answers, description=doc)
    extend_schema_view(post=named)(view)
    return view.as_view()
