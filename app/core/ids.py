import os
from datetime import datetime
from uuid import UUID

from app.core.clock import database_time

_latest = 0


def uuid7() -> UUID:
    """A time-ordered id (RFC 9562 version 7), so that indexes grow at their end.

    Ids of one process are in the order in which they were made. Twelve bits hold the fraction of the
    millisecond (RFC 9562, 6.2, method 3). If the clock has moved less than 0.25 µs or was set back, the next
    value is used. Python itself has uuid7 from 3.14 on.
    """
    global _latest  # noqa: PLW0603  # remembers the latest, to keep the order
    now = database_time.ns()
    _latest = max(now // 1_000_000 << 12 | now % 1_000_000 * 4096 // 1_000_000, _latest + 1)
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=_latest >> 12 << 80 | 0x7 << 76 | (_latest & 0xFFF) << 64 | 0x2 << 62 | random)


def lowest_id_at(moment: datetime) -> UUID:
    """Ids made before this millisecond are lower than the result; ids made in it or later are not."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
