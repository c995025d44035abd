"""Makes a request for every operation of the contract, with ids that the caller chooses."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from app.core.ids import uuid7
from app.openapi_file import CONTRACT
from tests.cast import API

DOCUMENT: dict[str, Any] = msgspec.json.decode(CONTRACT.read_bytes())
JSON = "application/json"

TABLES = {
    "absence_id": "absence",
    "act_id": "act",
    "action_id": "recovery_action",
    "assignment_id": "first_assignment",
    "attachment_id": "attachment",
    "batch_id": "message_batch",
    "case_id": "recovery_case",
    "client_id": "client",
    "conflict_id": "conflict",
    "correction_id": "time_correction",
    "corrects_id": "chat_message",
    "crew_id": "crew",
    "deputy_id": "user_account",
    "device_id": "device",
    "disappointment_id": "disappointment",
    "dry_run_id": "rules_dry_run",
    "enrolment_id": "plan_enrolment",
    "estimate_id": "estimate",
    "foreman_id": "worker",
    "form_id": "form",
    "holder_id": "user_account",
    "interaction_id": "interaction",
    "source_id": "client_source",
    "invitation_id": "invitation",
    "invitation_ids": "invitation",
    "invoice_id": "invoice",
    "job_id": "job",
    "job_type_id": "job_type",
    "magnet_id": "lead_magnet",
    "material_id": "material",
    "measurement_id": "measurement",
    "merge_id": "client_merge",
    "merged_id": "client",
    "message_id": "message",
    "occasion_id": "occasion",
    "order_id": "client_order",
    "owner_id": "user_account",
    "other_id": "client",
    "passport_id": "passport",
    "portrait_id": "portrait",
    "purchase_id": "client_order",
    "target_id": "target_place",
    "place_id": "allowed_place",
    "plan_dry_run_id": "plan_dry_run",
    "plan_id": "touch_plan",
    "production_order_id": "production_order",
    "proposal_id": "proposal",
    "request_id": "service_request",
    "responsible_id": "user_account",
    "shift_id": "shift",
    "signal_id": "stop_signal",
    "signature_attachment_id": "attachment",
    "site_id": "site",
    "subject_id": "visit",
    "task_id": "client_task",
    "template_id": "message_template",
    "territory_id": "territory",
    "territory_ids": "territory",
    "tracker_id": "tracker",
    "text_id": "client_consent_text",
    "user_id": "user_account",
    "visit_id": "visit",
    "worker_id": "worker",
}
"""What an id of the contract names, by the name of its field or parameter. What is not here (a `command_id`) is
made up by the caller."""

ITEMS = {"/inbox/": "inbox_item", "/work-items/": "work_item"}
"""`item_id` means what the path says."""

IdOf = Callable[[str], UUID]
"""A table's name -> the id to put in."""


class Operation(NamedTuple):
    name: str
    method: str
    path: str
    described: dict[str, Any]

    @property
    def is_public(self) -> bool:
        return not self.described["x-roles"]

    def path_ids(self) -> list[str]:
        """The tables whose ids stand in the path."""
        return self._tables(self._parameters("path"))

    def other_ids(self) -> list[str]:
        """The tables whose ids the parameters and the body may name."""
        asked = self._parameters("query")

        def note(name: str) -> str:
            asked.append(name)
            return ""

        _sample(self._body_schema, "", None, note)
        return self._tables(asked)

    def request(self, in_path: IdOf, elsewhere: IdOf) -> tuple[str, Any]:
        """Address under the API and body, every id that it can take put in."""

        def fill(name: str) -> str:
            table = self._table(name)
            return str(elsewhere(table) if table else uuid7())

        path = self.path.removeprefix(API)
        for name in self._parameters("path"):
            table = self._table(name)
            path = path.replace(f"{{{name}}}", str(in_path(table)) if table else "x")
        query = {
            one["name"]: _sample(one["schema"], one["name"], None, fill)
            for one in self.described.get("parameters", ())
            if one["in"] == "query" and (one["required"] or self._table(one["name"]))
        }
        return f"{path}?{urlencode(query)}", self._body(fill)

    def _body(self, fill: Callable[[str], str]) -> Any:
        if self._body_schema is None:
            return b"x" if "requestBody" in self.described else None
        example = self.described["requestBody"]["content"][JSON].get("example")
        return _sample(self._body_schema, "", example, fill)

    @property
    def _body_schema(self) -> Any:
        return self.described.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")

    def _parameters(self, place: str) -> list[str]:
        return [one["name"] for one in self.described.get("parameters", ()) if one["in"] == place]

    def _tables(self, names: list[str]) -> list[str]:
        return [table for name in names if (table := self._table(name))]

    def _table(self, name: str) -> str | None:
        if name == "item_id":
            return next(table for part, table in ITEMS.items() if part in self.path)
        return TABLES.get(name)


def _operations() -> Iterator[Operation]:
    for path, item in DOCUMENT["paths"].items():
        for method, described in item.items():
            yield Operation(described["operationId"], method.upper(), path, described)


OPERATIONS = list(_operations())


def _sample(schema: Any, name: str, example: Any, fill: Callable[[str], str]) -> Any:
    """A value as the example has it; of what it leaves out, what is required and every id."""
    schema = _plain(schema)
    if schema.get("format") == "uuid":
        return fill(name)
    if "properties" in schema:
        example = example or {}
        required = schema.get("required", ())
        return {
            key: _sample(one, key, example.get(key), fill)
            for key, one in schema["properties"].items()
            if key in example or key in required or _plain(one).get("format") == "uuid" or key in TABLES
        }
    if "items" in schema:
        return [_sample(schema["items"], name, one, fill) for one in example or [None]]
    return _any_value(schema) if example is None else example


def _plain(schema: Any) -> dict[str, Any]:
    """What a reference points at; of the kinds it may have, the first that is not null."""
    for one in schema.get("oneOf", schema.get("anyOf", ())) if schema else ():
        if one.get("type") != "null":
            return _plain(one)
    if "$ref" in (schema or {}):
        return _plain(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema or {}


def _any_value(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"), schema.get("format"):
        case "string", "date-time":
            return "2026-03-03T10:00:00+03:00"
        case "string", "date":
            return "2026-03-03"
        case "string", _:
            return "word"
        case "boolean", _:
            return True
        case _:
            return schema.get("minimum", 1)
