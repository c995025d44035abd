from typing import Annotated
from uuid import UUID

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from app.core.clock import Clock
from app.core.errors import CommandReused
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.api import VisitNotFound
from app.field.attachments.schemas import AttachmentOut
from app.field.attachments.service import (
    AttachmentIdTaken,
    AttachmentRefused,
    TooManyAttachments,
    UploadQuotaExceeded,
    declare_attachment,
    quota_of,
)
from app.field.chat import queries, service
from app.field.chat.commands import READ_CHAT, SEND_CHAT_MESSAGE
from app.field.chat.policies import (
    UNREAD_SINCE,
    ChatFull,
    ChatMessageEmpty,
    ChatMessageNotFound,
    ChatPhotoNotUploaded,
    ChatPhotosRefused,
    ChatTooFast,
)
from app.field.chat.schemas import (
    AnswerInChat,
    ChatMessageOut,
    ChatOut,
    DeclareChatPhoto,
    MarkChatRead,
    ReadChat,
    SendChatMessage,
    UnreadChatOut,
)
from app.field.chat.showing import show_chat, show_message, show_messages
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.visits import VisitNotHeld
from app.http.guards import anybody, office, workers
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.refusals import refuses
from app.http.schemas import Page
from app.orders import api as orders
from app.orders.api import JobNotFound

Words = Annotated[
    str | None,
    QueryParameter(
        name="q",
        min_length=2,
        max_length=200,
        pattern=r"\S",
        description="Words of the message, in any form: `замок` finds `замком`",
    ),
]


@post("/field/jobs/{job_id:uuid}/messages", operation_id="sendChatMessage", guards=[workers])
@refuses(
    ChatFull,
    ChatMessageEmpty,
    ChatMessageNotFound,
    ChatPhotoNotUploaded,
    ChatPhotosRefused,
    ChatTooFast,
    CommandReused,
    JobNotFound,
    NumberUsed,
)
async def send_chat_message(
    job_id: FromPath[UUID], data: JSONBody[SendChatMessage], door: NamedDependency[Door]
) -> ChatMessageOut:
    """Write in the chat of a job. It stands where it was written, also if the phone sends it hours later."""
    return await door.carry_out(SEND_CHAT_MESSAGE, job_id, data)


@post("/jobs/{job_id:uuid}/messages", operation_id="answerInChat", guards=[office])
@refuses(
    ChatFull,
    ChatMessageEmpty,
    ChatMessageNotFound,
    ChatPhotoNotUploaded,
    ChatPhotosRefused,
    ChatTooFast,
    JobNotFound,
)
@once
async def answer_in_chat(
    job_id: FromPath[UUID],
    data: JSONBody[AnswerInChat],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ChatMessageOut:
    """Write in the chat of a job. A message of a dispatcher settles the questions that he was shown."""
    now = clock.now()
    message = await service.send_message(session, caller, job_id=job_id, sent=data.sent(now), now=now)
    return await show_message(session, caller, message)


@post("/visits/{visit_id:uuid}/chat-photos", operation_id="declareChatPhoto", guards=[office])
@refuses(
    AttachmentIdTaken,
    AttachmentRefused,
    TooManyAttachments,
    UploadQuotaExceeded,
    VisitNotFound,
    VisitNotHeld,
)
@once
async def declare_chat_photo(
    visit_id: FromPath[UUID],
    data: JSONBody[DeclareChatPhoto],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> AttachmentOut:
    """Declare a photo of the office for the chat. Upload it as phones do, then name it in a message."""
    async with work_in(session, caller.company_id) as work:
        attachment = await declare_attachment(
            work,
            caller,
            visit_id=visit_id,
            declared=data.declared(),
            quota=quota_of(settings),
            now=clock.now(),
        )
    return AttachmentOut.of(attachment)


@get("/jobs/{job_id:uuid}/messages", operation_id="listChatMessages", guards=[anybody])
@refuses(JobNotFound)
async def list_chat_messages(
    job_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    q: Words = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ChatMessageOut]:
    """The chat of a job for everybody who may see the job: the last written first."""
    messages, next_cursor = await service.find_messages(
        session, caller, job_id, search=q, cursor=cursor, limit=limit
    )
    return Page(items=await show_messages(session, caller, messages), next_cursor=next_cursor)


@get("/chat/messages", operation_id="searchChats", guards=[anybody])
async def search_chats(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    q: Words = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ChatMessageOut]:
    """Search the chats of all jobs; a worker those of his own. The last written first."""
    messages, next_cursor = await service.search_chats(session, caller, search=q, cursor=cursor, limit=limit)
    return Page(items=await show_messages(session, caller, messages), next_cursor=next_cursor)


@get("/chat/unread", operation_id="listUnreadChats", guards=[anybody])
async def list_unread_chats(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[UnreadChatOut]:
    """Jobs in whose chat somebody else has written something that the caller has not read. The newest job first."""
    since = clock.now() - UNREAD_SINCE
    chats, next_cursor = await queries.find_unread(session, caller, since=since, cursor=cursor, limit=limit)
    return Page(items=[UnreadChatOut.of(chat) for chat in chats], next_cursor=next_cursor)


@get("/jobs/{job_id:uuid}/chat", operation_id="getChat", guards=[anybody])
@refuses(JobNotFound)
async def get_chat(
    job_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ChatOut:
    """How many messages there are, and how far everybody has read."""
    await orders.get_job(session, caller, job_id)
    return await show_chat(session, caller, job_id)


@post("/field/jobs/{job_id:uuid}/chat/read", operation_id="readChat", guards=[workers], status_code=200)
@refuses(CommandReused, JobNotFound, NumberUsed)
async def read_chat(job_id: FromPath[UUID], data: JSONBody[ReadChat], door: NamedDependency[Door]) -> ChatOut:
    """Say how far the worker has read the chat."""
    return await door.carry_out(READ_CHAT, job_id, data)


@put("/jobs/{job_id:uuid}/chat/read", operation_id="markChatRead", guards=[office])
@refuses(JobNotFound)
async def mark_chat_read(
    job_id: FromPath[UUID],
    data: JSONBody[MarkChatRead],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ChatOut:
    """Say how far the caller has read the chat. A mark that lies behind the present one changes nothing."""
    await service.mark_read(session, caller, job_id=job_id, number=data.read_number, now=clock.now())
    return await show_chat(session, caller, job_id)


router = Router(
    "/",
    route_handlers=[
        send_chat_message,
        answer_in_chat,
        declare_chat_photo,
        list_chat_messages,
        search_chats,
        list_unread_chats,
        get_chat,
        read_chat,
        mark_chat_read,
    ],
    dependencies=DOOR,
    tags=["field: chat"],
)
