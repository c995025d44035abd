"""What a client must be told: compares what he was told last with what is true. No clock and no database."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple
from uuid import UUID

from app.dispatch.confirmation import policies as confirmation
from app.dispatch.confirmation.policies import Touches
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
    """The crew or worker who has accepted. None: nobody has yet."""
    crew: UUID | None
    """The crew that has accepted or is asked. A new booking names it."""
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

    @property
    def late_from(self) -> datetime:
        """When a message that still waits is told by a person."""
        return max(self.created_at, self.waits_until or self.created_at) + LATE_AFTER

    @property
    def was_told(self) -> bool:
        """The client got it, or may have got it. A message that only waited does not count."""
        return self.item_done_by is not None or self.message_status in LEFT or self.was_tried

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


def find_due(
    told: Notice | None,
    truth: Truth,
    *,
    now: datetime,
    since_moved: Sequence[Notice] = (),
    touches: Touches | None = None,
) -> Words | None:
    """What the client must be told now. None: what he knows is true, or nobody needs to know any more.

    `since_moved` are the notices by which he knows the present window, oldest first. Without `touches` nobody is
    asked or reminded.
    """
    says = _says(told, truth, now=now, names_late=touches is not None and touches.names_late)
    if says is None and told is not None and touches is not None:
        says = _touch(told, since_moved, truth, touches, now=now)
    if says is None:
        return None
    if says in (Says.NOT_COMING, Says.FAILED, Says.CALLED_OFF):
        assert told is not None  # noqa: S101  # only what was promised is taken back
        return Words(says, told.window)
    if says == Says.ON_THE_WAY:
        return Words(says, truth.window, truth.who, truth.departed_at)
    if says == Says.PERSON:
        return Words(says, truth.window, truth.who)
    asks = says != Says.REMINDED and touches is not None and _needs_answer(truth, touches, now=now)
    return Words(says, truth.window, _who_to_name(says, told, truth), asks=asks)


def _who_to_name(says: Says, told: Notice | None, truth: Truth) -> UUID | None:
    """Whom the client has in mind after it, also if it does not name him again."""
    known = told.who if told is not None and told.says in NAMES_WHO_COMES else None
    match says:
        case Says.BOOKED:
            return truth.crew or truth.who
        case Says.MOVED:
            return known
        case _:
            return truth.who or known


def _says(told: Notice | None, truth: Truth, *, now: datetime, names_late: bool) -> Says | None:
    match truth.phase:
        case Phase.AHEAD:
            return _of_visit_ahead(told, truth, now=now, names_late=names_late)
        case Phase.ON_THE_WAY:
            return _of_departure(told, truth, now=now)
        case Phase.FAILED | Phase.CALLED_OFF:
            return _of_visit_off(told, truth, now=now)
        case Phase.THERE:
            return None


def _of_visit_ahead(told: Notice | None, truth: Truth, *, now: datetime, names_late: bool) -> Says | None:
    is_over = truth.window.ends_at <= now
    if told is None:
        return None if is_over else Says.BOOKED
    if told.window != truth.window:
        return None if is_over else Says.MOVED
    if told.says == Says.ON_THE_WAY and (truth.who is None or is_over):
        return Says.NOT_COMING if now < told.relied_on_until else None
    return Says.PERSON if _is_other(told, truth.who, names_late=names_late) and not is_over else None


def _is_other(told: Notice, who: UUID | None, *, names_late: bool) -> bool:
    """Whether somebody comes who is not the one that was named."""
    if who is None:
        return False
    if told.says in (Says.ON_THE_WAY, Says.NOT_COMING):
        return True
    return told.who != who and (told.who is not None or names_late)


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


def _touch(
    told: Notice, since_moved: Sequence[Notice], truth: Truth, touches: Touches, *, now: datetime
) -> Says | None:
    """Whether a client who knows the truth is to be asked or reminded."""
    if truth.phase != Phase.AHEAD or told.says not in NAMES_WHO_COMES or truth.is_refused:
        return None
    if _needs_answer(truth, touches, now=now) and not any(one.asks for one in since_moved):
        return Says.ASKED
    knows = any(one.says == Says.REMINDED for one in since_moved)
    remind_at = touches.remind_at
    if knows or remind_at is None or told.created_at > remind_at - confirmation.KNOWS_FOR:
        return None
    return Says.REMINDED if touches.is_time_to_remind(now) else None


def _needs_answer(truth: Truth, touches: Touches, *, now: datetime) -> bool:
    if truth.phase != Phase.AHEAD or not touches.is_time_to_ask(now) or truth.is_refused:
        return False
    return not _has_confirmed(truth, touches)


def _has_confirmed(truth: Truth, touches: Touches | None) -> bool:
    return truth.answered_at is not None and touches is not None and touches.is_confirmed(truth.answered_at)


def useful_until(words: Words, told: Notice | None, truth: Truth, touches: Touches | None = None) -> datetime:
    """When nobody needs to tell the client any more."""
    if words.says == Says.ON_THE_WAY and truth.expected_at is not None:
        return truth.expected_at
    if words.says in (Says.NOT_COMING, Says.FAILED, Says.CALLED_OFF) and told is not None:
        return told.relied_on_until
    if words.says == Says.REMINDED and touches is not None:
        return touches.remind_until
    if words.says == Says.ASKED:
        return words.window.starts_at
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
    """When to look again: an open item loses its reason, a message is late, or he is to be asked or reminded."""
    doubt: Notice | None = None
    """A notice that did not reach the client, or may not have, or a question that he has not answered. A person must
    call him, and no item says so yet."""
    is_unanswered: bool = False
    """`doubt` is a question without an answer."""
    escalate: Notice | None = None
    """Nobody has called a new client about this notice. The supervisor must know."""
    has_item: bool = False
    """An item is open, or becomes so. At `until` its reason is gone."""


def decide(
    truth: Truth,
    notices: Sequence[Notice],
    phone: str | None,
    *,
    now: datetime,
    touches: Touches | None = None,
) -> Decision:
    """`notices` are those of the visit, oldest first. `phone` is the number that gets the client's SMS."""
    known = _known(truth, notices, touches, now=now)
    due = find_due(known.as_heard, truth, now=now, since_moved=known.since_moved, touches=touches)
    is_reminder = due is not None and due.says == Says.REMINDED
    if is_reminder and phone is None:
        due = None
    kept = _kept_if_due(due, known, truth, notices, phone, touches) or _kept_in_doubt(
        known, truth, touches, now=now
    )
    notice = kept.notice
    others = [one for one in notices if one is not notice]
    is_new = due is not None and notice is None
    is_late = notice is not None and now >= notice.late_from
    needs_person = phone is None if is_new else notice is not None and (is_late or not _waits(notice))
    if is_reminder:
        needs_person = False  # whoever was not reminded still knows the time
    late_at = notice.late_from if notice is not None and _waits(notice) else None
    called = notice if needs_person else None
    asked_at = _asked_at(due, notice, known, now=now)
    looks = [kept.until if needs_person else late_at, *_coming(truth, asked_at, called, touches)]
    return Decision(
        stop=[one.message_id for one in others if one.message_id and _waits(one)],
        settle=[*_settled(others, called)],
        tell=due if is_new else None,
        until=kept.until,
        look_at=min((at for at in looks if at is not None and at > now), default=None),
        doubt=called if called is not None and not called.has_item else None,
        is_unanswered=kept.is_unanswered,
        escalate=called if _is_neglected(called, truth, touches, now=now) else None,
        has_item=needs_person,
    )


