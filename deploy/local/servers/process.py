"""Starts and stops child processes so that none is ever left behind.

Why no library: honcho ends all processes when one ends. supervisord takes a second to restart one. Both
leave orphans after a `kill -9`. mirakuru passes our whole environment to the child. The measurements are in
docs/adr/0004-private-servers.md.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local.console import ENDING_SIGNALS, STOPPED
from deploy.local.failures import Failure, last_lines
from deploy.local.faked_time import put_off
from deploy.local.places import CHECKOUT, Account

PORT_TAKEN = "ddress already in use"
START_ATTEMPTS = 3


def free_port() -> int:
    """A port that is free on 127.0.0.1 now. Another program may take it before we use it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_port_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def tied_to_us(
    command: Sequence[str | Path], *, ends_by: str = "TERM", account: Account | None = None
) -> list[str]:
    """Wrap the command so that it runs as `account`, and the kernel sends it `ends_by` when our thread ends.

    This works even after kill -9. If setpriv (util-linux) is missing, an ordinary user's command is not wrapped.
    """
    plain = [str(part) for part in command]
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if account:
            raise Failure("setpriv is missing.", todo="Install util-linux, or start as an ordinary user.")
        return plain
    switch = [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"] if account else []
    return [setpriv, f"--pdeathsig={ends_by}", *switch, "--", *plain]


def spawn(
    args: Sequence[str | Path],
    *,
    log: Path,
    account: Account | None = None,
    ends_by: str = "TERM",
    env: Mapping[str, str] | None = None,
    cwd: Path | str = "/",
    umask: int = -1,
) -> subprocess.Popen[bytes]:
    """Start a child process and append its output to `log`.

    It has its own session, so Ctrl-C in the terminal reaches only us and we stop the children in our
    order. It ends when we end (`tied_to_us`).
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(part) for part in args]
    if account:
        command, env = put_off(command, os.environ if env is None else env)
    with log.open("ab") as out:
        return subprocess.Popen(
            tied_to_us(command, ends_by=ends_by, account=account),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=None if env is None else dict(env),
            cwd=cwd,
            umask=umask,
            start_new_session=True,
        )


def run_to_end(command: Sequence[str | Path], environment: Mapping[str, str]) -> int:
    """Run a program (pytest, the demo) in the checkout and in the foreground. Returns its exit code.

    Ctrl-C reaches it through the terminal, and it can finish its report. Other signals to us are
    passed on as Ctrl-C. After both the code is 130.
    """
    child = subprocess.Popen(tied_to_us(command), env=dict(environment), cwd=CHECKOUT)
    stopped = False

    def pass_on(number: int, frame: object) -> None:
        nonlocal stopped
        stopped = True
        if number != signal.SIGINT:
            child.send_signal(signal.SIGINT)

    before = {number: signal.signal(number, pass_on) for number in ENDING_SIGNALS}
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return STOPPED if stopped else code


def finish(process: subprocess.Popen[bytes] | None, *signals: tuple[signal.Signals, float]) -> None:
    """Send each signal and wait its number of seconds for the process to end. SIGKILL comes last."""
    if process is None or process.poll() is not None:
        return
    for number, patience in signals:
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return
    process.kill()
    process.wait()


def wait_until(
    ready: Callable[[], bool],
    *,
    what: str,
    process: subprocess.Popen[bytes],
    log: Path,
    todo: str = "",
    patience: float = 30.0,
    pause: float = 0.02,
) -> None:
    """Poll until `ready()`. If the child dies or takes too long, raises Failure with the end of the log."""
    deadline = time.monotonic() + patience
    while not ready():
        if process.poll() is not None:
            raise Failure(f"{what} did not start (exit code {process.returncode}).", todo=todo, log=log)
        if time.monotonic() > deadline:
            raise Failure(f"{what} did not get ready within {patience:.0f} s.", todo=todo, log=log)
        time.sleep(pause)


class Server:
    """A child process with its own ports. It answers some time after its start.

    The first start chooses free ports; later starts of the same object use them again. Each kind of
    server defines how it starts (`launch`), when it is ready (`is_ready`) and how it ends (`endings`).
    """

    name: str
    port_count = 1
    patience = 30.0
    advice = ""
    endings: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 20.0),)

    def __init__(self, log: Path) -> None:
        self.log = log
        self.ports: list[int] = []
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        return self.ports[0]

    def launch(self) -> subprocess.Popen[bytes]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        """Start and wait until it answers. If another program took our ports, other ports are tried."""
        attempts = 1 if self.ports else START_ATTEMPTS
        while True:
            attempts -= 1
            try:
                return self._start_once()
            except Failure:
                if not attempts or not any(PORT_TAKEN in line for line in last_lines(self.log)):
                    raise
                self.ports = []

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        finish(self.process, *self.endings)

    def _start_once(self) -> None:
        self.ports = self.ports or _free_ports(self.port_count)
        self.process = self.launch()
        try:
            wait_until(
                self.is_ready,
                what=self.name,
                process=self.process,
                log=self.log,
                todo=self.advice,
                patience=self.patience,
            )
        except BaseException:
            self.stop()
            raise


def _free_ports(count: int) -> list[int]:
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return sorted(ports)
