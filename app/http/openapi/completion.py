"""Adds to the generated document what Litestar does not know: refusals, roles, headers, raw bodies, examples."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from app.core.scope import Role
from app.http.guards import Allow, Public
from app.http.openapi.errors import error_components, error_responses
from app.http.openapi.shapes import sharpen
from app.http.refusals import Refusal, refusals_of

Document = dict[str, Any]
Operation = dict[str, Any]

FOLDER = Path(__file__).parent
READING = {"get", "head"}
JSON = "application/json"
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\n")
PAGE = re.compile(r"Page_(?:\w+\.)*(\w+)_")
BINARY = {"type": "string", "format": "binary"}
DOWNLOAD = "download"
"""Routes that answer with a file of one of several kinds say which: `@get(…, download=["image/png", "image/jpeg"])`."""
UPLOAD = "upload"
"""Routes that read the raw body say what they take: `@put(…, upload=["image/jpeg"])`."""
READS_JSON = "reads_json"
"""Routes that read JSON item by item, so that a wrong item refuses no other, say its shape: `@post(…,
reads_json=SendPings)`."""

READS_QUERY = "reads_query"
"""Routes that read the query by themselves say what they look for: name and description of each parameter."""
READS_BODY = "reads_body"
"""Routes that read bodies of several kinds by themselves say their schemas, by media type."""
FIELD_SHAPES = "field_shapes"
"""Routes whose body has a field that is judged later say its schema, by the name of the field."""


def complete(document: Document, handlers: Mapping[str, HTTPRouteHandler]) -> Document:
    """The document as clients need it. `handlers` are the routes by operation id."""
    document = _with_page_names(document)
    components = document["components"]
    components["schemas"] |= _read_by_routes(handlers.values())
    sharpen(components["schemas"], _bodies(handlers.values()))
    met: set[Refusal] = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            handler = handlers[operation["operationId"]]
            refusals = refusals_of(handler, _parameters(operation))
            met |= refusals
            _describe(operation, handler)
            _show_query(operation, handler)
            _tidy_parameters(operation)
            _show_body(operation, handler)
            _show_field_shapes(handler, components["schemas"])
            _show_answer(operation, handler, components["schemas"])
            _show_errors(operation, handler, _usual_statuses(path, method, operation, handler), refusals)
    for kind, entries in error_components(met).items():
        components[kind] = dict(sorted({**components.get(kind, {}), **entries}.items()))
    components["headers"] |= ANSWER_HEADERS
    document["paths"] = dict(sorted(document["paths"].items()))
    document["tags"] = _tags(document)
    return document


def _with_page_names(document: Document) -> Document:
    """`Page[ClientOut]` becomes `ClientOutPage`, a name that a class in any language can have."""
    text = PAGE.sub(r"\1Page", json.dumps(document, ensure_ascii=False))
    named: Document = json.loads(text)
    for name, schema in named["components"]["schemas"].items():
        if schema.get("title", "").startswith("Page["):
            schema["title"] = name
    return named


def _bodies(handlers: Iterable[HTTPRouteHandler]) -> list[Any]:
    return [field.annotation for one in handlers if (field := one.parsed_data_field) is not None]


def _read_by_routes(handlers: Iterable[HTTPRouteHandler]) -> dict[str, Any]:
    """The shapes of bodies that Litestar does not see."""
    shapes = [shape for one in handlers if (shape := one.opt.get(READS_JSON)) is not None]
    _, schemas = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    return schemas


def callers_of(handler: HTTPRouteHandler) -> frozenset[Role] | None:
    """Who may call the route; None: everybody, also without signing in."""
    guards = handler.resolve_guards()
    if any(isinstance(guard, Public) for guard in guards):
        return None
    allowed = [guard.roles for guard in guards if isinstance(guard, Allow)]
    return frozenset(Role).intersection(*allowed)


def _parameters(operation: Operation) -> set[str]:
    return {one["name"] for one in operation.get("parameters", ())}


def _usual_statuses(path: str, method: str, operation: Operation, handler: HTTPRouteHandler) -> set[int]:
    callers = callers_of(handler)
    takes_body = "requestBody" in operation
    usual = {
        400: takes_body or bool(_parameters(operation)),
        401: callers is not None,
        403: callers is not None and callers != frozenset(Role),
        404: "{" in path,
        409: method not in READING and callers is not None,
        412: "If-Match" in _parameters(operation),
        413: takes_body,
        500: True,
        503: True,
    }
    return {status for status, can_happen in usual.items() if can_happen}


def _describe(operation: Operation, handler: HTTPRouteHandler) -> None:
    """The first sentence of the docstring is the summary; who may call it is said in words and as data."""
    text = operation.get("description", "").partition("\n\nRaises:")[0].strip()
    if handler.summary is None:
        summary, text = (*SENTENCE_END.split(text, maxsplit=1), "")[:2]
        operation["summary"] = " ".join(summary.split()).rstrip(".")
    callers = callers_of(handler)
    names = sorted(callers) if callers is not None else []
    operation["security"] = [{}] if callers is None else [{"bearer": []}]
    if callers is None:
        who = "Anybody, without signing in."
    elif callers == frozenset(Role):
        who = "Everybody who is signed in."
    else:
        who = f"For: {', '.join(names)}."
    operation["description"] = f"{text}\n\n{who}".strip()
    operation["x-roles"] = [str(name) for name in names]


def _tidy_parameters(operation: Operation) -> None:
    """`str | None` means that a parameter may be left out, not that null can be sent. If-Match is required,
    although routes declare it optional: they refuse its absence with a code of their own."""
    operation.pop("deprecated", None)
    for parameter in operation.get("parameters", ()):
        parameter.pop("deprecated", None)
        parameter["required"] = parameter["required"] or parameter["name"] == "If-Match"
        schema = parameter["schema"]
        others = [one for one in schema.get("oneOf", ()) if one != {"type": "null"}]
        if len(others) == 1:
            del schema["oneOf"]
            schema |= others[0]
        schema.pop("description", None)


def _show_query(operation: Operation, handler: HTTPRouteHandler) -> None:
    for name, description in handler.opt.get(READS_QUERY, {}).items():
        parameter = {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
        operation.setdefault("parameters", []).append({**parameter, "description": description})


def _show_field_shapes(handler: HTTPRouteHandler, schemas: Mapping[str, Any]) -> None:
    if shapes := handler.opt.get(FIELD_SHAPES):
        body: Any = handler.parsed_data_field
        schemas[body.annotation.__name__]["properties"] |= shapes


def _show_body(operation: Operation, handler: HTTPRouteHandler) -> None:
    if media_types := handler.opt.get(UPLOAD):
        operation["requestBody"] = {
            "required": True,
            "description": f"The bytes of one of: {', '.join(media_types)}. They decide, whatever the header says.",
            "content": {"application/octet-stream": {"schema": BINARY}},
        }
    if shape := handler.opt.get(READS_JSON):
        schema = {"$ref": f"#/components/schemas/{shape.__name__}"}
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if shapes := handler.opt.get(READS_BODY):
        content = {media_type: {"schema": one} for media_type, one in shapes.items()}
        operation["requestBody"] = {"required": False, "content": content}
    example = examples().get(operation["operationId"])
    if example is not None:
        operation["requestBody"]["content"][JSON]["example"] = example


ANSWERS = {200: "Done", 201: "Created", 202: "Taken", 204: "Done, nothing to say"}


def _show_answer(operation: Operation, handler: HTTPRouteHandler, schemas: Mapping[str, Any]) -> None:
    """Files are bytes, not JSON; an answer with a `version` carries it as `ETag` too."""
    answer = operation["responses"][str(handler.status_code)]
    if handler.response_description is None:
        answer["description"] = ANSWERS.get(handler.status_code, answer["description"])
    if kinds := handler.opt.get(DOWNLOAD):
        answer["content"] = {kind: {} for kind in kinds}
    for media_type, content in answer.get("content", {}).items():
        if media_type.startswith(("application/pdf", "image/", "application/octet-stream")):
            content["schema"] = BINARY
        elif media_type.startswith("text/"):
            content["schema"] = {"type": "string"}
        elif media_type.endswith("+json"):
            content["schema"] = {"type": "object", "additionalProperties": True}
    asked = _parameters(operation)
    headers = answer.setdefault("headers", {})
    if _has_version(answer, schemas):
        headers["ETag"] = {"$ref": "#/components/headers/ETag"}
    if "Idempotency-Key" in asked:
        headers["Idempotency-Replayed"] = {"$ref": "#/components/headers/IdempotencyReplayed"}
    if "If-None-Match" in asked:
        headers["ETag"] = {"$ref": "#/components/headers/ETag"}
        operation["responses"]["304"] = {"description": "You have it already"}
    if not headers:
        del answer["headers"]


ANSWER_HEADERS = {
    "ETag": {
        "description": 'The version of what was answered, e.g. `"3"`; goes into `If-Match` of an update',
        "schema": {"type": "string"},
    },
    "IdempotencyReplayed": {
        "description": "`true`: the answer the first request with this key got; nothing was done again",
        "schema": {"type": "string"},
    },
}


def _has_version(answer: Mapping[str, Any], schemas: Mapping[str, Any]) -> bool:
    reference = answer.get("content", {}).get(JSON, {}).get("schema", {}).get("$ref", "")
    return "version" in schemas.get(reference.rpartition("/")[2], {}).get("properties", {})


def _show_errors(
    operation: Operation, handler: HTTPRouteHandler, usual: set[int], refusals: Iterable[Refusal]
) -> None:
    """What the handler documents itself stays as it is."""
    own = {str(status) for status in handler.responses or {}}
    kept = {
        status: answer for status, answer in operation["responses"].items() if status < "400" or status in own
    }
    operation["responses"] = dict(sorted({**error_responses(usual, refusals), **kept}.items()))


@cache
def examples() -> dict[str, Any]:
    """A request body for each operation that creates something, by operation id."""
    known: dict[str, Any] = json.loads((FOLDER / "examples.json").read_text(encoding="utf-8"))
    return known


@cache
def tag_descriptions() -> dict[str, str]:
    """In the order of the page."""
    return tomllib.loads((FOLDER / "tags.toml").read_text(encoding="utf-8"))


def _tags(document: Document) -> list[dict[str, str]]:
    operations = [one for item in document["paths"].values() for one in item.values()]
    used = {tag for operation in operations for tag in operation.get("tags", ())}
    in_order = [tag for tag in tag_descriptions() if tag in used] + sorted(used - set(tag_descriptions()))
    return [{"name": tag, "description": tag_descriptions().get(tag, "")} for tag in in_order]
