"""What a client must be told: compares what he was told last with what is true. No clock and no database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.dispatch.visits.policies import Phase
from app.notifications.api import MessageKind, MessageStatus

WAITS_FOR = timedelta(hours=12)
"""Somebody who was told that a worker is coming waits for him this long at most."""
LATE_AFTER = timedelta(minutes=2)
"""A message that the gateway has refused for so long is told by a person. It is still tried."""
ON_MY_WAY_FOR = timedelta(minutes=30)
"""An SMS “on my way” that could not be sent for this long is dropped."""


class Says(StrEnum):
    """What a notice tells the client."""

    BOOKED = "booked"
    MOVED = "moved"
    PERSON = "person"
    """Somebody else comes than was said."""
    ON_THE_WAY = "on_the_way"
    NOT_COMING = "not_coming"
    """Whoever was on the way does not come. Somebody else is being looked for."""
    FAILED = "failed"
    """The visit is over, and nothing was done."""
    CALLED_OFF = "called_off"


NAMES_WHO_COMES = frozenset({Says.BOOKED, Says.MOVED, Says.PERSON})
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
    """The crew or worker who has accepted. None: nobody has yet."""
    crew: UUID | None
    """The crew that has accepted or is asked. A new booking names it."""
    departed_at: datetime | None
    expected_at: datetime | None
    client_knows: bool = False
    """The client himself ended the visit."""


class Notice(NamedTuple):
    """One row of `client_notice`, with what became of its message and of its item."""

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
    waits_until: datetime | None = None
    """The message waits for the morning."""

    @property
    def late_from(self) -> datetime:
        """When a message that still waits is told by a person."""
        return max(self.created_at, self.waits_until or self.created_at) + LATE_AFTER

    @property
    def was_told(self) -> bool:
        """The client got it, or may have got it. A message that only waited does not count."""
        return self.item_done_by is not None or self.message_status in LEFT

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

    @property
    def words(self) -> "Words":
        return Words(self.says, self.window, self.who, self.departed_at)


LEFT = frozenset({MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNKNOWN})


class Words(NamedTuple):
    """What a notice says. Two notices with the same words are the same news."""

    says: Says
    window: Window
    who: UUID | None = None
    departed_at: datetime | None = None


def find_due(told: Notice | None, truth: Truth, *, now: datetime) -> Words | None:
    """What the client must be told now. None: what he knows is true, or nobody needs to know any more."""
    says = _says(told, truth, now=now)
    if says is None:
        return None
    if says in (Says.NOT_COMING, Says.FAILED, Says.CALLED_OFF):
        assert told is not None  # noqa: S101  # only what was promised is taken back
        return Words(says, told.window)
    if says == Says.ON_THE_WAY:
        return Words(says, truth.window, truth.who, truth.departed_at)
    if says == Says.MOVED:
        return Words(says, truth.window, told.who if told and told.says in NAMES_WHO_COMES else None)
    return Words(says, truth.window, truth.who if says == Says.PERSON else truth.crew)


def _says(told: Notice | None, truth: Truth, *, now: datetime) -> Says | None:
    match truth.phase:
        case Phase.AHEAD:
            return _of_visit_ahead(told, truth, now=now)
        case Phase.ON_THE_WAY:
            return _of_departure(told, truth, now=now)
        case Phase.FAILED | Phase.CALLED_OFF:
            return _of_visit_off(told, truth, now=now)
        case Phase.THERE:
            return None


def _of_visit_ahead(told: Notice | None, truth: Truth, *, now: datetime) -> Says | None:
    is_over = truth.window.ends_at <= now
    if told is None:
        return None if is_over else Says.BOOKED
    if told.window != truth.window:
        return None if is_over else Says.MOVED
    if told.says == Says.ON_THE_WAY and (truth.who is None or is_over):
        return Says.NOT_COMING if now < told.relied_on_until else None
    return Says.PERSON if _is_other(told, truth.who) and not is_over else None


def _is_other(told: Notice, who: UUID | None) -> bool:
    """Whether somebody comes who is not the one that was named."""
    if who is None:
        return False
    if told.says in (Says.ON_THE_WAY, Says.NOT_COMING):
        return True
    return told.who is not None and told.who != who


def _of_departure(told: Notice | None, truth: Truth, *, now: datetime) -> Says | None:
    if truth.expected_at is None or truth.expected_at <= now:
        return None
    knows = told is not None and (told.says, told.departed_at) == (Says.ON_THE_WAY, truth.departed_at)
    return None if knows else Says.ON_THE_WAY


def _of_visit_off(told: Notice | None, truth: Truth, *, now: datetime) -> Says | None:
    if told is None or told.says in (Says.FAILED, Says.CALLED_OFF) or truth.client_knows:
        return None
    if told.relied_on_until <= now:
        return None
    return Says.FAILED if truth.phase == Phase.FAILED else Says.CALLED_OFF


def useful_until(words: Words, told: Notice | None, truth: Truth) -> datetime:
    """When nobody needs to tell the client any more."""
    if words.says == Says.ON_THE_WAY and truth.expected_at is not None:
        return truth.expected_at
    if words.says in (Says.NOT_COMING, Says.FAILED, Says.CALLED_OFF) and told is not None:
        return told.relied_on_until
    return words.window.ends_at


class Decision(NamedTuple):
    """What to do about one visit."""

    stop: Sequence[UUID] = ()
    """Messages that wait and are no longer true."""
    settle: Sequence[UUID] = ()
    """Inbox items whose reason is gone."""
    tell: Words | None = None
    """News for the client: by SMS if he has a number for it, otherwise by an inbox item."""
    until: datetime | None = None
    """When nobody needs to tell or to ask any more."""
    look_at: datetime | None = None
    """When to look again: an open item loses its reason, or a message is late."""
    doubt: Notice | None = None
    """A notice that did not reach the client, or may not have. A person must tell him, and no item says so yet."""
    has_item: bool = False
    """An item is open, or becomes so. At `until` its reason is gone."""


def decide(truth: Truth, notices: Sequence[Notice], phone: str | None, *, now: datetime) -> Decision:
    """`notices` are those of the visit, oldest first. `phone` is the number that gets the client's SMS."""
    told = next((one for one in reversed(notices) if one.was_told), None)
    due = find_due(told, truth, now=now)
    if due is None:
        kept = told if told is not None and _is_in_doubt(told, truth, now=now) else None
        until = kept.relied_on_until if kept else now
    else:
        kept = _that_says(due, [one for one in notices if told is None or one.number > told.number], phone)
        until = useful_until(due, told, truth)
    others = [one for one in notices if one is not kept]
    is_new = due is not None and kept is None
    is_late = kept is not None and now >= kept.late_from
    needs_person = phone is None if is_new else kept is not None and (is_late or not _waits(kept))
    late_at = kept.late_from if kept is not None and _waits(kept) else None
    return Decision(
        stop=[one.message_id for one in others if one.message_id and _waits(one)],
        settle=[one.item_id for one in others if one.item_id and one.item_is_open],
        tell=due if is_new else None,
        until=until,
        look_at=until if needs_person else late_at,
        doubt=kept if needs_person and kept is not None and not kept.has_item else None,
        has_item=needs_person,
    )


