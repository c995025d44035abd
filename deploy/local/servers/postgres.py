"""A private PostgreSQL with PostGIS: its own data, a free port, passwords on every connection."""

import glob
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from deploy.local.console import say
from deploy.local.failures import Failure
from deploy.local.servers.process import (
    Account,
    finish,
    free_port,
    run_as,
    spawn,
    started_on_free_port,
    wait_until,
)

OLDEST_MAJOR = 15
FREE_BYTES_NEEDED = 500_000_000
SUPERUSER = "postgres"
BINDIR_PATTERNS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # the PostgreSQL project's own packages for Fedora and its relatives
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
SERVER_ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def major_version(bindir: Path) -> int:
    """15 for a folder with PostgreSQL 15's programs; 0 when it cannot be read."""
    found = re.search(r"\) (\d+)", _answer(bindir / "postgres", "--version"))
    return int(found[1]) if found else 0


def has_postgis(bindir: Path) -> bool:
    """Whether this PostgreSQL can CREATE EXTENSION postgis."""
    told = _answer(bindir / "pg_config", "--sharedir").strip()  # not every package has pg_config
    share = Path(told) if told else Path("/usr/share/postgresql") / bindir.parent.name
    return (share / "extension/postgis.control").exists()


def _answer(program: Path, question: str) -> str:
    """What a program prints when asked, empty when it cannot be asked."""
    try:
        return subprocess.run([program, question], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def find_bindirs() -> list[Path]:
    """Folders with a usable PostgreSQL and PostGIS, newest first; PG_BINDIR alone when it is set."""
    if os.environ.get("PG_BINDIR"):
        return [Path(os.environ["PG_BINDIR"])]
    found = [Path(path) for pattern in BINDIR_PATTERNS for path in glob.glob(pattern)]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    usable = {
        path: major_version(path)
        for path in found
        if (path / "initdb").exists() and (path / "postgres").exists() and has_postgis(path)
    }
    return sorted((path for path, major in usable.items() if major >= OLDEST_MAJOR), key=lambda p: -usable[p])


class Postgres:
    """One cluster in `data`. Started again on the same folder it has the same contents and password.

    There is no unix socket (its path may have 107 bytes only); everybody comes over 127.0.0.1 with
    scram and a password. `durable=False` is for tests: a power cut may lose or break the data.
    """

    name = "PostgreSQL"

    def __init__(
        self,
        data: Path,
        *,
        password: str,
        log: Path,
        account: Account | None = None,
        durable: bool = True,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.data = data
        self.password = password
        self.log = log
        self.account = account
        self.durable = durable
        self.settings = settings or {}
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.bindir = self._choose_bindir()

    def start(self) -> None:
        """Make the cluster when there is none, start it, wait until it answers.

        The first start chooses a free port; a later start of the same object keeps it.
        """
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._settle_pid_file()
        if self.port:
            self._start_once()
        else:
            started_on_free_port(self._start_on_new_port, log=self.log)

    @property
    def version(self) -> int:
        """The major version, 15 for 15.8."""
        return major_version(self.bindir)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Fast shutdown: sessions are cut off, the data is left clean."""
        finish(self.process, (signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))

    def url(self, database: str = "postgres") -> str:
        """The superuser's URL, password included: not for logs."""
        return f"postgresql://{SUPERUSER}:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{database}"

    def query(self, sql: str, database: str = "postgres") -> str:
        """Run SQL as superuser through psql; rows as `a|b` lines."""
        done = subprocess.run(
            [self.bindir / "psql", "-X", "-v", "ON_ERROR_STOP=1", "-Atqc", sql],
            env={
                **SERVER_ENV,
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self.port),
                "PGUSER": SUPERUSER,
                "PGPASSWORD": self.password,
                "PGDATABASE": database,
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
        """Create a database unless it is there."""
        if not self.query(f"select 1 from pg_database where datname = '{name}'").strip():
            self.query(f'create database "{name}" template template0')

    def _choose_bindir(self) -> Path:
        """The newest PostgreSQL, or the one that made the data that is already there."""
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
        """Make the cluster beside its place and move it there whole, so a killed start leaves no half."""
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
        if self.account:
            os.chown(fresh, self.account.uid, self.account.gid)
            os.chown(password_file, self.account.uid, self.account.gid)
        args: list[str | Path] = [self.bindir / "initdb", "-D", fresh, "-U", SUPERUSER, "-A", "scram-sha-256"]
        args += ["--pwfile", password_file, "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"]
        try:
            run_as(args if self.durable else [*args, "--no-sync"], account=self.account, env=SERVER_ENV)
        finally:
            password_file.unlink()
        fresh.rename(self.data)

    def _settle_pid_file(self) -> None:
        """Deal with a postmaster.pid that an earlier run left.

        A postmaster that still works on this data (its starter was killed) is ended first. A pid
        that now belongs to somebody else would make PostgreSQL refuse to start: the file goes.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        if not _is_postmaster_of(pid, self.data):
            pid_file.unlink(missing_ok=True)
            return
        say("postgres", f"an earlier one (pid {pid}) still runs on this data: ending it")
        _end_stranger(pid, pid_file)

    def _start_on_new_port(self) -> None:
        self.port = free_port()
        try:
            self._start_once()
        except Failure:
            self.port = 0
            raise

    def _start_once(self) -> None:
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
        args: list[str | Path] = [self.bindir / "postgres", "-D", self.data]
        for key, value in options.items():
            args += ["-c", f"{key}={value}"]
        self.process = spawn(args, log=self.log, account=self.account, ends_by="INT", env=SERVER_ENV)
        try:
            wait_until(
                self._is_ready,
                what=self.name,
                process=self.process,
                log=self.log,
                todo="If the lines above speak of the disk, make room and try again. If they speak of damaged\n"
                "data, put a backup in its place, or move the data away to begin with an empty database:\n"
                f"mv {self.data} {self.data}.old",
                patience=60,
            )
        except BaseException:
            self.stop()
            raise

    def _is_ready(self) -> bool:
        """Line 8 of postmaster.pid says `ready`, line 1 our pid: no connection needed to ask."""
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


def _is_postmaster_of(pid: int, data: Path) -> bool:
    """Whether that process is a PostgreSQL working in that folder (it makes the folder its cwd)."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")) == data.resolve()
    except OSError:
        return False


def _end_stranger(pid: int, pid_file: Path) -> None:
    """Fast shutdown of a postmaster that is not our child; Failure when it does not go."""
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + 30
    while pid_file.exists():
        if time.monotonic() > deadline:
            raise Failure(
                f"a PostgreSQL (pid {pid}) still works on {pid_file.parent} and does not end.",
                todo=f"Look at it (ps -fp {pid}) and end it (kill -QUIT {pid}), then try again.",
            )
        time.sleep(0.05)
