"""What every verb over the API has in common: the scope that a key needs, what it is asked with, and its name in the schema."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from drf_spectacular.utils import extend_schema, extend_schema_view

from pilots import actions
from pilots.permissions import scope_of
from readiness.api.base import Asking
from readiness.api.inputs import Ask


class Doing(Asking):
    """A verb, in the name of whoever asks. `If-Match` takes the `ETag` that was read; what changed since is refused with 412."""

    verb: str
    ask: type[Ask]

    def scope_needed(self) -> str:
        """The scope that a key needs for this verb."""
        return scope_of(self.verb)

    def get_serializer_class(self) -> Any:
        return self.ask

    def asked(self) -> dict[str, Any]:
        """What was sent, as the verb takes it. Raises ValidationError where it cannot be read."""
        says = self.ask(data=self.request.data)
        says.is_valid(raise_exception=True)
        return dict(says.validated_data)


View = TypeVar("View", bound=Doing)


def view_of(base: type[View], on: str, verb: str, ask: type[Ask], answers: Any) -> Any:
    """The view of one verb on a pilot or a gate, named and described in the schema as the verb says of itself."""
    doc = (getattr(actions, verb).__doc__ or "").strip().split("\n")[0]
    name = f"{verb.title().replace('_', '')}{on.title()}"
    says = {"verb": verb, "ask": ask, "__doc__": doc}
    view = cast(type[View], type(name, (base,), says))
    named = extend_schema(operation_id=f"{on}_{verb}", request=ask, responses=answers, description=doc)
    extend_schema_view(post=named)(view)
    return view.as_view()
