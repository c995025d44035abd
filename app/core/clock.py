import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DRIFT = 200e-6
"""How fast two clocks part at most: four times what ordinary quartz does."""


class DatabaseTime:
    """What the database's clock says now, without asking it.

    It is asked now and then (`app/db/time.py`) and this machine's monotonic clock counts from there, so
    that a machine whose clock is wrong, or is set, keeps deadlines like every other. Until the first
    answer it is the machine's own clock.
    """

    def __init__(self) -> None:
        self._ahead_ns: int | None = None
        """Database time since 1970 less the monotonic clock."""
        self._asked_ns = self._error_ns = 0
        """When the answer we go by was asked for, and how wrong it can be."""

    def ns(self) -> int:
        """Nanoseconds since 1970."""
        return time.time_ns() if self._ahead_ns is None else time.monotonic_ns() + self._ahead_ns

    def learn(self, told: datetime, *, asked_ns: int, answered_ns: int) -> None:
        """The database said `told` somewhere between the two moments of the monotonic clock.

        A slow answer says less than a quick one, so it counts only when it is the better one by now or when
        both cannot be true: then the database's clock was set, or it is another machine's.
        """
        ahead_ns = (told - EPOCH) // timedelta(microseconds=1) * 1000 - (asked_ns + answered_ns) // 2
        error_ns = (answered_ns - asked_ns) // 2
        error_by_now_ns = self._error_ns + int((answered_ns - self._asked_ns) * DRIFT)
        if (
            self._ahead_ns is None
            or error_ns <= error_by_now_ns
            or abs(ahead_ns - self._ahead_ns) > error_ns + error_by_now_ns
        ):
            self._ahead_ns, self._asked_ns, self._error_ns = ahead_ns, asked_ns, error_ns


database_time = DatabaseTime()
"""One for the process: a process has one database."""


class Clock:
    """The database's clock. Routes and jobs read it once at the edge and pass `now` down."""

    def now(self) -> datetime:
        """The present moment (aware, UTC)."""
        return EPOCH + timedelta(microseconds=database_time.ns() // 1000)


KEPT_AT_MOST = timedelta(days=90)
"""How long a phone may keep something before it sends it."""
SAME_MOMENT = timedelta(minutes=1)


def corrected_time(
    occurred_at: datetime, *, sent_at: datetime | None, received_at: datetime
) -> datetime | None:
    """When something happened, by our clock, although the phone that tells it may have a wrong one (UTC).

    The phone says when it happened and when it sends this, both by its own clock: the time between
    the two is right however wrong the clock. The error is the time it travels, some seconds.

    None when nothing can be told: no `sent_at`, or the clock was set in between, so that what
    happened would be later than its sending, or months before.
    """
    if sent_at is None:
        return None
    kept = sent_at - occurred_at
    if not -SAME_MOMENT <= kept <= KEPT_AT_MOST:
        return None
    return (received_at - max(kept, timedelta())).astimezone(UTC)


def happened_at(occurred_at: datetime, *, sent_at: datetime | None, received_at: datetime) -> datetime:
    """The corrected time, else what the phone's clock says, but never later than it was received (UTC)."""
    corrected = corrected_time(occurred_at, sent_at=sent_at, received_at=received_at)
    return corrected or min(occurred_at.astimezone(UTC), received_at)
