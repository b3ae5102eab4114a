"""What the API promised it still says: every address, parameter and field of the schema that was kept, with its type.

`data/schema.json` is the schema as it was before the modules were moved, with no more of it than names and types. Much may
have come since; nothing may be missing or of another type. Where a change is meant, `WRITE_SCHEMA=1` keeps the schema as it is now:
say so in CHANGELOG.md and in the changelog of docs/api.md.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator

KEPT = settings.BASE_DIR / "tests" / "contracts" / "data" / "schema.json"

Named = tuple[str, str]
"""A place in an operation, `200.results[].kind`, and the type of what stands there."""


def reduced(schema: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Each operation's parameters and fields by name, each with its type. What a component is called is nobody's concern."""
    out: dict[str, dict[str, str]] = {}
    for path, methods in schema["paths"].items():
        for method, says in methods.items():
            out[f"{method} {path}"] = dict(sorted(_operation(says, schema["components"]["schemas"])))
    return out


def _operation(says: dict[str, Any], components: dict[str, Any]) -> Iterator[Named]:
    for each in says.get("parameters", ()):
        yield from _named(f"{each['in']}.{each['name']}", each["schema"], components)
    contents = {"body": says.get("requestBody", {})} | says["responses"]
    for name, content in contents.items():
        for kind, media in content.get("content", {}).items():
            # A file has no fields.
            if media.get("schema", {}).get("type") != "string" or "json" in kind:
                yield from _named(name, media.get("schema", {}), components)


def _named(name: str, shape: dict[str, Any], components: dict[str, Any]) -> Iterator[Named]:
    if "$ref" in shape:
        shape = components[shape["$ref"].rpartition("/")[2]]
    for part in ("allOf", "oneOf", "anyOf"):
        for each in shape.get(part, ()):
            yield from _named(name, each, components)
    kind = shape.get("type", "")
    yield (
        name,
        " ".join(part for part in (kind if isinstance(kind, str) else " or ".join(kind), shape.get("format")) if part),
    )
    for field, of in shape.get("properties", {}).items():
        yield from _named(f"{name}.{field}", of, components)
    if "items" in shape:
        yield from _named(f"{name}[]", shape["items"], components)


def schema_now() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


DROPPED = frozenset({"description", "summary", "example", "default", "tags", "security", "operationId", "headers"})


def names_and_types(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with no more of it than is held."""

    def kept(node: Any, by_name: bool = False) -> Any:
        if isinstance(node, dict):
            return {k: kept(v, k == "properties") for k, v in node.items() if by_name or k not in DROPPED}
        return [kept(each) for each in node] if isinstance(node, list) else node

    found: dict[str, Any] = json.loads(json.dumps(schema, default=str))
    return kept({"paths": found["paths"], "components": {"schemas": found["components"]["schemas"]}})


def now() -> dict[str, dict[str, str]]:
    return reduced(schema_now())


def test_nothing_that_the_api_promised_is_missing_or_of_another_type() -> None:
    if os.environ.get("WRITE_SCHEMA"):
        KEPT.write_text(json.dumps(names_and_types(schema_now()), sort_keys=True) + "\n")
    kept, found = reduced(json.loads(KEPT.read_text())), now()
    assert len(kept) > 30
    assert kept.keys() <= found.keys()
    lost = {
        operation: {name: (was, found[operation].get(name)) for name, was in names.items()}
        for operation, names in kept.items()
    }
    changed = {operation: {n: v for n, v in names.items() if v[0] != v[1]} for operation, names in lost.items()}
    assert {operation: names for operation, names in changed.items() if names} == {}


def test_a_field_that_went_or_changed_would_be_found() -> None:
    shape = {"type": "object", "properties": {"day": {"type": ["string", "null"], "format": "date"}}}
    page = {
        "type": "object",
        "properties": {"results": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}},
    }
    says = {"responses": {"200": {"content": {"application/json": {"schema": page}}}}}
    schema = {"paths": {"/rows/": {"get": says}}, "components": {"schemas": {"Row": shape}}}
    assert reduced(schema) == {
        "get /rows/": {
            "200": "object",
            "200.results": "array",
            "200.results[]": "object",
            "200.results[].day": "string or null date",
        }
    }


def test_every_component_that_is_referred_to_is_there() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schema, default=str)))
    assert len(found) > 50
    assert found - schema["components"]["schemas"].keys() == set()


def test_every_extension_of_the_schema_has_its_target() -> None:
    """One that has moved leaves its fields plain texts."""
    ours = [each for each in OpenApiSerializerExtension._registry if each.__module__.startswith("readiness.")]
    ours += [each for each in OpenApiSerializerFieldExtension._registry if each.__module__.startswith("readiness.")]
    assert len(ours) > 3
    for each in ours:
        place, _, name = str(each.target_class).rpartition(".")
        assert isinstance(each.target_class, type) or hasattr(import_module(place), name), each
