"""Who signed an act, when, and on what device: the evidence that is hashed and attached to the PDF."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

SIGNATURE_FORMAT = "brigada.signature/2"


class Signature(msgspec.Struct, kw_only=True, frozen=True):
    """Evidence of the signing, bound to the content by its hash."""

    format: str
    content_sha256: str
    """What the client saw."""
    act_number: int | None = None
    """The number the act got with this signature. Null in evidence of format 1, where the content has it."""
    signer_name: str
    remarks: str | None = None
    """What does not satisfy the client although he accepts the work, in his words. Null: nothing."""
    method: str
    """screen: drawn with a finger on the worker's phone."""
    image_sha256: str
    attachment_id: UUID
    command_id: UUID
    device_id: UUID | None
    witness_id: UUID
    """The worker who held the phone."""
    lat_micro: int | None
    """Where the phone was, in millionths of a degree: fractions do not hash reliably. Null: it did not tell."""
    lon_micro: int | None
    occurred_at: datetime
    """The device's clock."""
    received_at: datetime
    """The server's."""


def signature_of(stored: dict[str, Any]) -> Signature:
    return msgspec.convert(stored, Signature)
