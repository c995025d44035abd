"""What to do about one visit: which message is planned or stopped, who calls the client, and when to look again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple
from uuid import UUID

from app.dispatch.confirmation.policies import Touches
from app.dispatch.telling.policies.news import find_due, has_confirmed, useful_until
from app.dispatch.telling.policies.notices import NAMES_WHO_COMES, Notice, Says, Truth, Words
from app.dispatch.visits.policies import Phase
from app.notifications.api import MessageStatus


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


def decide_for_nobody(notices: Sequence[Notice]) -> Decision:
    """Whose card says that he only supplies hears nothing that is meant for clients. What waits for him is stopped."""
    return Decision(
        stop=[one.message_id for one in notices if one.message_id and _waits(one)],
        settle=[*_settled(notices, None)],
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
    if not is_open or truth.is_refused or has_confirmed(truth, touches):
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
