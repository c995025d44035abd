"""Adds to schemas what Litestar's generator leaves out: that unknown fields are refused, and what the items of a
list must be. msgspec knows, because it does the checking."""

from collections.abc import Iterable
from typing import Any

import msgspec

Schema = dict[str, Any]

INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
ASKED = {
    "additionalProperties",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "propertyNames",
}


def sharpen(schemas: dict[str, Schema], bodies: Iterable[Any]) -> None:
    """Add to the schemas of these request bodies the limits that msgspec checks and they do not mention."""
    _, exact = msgspec.json.schema_components(bodies, ref_template="#/components/schemas/{name}")
    for name, schema in schemas.items():
        _simplify(schema)
        _sharpen(schema, exact.get(name, {}))


def _simplify(schema: Schema) -> None:
    """`oneOf` with one choice becomes that choice. An integer is a number too, so a choice of both would refuse
    every whole number: `number` stays alone. [longitude, latitude] becomes a list of two numbers, because few
    generators know `prefixItems`."""
    choices = schema.get("oneOf", [])
    if NUMBER in choices and INTEGER in choices:
        choices.remove(INTEGER)
    if len(choices) == 1:
        schema |= schema.pop("oneOf")[0]
    for part in (
        *schema.get("properties", {}).values(),
        schema.get("items"),
        schema.get("additionalProperties"),
    ):
        if isinstance(part, dict):
            _simplify(part)
    if places := schema.pop("prefixItems", None):
        schema |= {"items": places[0], "minItems": len(places), "maxItems": len(places)}


def _sharpen(schema: Schema, exact: Schema) -> None:
    schema, exact = _without_null(schema), _without_null(exact)
    if "$ref" not in schema:
        schema |= {key: value for key, value in exact.items() if key in ASKED and key not in schema}
    for name, part in schema.get("properties", {}).items():
        _sharpen(part, exact.get("properties", {}).get(name, {}))
    if isinstance(items := exact.get("items"), dict):
        _sharpen(schema.get("items", {}), items)


def _without_null(schema: Schema) -> Schema:
    choices: list[Schema] = schema.get("oneOf") or schema.get("anyOf") or []
    kinds = [one for one in choices if one != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else schema