class Known(NamedTuple):
    """What the client knows."""

    told: Notice | None
    """The last notice that reached him."""
    since_moved: Sequence[Notice]
    """The notices by which he knows the present window, oldest first."""
    question: Notice | None
    """The last question about this window, if it has no answer and the visit is still ahead."""
    name_in_mind: UUID | None
    """Who comes, as far as he was told."""

    @property
    def as_heard(self) -> Notice | None:
        """The last notice with the name that he has in mind. What carried the name may not have arrived after all."""
        if self.told is None or self.told.says != Says.MOVED:
            return self.told
        return self.told._replace(who=self.name_in_mind)


def _known(truth: Truth, notices: Sequence[Notice], touches: Touches | None, *, now: datetime) -> Known:
    told = [one for one in reversed(notices) if one.was_told]
    since_moved = list(takewhile(lambda one: one.window == truth.window, told))[::-1]
    question = next((one for one in reversed(since_moved) if one.asks), None)
    is_open = touches is not None and truth.phase == Phase.AHEAD and truth.window.starts_at > now
    if not is_open or truth.is_refused or _has_confirmed(truth, touches):
        question = None
    return Known(told[0] if told else None, since_moved, question, _name_in_mind(told))


def _name_in_mind(told: Sequence[Notice]) -> UUID | None:
    """`told`, newest first. A move names nobody; whoever was on the way or does not come is nobody to expect."""
    last = next((one for one in told if one.says != Says.MOVED), None)
    return last.who if last is not None and last.says in NAMES_WHO_COMES else None


