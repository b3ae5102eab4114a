"""What the schema says beyond each view's own words: summaries, headers, every refusal, what an action needs."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension

MOST = 1000
"""Pilots or gates in one bulk request."""
EXAMPLES = Path(__file__).parent / "data" / "examples.json"
PROBLEM = "#/components/schemas/Problem"
READ = ("get", "head")

DESCRIPTIONS: dict[str, Any] = {
    "key": "The key of a pilot.",
    "public_id": "The opaque id, as a list gives it.",
    "portfolio": "The key of one portfolio.",
    "function": "The name of a function, in any case.",
    "sponsor": "Whoever has accepted to carry it: their id or address.",
    "holder": "Whoever holds the decision: their id or address.",
    "waits_on": "Whose own page shows it as waiting: their id or address.",
    "decider": "Whoever signed it: their id or address.",
    "gate": "A gate: of pilots by the key of its kind, of decisions by its id.",
    "kind": "The key of a kind of gate.",
    "pilot": "The key of one pilot.",
    "q": "A part of key, name or workflow.",
    "format": "How the schema is written.",
}
"""Parameters that several addresses take in one meaning, where the view says nothing of its own."""

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": (
        "A key of your own, such as a UUID. Sent again within a day, the same request is not done twice and gets the first "
        "answer, byte for byte; another request under it is refused."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` that was read, or its number alone: what changed since is refused with 412.",
    "schema": {"type": "string", "pattern": '^(\\*|(W/)?"[0-9]{1,15}(\\.[0-9a-f]+)?")$'},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an answer that you have: 304 while it is still so.",
    "schema": {"type": "string"},
}
HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {"description": "The mark of this answer, for `If-None-Match` and, of a pilot or gate, `If-Match`."},
    "Link": {"description": "The pages before and after this one, as `rel=prev` and `rel=next`."},
    "Location": {"description": "Where that which was made is read."},
    "RateLimit": {"description": "Requests that the token has left in this minute, and seconds to the next."},
    "RateLimit-Policy": {"description": "Requests that a token may send in a minute."},
    "Retry-After": {"description": "Seconds after which to ask again."},
    "Idempotent-Replayed": {"description": "`true` where this is the first answer given again."},
    "WWW-Authenticate": {"description": "How to say who asks."},
}
REFUSALS: dict[str, str] = {
    "400": "The request cannot be read: no JSON, nested too deep, or a parameter that is not known here.",
    "401": "Nobody is named who asks, or the token opens nothing any more.",
    "403": "It is not yours to do, or the token's scope is too narrow.",
    "404": "There is nothing here, or it is not yours to see.",
    "406": "Nothing that you accept is served here.",
    "409": "It does not fit how the pilot or gate stands; `meanwhile` says what happened last.",
    "410": "The file is no longer as it was filed.",
    "412": "It changed since you read it: `etag` is its mark now, `meanwhile` what happened.",
    "413": "More was sent than is read at once.",
    "415": "What was sent is of no media type that is read here.",
    "422": "Values that cannot be, each by its field in `errors`; or an Idempotency-Key of another request.",
    "429": "The token asked as often as it may in a minute.",
    "503": "Somebody else is writing; nothing was changed.",
}
OF_READS = ("400", "401", "403", "404", "406", "422", "429", "503")
OF_ACTIONS = ("400", "401", "403", "404", "406", "409", "412", "413", "415", "422", "429", "503")

TEXT, STATUS = {"type": "string"}, {"type": "integer", "minimum": 400, "maximum": 599}
SENTENCES = {"type": "array", "items": TEXT}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `code` is for programs, `detail` a sentence that says what to do.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "`urn:lived-in:problem:` and the code."},
        "title": TEXT,
        "status": STATUS,
        "code": {"type": "string", "description": "One of those of docs/refusals.md, or of the framework."},
        "detail": TEXT,
        "errors": {
            "type": "object",
            "description": "All values that cannot be, by field; a part of a row as `conditions.2.due`.",
            "additionalProperties": SENTENCES,
        },
        "missing": {"type": "array", "items": TEXT, "description": "What is missing for adoption."},
        "rows": {
            "type": "array",
            "items": {"type": "object"},
            "description": "Each refusal of many, by its place from 0.",
        },
        "results": {
            "type": "array",
            "description": "Of many: what came of each.",
            "items": {
                "type": "object",
                "required": ["status", "code", "detail"],
                "properties": {"status": STATUS, "code": TEXT, "detail": TEXT, "field": TEXT, "key": TEXT, "id": TEXT},
            },
        },
        "current_version": {"type": "integer", "description": "The version that there is now."},
        "etag": {"type": "string", "description": "The mark that there is now, for `If-Match`."},
        "meanwhile": {
            "type": "array",
            "description": "What happened since the version that was named, or last; the latest first.",
            "items": {"$ref": "#/components/schemas/Event"},
        },
    },
}


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of the generator: completes every operation, and adds the components that they name."""
    components = result.setdefault("components", {})
    components["schemas"]["Problem"] = PROBLEM_SCHEMA
    components["headers"] = {name: {**says, "schema": TEXT} for name, says in HEADERS.items()}
    components["responses"] = {f"Problem{status}": _refusal(status) for status in REFUSALS}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _operation(path, method, operation)
            _show(operation, _examples().get(f"{method} {path}", {}))
    return result


