"""What a worker's phone commands in chats."""

from app.db.session import Session
from app.field.chat import service
from app.field.chat.policies import ChatPhotoNotUploaded, ChatTooFast
from app.field.chat.schemas import ChatMessageOut, ChatOut, ReadChat, SendChatMessage
from app.field.chat.showing import show_chat, show_message
from app.field.commands.kinds import Kind, Sent, Subject


async def send_chat_message(session: Session, sent: Sent[SendChatMessage]) -> ChatMessageOut:
    message = await service.send_message(
        session, sent.caller, job_id=sent.subject_id, sent=sent.body.sent(sent.now), now=sent.now
    )
    return await show_message(session, sent.caller, message)


async def read_chat(session: Session, sent: Sent[ReadChat]) -> ChatOut:
    await service.mark_read(
        session, sent.caller, job_id=sent.subject_id, number=sent.body.read_number, now=sent.now
    )
    return await show_chat(session, sent.caller, sent.subject_id)


SEND_CHAT_MESSAGE = Kind(
    "send_chat_message",
    SendChatMessage,
    Subject.JOB,
    send_chat_message,
    status=201,
    waits_for=lambda refusal: isinstance(refusal, ChatPhotoNotUploaded | ChatTooFast),
)
READ_CHAT = Kind("read_chat", ReadChat, Subject.JOB, read_chat)
