"""What a form may ask, and the JSON Schema that judges its answers. Values in, values out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.core.canonical import canonical_hash, canonical_json
from app.orders.forms.patterns import fault_of_pattern

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SHOWN_IF = "x-shown-if"
FIELDS_MAX = 100
CHOICES_MAX = 50
TEXT_LENGTH_MAX = 2000
NUMBER_MAX = 10**12
SIZE_MAX = 64 * 1024
"""Bytes of a definition as JSON."""

Definition = Mapping[str, Any]
"""`{"schema": {"type": "object", "properties": …, "required": […]}, "ui": {"order": […], "fields": …}}`."""
Fault = dict[str, Any]
"""`{"path": …, "code": …, "params": …}`, as `Invalid` takes it."""


def version_of(definition: Definition) -> str:
    """Names a form by what it asks: 16 signs of the hash of its canonical JSON. The same questions are one version."""
    return canonical_hash(definition).hex()[:16]


def faults_of(definition: Definition) -> list[Fault]:
    """All faults of a definition that has the right shape, each with its place."""
    if len(canonical_json(definition)) > SIZE_MAX:
        return [_fault("", "form_too_large", size_max=SIZE_MAX)]
    schema, ui = definition["schema"], definition["ui"]
    fields = schema["properties"]
    return [
        *_faults_of_required(schema.get("required", ()), fields),
        *(fault for code, field in fields.items() for fault in _faults_of_field(code, field, fields)),
        *_faults_of_ui(ui, fields),
    ]


def _fault(path: str, code: str, **params: Any) -> Fault:
    return {"path": path, "code": code, "params": params}


def _faults_of_required(required: Sequence[str], fields: Mapping[str, Any]) -> Iterator[Fault]:
    for number, code in enumerate(required):
        if code not in fields:
            yield _fault(f"schema.required[{number}]", "field_not_there")
        elif code in required[:number]:
            yield _fault(f"schema.required[{number}]", "repeated")


def _faults_of_field(code: str, field: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[Fault]:
    path = f"schema.properties.{code}"
    for least, most in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
        if least in field and most in field and field[least] > field[most]:
            yield _fault(f"{path}.{least}", "least_above_most")
    yield from _faults_of_choices(path, field)
    if "items" in field:
        yield from _faults_of_choices(f"{path}.items", field["items"])
        if not {"enum", "format"} & set(field["items"]):
            yield _fault(f"{path}.items", "list_of_what")
    if "pattern" in field and (
        code_of_fault := fault_of_pattern(
            field["pattern"], length_max=field.get("maxLength", TEXT_LENGTH_MAX)
        )
    ):
        yield _fault(f"{path}.pattern", code_of_fault)
    if SHOWN_IF in field:
        yield from _faults_of_condition(f"{path}.{SHOWN_IF}", code, fields)


def _faults_of_choices(path: str, field: Mapping[str, Any]) -> Iterator[Fault]:
    choices = field.get("enum")
    if choices is None:
        return
    if len(set(choices)) < len(choices):
        yield _fault(f"{path}.enum", "choice_repeated")
    for other in ("format", "pattern", "minLength", "maxLength"):
        if other in field:
            yield _fault(f"{path}.{other}", "not_with_choices")


def _faults_of_condition(path: str, code: str, fields: Mapping[str, Any]) -> Iterator[Fault]:
    """A condition asks for values that the other field can have, and conditions never lead back to their field."""
    condition = fields[code][SHOWN_IF]
    other = fields.get(condition["field"])
    if other is None:
        yield _fault(f"{path}.field", "field_not_there")
        return
    known = possible_values(other)
    if known is None:
        yield _fault(f"{path}.field", "condition_on_free_answer")
    elif any(_is_strange(value, known) for value in condition["any_of"]):
        yield _fault(f"{path}.any_of", "value_never_given")
    if _leads_back(code, fields):
        yield _fault(f"{path}.field", "conditions_in_circle")


def _is_strange(value: Any, known: Sequence[Any]) -> bool:
    return not any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in known)


def possible_values(field: Mapping[str, Any]) -> Sequence[Any] | None:
    """The values a condition can ask for. None: too many to name them."""
    if field["type"] == "boolean":
        return (True, False)
    choices: Sequence[Any] | None = field.get("items", field).get("enum")
    return choices


def _leads_back(code: str, fields: Mapping[str, Any]) -> bool:
    return code in _conditions_above(code, fields)


def _conditions_above(code: str, fields: Mapping[str, Any]) -> list[str]:
    """The fields that decide whether this one is shown, the nearest first. A circle is gone round once."""
    above: list[str] = []
    here = code
    while (condition := fields.get(here, {}).get(SHOWN_IF)) and condition["field"] not in above:
        here = condition["field"]
        above.append(here)
    return above


def _faults_of_ui(ui: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[Fault]:
    order, words = ui["order"], ui["fields"]
    for number, code in enumerate(order):
        if code not in fields:
            yield _fault(f"ui.order[{number}]", "field_not_there")
        elif code in order[:number]:
            yield _fault(f"ui.order[{number}]", "repeated")
    for code, field in fields.items():
        if code not in order:
            yield _fault("ui.order", "field_left_out", field=code)
        if code not in words:
            yield _fault("ui.fields", "words_missing", field=code)
        elif strange := set(words[code].get("choices", ())) - set(possible_values(field) or ()):
            yield _fault(f"ui.fields.{code}.choices.{min(strange)}", "value_never_given")
    for code in words:
        if code not in fields:
            yield _fault(f"ui.fields.{code}", "field_not_there")


def compile_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A whole JSON Schema, so that any validator judges as we do.

    1. Limits that were left out become those of the house.
    2. A required field with `x-shown-if` is required by `if` and `then`. The `if` repeats the conditions of the
       fields above it: what is not shown decides nothing.
    """
    fields = schema["properties"]
    required = schema.get("required", [])
    whole: dict[str, Any] = {
        "$schema": DIALECT,
        "type": "object",
        "additionalProperties": False,
        "properties": {code: _whole_field(field) for code, field in fields.items()},
        "required": [code for code in required if SHOWN_IF not in fields[code]],
    }
    conditional = [code for code in required if SHOWN_IF in fields[code]]
    if conditional:
        whole["allOf"] = [{"if": _shown(code, fields), "then": {"required": [code]}} for code in conditional]
    return whole


def _whole_field(field: Mapping[str, Any]) -> dict[str, Any]:
    match field["type"]:
        case "string" if "enum" in field or "format" in field:
            return dict(field)
        case "string":
            return {"minLength": 1, "maxLength": TEXT_LENGTH_MAX, "pattern": r"\S", **field}
        case "number" | "integer":
            return {"minimum": -NUMBER_MAX, "maximum": NUMBER_MAX, **field}
        case "array":
            return {"uniqueItems": True, "maxItems": CHOICES_MAX, **field}
    return dict(field)


def _shown(code: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that answers fit while this field is shown."""
    conditions = []
    while condition := fields[code].get(SHOWN_IF):
        code = condition["field"]
        wanted = {"enum": condition["any_of"]}
        if fields[code]["type"] == "array":
            wanted = {"contains": wanted}
        conditions.append({"properties": {code: wanted}, "required": [code]})
    return conditions[0] if len(conditions) == 1 else {"allOf": conditions}
