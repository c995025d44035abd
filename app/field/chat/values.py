"""Messages as they are sent, and as they are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class SentPhoto(NamedTuple):
    """A photo that a message names. The hash keeps it from becoming another one."""

    attachment_id: UUID
    sha256: bytes


class SentMessage(NamedTuple):
    text: str
    photos: Sequence[SentPhoto]
    said_at: datetime
    corrects_id: UUID | None = None
    for_dispatcher: bool = False
    read_number: int | None = None
    """The newest message that the sender was shown. None: as far as the sender has read."""


class KnownPhoto(NamedTuple):
    """A photo of the job."""

    attachment_id: UUID
    sha256: bytes
    purpose: str
    stored_at: datetime | None


class StoredPhoto(NamedTuple):
    attachment_id: UUID
    sha256: str
    """Hex."""
    content_type: str


class StoredMessage(NamedTuple):
    """A message with its photos in the order in which they were sent."""

    id: UUID
    job_id: UUID
    number: int
    author_id: UUID
    text: str
    for_dispatcher: bool
    corrects_id: UUID | None
    said_at: datetime
    received_at: datetime
    photos: Sequence[StoredPhoto]


class Unread(NamedTuple):
    """How much of a chat somebody has not read."""

    job_id: UUID
    job_number: int
    unread: int
    """Messages of others."""
    last_number: int
    last_received_at: datetime
