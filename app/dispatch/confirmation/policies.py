"""When a client is asked whether the visit suits him, and reminded of it. Values in, values out."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.core.hours import DayHours, add_working_time, hours_between

SAYS_TIME = [DayHours(weekday, "08:00", "21:30") for weekday in range(1, 8)]
"""In these hours, by the clocks of the site, people answer an SMS. The time to answer runs only in them."""
NOT_ASKED_WITHIN = timedelta(hours=3)
"""Whoever books so shortly before the visit has just spoken to the office: he is not asked."""
CALL_BEFORE = timedelta(hours=1)
"""However late he was asked: so long before the visit somebody calls him."""
ANSWERS_WITHIN_MIN = timedelta(minutes=30)
"""He always has this long."""
REMINDS_FOR = timedelta(minutes=30)
"""A reminder that is later than that is not sent any more."""
KNOWS_FOR = timedelta(hours=1)
"""Whoever was told the time so shortly before the reminder needs none."""
STILL_CONFIRMED = timedelta(days=1)
"""Whoever has said yes or chosen the time himself so shortly before the question is not asked."""
LINK_LIVES = timedelta(days=1)
"""A link can be opened for so long after the visit's window."""
RATED_FOR = timedelta(days=14)
"""And for so long after its work was done: the client rates it."""


class Says(StrEnum):
    """What a client answers."""

    YES = "yes"
    NO = "no"
    MOVE = "move"
    """He wants another time."""
    UNCLEAR = "unclear"
    """Nobody but a person can tell what he means."""


class Channel(StrEnum):
    """The way an answer came."""

    SMS = "sms"
    LINK = "link"
    OFFICE = "office"
    """Somebody in the office was told it, and wrote it down."""


class Rules(NamedTuple):
    """What a company has set. The defaults are those of a new company."""

    asks: bool = True
    ask_at: str = "17:00"
    """By the clocks of the site, on the day before the visit."""
    answer_within_min: int = 120
    escalate_after_min: int = 60
    """A new client has not answered, and nobody has called him: the supervisor is told after this time."""
    remind_before_min: int = 60
    """0: nobody is reminded."""
    names_late: bool = False
    """One more SMS says who comes, as soon as somebody has accepted."""
    client_moves: int = 2
    """How often a client may move a visit himself. 0: never."""
    move_until_min: int = 180
    """He may do so until this long before its window."""
    cancel_after_min: int = 10
    """An SMS «no» cancels the visit after this time, unless he writes something else."""


class Touches:
    """When the client of one visit is asked and reminded, as his company has set it."""

    def __init__(self, rules: Rules, *, window_starts_at: datetime, zone: str) -> None:
        self._rules = rules
        self._starts_at = window_starts_at
        self._zone = ZoneInfo(zone)

    @property
    def names_late(self) -> bool:
        return self._rules.names_late

    @cached_property
    def ask_at(self) -> datetime | None:
        """When he is asked. Whoever hears of the visit later is asked at once. None: nobody is asked."""
        if not self._rules.asks:
            return None
        day = self._starts_at.astimezone(self._zone).date() - timedelta(days=1)
        local = datetime.combine(day, time.fromisoformat(self._rules.ask_at), self._zone)
        return local.astimezone(UTC)

    def is_time_to_ask(self, now: datetime) -> bool:
        return self.ask_at is not None and self.ask_at <= now < self._starts_at - NOT_ASKED_WITHIN

    def is_confirmed(self, answered_at: datetime) -> bool:
        """Whether a yes of this moment still counts when he would be asked."""
        return self.ask_at is None or answered_at >= self.ask_at - STILL_CONFIRMED

    def answer_by(self, asked_at: datetime) -> datetime:
        """When somebody calls whoever has not answered. Never after the visit has begun."""
        hours = hours_between(
            SAYS_TIME, zone=self._zone, since=asked_at, until=self._starts_at + timedelta(days=1)
        )
        by = add_working_time(asked_at, timedelta(minutes=self._rules.answer_within_min), hours)
        return min(by, max(self._starts_at - CALL_BEFORE, asked_at + ANSWERS_WITHIN_MIN))

    def escalate_at(self, asked_at: datetime) -> datetime:
        """When the supervisor is told that nobody has called a new client."""
        by = self.answer_by(asked_at) + timedelta(minutes=self._rules.escalate_after_min)
        return min(by, max(self._starts_at - CALL_BEFORE / 2, self.answer_by(asked_at)))

    @property
    def remind_at(self) -> datetime | None:
        if not self._rules.remind_before_min:
            return None
        return self._starts_at - timedelta(minutes=self._rules.remind_before_min)

    @property
    def remind_until(self) -> datetime:
        return min((self.remind_at or self._starts_at) + REMINDS_FOR, self._starts_at)

    def is_time_to_remind(self, now: datetime) -> bool:
        return self.remind_at is not None and self.remind_at <= now < self.remind_until


def link_lives_until(window_ends_at: datetime) -> datetime:
    """When a link ends at the latest. Until then the visit decides: see `is_link_alive`."""
    return window_ends_at + LINK_LIVES + RATED_FOR


def is_link_alive(*, window_ends_at: datetime, done_at: datetime | None, now: datetime) -> bool:
    """Whether the client's page still says something of use. `done_at`: when the work was done, if it was."""
    return now < window_ends_at + LINK_LIVES or (done_at is not None and now < done_at + RATED_FOR)
