"""Which pings are taken: values in, values out."""

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.tracking.pings.values import Ping
from app.workforce.api import Fault, fault_of_place, is_from_future

KEPT_BY_PHONE = timedelta(days=90)
"""A phone may keep a ping for this long before it sends it, as it may a command."""
AHEAD_CORRECTED_S = 60
"""What is sent in the future proves that the phone's clock is ahead."""
BEHIND_CORRECTED_S = 300
"""What was sent some minutes ago may have been on its way for so long. More proves that the clock is behind."""
CLOCK_WRONG_MAX = timedelta(days=3)
"""A clock that is further off is not believed: who set it so might have set it during the day, too.
The functions of the database that look for true times know this number."""
CLOCK_SET_SINCE = 2020
"""A phone that says an earlier year has never been told the time."""
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


def refusal_of(ping: Ping, *, clock_offset_s: int, now: datetime) -> Refused | None:
    """What is wrong with a ping by itself. None: it can be right."""
    if refusal := _refusal_of_place(ping):
        return refusal
    if ping.at.year < CLOCK_SET_SINCE:
        return Refused.DEVICE_CLOCK
    if abs(clock_offset_s) > CLOCK_WRONG_MAX.total_seconds():
        return Refused.CLOCK_WRONG
    moment = true_time(ping.at, clock_offset_s)
    if is_from_future(moment, now=now):
        return Refused.FROM_FUTURE
    return Refused.TOO_OLD if moment < now - KEPT_BY_PHONE else None


def _refusal_of_place(ping: Ping) -> Refused | None:
    if not (-90 <= ping.lat <= 90 and -180 <= ping.lon <= 180):  # NaN is neither
        return Refused.PLACE_INVALID
    if any(number is not None and not math.isfinite(number) for number in ping[3:8]):
        return Refused.UNREADABLE
    if abs(ping.lat) < NEAR_ZERO_DEG and abs(ping.lon) < NEAR_ZERO_DEG:
        return Refused.NO_FIX if fault_of_place(ping.place(), None) is Fault.NO_FIX else None
    return None


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
