"""Starting and ending child processes so that none is ever left behind."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.failures import Failure, last_lines

PORT_TAKEN = "ddress already in use"
START_ATTEMPTS = 3


@dataclass(frozen=True)
class Account:
    """The user that servers run as when we are root."""

    name: str
    uid: int
    gid: int


def free_port() -> int:
    """A port nobody uses on 127.0.0.1 right now.

    Somebody may take it before we do, so whoever starts a server on it tries again
    (`started_on_free_port`).
    """
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
) -> list[str] | None:
    """The command wrapped so that the kernel sends it `ends_by` when our thread dies, even by kill -9.

    None where setpriv (util-linux) is missing.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return None
    switch = [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"] if account else []
    return [setpriv, f"--pdeathsig={ends_by}", *switch, "--", *(str(part) for part in command)]


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
    our order. It ends with us (`tied_to_us`) where the system can do that.
    """
    command = tied_to_us(args, ends_by=ends_by, account=account)
    drops: dict[str, int | list[int]] = {}
    if command is None and account:
        drops = {"user": account.uid, "group": account.gid, "extra_groups": []}
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        child: subprocess.Popen[bytes] = subprocess.Popen(
            command or [str(arg) for arg in args],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=None if env is None else dict(env),
            cwd=cwd,
            umask=umask,
            start_new_session=True,
            **drops,  # type: ignore[call-overload]  # user, group and extra_groups have three types
        )
    return child


def run_as(
    args: Sequence[str | Path], *, account: Account | None, env: Mapping[str, str] | None = None
) -> str:
    """Run a short command to its end as the server account; its output. Raises Failure."""
    drops: dict[str, int | list[int]] = {}
    if account:
        drops = {"user": account.uid, "group": account.gid, "extra_groups": []}
    done = subprocess.run(
        [str(arg) for arg in args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=None if env is None else dict(env),
        cwd="/",
        text=True,
        check=False,
        **drops,  # type: ignore[call-overload]  # as in spawn
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        raise Failure(f"{Path(args[0]).name} ended with {done.returncode}:\n{tail}")
    return str(done.stdout)


def finish(
    process: subprocess.Popen[bytes] | None, *signals: tuple[signal.Signals, float], group: bool = False
) -> None:
    """Send each signal in turn and wait so many seconds for the end; SIGKILL comes last.

    With `group` the child's own children get the last one too.
    """
    if process is None or process.poll() is not None:
        return
    for number, patience in signals:
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return
    if group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
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


def started_on_free_port(start: Callable[[], None], *, log: Path) -> None:
    """Call `start` again while it fails because somebody took its port in the meantime.

    `start` must choose its ports anew each time.
    """
    for attempt in range(1, START_ATTEMPTS + 1):
        try:
            start()
        except Failure:
            if attempt == START_ATTEMPTS or not any(PORT_TAKEN in line for line in last_lines(log)):
                raise
        else:
            return
