import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A time-ordered id (RFC 9562 version 7), so that indexes grow at their end.

    The standard library has one from Python 3.14 on only.
    """
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (2**48 - 1)) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
