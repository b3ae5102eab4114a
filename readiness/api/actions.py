"""What every action over the API has in common: the scope that a key needs, what it is asked with, and its name in the schema."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from drf_spectacular.utils import extend_schema, extend_schema_view

from pilots import actions
from pilots.permissions import scope_of
from readiness.api.base import ApiView
from readiness.api.inputs import ActionInput


class ActionView(ApiView):
    """An action, in the name of whoever asks. `If-Match` takes the `ETag` that was read; what changed since is refused with 412."""

    action: str
    ask: type[ActionInput]

    def scope_needed(self) -> str:
        """The scope that a key needs for this action."""
        return scope_of(self.action)

    def get_serializer_class(self) -> Any:
        return self.ask

    def arguments(self) -> dict[str, Any]:
        """What was sent, as the action takes it. Raises ValidationError where it cannot be read."""
        says = self.ask(data=self.request.data)
        says.is_valid(raise_exception=True)
        return dict(says.validated_data)


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
