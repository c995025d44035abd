"""All SQL about messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Select, Table, and_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.append import append
from app.db.session import Session
from app.db.wake import wake_for
from app.notifications.messages.models import DeliveryReport, Message, MessageAttempt
from app.notifications.messages.policies import MessageStatus

MESSAGES = cast(Table, Message.__table__)
INSERT_MESSAGE = insert(MESSAGES).on_conflict_do_nothing().returning(MESSAGES.c.id)


async def insert_message(session: Session, **values: Any) -> UUID | None:
    """None when a message with the same kind, subject, occurrence and recipient is there already."""
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


async def lock_message(session: Session, company_id: UUID, message_id: UUID) -> Message:
    """A message that is known to be there: nothing removes messages."""
    return (await session.scalars(LOCKED_MESSAGE, {"company": company_id, "message": message_id})).one()


async def find_queued(
    session: Session, company_id: UUID, *, subject_kind: str, subject_id: UUID, kinds: Sequence[str]
) -> Sequence[Message]:
    """Messages of a subject that no process has begun to send, locked in one order."""
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
    """Whether somebody has, or may have, such a message about it."""
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


DUE_MESSAGES = (
    select(Message)
    .where(Message.company_id == bindparam("company"), Message.send_at <= bindparam("now"))
    .order_by(Message.send_at)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)


async def take_due(session: Session, company_id: UUID, now: datetime, *, limit: int) -> Sequence[Message]:
    """Messages somebody must look at, earliest first, locked; those another process holds are left out."""
    values = {"company": company_id, "now": now, "at_most": limit}
    return (await session.scalars(DUE_MESSAGES, values)).all()


ATTEMPTS = cast(Table, MessageAttempt.__table__)
OF_MESSAGE = and_(
    ATTEMPTS.c.company_id == bindparam("company"), ATTEMPTS.c.message_id == bindparam("message")
)
TRIES = select(func.count(), func.max(func.coalesce(ATTEMPTS.c.finished_at, ATTEMPTS.c.started_at))).where(
    OF_MESSAGE
)
END_ATTEMPT = update(ATTEMPTS).where(OF_MESSAGE, ATTEMPTS.c.number == bindparam("attempt"))
END_ALL_ATTEMPTS = update(ATTEMPTS).where(OF_MESSAGE, ATTEMPTS.c.outcome.is_(None))


class Tries(NamedTuple):
    made: int
    last_at: datetime | None
    """When the last one ended or, if it never did, began."""


async def get_tries(session: Session, company_id: UUID, message_id: UUID) -> Tries:
    values = {"company": company_id, "message": message_id}
    return Tries(*(await session.execute(TRIES, values)).one())


async def add_attempt(session: Session, **values: Any) -> None:
    await append(session, ATTEMPTS, values)


async def end_attempt(
    session: Session, company_id: UUID, message_id: UUID, number: int, **outcome: Any
) -> None:
    values = {"company": company_id, "message": message_id, "attempt": number}
    await session.execute(END_ATTEMPT, values | outcome)


async def end_all_attempts(session: Session, company_id: UUID, message_id: UUID, **outcome: Any) -> None:
    """Those whose answer is still awaited."""
    await session.execute(END_ALL_ATTEMPTS, {"company": company_id, "message": message_id} | outcome)


async def find_attempts(session: Session, company_id: UUID, message_id: UUID) -> Sequence[MessageAttempt]:
    query = select(MessageAttempt).where(
        MessageAttempt.company_id == company_id, MessageAttempt.message_id == message_id
    )
    return (await session.scalars(query.order_by(MessageAttempt.number))).all()


async def insert_report(session: Session, **values: Any) -> bool:
    """False when the same report is there already."""
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
