"""When a signature counts as given."""

from datetime import datetime


def moment_of_signing(*, presented_at: datetime, happened_at: datetime, now: datetime) -> datetime:
    """When the client signed: the best estimate by the device's time, within certain limits.

    Nobody can sign an act before it was presented, or later than the signature arrived.
    """
    return min(max(happened_at, presented_at), now)
