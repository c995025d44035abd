"""The API in a process that can be killed at any moment and is back in less than a second.

Loading the product and putting it together takes seconds. So one process does it and forks another one that serves.
When that one is killed, the next is forked. Started as `python -m tests.killable <port> <clock>`; the settings come
from the environment. The clock is `real`, or it is `standing` still at NOON. For each line of standard input it forks a
server and prints its process id.
"""

import ctypes
import gc
import os
import signal
import socket
import sys
import time

import uvicorn
from litestar import Litestar

from app.core.clock import Clock
from app.core.settings import settings_from
from app.main import create_app
from tests.cast import NOON

PR_SET_PDEATHSIG = 1


class Standing(Clock):
    def now(self):
        return NOON


CLOCKS = {"standing": Standing, "real": Clock}


def main() -> None:
    port, clock = int(sys.argv[1]), CLOCKS[sys.argv[2]]()
    app = create_app(settings_from(), clock=clock)
    gc.freeze()  # so that the children share its pages
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who were killed
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            serve(app, port)
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def serve(app: Litestar, port: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.stdin.close()
    os.dup2(
        os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
    )  # its log would stand between the process ids
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none")  # type: ignore[arg-type]  # as everywhere
    uvicorn.Server(config).run(sockets=[bound_to(port)])


def bound_to(port: int) -> socket.socket:
    """Whoever was killed has the port for some milliseconds more."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    while True:
        try:
            listening.bind(("127.0.0.1", port))
        except OSError:
            time.sleep(0.01)
        else:
            return listening


if __name__ == "__main__":
    main()
