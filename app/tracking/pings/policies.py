"""Which pings are taken: values in, values out."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.tracking.pings.values import Ping
from app.workforce.api import CLOCK_AHEAD_MAX, Fault, fault_of_place

KEPT_BY_PHONE = timedelta(days=90)
"""A phone may keep a ping for this long before it sends it, as it may a command."""
AHEAD_CORRECTED_S = 60
"""What is sent in the future proves that the phone's clock is ahead."""
BEHIND_CORRECTED_S = 300
"""What was sent some minutes ago may have been on its way for so long. More proves that the clock is behind."""
CLOCK_WRONG_MAX = timedelta(days=3)
"""A clock that is further off is not believed: who set it so might have set it during the day, too.
The functions of the database that look for true times know this number."""
CLOCK_SET_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
"""A phone that says an earlier time has never been told it."""
NEAR_ZERO_DEG = 0.01
"""A bit more than `fault_of_place` looks for: most places need not be asked about."""


class Refused(StrEnum):
    """Why a ping is not kept. Nothing of it is written anywhere."""

    UNREADABLE = "unreadable"
    PLACE_INVALID = "place_invalid"
    NO_FIX = "no_fix"
    DEVICE_CLOCK = "device_clock"
    CLOCK_WRONG = "clock_wrong"
    FROM_FUTURE = "from_future"
    TOO_OLD = "too_old"
    NO_CONSENT = "no_consent"
    OFF_SHIFT = "off_shift"
    PRIVATE = "private"
    REVOKED = "revoked"


TAKEN = "taken"
DUPLICATE = "duplicate"
Verdict = str
"""TAKEN, DUPLICATE or a `Refused`."""


class Window(NamedTuple):
    """[since, until) of a worker."""

    since: datetime
    until: datetime

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment < self.until

    def common(self, other: "Window") -> "Window | None":
        """What lies in both. None: nothing."""
        both = Window(max(self.since, other.since), min(self.until, other.until))
        return both if both.since < both.until else None


class Windows:
    """When a worker may be tracked, as far as some pings need to know."""

    def __init__(self) -> None:
        self.consents: list[Window] = []
        self.shifts: list[Window] = []
        self.absences: list[Window] = []
        self.private: list[Window] = []

    def refusal_at(self, moment: datetime) -> Refused | None:
        """Why the worker may not be tracked at this moment (true time). None: he may."""
        if not any(one.holds(moment) for one in self.consents):
            return Refused.NO_CONSENT
        if not any(one.holds(moment) for one in self.shifts):
            return Refused.OFF_SHIFT
        if any(one.holds(moment) for one in self.absences):
            return Refused.OFF_SHIFT
        if any(one.holds(moment) for one in self.private):
            return Refused.PRIVATE
        return None

    def allows_all(self, first: datetime, last: datetime) -> bool:
        """Whether one look is enough for all pings between the two."""
        return (
            not self.absences
            and not self.private
            and any(one.holds(first) and one.holds(last) for one in self.consents)
            and any(one.holds(first) and one.holds(last) for one in self.shifts)
        )

    def forbidden_in(self, since: datetime, until: datetime) -> list[Window]:
        """The parts of [since, until) in which the worker may not be tracked, in time order."""
        windows = [*self.consents, *self.shifts, *self.absences, *self.private]
        edges = sorted({since, until, *(edge for one in windows for edge in one if since < edge < until)})
        spans: list[Window] = []
        for begin, end in pairwise(edges):
            if self.refusal_at(begin) is None:
                continue
            if spans and spans[-1].until == begin:
                begin = spans.pop().since  # noqa: PLW2901  # the two are one
            spans.append(Window(begin, end))
        return spans


def clock_offset_s(*, sent_at: datetime | None, received_at: datetime) -> int:
    """Seconds to add to the phone's time. 0 unless `sent_at`, by its clock, proves the clock wrong.

    Whole minutes, so that a ping that comes twice gets the same as a rule.
    """
    if sent_at is None:
        return 0
    behind_s = (received_at - sent_at).total_seconds()
    if -AHEAD_CORRECTED_S <= behind_s <= BEHIND_CORRECTED_S:
        return 0
    return round(behind_s / 60) * 60


class Judge:
    """What is wrong with pings by themselves, of phones whose clocks are off by so much."""

    def __init__(self, *, clock_offset_s: int, now: datetime) -> None:
        offset = timedelta(seconds=clock_offset_s)
        self._is_clock_wrong = abs(offset) > CLOCK_WRONG_MAX
        # the bounds by the phone's clock, so that no true time has to be worked out
        self._latest = now + CLOCK_AHEAD_MAX - offset
        self._earliest = now - KEPT_BY_PHONE - offset

    def refusal_of(self, ping: Ping) -> Refused | None:
        """None: it can be right."""
        at, lat, lon = ping[0], ping[1], ping[2]
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # NaN is neither
            return Refused.PLACE_INVALID
        total = (ping[3] or 0) + (ping[4] or 0) + (ping[5] or 0) + (ping[6] or 0) + (ping[7] or 0)
        if total - total != 0:  # infinite, or not a number
            return Refused.UNREADABLE
        if -NEAR_ZERO_DEG < lat < NEAR_ZERO_DEG and fault_of_place(ping.place(), None) is Fault.NO_FIX:
            return Refused.NO_FIX
        if at < CLOCK_SET_SINCE:
            return Refused.DEVICE_CLOCK
        if self._is_clock_wrong:
            return Refused.CLOCK_WRONG
        if at > self._latest:
            return Refused.FROM_FUTURE
        return Refused.TOO_OLD if at < self._earliest else None


def true_time(device_at: datetime, clock_offset_s: int) -> datetime:
    return device_at + timedelta(seconds=clock_offset_s) if clock_offset_s else device_at


class Days:
    """Says to which day of a zone a moment belongs. Moments come mostly in order, so the day before is tried first."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._window = Window(datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))
        self._day = date.min

    def day_of(self, moment: datetime) -> date:
        if not self._window.holds(moment):
            self._day = moment.astimezone(self._zone).date()
            self._window = Window(
                _midnight(self._day, self._zone), _midnight(self._day + timedelta(days=1), self._zone)
            )
        return self._day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def partitions_of(moments: Iterable[datetime]) -> list[date]:
    """The days in UTC, the earliest first."""
    return sorted({one.astimezone(UTC).date() for one in moments})
