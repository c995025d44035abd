"""Lines for the person at the terminal: seconds since the start, what, and how it stands."""

import io
import sys
import time

_STARTED = time.monotonic()

for _stream in (sys.stdout, sys.stderr):
    if isinstance(
        _stream, io.TextIOWrapper
    ):  # names are Cyrillic; a terminal without UTF-8 gets question marks
        _stream.reconfigure(errors="replace")


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
