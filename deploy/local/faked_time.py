"""Another time of day for everything that a command starts: what libfaketime reads from the environment.

Whoever gives a child an environment of its own hands these on (`handed_on`); the rest inherit them.
All processes of a run see the same time, which goes on as usual from where it was set.

Two things are not as on a real day. Python's waits for a lock with a time limit
(`Event.wait(10)`, `Queue.get(timeout=1)`) never reach their limit, because libfaketime 0.9.10 does not know
`sem_clockwait`; `asyncio`, `time.sleep` and `subprocess` do. And a program that is linked statically (the S3
server of the tests, written in Go) keeps the real time. The monotonic clock has to be faked along (the
library's default): otherwise `time.sleep` fails with EINVAL.
"""

import math
import os
from datetime import UTC, datetime
from pathlib import Path

VARIABLES = ("LD_PRELOAD", "FAKETIME", "FAKETIME_SHARED")
FOLDERS = ("/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime")


def find_library() -> Path | None:
    """libfaketime, where the packages of the distributions put it."""
    found = (path for folder in FOLDERS for path in Path("/").glob(f"{folder[1:]}/libfaketime.so.1"))
    return next(found, None)


def starting_at(moment: datetime, library: Path) -> dict[str, str]:
    """The variables with which it is `moment` (aware) now, or a second later at most.

    We may be faked ourselves.
    """
    our_offset_s = int(os.environ.get("FAKETIME", "0"))
    offset_s = our_offset_s + math.ceil((moment - datetime.now(UTC)).total_seconds())
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{offset_s:+d}"}


def handed_on() -> dict[str, str]:
    """What an environment made from nothing must contain so that its process sees our time."""
    return {name: os.environ[name] for name in VARIABLES if name in os.environ}
