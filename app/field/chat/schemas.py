from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec

from app.field.attachments.schemas import DeclareAttachment, Sha256
from app.field.chat.policies import PHOTOS_MAX
from app.field.chat.values import SentMessage, SentPhoto, StoredMessage, Unread
from app.field.schemas import FieldCommand
from app.http.schemas import In, LongText, Out

Number = Annotated[
    int, msgspec.Meta(ge=0, le=2**31 - 1, description="Number of a message in the chat of its job")
]


class PhotoIn(In):
    """A photo of the same job that is uploaded already: declare it with the purpose `chat`."""

    attachment_id: UUID
    sha256: Sha256


Photos = Annotated[list[PhotoIn], msgspec.Meta(max_length=PHOTOS_MAX)]


def _sent_photos(photos: Photos) -> list[SentPhoto]:
    return [SentPhoto(one.attachment_id, bytes.fromhex(one.sha256)) for one in photos]


class SendChatMessage(FieldCommand, kw_only=True):
    """A message from the phone. Text or a photo is needed."""

    text: LongText = ""
    photos: Photos = []
    for_dispatcher: bool = False
    """Put it before the dispatchers until one of them answers or ticks it."""
    corrects_id: UUID | None = None
    """An own message that this one corrects. That one stays as it is."""

    def sent(self, now: datetime) -> SentMessage:
        return SentMessage(
            text=self.text.strip(),
            photos=_sent_photos(self.photos),
            said_at=self.happened_at(now),
            corrects_id=self.corrects_id,
            for_dispatcher=self.for_dispatcher,
        )


class AnswerInChat(In):
    """A message of the office. Text or a photo is needed."""

    text: LongText = ""
    photos: Photos = []
    corrects_id: UUID | None = None
    """An own message that this one corrects. That one stays as it is."""
    read_number: Number | None = None
    """The newest message that the writer was shown. A question that came later stays open. Default: how far the writer
    has read the chat."""

    def sent(self, now: datetime) -> SentMessage:
        return SentMessage(
            text=self.text.strip(),
            photos=_sent_photos(self.photos),
            said_at=now,
            corrects_id=self.corrects_id,
            read_number=self.read_number,
        )


class DeclareChatPhoto(In):
    """A photo that the office will send for a message."""

    content_type: Annotated[str, msgspec.Meta(max_length=100)]
    """image/jpeg, image/png or image/webp."""
    size: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1, description="Bytes")]
    sha256: Sha256
    caption: Annotated[str, msgspec.Meta(max_length=500)] = ""

    def declared(self) -> DeclareAttachment:
        return DeclareAttachment(
            purpose="chat",
            content_type=self.content_type,
            size=self.size,
            sha256=self.sha256,
            caption=self.caption,
        )


class ReadChat(FieldCommand, kw_only=True):
    """The worker has seen the chat up to this message."""

    read_number: Number


class MarkChatRead(In):
    read_number: Number
    """The newest message that was shown. All up to it are read."""


class ChatPhotoOut(Out):
    attachment_id: UUID
    sha256: str
    content_type: str
    content_url: str
    """Path on this server."""


class ChatMessageOut(Out):
    id: UUID
    job_id: UUID
    number: int
    """1, 2, … within the job, in the order of arrival and without gaps."""
    author_id: UUID
    author_name: str
    text: str
    photos: list[ChatPhotoOut]
    for_dispatcher: bool
    corrects_id: UUID | None
    said_at: datetime
    """When it was written: the phone's time, corrected by ours. The list is in this order."""
    received_at: datetime
    """When it arrived. Much later than `said_at` if the phone had no network."""

    @classmethod
    def of(cls, message: StoredMessage, author_name: str) -> Self:
        photos = [
            ChatPhotoOut(**photo._asdict(), content_url=f"/api/v1/attachments/{photo.attachment_id}/content")
            for photo in message.photos
        ]
        return cls(**message._asdict() | {"photos": photos}, author_name=author_name)


class ChatReadOut(Out):
    """How far a person has read."""

    user_id: UUID
    name: str
    read_number: int
    read_at: datetime


class ChatOut(Out):
    """The chat of a job."""

    job_id: UUID
    last_number: int
    """Of the message that arrived last; 0 if there is none."""
    unread: int
    """Messages of others that the caller has not read."""
    reads: list[ChatReadOut]
    """Everybody who has read anything."""


class UnreadChatOut(Out):
    job_id: UUID
    job_number: int
    unread: int
    """Messages of others within the last 30 days that the caller has not read."""
    last_number: int
    """The newest of them."""
    last_received_at: datetime

    @classmethod
    def of(cls, unread: Unread) -> Self:
        return cls(**unread._asdict())
