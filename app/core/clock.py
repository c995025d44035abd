from datetime import UTC, datetime, timedelta


class Clock:
    """The server's clock. Routes and jobs read it once at the edge and pass `now` down."""

    def now(self) -> datetime:
        """The present moment (aware, UTC)."""
        return datetime.now(UTC)


KEPT_AT_MOST = timedelta(days=90)
"""How long a phone may keep something before it sends it."""
SAME_MOMENT = timedelta(minutes=1)


def corrected_time(
    occurred_at: datetime, *, sent_at: datetime | None, received_at: datetime
) -> datetime | None:
    """When something happened, by our clock, although the phone that tells it may have a wrong one (UTC).

    The phone says when it happened and when it sends this, both by its own clock: the time between
    the two is right however wrong the clock. What the way to us takes, some seconds, is the error.

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
    """The corrected time, else what the phone's clock says; nothing has happened later than it was
    received (UTC)."""
    corrected = corrected_time(occurred_at, sent_at=sent_at, received_at=received_at)
    return corrected or min(occurred_at.astimezone(UTC), received_at)
