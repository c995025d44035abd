"""Sets another time for all processes that a command starts, by the environment variables of libfaketime.

Code that gives a child process its own environment must pass these variables on (`handed_on`). Other children
inherit them. All processes of a run see the same time, and from there time goes on as usual.

Two things differ from a real day. First, waits for a lock with a time limit (`Event.wait(10)`,
`Queue.get(timeout=1)`) never end, because libfaketime 0.9.10 does not know `sem_clockwait`. `asyncio`,
`time.sleep` and `subprocess` work as usual. Second, statically linked programs keep the real time, such as the
S3 server of the tests, which is written in Go. The monotonic clock must be faked too (the default of the
library), because otherwise `time.sleep` fails with EINVAL.
"""

import math
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

VARIABLES = ("LD_PRELOAD", "FAKETIME", "FAKETIME_SHARED")
FOLDERS = ("/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime")


def find_library() -> Path | None:
    """Find libfaketime in the places where Linux distributions install it."""
    found = (path for folder in FOLDERS for path in Path("/").glob(f"{folder[1:]}/libfaketime.so.1"))
    return next(found, None)


def starting_at(moment: datetime, library: Path) -> dict[str, str]:
    """Variables that make it `moment` (aware) now, or at most a second later.

    Our own time may be faked too.
    """
    our_offset_s = int(os.environ.get("FAKETIME", "0"))
    offset_s = our_offset_s + math.ceil((moment - datetime.now(UTC)).total_seconds())
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{offset_s:+d}"}


def handed_on() -> dict[str, str]:
    """Variables that a new environment must contain so that its process sees our time."""
    return {name: os.environ[name] for name in VARIABLES if name in os.environ}


def put_off(command: Sequence[str], environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Let only the program that `command` ends with see another time, not a wrapper that changes the user.

    The library makes memory that processes share, named after the process. If a process made it as root and then
    becomes another user, it may not open it any more and ends.
    """
    real = {name: value for name, value in environment.items() if name not in VARIABLES}
    faked = [f"{name}={environment[name]}" for name in VARIABLES if name in environment]
    return (["env", *faked, *command] if faked else list(command)), real
