"""Ctrl-C and SIGTERM as one exception, and not at all while things are being put away."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody wants us to end: put things away and go."""


def stop_on_signals() -> None:
    """From now on the ending signals raise StopRequested in the main thread.

    A hang-up that our starter told us to ignore (nohup) stays ignored.
    """
    for number in _ENDING:
        if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue
        signal.signal(number, _raise)


@contextmanager
def undisturbed() -> Iterator[None]:
    """No ending signal interrupts the block (servers are being stopped in it, which takes seconds)."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise(number: int, frame: FrameType | None) -> None:
    del frame
    raise StopRequested(signal.Signals(number).name)