def _refusal(status: str) -> dict[str, Any]:
    names = {
        "429": ("Retry-After", "RateLimit", "RateLimit-Policy"),
        "503": ("Retry-After",),
        "401": ("WWW-Authenticate",),
    }
    also = ("ETag",) if status in ("409", "412") else ()
    return {
        "description": REFUSALS[status],
        "headers": _headers(*names.get(status, also)),
        "content": {"application/problem+json": {"schema": {"$ref": PROBLEM}, "example": _example(status)}},
    }


def _example(status: str) -> dict[str, Any]:
    code = {"400": "unknown_parameter", "401": "not_authenticated", "403": "not_yours", "404": "not_found"}
    code |= {"406": "not_acceptable", "409": "wrong_stage", "410": "not_as_filed", "412": "changed_meanwhile"}
    code |= {"413": "too_large", "415": "unsupported_media_type", "422": "invalid", "429": "too_many_requests"}
    code |= {"503": "busy"}
    from http import HTTPStatus

    says = {"type": f"urn:lived-in:problem:{code[status]}", "title": HTTPStatus(int(status)).phrase}
    return says | {"status": int(status), "code": code[status], "detail": REFUSALS[status]}


def _operation(path: str, method: str, operation: dict[str, Any]) -> None:
    says = operation.get("description", "").strip()
    operation.setdefault("summary", _summary(says))
    for parameter in operation.get("parameters", ()):
        parameter.setdefault("description", str(DESCRIPTIONS.get(parameter["name"], "")))
    reads, responses = method in READ, operation["responses"]
    operation["parameters"] = [*operation.get("parameters", ()), *_sent(path, reads)]
    for status, response in responses.items():
        names = ["ETag", "RateLimit", "RateLimit-Policy"]
        if not reads:
            names += ["Idempotent-Replayed", *(["Location"] if status == "201" else [])]
        if any(each["name"] == "cursor" for each in operation["parameters"]):
            names.append("Link")
        response["headers"] = {**response.get("headers", {}), **_headers(*names)}
    if reads:
        responses["304"] = {"description": "It is as you have it.", "headers": _headers("ETag")}
    named = [*(OF_READS if reads else OF_ACTIONS), *(["410"] if path.endswith("/evidence/{public_id}/") else [])]
    for status in sorted(named):
        responses.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})


def _show(operation: dict[str, Any], shown: dict[str, Any]) -> None:
    """Put real answers, and what was sent for them, into an operation as its examples."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if "request" in shown:
            media["example"] = shown["request"]
    for status, body in shown.items():
        if status not in operation["responses"]:
            continue
        response = operation["responses"][status]
        if "$ref" in response:
            response = operation["responses"][status] = _refusal(status)
        for media in response.get("content", {}).values():
            media["example"] = body


@cache
def _examples() -> dict[str, dict[str, Any]]:
    """Real answers by operation, as tests/contracts/test_api_examples.py keeps them."""
    found: dict[str, dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def _summary(says: str) -> str:
    """The first sentence of what an operation says, without its last point."""
    first = says.replace("\n", " ").split(". ")[0].split(": ")[0]
    return first.rstrip(".")[:120]


def _sent(path: str, reads: bool) -> list[dict[str, Any]]:
    if reads:
        return [IF_NONE_MATCH]
    acts = ("{key}" in path or "{public_id}" in path) and not path.endswith("/evidence/")
    return [IDEMPOTENCY_KEY, *([IF_MATCH] if acts else [])]


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


class TextInSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A text that may be null or empty; one of a few words where it has words."""

    target_class = "readiness.api.input_fields.TextField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        words = list(self.target.words)
        found: dict[str, Any] = {"type": ["string", "null"]}
        if words:
            found["enum"] = [*words, "", None]
        return found


class NumberInSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A number as it was sent; null where it is left out."""

    target_class = "readiness.api.inputs.AsSentField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "number"}


class RowInSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """What only answers: every field is there, and those that may find nothing are null then."""

    target_class = "readiness.api.rows.RowSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        found = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        for name, field in self.target.fields.items():
            if field.default is None:
                found["properties"][name] = _or_null(found["properties"][name])
        return {**found, "required": sorted(found["properties"])}


def _or_null(shape: dict[str, Any]) -> dict[str, Any]:
    """A shape, or null."""
    kinds = shape.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if not kinds:
        return {"oneOf": [shape, {"type": "null"}]}
    return {**shape, "type": [*kinds, *(() if "null" in kinds else ("null",))]}


class BulkInSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """One action on many: how many there can be."""

    target_class = "readiness.api.bulk.BulkInput"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        found = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        found["properties"][self.target.items] |= {"minItems": 1, "maxItems": MOST}
        return {**found, "additionalProperties": False}


class InputInSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """What an action is asked with: what it needs is required, and nothing else is known."""

    target_class = "readiness.api.inputs.ActionInput"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        found = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        needs = list(self.target.needs)
        found.pop("required", None)
        return {**found, **({"required": needs} if needs else {}), "additionalProperties": False}
