"""Reads what a phone has sent, command by command: one that cannot be read spoils no other."""

from typing import Any, NamedTuple
from uuid import UUID, uuid5

import msgspec

from app.core.canonical import canonical_json
from app.core.settings import Settings
from app.field.commands.kinds import Kind
from app.field.commands.ledger import fingerprint
from app.field.commands.places import placeless
from app.field.push.registry import KINDS
from app.field.schemas import SEQ_MAX, Envelope
from app.http.bodies import keepable, unkeepable
from app.http.wording import Complaint, complaint_of_error

FOR_UNREADABLE = UUID("a9a0a1c2-51d5-47f5-8f5f-0f7f3a1f7a33")
"""Namespace of the ids of what came without a readable id."""


class Item(NamedTuple):
    """One command of a batch."""

    place: int
    """In the batch, from 0."""
    command_id: UUID
    device_seq: int | None
    raw: Any
    """As it came."""
    kind: Kind[Any, Any] | None = None
    subject_id: UUID | None = None
    body: Envelope | None = None
    complaint: Complaint | None = None
    """Why it cannot be read."""
    fingerprint: bytes | None = None
    """Of what it means, if it can be read."""

    @property
    def payload(self) -> dict[str, Any]:
        """What is kept of it: the body, or all that came if that cannot be read, without where it was tapped: nobody
        can say whether that may be kept."""
        if self.kind is not None:
            return dict(self.raw["command"])
        said = self.raw.get("command") if isinstance(self.raw, dict) else None
        return {"unreadable": self.raw | {"command": placeless(said)} if isinstance(said, dict) else self.raw}

    @property
    def kind_said(self) -> str:
        kind = self.raw.get("kind") if isinstance(self.raw, dict) else None
        return kind[:100] if isinstance(kind, str) else ""


def read_item(place: int, raw: Any, settings: Settings) -> Item:
    """Read one command. What is wrong with it is in `complaint`."""
    said = raw.get("command") if isinstance(raw, dict) else None
    if complaint := next(unkeepable(raw), None):
        kept = keepable(raw)
        return Item(place, _id_in(said, kept), _seq_in(said), kept, complaint=complaint)
    item = Item(place, _id_in(said, raw), _seq_in(said), raw)
    try:
        return _read(item, raw, settings)
    except msgspec.ValidationError as error:
        return item._replace(complaint=complaint_of_error(error))


def _read(item: Item, raw: Any, settings: Settings) -> Item:
    shell = msgspec.convert(raw, Shell)
    kind = KINDS.get(shell.kind)
    if kind is None:
        return item
    try:
        body = msgspec.convert(shell.command, kind.body)
    except msgspec.ValidationError as error:
        complaint = complaint_of_error(error)
        path = f"command.{complaint.path}".rstrip(".")
        return item._replace(complaint=complaint._replace(path=path))
    if body.command_id is None:
        return item._replace(complaint=Complaint("field_missing", "command.command_id"))
    if body.occurred_at is None:
        return item._replace(complaint=Complaint("field_missing", "command.occurred_at"))
    meant = fingerprint(settings, kind, shell.subject_id, body)
    return item._replace(kind=kind, subject_id=shell.subject_id, body=body, fingerprint=meant)


class Shell(msgspec.Struct, forbid_unknown_fields=True):
    kind: str
    subject_id: UUID
    command: dict[str, Any]


def _id_in(said: Any, raw: Any) -> UUID:
    """The id of the command. What has no readable id gets one of its content, so that it is kept once."""
    try:
        return msgspec.convert(said["command_id"], UUID)
    except (msgspec.ValidationError, TypeError, KeyError):
        return uuid5(FOR_UNREADABLE, canonical_json(raw).decode())


def _seq_in(said: Any) -> int | None:
    seq = said.get("device_seq") if isinstance(said, dict) else None
    return seq if isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq <= SEQ_MAX else None