class Kept(NamedTuple):
    """The notice that stands for now: it says what is due, or a person must call because of it."""

    notice: Notice | None
    until: datetime
    """When nobody needs to tell or to ask any more."""
    is_unanswered: bool = False


def _kept_if_due(
    due: Words | None,
    known: Known,
    truth: Truth,
    notices: Sequence[Notice],
    phone: str | None,
    touches: Touches | None,
) -> Kept | None:
    if due is None:
        return None
    later = [one for one in notices if known.told is None or one.number > known.told.number]
    return Kept(_that_says(due, later, phone), useful_until(due, known.told, truth, touches))


def _kept_in_doubt(known: Known, truth: Truth, touches: Touches | None, *, now: datetime) -> Kept:
    told, question = known.told, known.question
    if told is not None and _is_in_doubt(told, known.since_moved, truth, now=now):
        return Kept(told, told.relied_on_until)
    if question is not None and touches is not None and touches.answer_by(question.created_at) <= now:
        return Kept(question, truth.window.starts_at, is_unanswered=True)
    return Kept(None, now)


def _is_neglected(called: Notice | None, truth: Truth, touches: Touches | None, *, now: datetime) -> bool:
    """Whether a new client was asked something and nobody has called him, and the supervisor does not know."""
    if called is None or touches is None or not (truth.is_new_client and called.asks and called.item_is_open):
        return False
    return called.supervisor_item_id is None and now >= touches.escalate_at(called.created_at)


def _asked_at(due: Words | None, kept: Notice | None, known: Known, *, now: datetime) -> datetime | None:
    """When the question was asked that waits for an answer, or is being asked."""
    if due is not None and due.asks:
        return kept.created_at if kept else now
    return known.question.created_at if known.question else None


def _coming(
    truth: Truth, asked_at: datetime | None, called: Notice | None, touches: Touches | None
) -> Iterator[datetime | None]:
    """When a client who knows the truth is next to be asked, called or reminded."""
    if touches is None or truth.phase != Phase.AHEAD:
        return
    yield touches.ask_at
    yield touches.remind_at
    if asked_at is not None:
        yield touches.answer_by(asked_at)
    if called is not None and called.asks and truth.is_new_client:
        yield touches.escalate_at(called.created_at)


def _settled(others: Sequence[Notice], called: Notice | None) -> Iterator[UUID]:
    for one in others:
        if one.item_id and one.item_is_open:
            yield one.item_id
    for one in [*others, *([called] if called else [])]:
        is_called = one is called and not one.item_done_by
        if one.supervisor_item_id and one.supervisor_item_is_open and not is_called:
            yield one.supervisor_item_id


def _that_says(due: Words | None, later: Sequence[Notice], phone: str | None) -> Notice | None:
    """The last notice if it says what is due and another try would not help. None: tell it (anew)."""
    if due is None or not later or not _is_same_news(later[-1], due):
        return None
    last = later[-1]
    if last.message_status == MessageStatus.SUPPRESSED or last.phone != phone:
        return None
    return last


def _is_same_news(last: Notice, due: Words) -> bool:
    """Whether the notice says what is due. If it was tried, “booked” and “moved” to a window are the same news, and
    a question about a window the same question, whoever comes."""
    if last.words == due:
        return True
    if _waits(last) or last.window != due.window:
        return False
    times = (Says.BOOKED, Says.MOVED)
    return (last.says in times and due.says in times) or last.says == due.says in (Says.ASKED, Says.REMINDED)


def _waits(notice: Notice) -> bool:
    return notice.message_status == MessageStatus.QUEUED


def _is_in_doubt(told: Notice, run: Sequence[Notice], truth: Truth, *, now: datetime) -> bool:
    """Whether the last notice may not have arrived, and the client cannot know by himself.

    A question and a reminder tell nothing new. Whoever has surely heard of the window knows all the same.
    """
    knows = truth.phase == Phase.THERE or truth.client_knows or told.relied_on_until <= now
    if told.says in (Says.ASKED, Says.REMINDED) and any(one.has_arrived for one in run):
        return False
    return told.message_status == MessageStatus.UNKNOWN and told.item_done_by is None and not knows


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
