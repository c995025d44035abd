from datetime import datetime
from typing import Self
from uuid import UUID

from app.clients.inbound.models import InboundMessage
from app.core.phones import mask_phone
from app.http.schemas import Out


class TextTaken(Out):
    status: str = "ok"


class InboundUrlOut(Out):
    url: str
    """The `get-url` of the group `sms-service` of Kannel. Keep it secret."""


class InboundMessageOut(Out):
    id: UUID
    channel: str
    value: str
    """Masked for people who do not call clients."""
    body: str
    meaning: str
    """stop or answer."""
    client_ids: list[UUID]
    about_message_id: UUID | None
    """The message he may be answering."""
    received_at: datetime

    @classmethod
    def of(cls, row: InboundMessage, *, sees_phones: bool) -> Self:
        return cls(
            id=row.id,
            channel=row.channel,
            value=row.value if sees_phones else mask_phone(row.value),
            body=row.body,
            meaning=row.meaning,
            client_ids=row.client_ids,
            about_message_id=row.about_message_id,
            received_at=row.received_at,
        )


class InboundMessagesOut(Out):
    items: list[InboundMessageOut]
    """Newest first, at most 100."""
