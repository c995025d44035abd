"""What a client must be told now: find_due()."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.dispatch.confirmation import policies as confirmation
from app.dispatch.confirmation.policies import Touches
from app.dispatch.telling.policies.notices import NAMES_WHO_COMES, Notice, Says, Truth, Words
from app.dispatch.visits.policies import Phase


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
    return known if says == Says.MOVED else truth.who or known


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
    return not has_confirmed(truth, touches)


def has_confirmed(truth: Truth, touches: Touches | None) -> bool:
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
