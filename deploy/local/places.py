"""Where things are: the checkout, its `var/`, and the folders servers may keep their data in."""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from deploy.local.console import say
from deploy.local.failures import Failure
from deploy.local.servers.process import Account

CHECKOUT = Path(__file__).resolve().parents[2]
VAR = CHECKOUT / "var"
VENV = CHECKOUT / ".venv"
SYSTEM_HOME = Path("/var/lib/brigada")
SERVER_ACCOUNTS = ("postgres", "nobody")
ABANDONED_AFTER_S = 60.0


def server_account() -> Account | None:
    """Whom the servers run as: ourselves (None) unless we are root, which PostgreSQL refuses."""
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


def is_reachable(folder: Path) -> bool:
    """Whether any user can walk to this folder (it may not exist yet): each parent lets others pass."""
    return all(
        parent.stat().st_mode & stat.S_IXOTH for parent in (folder, *folder.parents) if parent.exists()
    )


def server_home(wanted: Path, account: Account | None) -> Path:
    """A folder for the data of servers: `wanted`, or one outside when the server account cannot get there.

    That happens to a checkout in /root or in a closed home directory. `wanted` is then a link to a
    folder under /var/lib/brigada.
    """
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if account is None or (is_reachable(wanted.parent) and not wanted.is_symlink()):
        wanted.mkdir(exist_ok=True)
        return wanted
    outside = _outside_home(wanted)
    outside.mkdir(parents=True, exist_ok=True)
    for folder in (SYSTEM_HOME, outside.parent, outside):
        folder.chmod(0o755)
    outside.with_suffix(".checkout").write_text(f"{CHECKOUT}\n")
    wanted.unlink(missing_ok=True)
    wanted.symlink_to(outside)
    say("servers", f"user {account.name} cannot reach {wanted}: the data is in {outside}")
    return outside


def _outside_home(wanted: Path) -> Path:
    """Where the link leads, if its data is ours; else the folder that belongs to this checkout.

    A checkout that was moved keeps its data; one that was copied must not share the original's.
    """
    if wanted.is_dir() and not wanted.is_symlink():
        raise Failure(
            f"there is data in {wanted}, and the user who runs the servers can no longer get there.",
            todo="Let others pass through the folders above it again (chmod o+x on each), or move the data away.",
        )
    if wanted.is_dir():
        linked = wanted.resolve()
        try:
            owner = Path(linked.with_suffix(".checkout").read_text().strip())
        except OSError:
            owner = CHECKOUT
        if owner == CHECKOUT or not owner.exists():
            return linked
    # The inode tells a new clone from one that stood at the same path and was moved away.
    checkout = hashlib.sha256(f"{CHECKOUT} {CHECKOUT.stat().st_ino}".encode()).hexdigest()[:12]
    return SYSTEM_HOME / checkout / wanted.relative_to(VAR).as_posix().replace("/", "-")


@contextmanager
def throw_away(family: str, prefix: str = "") -> Iterator[Path]:
    """A folder `var/<family>/<prefix><pid>` that is removed at the end, with those that killed runs left.

    A lock on a file in it says that it is in use (pids repeat, and another container may see the
    same folder).
    """
    root = VAR / family
    root.mkdir(parents=True, exist_ok=True)
    _sweep(root)
    folder = root / f"{prefix}{os.getpid()}"
    folder.mkdir(exist_ok=True)
    lock = try_lock(folder / ".lock")
    if lock is None:
        raise Failure(f"{folder} is in use by another run.", todo="Try again.")
    try:
        yield folder
    finally:
        _remove(folder)
        lock.close()


def try_lock(path: Path) -> IO[str] | None:
    """An exclusive lock for as long as the file stays open (or we live); None when somebody has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _sweep(root: Path) -> None:
    for folder in root.iterdir():
        # A fresh one may be a run that has not locked it yet.
        if not folder.is_dir() or time.time() - folder.stat().st_mtime < ABANDONED_AFTER_S:
            continue
        lock = try_lock(folder / ".lock")
        if lock is not None:
            _remove(folder)
            lock.close()


def _remove(folder: Path) -> None:
    """Delete a folder and what its links under /var/lib/brigada hold."""
    for link in folder.iterdir():
        if link.is_symlink() and link.resolve().is_relative_to(SYSTEM_HOME):
            shutil.rmtree(link.resolve(), ignore_errors=True)
            link.resolve().with_suffix(".checkout").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
