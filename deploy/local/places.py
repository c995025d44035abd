"""Where things are: the checkout, its `var/`, and the data folders of the servers."""

import fcntl
import os
import pwd
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from deploy.local.failures import Failure

CHECKOUT = Path(__file__).resolve().parents[2]
VAR = CHECKOUT / "var"
VENV = CHECKOUT / ".venv"
SYSTEM_HOME = Path("/var/lib/brigada")
SERVER_ACCOUNTS = ("postgres", "nobody")
ABANDONED_AFTER_S = 60.0


@dataclass(frozen=True)
class Account:
    """The user that servers run as if we are root."""

    name: str
    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


@cache
def server_account() -> Account | None:
    """The user for the servers. None means ourselves. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in SERVER_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise Failure(
        "started as root, and there is neither a user `postgres` nor `nobody` to run the servers as.",
        todo="Create one (useradd --system postgres), or start as an ordinary user.",
    )


def server_home(wanted: Path) -> Path:
    """The folder that holds the data of a server. If we are root, `wanted` becomes a link to it.

    Root's checkout may be in a closed folder such as /root, which the servers' user cannot read. So the
    data is under /var/lib/brigada. Existing links are followed, so a moved checkout keeps its data.
    """
    if wanted.exists():
        return wanted.resolve()
    if server_account() is None or wanted.is_relative_to(SYSTEM_HOME):
        wanted.mkdir(parents=True)
        return wanted
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wanted.unlink(missing_ok=True)
    wanted.symlink_to(_open_folder(SYSTEM_HOME / "data", f"{wanted.name}-"))
    return wanted.resolve()


@contextmanager
def throw_away(family: str) -> Iterator[Path]:
    """Make a folder that is removed at the end. Folders that killed runs left are removed too.

    It is in `var/runs`, or for root in /var/lib/brigada/runs. A lock in the folder shows that it is in
    use. A pid would not do: pids repeat, and another container may see the same folder.
    """
    root = (VAR if server_account() is None else SYSTEM_HOME) / "runs"
    _sweep(root)
    folder = _open_folder(root, f"{family}-")
    lock = try_lock(folder / ".lock")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock:
            lock.close()


def try_lock(path: Path) -> IO[str] | None:
    """An exclusive lock that is held while the file is open and we live. None if another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _open_folder(parent: Path, prefix: str) -> Path:
    """Make a folder that all users may enter."""
    before = os.umask(0o022)
    parent.mkdir(parents=True, exist_ok=True)
    os.umask(before)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    folder.chmod(0o755)
    return folder


def _sweep(root: Path) -> None:
    """Remove what killed runs left. Another run may do the same at the same time."""
    for folder in root.glob("*-*"):
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime < ABANDONED_AFTER_S:
                continue  # perhaps a run that has not locked it yet
            lock = try_lock(folder / ".lock")
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                lock.close()
