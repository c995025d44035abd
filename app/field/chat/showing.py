"""Messages and chats with the names of people, in a fixed number of reads."""

from collections.abc import Sequence
from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session
from app.field.chat import queries, service
from app.field.chat.models import ChatRead
from app.field.chat.schemas import ChatMessageOut, ChatOut, ChatReadOut
from app.field.chat.values import StoredMessage


async def show_messages(
    session: Session, scope: Scope, messages: Sequence[StoredMessage]
) -> list[ChatMessageOut]:
    names = await service.find_names(session, scope, [message.author_id for message in messages])
    return [ChatMessageOut.of(message, names[message.author_id]) for message in messages]


async def show_message(session: Session, scope: Scope, message: StoredMessage) -> ChatMessageOut:
    return (await show_messages(session, scope, [message]))[0]


async def show_chat(session: Session, scope: Scope, job_id: UUID) -> ChatOut:
    """The chat of a job as this person sees it. The caller has checked that he may."""
    reads = await queries.find_reads(session, scope.company_id, job_id)
    names = await service.find_names(session, scope, [read.user_id for read in reads])
    unread = (await queries.find_unread_of_jobs(session, scope, [job_id])).get(job_id)
    return ChatOut(
        job_id=job_id,
        last_number=await queries.get_last_number(session, scope.company_id, job_id),
        unread=unread.unread if unread else 0,
        reads=[_read(read, names[read.user_id]) for read in reads],
    )


def _read(read: ChatRead, name: str) -> ChatReadOut:
    return ChatReadOut(user_id=read.user_id, name=name, read_number=read.read_number, read_at=read.read_at)
