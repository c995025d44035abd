"""A private PostgreSQL with PostGIS: its own data, a free port, and a password for every connection."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import IO
from urllib.parse import quote

from deploy.local import faked_time
from deploy.local.console import logged
from deploy.local.failures import Failure
from deploy.local.places import server_account, server_home, try_lock
from deploy.local.servers.process import Server, spawn, tied_to_us

OLDEST_MAJOR = 15
FREE_BYTES_NEEDED = 500_000_000
SUPERUSER = "postgres"
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", **faked_time.handed_on()}


def major_version(bindir: Path) -> int:
    """Major version of the PostgreSQL in this folder, such as 15. 0 if its programs do not run."""
    found = re.search(r"\) (\d+)", _answer(bindir / "postgres", "--version"))
    return int(found[1]) if found else 0


def _has_postgis(bindir: Path) -> bool:
    share = _answer(bindir / "pg_config", "--sharedir").strip()
    return bool(share) and Path(share, "extension/postgis.control").exists()


def _answer(program: Path, question: str) -> str:
    """What the program prints for this option. Empty if it cannot run."""
    try:
        return subprocess.run([program, question], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def find_bindirs() -> list[Path]:
    """Folders with a usable PostgreSQL and PostGIS, newest first.

    If PG_BINDIR is set, only that folder. Otherwise Debian's folders and the one in PATH.
    """
    if os.environ.get("PG_BINDIR"):
        return [Path(os.environ["PG_BINDIR"])]
    found = set(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    if on_path:
        found.add(Path(on_path).resolve().parent)
    usable = {path: major_version(path) for path in found if _has_postgis(path)}
    return sorted((path for path in usable if usable[path] >= OLDEST_MAJOR), key=lambda path: -usable[path])


class Postgres(Server):
    """One cluster in `home`/data. After a restart on the same folder it has the same data and password.

    It has no unix socket, because the path of a socket can have only 107 bytes. Clients connect to
    127.0.0.1 with a password (scram). `durable=False` is for tests: a power cut can lose or break the data.
    """

    name = "PostgreSQL"
    patience = 60.0
    endings = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))  # SIGINT ends sessions; the data is clean

    def __init__(
        self,
        home: Path,
        *,
        log: Path,
        password: str = "",
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(log)
        self.data = server_home(home) / "data"
        self.password = password or token_hex(16)
        self.durable = durable
        self.settings = settings or {}
        self.bindir = self._choose_bindir()
        self.advice = (
            "If the lines above speak of the disk, make room and try again. If they speak of damaged\n"
            "data, put a backup in its place, or move the data away to begin with an empty database:\n"
            f"mv {self.data} {self.data}.old"
        )
        self._lock: IO[str] | None = None

    def start(self) -> None:
        """Make the cluster if there is none, start it and wait until it answers."""
        self._lock = self._lock or try_lock(self.data.with_name(".lock"))
        if self._lock is None:  # the checkout was copied together with the link to its data
            raise Failure(f"another run works on {self.data}.", todo="Stop it first.")
        try:
            if not (self.data / "PG_VERSION").exists():
                self._initdb()
            self._end_what_a_killed_run_left()
            super().start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        super().stop()
        if self._lock:
            self._lock.close()
            self._lock = None

    @property
    def version(self) -> int:
        """The major version, 15 for 15.8."""
        return major_version(self.bindir)

    def url(self, database: str = "postgres") -> str:
        """URL of the superuser. It contains the password, so never log it."""
        return f"postgresql://{SUPERUSER}:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{database}"

    def query(self, sql: str) -> str:
        """Run SQL as superuser through psql. Returns rows as `a|b` lines."""
        done = subprocess.run(
            [self.bindir / "psql", "-X", "-v", "ON_ERROR_STOP=1", "-Atqc", sql],
            env={
                **_environment(),
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self.port),
                "PGUSER": SUPERUSER,
                "PGPASSWORD": self.password,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if "password authentication failed" in done.stderr:
            raise Failure(
                f"the database in {self.data} was made with another password than the one we have.",
                todo="Put the file with the passwords back (var/run/secrets.env), or move the data away to\n"
                f"begin with an empty database: mv {self.data} {self.data}.old",
            )
        if done.returncode:
            raise Failure(f"PostgreSQL refused a statement: {done.stderr.strip()}", log=self.log)
        return done.stdout

    def ensure_database(self, name: str) -> None:
        """Create a database if it does not exist."""
        if not self.query(f"select 1 from pg_database where datname = '{name}'").strip():
            self.query(f'create database "{name}" template template0')

    def _choose_bindir(self) -> Path:
        """The newest PostgreSQL, or the one that made the existing data."""
        found = find_bindirs()
        if not found:
            raise Failure(
                f"no PostgreSQL {OLDEST_MAJOR} or newer with PostGIS was found on this machine.",
                todo="Debian and Ubuntu: apt install postgresql postgis, with the matching\n"
                "postgresql-NN-postgis-3; elsewhere install both and set PG_BINDIR to the folder of initdb;\n"
                "or set DATABASE_URL to a server that has them.",
            )
        try:
            made_by = int((self.data / "PG_VERSION").read_text().strip())
        except FileNotFoundError:
            return found[0]
        for bindir in found:
            if major_version(bindir) == made_by:
                return bindir
        raise Failure(
            f"the data in {self.data} was made by PostgreSQL {made_by}, which is no longer installed"
            f" (found: {', '.join(str(major_version(b)) for b in found)}).",
            todo=f"Install postgresql-{made_by} with its PostGIS again (and pg_dump, to move on),\n"
            f"or, when the data may go, move it away: mv {self.data} {self.data}.old",
        )

    def _initdb(self) -> None:
        """Make the cluster in another folder and then move it, so that a killed start leaves nothing half made."""
        free = shutil.disk_usage(self.data.parent).free
        if free < FREE_BYTES_NEEDED:
            raise Failure(
                f"the disk of {self.data.parent} is nearly full: {free // 1_000_000} MB are free,"
                f" a new database needs {FREE_BYTES_NEEDED // 1_000_000} MB.",
                todo="Make room, or set DATABASE_URL to a server elsewhere.",
            )
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password_file = fresh.with_name(fresh.name + ".password")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password + "\n")
        account = server_account()
        if account:
            account.owns(fresh)
            account.owns(password_file)
        command: list[str | Path] = [
            self.bindir / "initdb",
            "-D",
            fresh,
            "-U",
            SUPERUSER,
            "-A",
            "scram-sha-256",
        ]
        command += ["--pwfile", password_file, "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"]
        command += [] if self.durable else ["--no-sync"]
        try:
            if logged(tied_to_us(command, account=account), self.log, _environment()):
                raise Failure("PostgreSQL could not make a new database cluster.", log=self.log)
            fresh.rename(self.data)
        finally:
            password_file.unlink()

    def _end_what_a_killed_run_left(self) -> None:
        """Stop a PostgreSQL that still uses this data. Its starter is dead, because we hold the lock.

        If the pid in its file now belongs to another program, PostgreSQL would refuse to start. Then
        the file is removed.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        deadline = time.monotonic() + 30
        while _works_on(self.data, pid):
            if time.monotonic() > deadline:
                raise Failure(
                    f"a PostgreSQL (pid {pid}) still works on {self.data} and does not end.",
                    todo=f"Look at it (ps -fp {pid}) and end it (kill -QUIT {pid}), then try again.",
                )
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            time.sleep(0.1)
        pid_file.unlink(missing_ok=True)

    def launch(self) -> subprocess.Popen[bytes]:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "log_line_prefix": "%m [%p] %u@%d ",
            **({} if self.durable else NOT_DURABLE),
            **self.settings,
        }
        command: list[str | Path] = [self.bindir / "postgres", "-D", self.data]
        for key, value in options.items():
            command += ["-c", f"{key}={value}"]
        return spawn(command, log=self.log, account=server_account(), ends_by="INT", env=_environment())

    def is_ready(self) -> bool:
        """Whether postmaster.pid has `ready` in line 8 and our pid in line 1. This needs no connection."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return (
            self.process is not None
            and len(lines) >= 8
            and lines[0] == str(self.process.pid)
            and lines[7].strip() == "ready"
        )


def _works_on(data: Path, pid: int) -> bool:
    """Whether this process is a PostgreSQL on this data. Its working directory is the data folder."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")) == data.resolve()
    except OSError:
        return False
