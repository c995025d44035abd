"""All SQL about messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ARRAY, Select, Table, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.wake import wake_for
from app.notifications.messages.models import DeliveryReport, Message, MessageAttempt
from app.notifications.messages.policies import MessageStatus

MESSAGES = cast(Table, Message.__table__)
INSERT_MESSAGE = insert(MESSAGES).on_conflict_do_nothing().returning(MESSAGES.c.id)


async def insert_message(session: Session, **values: Any) -> UUID | None:
    """Insert a message. None if one with the same kind, subject, occurrence and recipient exists already."""
    inserted: UUID | None = await session.scalar(INSERT_MESSAGE, {"id": uuid7()} | values)
    if inserted is not None:
        wake_for(session, MESSAGES, values)
    return inserted


ONE_MESSAGE = select(Message).where(
    Message.company_id == bindparam("company"), Message.id == bindparam("message")
)
LOCKED_MESSAGE = ONE_MESSAGE.with_for_update().execution_options(populate_existing=True)


async def get_message(
    session: Session, company_id: UUID, message_id: UUID, *, lock: bool = False
) -> Message | None:
    values = {"company": company_id, "message": message_id}
    return await session.scalar(LOCKED_MESSAGE if lock else ONE_MESSAGE, values)


async def find_queued(
    session: Session, company_id: UUID, *, subject_kind: str, subject_id: UUID, kinds: Sequence[str]
) -> Sequence[Message]:
    """Messages of a subject that no process has begun to send. Rows are locked in the same order everywhere."""
    query = (
        select(Message)
        .where(
            Message.company_id == company_id,
            Message.subject_kind == subject_kind,
            Message.subject_id == subject_id,
            Message.kind.in_(kinds),
            Message.status == MessageStatus.QUEUED,
        )
        .order_by(Message.id)
        .with_for_update()
    )
    return (await session.scalars(query)).all()


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


class SentMessage(NamedTuple):
    """What the sender reads of a message. Its row is locked."""

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


TRIES = (
    select(func.count())
    .where(
        MessageAttempt.company_id == Message.company_id,
        MessageAttempt.message_id == Message.id,
    )
    .scalar_subquery()
)
SENT_MESSAGES = select(
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
).where(Message.company_id == bindparam("company"))
DUE_MESSAGES = Query(
    SENT_MESSAGES.where(Message.send_at <= bindparam("now"))
    .order_by(Message.send_at)
    .limit(bindparam("at_most"))
    .with_for_update(of=Message, skip_locked=True),
    SentMessage,
)
"""Due messages, earliest first. Rows that another process holds are skipped."""
LOCKED_MESSAGES = Query(
    SENT_MESSAGES.where(Message.id == func.any(bindparam("messages", type_=ARRAY(Uuid))))
    .order_by(Message.id)
    .with_for_update(of=Message),
    SentMessage,
)
"""Messages by id. `tries` may be out of date: it is counted before the wait for the lock."""


async def find_attempts(session: Session, company_id: UUID, message_id: UUID) -> Sequence[MessageAttempt]:
    query = select(MessageAttempt).where(
        MessageAttempt.company_id == company_id, MessageAttempt.message_id == message_id
    )
    return (await session.scalars(query.order_by(MessageAttempt.number))).all()


async def insert_report(session: Session, **values: Any) -> bool:
    """Insert a delivery report. False if the same report exists already."""
    statement = insert(DeliveryReport).values(id=uuid7(), **values)
    inserted = await session.execute(statement.on_conflict_do_nothing().returning(DeliveryReport.id))
    return inserted.first() is not None


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
