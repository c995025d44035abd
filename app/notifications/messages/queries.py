"""All SQL about messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, func, select

from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.notifications.messages.models import DeliveryReport, Message, MessageAttempt
from app.notifications.messages.policies import MessageStatus


async def get_message(session: Session, company_id: UUID, message_id: UUID) -> Message | None:
    query = select(Message).where(Message.company_id == company_id, Message.id == message_id)
    return await session.scalar(query)


async def was_told(
    session: Session, company_id: UUID, *, subject_kind: str, subject_id: UUID, kinds: Sequence[str]
) -> bool:
    """Whether somebody got, or may have got, a message of these kinds about the subject."""
    query = select(Message.id).where(
        Message.company_id == company_id,
        Message.subject_kind == subject_kind,
        Message.subject_id == subject_id,
        Message.kind.in_(kinds),
        Message.status.in_(
            [MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNKNOWN]
        ),
    )
    return (await session.execute(query.limit(1))).first() is not None


class LockedMessage(NamedTuple):
    """What is read of a message whose status may change. Its row is locked."""

    id: UUID
    status: str
    kind: str
    audience: str
    subject_kind: str
    subject_id: UUID
    phone: str
    body: str
    sender: str
    not_after: datetime | None
    sent_at: datetime | None
    tries: int


COMPANY = bindparam("company", type_=Uuid)
TRIES = (
    select(func.count())
    .where(
        MessageAttempt.company_id == COMPANY,
        MessageAttempt.message_id == Message.id,
    )
    .scalar_subquery()
)
FACTS = select(
    Message.id,
    Message.status,
    Message.kind,
    Message.audience,
    Message.subject_kind,
    Message.subject_id,
    Message.phone,
    Message.body,
    Message.sender,
    Message.not_after,
    Message.sent_at,
    TRIES.label("tries"),
).where(Message.company_id == COMPANY)
DUE_MESSAGES = Query(
    FACTS.where(Message.send_at <= bindparam("now"))
    .order_by(Message.send_at)
    .limit(bindparam("at_most"))
    .with_for_update(of=Message, skip_locked=True),
    LockedMessage,
)
"""Due messages, earliest first. Rows that another process holds are skipped."""
LOCKED_MESSAGES = Query(
    FACTS.where(Message.id == func.any(bindparam("messages", type_=ARRAY(Uuid))))
    .order_by(Message.id)
    .with_for_update(of=Message),
    LockedMessage,
)
"""Messages by id. `tries` may be out of date: it is counted before the wait for the lock."""
QUEUED_MESSAGES = Query(
    FACTS.where(
        Message.subject_kind == bindparam("subject_kind"),
        Message.subject_id == bindparam("subject"),
        Message.kind == func.any(bindparam("kinds", type_=ARRAY(Text))),
        Message.status == MessageStatus.QUEUED,
    )
    .order_by(Message.id)
    .with_for_update(of=Message),
    LockedMessage,
)
"""Messages of a subject that no process has begun to send. Rows are locked in the same order everywhere."""


async def find_attempts(session: Session, company_id: UUID, message_id: UUID) -> Sequence[MessageAttempt]:
    query = select(MessageAttempt).where(
        MessageAttempt.company_id == company_id, MessageAttempt.message_id == message_id
    )
    return (await session.scalars(query.order_by(MessageAttempt.number))).all()


async def find_reports(session: Session, company_id: UUID, message_id: UUID) -> Sequence[DeliveryReport]:
    query = (
        select(DeliveryReport)
        .where(DeliveryReport.company_id == company_id, DeliveryReport.message_id == message_id)
        .order_by(DeliveryReport.id)
    )
    return (await session.scalars(query)).all()


def select_messages(
    scope: Scope,
    *,
    subject_kind: str | None,
    subject_id: UUID | None,
    status: MessageStatus | None,
    kind: str | None,
) -> Select[Message]:
    wanted = {"subject_kind": subject_kind, "subject_id": subject_id, "status": status, "kind": kind}
    query = select(Message).where(Message.company_id == scope.company_id)
    for name, value in wanted.items():
        if value is not None:
            query = query.where(getattr(Message, name) == value)
    return query
