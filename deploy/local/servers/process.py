"""Starting and ending child processes so that none is ever left behind.

Why not a library: honcho ends all processes when one ends, supervisord takes a second to bring one
back, both leave orphans after a `kill -9`, and mirakuru hands our whole environment to the child
(docs/adr/0004-private-servers.md has what was measured).
"""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local.console import ENDING_SIGNALS, STOPPED
from deploy.local.failures import Failure, last_lines
from deploy.local.places import CHECKOUT, Account

PORT_TAKEN = "ddress already in use"
START_ATTEMPTS = 3


def free_port() -> int:
    """A port nobody uses on 127.0.0.1 right now. Somebody may take it before we do."""
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
    """The command as `account`, and so that the kernel sends it `ends_by` when our thread dies.

    That happens even by kill -9. Without setpriv (util-linux) an ordinary user's command stays as it is.
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
    """Start a child whose output is appended to `log`.

    It gets its own session, so Ctrl-C in the terminal reaches only us and we end the children in
    our order. It ends with us (`tied_to_us`).
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            tied_to_us(args, ends_by=ends_by, account=account),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=None if env is None else dict(env),
            cwd=cwd,
            umask=umask,
            start_new_session=True,
        )


def run_to_end(command: Sequence[str | Path], environment: Mapping[str, str]) -> int:
    """Run a program (pytest, the demo) in the checkout, in the terminal's foreground; its exit code.

    Ctrl-C reaches it through the terminal and it may finish its report; another signal to us is
    passed on as a Ctrl-C. The code is 130 then.
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
    """Send each signal in turn and wait so many seconds for the end; SIGKILL comes last."""
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
    """Poll until `ready()`; a Failure with the end of the log when the child dies or takes too long."""
    deadline = time.monotonic() + patience
    while not ready():
        if process.poll() is not None:
            raise Failure(f"{what} did not start (exit code {process.returncode}).", todo=todo, log=log)
        if time.monotonic() > deadline:
            raise Failure(f"{what} did not get ready within {patience:.0f} s.", todo=todo, log=log)
        time.sleep(pause)


class Server:
    """A child process on ports of its own, which answers some time after its start.

    The first start chooses free ports, a later start of the same object keeps them. Each kind of
    server says how it is launched (`launch`), when it is ready (`is_ready`) and how it ends.
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
        """Start and wait until it answers. Other ports are tried when somebody took ours meanwhile."""
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
