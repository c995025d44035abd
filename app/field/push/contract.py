"""How the contract describes what stands in a batch. It is read later, command by command."""

from typing import Any

from app.field.push.registry import KINDS
from app.field.push.schemas import COMMANDS_MAX


def shape_of_commands() -> dict[str, Any]:
    """Schema of `commands`, made of the kinds that the ledger knows."""
    command = {
        "kind": {"type": "string", "enum": sorted(KINDS)},
        "subject_id": {"type": "string", "format": "uuid"},
        # no `anyOf` of the bodies: generated clients take the first that fits, and lose the fields of the others
        "command": {"type": "object", "additionalProperties": True},
    }
    item = {
        "type": "object",
        "properties": command,
        "required": [*command],
        "additionalProperties": False,
        "description": _table(),
    }
    return {"type": "array", "maxItems": COMMANDS_MAX, "items": item}


def _table() -> str:
    """Which id and which body go with which kind."""
    lines = [f"| `{name}` | {one.subject} | `{one.body.__name__}` |" for name, one in sorted(KINDS.items())]
    head = ["`command` is the body of the kind's own route, with `command_id` and `occurred_at`.", ""]
    return "\n".join([*head, "| `kind` | `subject_id` is the id of | `command` |", "|---|---|---|", *lines])
