"""Running somebody else's program (pytest, the demo, a benchmark) in the terminal's foreground."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local.places import CHECKOUT
from deploy.local.servers.process import tied_to_us
from deploy.local.signals import StopRequested, undisturbed

STOPPED = 130
PATIENCE_S = 20.0
CHECK_EVERY_S = 0.2


def run_to_end(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    *,
    meanwhile: Callable[[], None] | None = None,
) -> int:
    """Run a program in the checkout; its exit code. `meanwhile` is called a few times a second.

    Ctrl-C reaches the program through the terminal and it may finish its report; a SIGTERM to us is
    passed on as the same Ctrl-C.
    """
    tied = tied_to_us(command) or [str(part) for part in command]
    child = subprocess.Popen(tied, env=dict(environment), cwd=CHECKOUT)
    try:
        if meanwhile is None:
            return child.wait()
        while (code := child.poll()) is None:
            meanwhile()
            time.sleep(CHECK_EVERY_S)
        return code
    except BaseException as why:
        with undisturbed():
            if not (isinstance(why, StopRequested) and str(why) == "SIGINT"):
                child.send_signal(signal.SIGINT)
            try:
                child.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        raise
