"""The servers and the product's processes for benchmarks, which measure, kill and restart them."""

import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
from redis import Redis

from app.http.health import HEARTBEAT_KEY
from deploy.local import product
from deploy.local.places import CHECKOUT, VENV
from deploy.local.servers import Postgres
from deploy.local.servers import Redis as RedisServer
from deploy.local.servers.process import finish, free_port, spawn, wait_until

SECRET_KEY = "b" * 64
PYTHON = VENV / "bin" / "python"


@dataclass
class Servers:
    """A Redis, and a PostgreSQL that writes to disk and keeps the commit time of each transaction."""

    folder: Path
    postgres: Postgres
    redis: RedisServer

    def restart_postgres(self) -> float:
        """Restart PostgreSQL and end all sessions. Returns for how many seconds it was away."""
        started = time.monotonic()
        self.postgres.stop()
        self.postgres.start()
        return time.monotonic() - started

    @property
    def postgres_pid(self) -> int:
        assert self.postgres.process is not None
        return self.postgres.process.pid

    @asynccontextmanager
    async def owner_of(self, database: str) -> AsyncIterator[asyncpg.Connection]:
        """A connection without row-level security, to prepare data and check results."""
        connection = await asyncpg.connect(self.postgres.url(database), timeout=30)
        try:
            yield connection
        finally:
            await connection.close()


@contextmanager
def servers(name: str) -> Iterator[Servers]:
    """Start the servers in a folder of this run. The folder is removed at the end."""
    folder = Path(os.environ["TEST_SERVER_DIR"]) / name
    postgres = Postgres(
        folder / "pg",
        log=folder / "postgres.log",
        settings={"track_commit_timestamp": "on", "max_locks_per_transaction": "256"},
    )
    redis = RedisServer(folder / "redis", log=folder / "redis.log")
    try:
        postgres.start()
        redis.start()
        yield Servers(folder, postgres, redis)
    finally:
        redis.stop()
        postgres.stop()


class Process:
    """One process that a benchmark measures, kills and restarts."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._command = command
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self._process = spawn(self._command, log=self._log, env=self._environment, cwd=CHECKOUT)

    def kill(self) -> None:
        """Kill it without a warning, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            finish(self._process, (signal.SIGTERM, 10.0))


class WebProcess(Process):
    """An application in one uvicorn process without an access log."""

    def __init__(
        self, python: Path, app: Sequence[str], environment: Mapping[str, str], log: Path, *, ready: str
    ) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._ready = f"{self.address}{ready}"
        command = [str(python), "-m", "uvicorn", *app, "--port", str(port), "--no-access-log"]
        super().__init__(command, environment, log)

    def start(self) -> None:
        super().start()
        assert self._process is not None
        wait_until(self._answers, what="the web server", process=self._process, log=self._log)

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(self._ready).is_success
        return False


@dataclass
class Product:
    """A database with the product's schema. Processes can be started on it."""

    servers: Servers
    setting: product.Setting
    app_url: str

    @property
    def database(self) -> str:
        return urlsplit(self.app_url).path.lstrip("/")

    def environment(self, app_url: str | None = None) -> dict[str, str]:
        """Environment for a process of the product. `app_url` leads to the same database in another way."""
        told = {**self.setting.environment(), product.RESTRICTED: app_url or self.app_url}
        del told[product.OWNER]
        return told

    def api(self, app_url: str | None = None) -> WebProcess:
        app = ["app.main:create_app", "--factory", "--log-config", str(product.UVICORN_LOGGING)]
        log = self.setting.log("api")
        return WebProcess(PYTHON, app, self.environment(app_url), log, ready="/health/live")

    def background(self, app_url: str | None = None) -> "BackgroundProcess":
        return BackgroundProcess(self, self.environment(app_url))


def product_on(servers: Servers, database: str = "brigada") -> Product:
    """Make the product's schema on these servers. No process is started."""
    servers.postgres.ensure_database(database)
    setting = product.Setting(
        host=product.DEFAULT_HOST,
        port=free_port(),
        database_url=servers.postgres.url(database),
        redis_url=servers.redis.url(),
        secret_key=SECRET_KEY,
        folder=servers.folder,
        is_private=True,
        more={"LOG_LEVEL": "warning"},
    )
    return Product(servers, setting, product.prepare_database(setting))


class BackgroundProcess(Process):
    """The background process alone."""

    def __init__(self, product: Product, environment: Mapping[str, str]) -> None:
        self._redis = Redis.from_url(product.setting.redis_url)
        super().__init__([str(PYTHON), "-m", "app.worker"], environment, product.setting.log("background"))

    def wait_until_at_work(self) -> None:
        """Wait for the first heartbeat of any background process. Raises Failure with the log if none comes."""
        assert self._process is not None
        self._redis.delete(HEARTBEAT_KEY)
        wait_until(self._beats, what="the background process", process=self._process, log=self._log)

    def _beats(self) -> bool:
        return bool(self._redis.exists(HEARTBEAT_KEY))


def cpu_s(root: int) -> float:
    """CPU seconds used so far by the process tree at this pid.

    On a shared machine this says more than elapsed time. It is the scheduler's own count, to the
    nanosecond. Only what ended children have used is counted in clock ticks.
    """
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ended_children = sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")
            parents[int(pid)], spent[int(pid)] = int(fields[1]), ended_children + _own_cpu_s(pid)
    return sum(seconds for pid, seconds in spent.items() if _is_under(pid, root, parents))


def _own_cpu_s(pid: str) -> float:
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in threads) / 1e9


def _is_under(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid and pid != root:
        pid = parents.get(pid, 0)
    return pid == root
