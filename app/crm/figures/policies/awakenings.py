"""Who of the dormant was touched, who came back, and after which touch."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.crm.statuses.policies.history import Reason

EFFECT = timedelta(days=90)
"""A client who comes back later than this after a touch has come by himself."""


class Sleep(NamedTuple):
    """A time in which a client was dormant because his next visit was overdue."""

    client_id: UUID
    since: datetime
    until: datetime | None
    """None: he still is."""
    ended_by: str | None
    """A `Reason` of the step that ended it."""


class Touch(NamedTuple):
    """Somebody of the company turned to a client."""

    client_id: UUID
    at: datetime
    by: str
    """call, message, letter or talk for what people did, otherwise the channel of a message, such as sms."""


class ByTouch(NamedTuple):
    """Sleeps in which clients were touched in one way."""

    sleeps: int = 0
    came_back: int = 0
    """This touch was the last one before."""


class Awakenings(NamedTuple):
    sleeps: int
    touched: int
    came_back: int
    """They bought again."""
    came_back_touched: int
    """Of these, those who came soon after a touch."""
    booked: int
    """Something of theirs was planned, and nothing bought yet."""
    still: int
    """Nothing of theirs is planned, and nothing bought."""
    by_touch: Mapping[str, ByTouch]


def count_awakenings(sleeps: Sequence[Sleep], touches: Iterable[Touch]) -> Awakenings:
    """A touch counts while its client sleeps. A return belongs to the last touch before it, if that is not too old."""
    of_client: dict[UUID, list[Touch]] = defaultdict(list)
    for touch in touches:
        of_client[touch.client_id].append(touch)
    ways, returns, touched = Counter[str](), Counter[str](), 0
    for sleep in sleeps:
        mine = _during(sleep, of_client[sleep.client_id])
        touched += bool(mine)
        ways.update({one.by for one in mine})
        if cause := _cause_of_return(sleep, mine):
            returns[cause.by] += 1
    ended = Counter(one.ended_by for one in sleeps)
    return Awakenings(
        sleeps=len(sleeps),
        touched=touched,
        came_back=ended[Reason.CAME_BACK],
        came_back_touched=returns.total(),
        booked=ended[Reason.BOOKED],
        still=ended[None],
        by_touch={way: ByTouch(ways[way], returns[way]) for way in sorted(ways)},
    )


def _during(sleep: Sleep, touches: Iterable[Touch]) -> list[Touch]:
    return [one for one in touches if sleep.since <= one.at and (sleep.until is None or one.at < sleep.until)]


def _cause_of_return(sleep: Sleep, touches: Sequence[Touch]) -> Touch | None:
    if sleep.ended_by != Reason.CAME_BACK or sleep.until is None or not touches:
        return None
    last = max(touches, key=lambda one: (one.at, one.by))
    return last if sleep.until - last.at <= EFFECT else None
