from datetime import datetime, timedelta

IDLE_MAX = timedelta(days=30)
LIFE_MAX = timedelta(days=90)
RETRY_WITHIN = timedelta(seconds=10)
"""A phone that lost the answer asks again with the same token. For this long it gets the same successor."""


def link_expires_at(*, family_expires_at: datetime, now: datetime) -> datetime:
    return min(now + IDLE_MAX, family_expires_at)


def is_retry(*, used_at: datetime, now: datetime) -> bool:
    """`now` may be before `used_at`: a parallel request may have read the clock first."""
    return now - used_at <= RETRY_WITHIN
