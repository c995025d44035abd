"""An act as it is stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from app.documents.content import policies


class ActStatus(StrEnum):
    PRESENTED = "presented"
    """Shown to the client, who has not decided yet. At most one such act per visit."""
    SIGNED = "signed"
    REFUSED = "refused"
    VOIDED = "voided"
    """Drawn up anew before anybody signed."""


ACT_MOVES: dict[ActStatus, frozenset[ActStatus]] = {
    ActStatus.PRESENTED: frozenset({ActStatus.SIGNED, ActStatus.REFUSED, ActStatus.VOIDED}),
    ActStatus.SIGNED: frozenset(),
    ActStatus.REFUSED: frozenset(),
    ActStatus.VOIDED: frozenset(),
}
"""Every move of an act. The database refuses others, and every change of what a move has set."""


class StoredAct(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table `act`, which says what the fields mean. It is as old as the moment it was read."""

    id: UUID
    company_id: UUID
    number: int | None
    revision: int
    order_id: UUID
    job_id: UUID
    visit_id: UUID
    client_id: UUID
    site_id: UUID
    status: str
    presented_at: datetime
    total_kop: int
    content: dict[str, Any]
    content_hash: bytes
    rates: list[dict[str, Any]]
    check_code: str
    signature: dict[str, Any] | None
    signature_hash: bytes | None
    signature_key: str | None
    signed_at: datetime | None
    refused_at: datetime | None
    refusal_reason: str | None
    render_at: datetime | None
    render_tries: int
    pdf_ru_key: str | None
    pdf_ru_sha256: bytes | None
    pdf_en_key: str | None
    pdf_en_sha256: bytes | None

    @property
    def beyond_kop(self) -> int:
        """What it charges that no contract covers: all of it, on an act from before there were contracts."""
        beyond_kop = self.content.get("beyond_kop")
        return self.total_kop if beyond_kop is None else int(beyond_kop)

    @property
    def remarks(self) -> str | None:
        """What the client wrote when he signed. None: nothing, or nobody has signed."""
        return (self.signature or {}).get("remarks")

    def is_content_intact(self) -> bool:
        return policies.is_content_intact(
            self.content,
            content_hash=self.content_hash,
            number=self.number,
            check_code=self.check_code,
            total_kop=self.total_kop,
        )

    def is_signature_intact(self) -> bool | None:
        """None while nobody has signed."""
        if self.signature is None:
            return None
        return policies.is_signature_intact(
            self.signature,
            signature_hash=self.signature_hash,
            content_hash=self.content_hash,
            number=self.number,
            signed_at=self.signed_at,
        )
