"""Messages as changes, for policies that decide what people are told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, func, select

from app.contracts.notifications import MessageStateChanged
from app.core.changes import Insert, Update
from app.core.ids import uuid7
from app.db.query import Query
from app.db.work import Work
from app.notifications.messages.models import Message
from app.notifications.messages.policies import MessageKind, MessageStatus
from app.notifications.messages.wording import compose_text
from app.notifications.providers.segments import count_segments


def sms(
    kind: MessageKind,
    params: Mapping[str, str],
    *,
    audience: str,
    recipient_id: UUID,
    phone: str,
    lang: str,
    sender: str,
    subject_kind: str,
    subject_id: UUID,
    occurrence: str = "",
    now: datetime,
    not_after: datetime | None = None,
) -> Insert:
    """An SMS that is sent after COMMIT: see `plan_message`. `sender` is the company's own one, or empty."""
    body = compose_text(lang, kind, params)
    row = {
        "id": uuid7(),
        "kind": kind,
        "audience": audience,
        "recipient_id": recipient_id,
        "phone": phone,
        "lang": lang,
        "sender": sender,
        "body": body,
        "segments": count_segments(body).parts,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "occurrence": occurrence,
        "status": MessageStatus.QUEUED,
        "send_at": now,
        "not_after": not_after,
        "created_at": now,
    }
    return Insert("message", row, once=True)


QUEUED = Query(
    select(Message.id, Message.kind, Message.audience)
    .where(
        Message.company_id == bindparam("company", type_=Uuid),
        Message.subject_kind == bindparam("subject_kind", type_=Text),
        Message.subject_id == bindparam("subject", type_=Uuid),
        Message.kind == func.any(bindparam("kinds", type_=ARRAY(Text))),
        Message.status == MessageStatus.QUEUED,
    )
    .order_by(Message.id)
    .with_for_update(),
    lambda *row: row,
)
"""Messages of a subject that no process has begun to send. Rows are locked in the same order everywhere."""


async def take_back(
    work: Work, kinds: Sequence[MessageKind], *, subject_kind: str, subject_id: UUID, reason: str
) -> None:
    """Cancel messages that nobody has begun to send, as `cancel_messages` does: they are no longer true."""
    queued = await work.all(QUEUED, subject_kind=subject_kind, subject=subject_id, kinds=list(kinds))
    for message_id, kind, audience in queued:
        suppressed = {"status": MessageStatus.SUPPRESSED, "status_reason": reason, "send_at": None}
        work.write(Update("message", {"id": message_id}, suppressed, expected=1))
        work.announce(
            MessageStateChanged(
                message_id=message_id,
                status=MessageStatus.SUPPRESSED,
                audience=audience,
                message_kind=kind,
                subject_kind=subject_kind,
                subject_id=subject_id,
            )
        )
