"""Lines for the person at the terminal, and how a command of ours begins and ends."""

import io
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from deploy.local.failures import Failure

STOPPED = 130
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STARTED = time.monotonic()

for _stream in (sys.stdout, sys.stderr):
    if isinstance(_stream, io.TextIOWrapper):
        _stream.reconfigure(errors="replace")  # names are Cyrillic; a terminal may not be


def elapsed() -> float:
    """Seconds since the command began."""
    return time.monotonic() - _STARTED


def say(topic: str, text: str) -> None:
    """One line of progress. Goes to stdout at once, also through a pipe."""
    print(f"{elapsed():6.1f} s  {topic:<12} {text}", flush=True)


def show(text: str = "") -> None:
    """A block without the time in front of it."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Something failed: to stderr, after what was printed before."""
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)


def command(play: Callable[[], int | None]) -> int:
    """The exit code of a command: what `play` returns, 1 after a Failure, 130 when somebody ends it.

    Ctrl-C, SIGTERM and a hang-up raise KeyboardInterrupt once; after that they are ignored, because
    servers are being stopped. A hang-up that our starter told us to ignore (nohup) stays ignored.
    """
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN or number is not signal.SIGHUP:
            signal.signal(number, _end_once)
    try:
        return play() or 0
    except Failure as failure:
        complain(failure.text())
        return 1
    except KeyboardInterrupt:
        return STOPPED


def _end_once(number: int, frame: FrameType | None) -> None:
    for each in ENDING_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def logged(command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None) -> int:
    """Run a step to its end with its output appended to `log`; its exit code (127: no such program)."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        out.write(f"$ {' '.join(map(str, command))}\n".encode())
        out.flush()
        try:
            return subprocess.run(
                command, stdout=out, stderr=out, env=environment, cwd="/", check=False
            ).returncode
        except OSError as error:
            out.write(f"{error}\n".encode())
            return 127
