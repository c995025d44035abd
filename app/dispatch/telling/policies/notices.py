"""What is true of a visit, and what its client was told."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID

from app.dispatch.confirmation import policies as confirmation
from app.dispatch.visits.policies import Phase
from app.notifications.api import MessageKind, MessageStatus

WAITS_FOR = timedelta(hours=12)
"""Somebody who was told that a worker is coming waits for him this long at most."""
LATE_AFTER = timedelta(minutes=2)
"""A message that the gateway has refused for so long is told by a person. It is still tried."""


class Says(StrEnum):
    """What a notice tells the client."""

    BOOKED = "booked"
    ASKED = "asked"
    """Does the time suit him? It says the time, so it also tells whoever knew of no visit."""
    REMINDED = "reminded"
    MOVED = "moved"
    PERSON = "person"
    """Somebody else comes than was said."""
    ON_THE_WAY = "on_the_way"
    NOT_COMING = "not_coming"
    """Whoever was on the way does not come. Somebody else is being looked for."""
    FAILED = "failed"
    """The visit is over, and nothing was done."""
    CALLED_OFF = "called_off"


NAMES_WHO_COMES = frozenset({Says.BOOKED, Says.ASKED, Says.REMINDED, Says.MOVED, Says.PERSON})
"""They say when somebody comes, and some of them who. The client keeps the name in mind when the visit is moved."""


class Window(NamedTuple):
    """Somebody arrives in [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime


class Truth(NamedTuple):
    """What is true of a visit."""

    phase: Phase
    window: Window
    who: UUID | None
    """The crew or worker who has accepted. None: nobody has yet. Nobody else is ever named."""
    departed_at: datetime | None
    expected_at: datetime | None
    client_knows: bool = False
    """The client himself ended the visit."""
    answer: str | None = None
    """What the client has answered about this window."""
    answered_at: datetime | None = None
    is_new_client: bool = False

    @property
    def is_refused(self) -> bool:
        """The client has said that the time does not suit him. Nobody asks or reminds him of it."""
        return self.answer in (confirmation.Says.NO, confirmation.Says.MOVE)


class Notice(NamedTuple):
    """One row of `client_notice`, with what became of its message and of its items."""

    number: int
    says: Says
    window: Window
    who: UUID | None
    departed_at: datetime | None
    created_at: datetime
    message_id: UUID | None = None
    message_status: MessageStatus | None = None
    phone: str | None = None
    """The number the message goes to."""
    item_id: UUID | None = None
    item_is_open: bool = False
    item_done_by: UUID | None = None
    """Who has told the client and closed the item. None: it was settled without anybody."""
    who_name: str = ""
    asks: bool = False
    supervisor_item_id: UUID | None = None
    supervisor_item_is_open: bool = False
    waits_until: datetime | None = None
    """The message waits for the morning."""
    was_tried: bool = False
    """It waits for another channel, or was stopped then: the one before may have told the client."""
    is_by_sms: bool = True
    is_to_lost_number: bool = False
    """It went to a number that is not the client's any more."""

    @property
    def late_from(self) -> datetime:
        """When a message that still waits is told by a person."""
        return max(self.created_at, self.waits_until or self.created_at) + LATE_AFTER

    @property
    def was_told(self) -> bool:
        """The client got it, or may have got it. A message that only waited does not count."""
        if self.item_done_by is not None:
            return True
        return not self.is_to_lost_number and (self.message_status in LEFT or self.was_tried)

    @property
    def has_arrived(self) -> bool:
        return self.item_done_by is not None or self.message_status in ARRIVED

    @property
    def has_item(self) -> bool:
        """A person is asked to tell the client, or was and did."""
        return self.item_is_open or self.item_done_by is not None

    @property
    def relied_on_until(self) -> datetime:
        """Until when the client acts by it. After that he knows by himself what has become of the visit."""
        if self.says in NAMES_WHO_COMES:
            return self.window.ends_at
        return max(self.window.ends_at, self.created_at + WAITS_FOR)

    def seen_from(self, numbers: Collection[str]) -> Self:
        """The notice for a client who has these numbers now."""
        is_lost = self.is_by_sms and self.message_id is not None and self.phone not in numbers
        return self._replace(is_to_lost_number=is_lost)

    @property
    def words(self) -> "Words":
        return Words(self.says, self.window, self.who, self.departed_at, self.asks)


ARRIVED = frozenset({MessageStatus.SENT, MessageStatus.DELIVERED})
LEFT = ARRIVED | {MessageStatus.SENDING, MessageStatus.UNKNOWN}


class Words(NamedTuple):
    """What a notice says. Two notices with the same words are the same news."""

    says: Says
    window: Window
    who: UUID | None = None
    departed_at: datetime | None = None
    asks: bool = False
    """It asks for an answer."""

    @property
    def has_link(self) -> bool:
        """Its message leads to the client's page: he answers there, or looks who comes."""
        return self.asks or self.says in (Says.ON_THE_WAY, Says.REMINDED)


KINDS = {
    Says.BOOKED: MessageKind.VISIT_BOOKED,
    Says.ASKED: MessageKind.VISIT_ASKED,
    Says.REMINDED: MessageKind.VISIT_REMINDED,
    Says.MOVED: MessageKind.VISIT_MOVED,
    Says.PERSON: MessageKind.OTHER_WORKER_COMES,
    Says.ON_THE_WAY: MessageKind.ON_MY_WAY,
    Says.NOT_COMING: MessageKind.WORKER_NOT_COMING,
    Says.FAILED: MessageKind.VISIT_FAILED,
    Says.CALLED_OFF: MessageKind.VISIT_CANCELED,
}


def kind_of(words: Words) -> MessageKind:
    """The kind of the message with these words. A booking that names who comes has a text of its own."""
    if words.says == Says.BOOKED and words.who is not None:
        return MessageKind.INSTALLATION_BOOKED
    return KINDS[words.says]
