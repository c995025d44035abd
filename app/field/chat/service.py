"""The chat of a job: everybody who may see the job reads and writes in it. Nothing is edited or deleted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.field import ChatMessageSent
from app.core.folding import words_of
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.db.work import work_in
from app.field.chat import policies, queries
from app.field.chat.models import ChatMessage, ChatPhoto
from app.field.chat.policies import ChatMessageNotFound
from app.field.chat.values import SentMessage, StoredMessage
from app.identity.api import find_users
from app.notifications.api import InboxKind, Item, add_items_once, settle_occurrences
from app.orders import api as orders


async def send_message(
    session: Session, scope: Scope, *, job_id: UUID, sent: SentMessage, now: datetime
) -> StoredMessage:
    """Add a message to the chat. The job's row is locked, so that numbers have no gaps.

    A question for the dispatcher becomes an inbox item. The next message of a dispatcher
    who has read it settles it.

    Raises:
        JobNotFound: no such job, or not this worker's.
        ChatMessageEmpty, ChatFull, ChatTooFast: see `policies`.
        ChatPhotosRefused, ChatPhotoNotUploaded: see `policies.check_photos`.
        ChatMessageNotFound: it corrects something else than an own message of this chat.
    """
    policies.check_message(sent)
    await orders.lock_job(session, scope, job_id)
    number = await _next_number(session, scope, job_id, sent)
    await _check_photos(session, scope, job_id, sent)
    await _check_corrected(session, scope, job_id, sent)
    message_id = await _keep_message(session, scope, job_id, sent, number=number, now=now)
    if sent.read_number is not None:
        await mark_read(session, scope, job_id=job_id, number=sent.read_number, now=now)
    if sent.for_dispatcher:
        await _ask_dispatcher(session, scope, job_id, sent, number=number, message_id=message_id)
    elif policies.answers_questions(scope, sent):
        await _settle_questions(session, scope, job_id, sent, now=now)
    news = ChatMessageSent(
        job_id=job_id,
        message_id=message_id,
        number=number,
        author_id=scope.user_id,
        for_dispatcher=sent.for_dispatcher,
    )
    await announce(session, scope.company_id, news)
    return await _get_kept(session, scope, message_id)


async def _next_number(session: Session, scope: Scope, job_id: UUID, sent: SentMessage) -> int:
    last = await queries.get_last_number(session, scope.company_id, job_id)
    within_minute = await queries.count_within_minute(
        session, scope.company_id, job_id=job_id, author_id=scope.user_id, said_at=sent.said_at
    )
    policies.check_pace(last_number=last, within_minute=within_minute)
    return last + 1


async def _check_photos(session: Session, scope: Scope, job_id: UUID, sent: SentMessage) -> None:
    ids = [photo.attachment_id for photo in sent.photos]
    known = await queries.find_known_photos(session, scope.company_id, job_id, ids)
    policies.check_photos(sent.photos, known)


async def _check_corrected(session: Session, scope: Scope, job_id: UUID, sent: SentMessage) -> None:
    if sent.corrects_id is None:
        return
    corrected = await queries.get_message(session, scope.company_id, sent.corrects_id)
    if corrected is None or (corrected.job_id, corrected.author_id) != (job_id, scope.user_id):
        raise ChatMessageNotFound


async def _keep_message(
    session: Session, scope: Scope, job_id: UUID, sent: SentMessage, *, number: int, now: datetime
) -> UUID:
    message = ChatMessage(
        company_id=scope.company_id,
        id=uuid7(),
        job_id=job_id,
        number=number,
        author_id=scope.user_id,
        text=sent.text,
        for_dispatcher=sent.for_dispatcher,
        corrects_id=sent.corrects_id,
        said_at=sent.said_at,
        received_at=now,
    )
    session.add(message)
    await session.flush()  # the photos refer to it
    session.add_all(
        ChatPhoto(
            company_id=scope.company_id,
            message_id=message.id,
            position=position,
            attachment_id=photo.attachment_id,
        )
        for position, photo in enumerate(sent.photos, start=1)
    )
    await session.flush()  # the answer shows them
    return message.id


async def _get_kept(session: Session, scope: Scope, message_id: UUID) -> StoredMessage:
    message = await queries.get_message(session, scope.company_id, message_id)
    if message is None:  # it was written by this transaction
        raise LookupError(message_id)
    return message


async def _ask_dispatcher(
    session: Session, scope: Scope, job_id: UUID, sent: SentMessage, *, number: int, message_id: UUID
) -> None:
    job = await orders.get_job(session, scope, job_id)
    names = await find_names(session, scope, [scope.user_id])
    params = {
        "worker": names[scope.user_id],
        "number": job.number,
        "question": policies.excerpt(sent.text),
        "message_id": str(message_id),
    }
    item = Item("dispatcher", InboxKind.CHAT_QUESTION, "job", job_id, params, occurrence=str(number))
    await add_items_once(session, scope.company_id, item)


async def _settle_questions(
    session: Session, scope: Scope, job_id: UUID, sent: SentMessage, *, now: datetime
) -> None:
    asked = await queries.find_asked_numbers(session, scope.company_id, job_id)
    read_number = await queries.get_read_number(
        session, scope.company_id, job_id=job_id, user_id=scope.user_id
    )
    answered = policies.answered_numbers(asked, read_number=read_number)
    if not answered:
        return
    occurrences = [str(number) for number in answered]
    async with work_in(session, scope.company_id) as work:
        work.write(settle_occurrences(InboxKind.CHAT_QUESTION, job_id, occurrences, now=now))


async def mark_read(session: Session, scope: Scope, *, job_id: UUID, number: int, now: datetime) -> None:
    """Remember that this person has read the chat up to a message. Numbers that do not exist yet do not count.

    Raises:
        JobNotFound: no such job, or not this worker's.
    """
    await orders.get_job(session, scope, job_id)
    last = await queries.get_last_number(session, scope.company_id, job_id)
    reached = min(number, last)
    if reached > 0:
        await queries.keep_read(
            session, scope.company_id, job_id=job_id, user_id=scope.user_id, number=reached, now=now
        )


async def find_messages(
    session: Session, scope: Scope, job_id: UUID, *, search: str | None, cursor: str | None, limit: int
) -> tuple[Sequence[StoredMessage], str | None]:
    """A page of the chat, the last written first. `search` as in `search_chats`.

    Raises:
        JobNotFound: no such job, or not this worker's.
        CursorInvalid: no cursor of ours.
    """
    await orders.get_job(session, scope, job_id)
    return await search_chats(session, scope, job_id=job_id, search=search, cursor=cursor, limit=limit)


async def search_chats(
    session: Session,
    scope: Scope,
    *,
    search: str | None,
    cursor: str | None,
    limit: int,
    job_id: UUID | None = None,
) -> tuple[Sequence[StoredMessage], str | None]:
    """A page of messages in which each of the words occurs, whatever their endings. The last written first.

    Raises:
        CursorInvalid: no cursor of ours.
    """
    words = words_of(search or "")
    stems = await queries.find_stems(session, words) if words else []
    return await queries.find_page(session, scope, job_id=job_id, stems=stems, cursor=cursor, limit=limit)


async def find_names(session: Session, scope: Scope, user_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of these people."""
    return {user.id: user.name for user in await find_users(session, scope.company_id, set(user_ids))}