def _that_says(due: Words | None, later: Sequence[Notice], phone: str | None) -> Notice | None:
    """The last notice if it says what is due and another try would not help. None: tell it (anew)."""
    if due is None or not later or not _is_same_news(later[-1], due):
        return None
    last = later[-1]
    if last.message_status == MessageStatus.SUPPRESSED or last.phone != phone:
        return None
    return last


def _is_same_news(last: Notice, due: Words) -> bool:
    """Whether the notice says what is due. If it was tried, “booked” and “moved” to a window are the same news."""
    if last.words == due:
        return True
    times = (Says.BOOKED, Says.MOVED)
    return not _waits(last) and last.says in times and due.says in times and last.window == due.window


def _waits(notice: Notice) -> bool:
    return notice.message_status == MessageStatus.QUEUED


def _is_in_doubt(told: Notice, truth: Truth, *, now: datetime) -> bool:
    """Whether the last notice may not have arrived, and the client cannot know by himself."""
    knows = truth.phase == Phase.THERE or truth.client_knows or told.relied_on_until <= now
    return told.message_status == MessageStatus.UNKNOWN and told.item_done_by is None and not knows


KINDS = {
    Says.BOOKED: MessageKind.VISIT_BOOKED,
    Says.MOVED: MessageKind.VISIT_MOVED,
    Says.PERSON: MessageKind.OTHER_WORKER_COMES,
    Says.ON_THE_WAY: MessageKind.ON_MY_WAY,
    Says.NOT_COMING: MessageKind.WORKER_NOT_COMING,
    Says.FAILED: MessageKind.VISIT_FAILED,
    Says.CALLED_OFF: MessageKind.VISIT_CANCELED,
}


def kind_of(words: Words) -> MessageKind:
    """The kind of the message with these words. Of bookings only that of a crew names who comes."""
    if words.says == Says.BOOKED and words.who is not None:
        return MessageKind.INSTALLATION_BOOKED
    return KINDS[words.says]
