"""Prints lines for the person at the terminal, and handles the start and the end of a command."""

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
        _stream.reconfigure(errors="replace")  # names are Cyrillic, and not every terminal can print them


def elapsed() -> float:
    """Seconds since the command began."""
    return time.monotonic() - _STARTED


def say(topic: str, text: str) -> None:
    """Print one line of progress to stdout at once, also through a pipe."""
    print(f"{elapsed():6.1f} s  {topic:<12} {text}", flush=True)


def show(text: str = "") -> None:
    """Print a text without the time in front of it."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print a failure to stderr, after everything that was printed before."""
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)


def command(play: Callable[[], int | None]) -> int:
    """Run a command. Returns what `play` returns, 1 after a Failure, or 130 if somebody stops it.

    Ctrl-C, SIGTERM and a hang-up raise KeyboardInterrupt once. After that they are ignored while the
    servers stop. If we were started with nohup, a hang-up is always ignored.
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
    """Run a step to its end and append its output to `log`. Returns its exit code (127: no such program)."""
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
