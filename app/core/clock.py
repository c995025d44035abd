import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
DRIFT = 200e-6
"""By how much two clocks can drift apart at most, per second. Four times the drift of ordinary quartz."""


class DatabaseTime:
    """The time of the database's clock, computed without a query.

    `app/db/time.py` asks the database now and then; between the answers this machine's monotonic clock
    counts. So a machine with a wrong clock keeps deadlines like any other. Before the first answer this is
    the machine's own clock.
    """

    def __init__(self) -> None:
        self._ahead_ns: int | None = None
        """Database time since 1970 minus the monotonic clock."""
        self._asked_ns = self._error_ns = 0
        """When the answer now in use was asked for, and the largest error it can have."""

    def ns(self) -> int:
        """Nanoseconds since 1970."""
        return time.time_ns() if self._ahead_ns is None else time.monotonic_ns() + self._ahead_ns

    def learn(self, told: datetime, *, asked_ns: int, answered_ns: int) -> None:
        """Take an answer of the database: its clock showed `told` between two moments of the monotonic clock.

        A slow answer is less exact than a quick one. It replaces the present one in two cases: it is more
        exact by now, or the two contradict each other (the database's clock was set, or it is another machine).
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
"""One for the whole process, because a process has one database."""


class Clock:
    """The database's clock. Routes and jobs read it once at the edge and pass `now` down."""

    def now(self) -> datetime:
        """The present moment (aware, UTC)."""
        return EPOCH + timedelta(microseconds=database_time.ns() // 1000)


def shifted(moment: datetime, by: timedelta) -> datetime:
    """A moment later, or the last or first one there is (UTC)."""
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        moment = LAST if moment.year > EPOCH.year else FIRST
    try:
        return moment + by
    except OverflowError:
        return LAST if by > timedelta() else FIRST


KEPT_AT_MOST = timedelta(days=90)
"""A phone may keep a command for this long before it sends it."""
SAME_MOMENT = timedelta(minutes=1)


def corrected_time(
    occurred_at: datetime, *, sent_at: datetime | None, received_at: datetime
) -> datetime | None:
    """When something happened by our clock, even if the phone's clock is wrong (UTC).

    The phone gives two times by its own clock: when it happened and when it was sent. The time between them is
    right even if the clock is wrong. The remaining error is the time of transfer, some seconds.

    None if this is not possible: there is no `sent_at`, or the phone's clock was set between the two times, so
    that something would have happened after it was sent, or months before.
    """
    if sent_at is None:
        return None
    kept = sent_at - occurred_at
    if not -SAME_MOMENT <= kept <= KEPT_AT_MOST:
        return None
    return (received_at - max(kept, timedelta())).astimezone(UTC)


def happened_at(occurred_at: datetime, *, sent_at: datetime | None, received_at: datetime) -> datetime:
    """The corrected time if there is one, otherwise the phone's time. Never later than `received_at` (UTC)."""
    corrected = corrected_time(occurred_at, sent_at=sent_at, received_at=received_at)
    return corrected or min(shifted(occurred_at, timedelta()), received_at)
