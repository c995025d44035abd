"""All SQL about the chats of jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert

from app.core.folding import fold
from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.field.attachments.models import Attachment
from app.field.chat.models import ChatMessage, ChatPhoto, ChatRead
from app.field.chat.policies import MINUTE, spellings
from app.field.chat.values import KnownPhoto, StoredMessage, StoredPhoto, Unread
from app.http.paging import cut_page, read_cursor
from app.identity.tables import UserAccount
from app.orders.tables import Job
from app.workforce.tables import VisitBooking

OWN_COLUMNS = [getattr(ChatMessage, name) for name in StoredMessage._fields[:-1]]


def visible_to(scope: Scope) -> ColumnElement[bool]:
    """The office sees all messages. A worker sees those of jobs that he is booked for."""
    of_company = ChatMessage.company_id == scope.company_id
    return of_company if scope.is_office else and_(of_company, _is_booked(scope))


def _is_booked(scope: Scope) -> ColumnElement[bool]:
    return exists().where(
        VisitBooking.company_id == scope.company_id,
        VisitBooking.job_id == ChatMessage.job_id,
        VisitBooking.worker_id == scope.user_id,
    )


def _select_messages(company_id: UUID | BindParameter[UUID]) -> Select[*tuple[Any, ...]]:
    photo = func.jsonb_build_array(
        Attachment.id, func.encode(Attachment.sha256, "hex"), Attachment.content_type
    )
    photos = (
        select(func.jsonb_agg(photo).aggregate_order_by(ChatPhoto.position))
        .join(
            Attachment,
            and_(Attachment.company_id == ChatPhoto.company_id, Attachment.id == ChatPhoto.attachment_id),
        )
        .where(ChatPhoto.company_id == company_id, ChatPhoto.message_id == ChatMessage.id)
        .correlate(ChatMessage)
    )
    return select(*OWN_COLUMNS, photos.scalar_subquery()).where(ChatMessage.company_id == company_id)


def _message(*row: Any) -> StoredMessage:
    photos = [StoredPhoto(UUID(photo[0]), *photo[1:]) for photo in row[-1] or []]
    return StoredMessage._make([*row[:-1], photos])


async def get_message(session: Session, company_id: UUID, message_id: UUID) -> StoredMessage | None:
    row = (await session.execute(_select_messages(company_id).where(ChatMessage.id == message_id))).first()
    return _message(*row) if row else None


async def find_stems(session: Session, words: Sequence[str]) -> list[str]:
    """The words without their endings, folded as the text is: `петлями` finds `петля`.

    Words that say nothing, such as `и`, are left out unless there are no others.
    """
    word = func.unnest(literal(list(words), ARRAY(Text))).column_valued("word")
    russian, english = (
        func.ts_lexize(literal_column(f"'{language}_stem'::regdictionary"), word)
        for language in ("russian", "english")
    )
    rows = await session.execute(select(word, russian, english))
    stems = {name: of_english if name.isascii() else of_russian for name, of_russian, of_english in rows}
    return [_stem(name, stems[name]) for name in words if stems[name] != []] or [fold(one) for one in words]


def _stem(word: str, found: Sequence[str] | None) -> str:
    """The stem, if it is the beginning of the word: only that is found in a text."""
    whole, stem = fold(word), fold(found[0]) if found else ""
    return stem if stem and whole.startswith(stem) else whole


async def find_page(
    session: Session,
    scope: Scope,
    *,
    job_id: UUID | None,
    stems: Sequence[str],
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[StoredMessage], str | None]:
    """Messages that this person may see, the last written first. Each of the stems occurs in them.

    What was written at the same time stands in the order of arrival.

    Raises:
        CursorInvalid: no cursor of ours.
    """
    query = _select_messages(scope.company_id).where(
        visible_to(scope),
        ChatMessage.job_id == job_id if job_id else true(),
        *(_has(stem) for stem in stems),
    )
    if cursor is not None:
        query = query.where(await _is_before(session, scope, read_cursor(cursor)))
    query = query.order_by(ChatMessage.said_at.desc(), ChatMessage.number.desc(), ChatMessage.id.desc())
    rows = (await session.execute(query.limit(limit + 1))).all()
    return cut_page([_message(*row) for row in rows], limit)


def _has(stem: str) -> ColumnElement[bool]:
    return or_(*(ChatMessage.folded_text.icontains(one, autoescape=True) for one in spellings(stem)))


async def _is_before(session: Session, scope: Scope, message_id: UUID) -> ColumnElement[bool]:
    """What stands behind this message in a list. Behind one that does not exist stands nothing."""
    place = ChatMessage.said_at, ChatMessage.number, ChatMessage.id
    query = select(*place).where(ChatMessage.company_id == scope.company_id, ChatMessage.id == message_id)
    row = (await session.execute(query)).first()
    return tuple_(*place) < tuple_(*row) if row else ChatMessage.id.is_(None)


COMPANY = bindparam("company", type_=Uuid)
_LAST = (
    select(
        ChatMessage.job_id,
        (func.max(ChatMessage.number) - bindparam("newest", type_=Integer)).label("before"),
    )
    .where(
        ChatMessage.company_id == COMPANY,
        ChatMessage.job_id == func.any(bindparam("jobs", type_=ARRAY(Uuid))),
    )
    .group_by(ChatMessage.job_id)
    .subquery("last")
)
MESSAGES_OF_JOBS = Query(
    _select_messages(COMPANY)
    .add_columns(UserAccount.name)
    .join(_LAST, _LAST.c.job_id == ChatMessage.job_id)
    .join(
        UserAccount,
        and_(UserAccount.company_id == ChatMessage.company_id, UserAccount.id == ChatMessage.author_id),
    )
    .where(ChatMessage.number > _LAST.c.before)
    .order_by(ChatMessage.job_id, ChatMessage.number),
    lambda *row: (_message(*row[:-1]), row[-1]),
)


async def find_messages_of_jobs(
    work: Work, job_ids: Sequence[UUID], *, newest: int = 50
) -> list[tuple[StoredMessage, str]]:
    """For each of these jobs the messages that arrived last, at most `newest`, each with the name of its author; by
    job and number."""
    return await work.all(MESSAGES_OF_JOBS, jobs=job_ids, newest=newest)


async def find_known_photos(
    session: Session, company_id: UUID, job_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, KnownPhoto]:
    """Those of these files that belong to the job and were not abandoned. They are locked against removal."""
    query = select(*(getattr(Attachment, name) for name in ("id", *KnownPhoto._fields[1:]))).where(
        Attachment.company_id == company_id,
        Attachment.job_id == job_id,
        Attachment.id.in_(ids),
        Attachment.is_abandoned.is_(False),
    )
    if not ids:
        return {}
    rows = await session.execute(query.with_for_update(read=True, key_share=True))
    return {row[0]: KnownPhoto(*row) for row in rows}


async def get_last_number(session: Session, company_id: UUID, job_id: UUID) -> int:
    """0 if nobody has written."""
    query = select(func.max(ChatMessage.number)).where(
        ChatMessage.company_id == company_id, ChatMessage.job_id == job_id
    )
    return await session.scalar(query) or 0


async def count_within_minute(
    session: Session, company_id: UUID, *, job_id: UUID, author_id: UUID, said_at: datetime
) -> int:
    """How many messages this person wrote in the minute before."""
    query = select(func.count()).where(
        ChatMessage.company_id == company_id,
        ChatMessage.job_id == job_id,
        ChatMessage.said_at > said_at - MINUTE,
        ChatMessage.said_at <= said_at,
        ChatMessage.author_id == author_id,
    )
    return await session.scalar(query) or 0


async def find_asked_numbers(session: Session, company_id: UUID, job_id: UUID) -> list[int]:
    """The messages that were for the dispatcher."""
    query = select(ChatMessage.number).where(
        ChatMessage.company_id == company_id,
        ChatMessage.job_id == job_id,
        ChatMessage.for_dispatcher.is_(True),
    )
    return list(await session.scalars(query.order_by(ChatMessage.number)))


async def keep_read(
    session: Session, company_id: UUID, *, job_id: UUID, user_id: UUID, number: int, now: datetime
) -> None:
    """Move a read mark up. It never goes down."""
    new = insert(ChatRead).values(
        company_id=company_id, job_id=job_id, user_id=user_id, read_number=number, read_at=now
    )
    further = new.on_conflict_do_update(
        index_elements=[ChatRead.company_id, ChatRead.job_id, ChatRead.user_id],
        set_={"read_number": new.excluded.read_number, "read_at": new.excluded.read_at},
        where=ChatRead.read_number < new.excluded.read_number,
    )
    await session.execute(further)


async def get_read_number(session: Session, company_id: UUID, *, job_id: UUID, user_id: UUID) -> int:
    """How far this person has read. 0: nothing."""
    query = select(ChatRead.read_number).where(
        ChatRead.company_id == company_id, ChatRead.job_id == job_id, ChatRead.user_id == user_id
    )
    return await session.scalar(query) or 0


async def find_reads(session: Session, company_id: UUID, job_id: UUID) -> Sequence[ChatRead]:
    """How far each person has read, who has read anything."""
    query = select(ChatRead).where(ChatRead.company_id == company_id, ChatRead.job_id == job_id)
    return (await session.scalars(query.order_by(ChatRead.user_id))).all()


def _select_unread(scope: Scope) -> Select[*tuple[Any, ...]]:
    """For each job what others have written and this person has not read."""
    is_mine = and_(
        ChatRead.company_id == ChatMessage.company_id,
        ChatRead.job_id == ChatMessage.job_id,
        ChatRead.user_id == scope.user_id,
    )
    return (
        select(
            ChatMessage.job_id,
            Job.number,
            func.count(),
            func.max(ChatMessage.number),
            func.max(ChatMessage.received_at),
        )
        .join(Job, and_(Job.company_id == ChatMessage.company_id, Job.id == ChatMessage.job_id))
        .outerjoin(ChatRead, is_mine)
        .where(
            visible_to(scope),
            ChatMessage.author_id != scope.user_id,
            ChatMessage.number > func.coalesce(ChatRead.read_number, 0),
        )
        .group_by(ChatMessage.job_id, Job.number)
    )


async def find_unread(
    session: Session, scope: Scope, *, since: datetime, cursor: str | None, limit: int
) -> tuple[Sequence[Unread], str | None]:
    """Chats with messages since then that this person has not read; the newest job first.

    Raises:
        CursorInvalid: no cursor of ours.
    """
    query = _select_unread(scope).where(ChatMessage.received_at >= since)
    if cursor is not None:
        query = query.where(ChatMessage.job_id < read_cursor(cursor))
    rows = await session.execute(query.order_by(ChatMessage.job_id.desc()).limit(limit + 1))
    return cut_page([Unread(*row) for row in rows], limit, by="job_id")


async def find_unread_of_jobs(session: Session, scope: Scope, job_ids: Sequence[UUID]) -> dict[UUID, Unread]:
    """The chats of these jobs in which this person has not read everything."""
    query = _select_unread(scope).where(ChatMessage.job_id.in_(job_ids))
    return {row[0]: Unread(*row) for row in await session.execute(query)}
