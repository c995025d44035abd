"""The servers and the product's own processes, as a benchmark needs them: measured, killed, restarted."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from app.http.health import HEARTBEAT_KEY
from deploy.local import product
from deploy.local.places import CHECKOUT, VENV
from deploy.local.servers import Postgres
from deploy.local.servers import Redis as RedisServer
from deploy.local.servers.process import finish, free_port, spawn, wait_until
from deploy.local.supervisor import Supervisor

SECRET_KEY = "b" * 64


@dataclass
class Servers:
    """A PostgreSQL that writes to disk and remembers when each transaction was committed, and a Redis."""

    folder: Path
    postgres: Postgres
    redis: RedisServer

    def restart_postgres(self) -> float:
        """Cut everybody off and come back. Returns the seconds nobody could be served."""
        started = time.monotonic()
        self.postgres.stop()
        self.postgres.start()
        return time.monotonic() - started

    @property
    def postgres_pid(self) -> int:
        assert self.postgres.process is not None
        return self.postgres.process.pid


@contextmanager
def servers(name: str) -> Iterator[Servers]:
    """Started in a folder of this run, which goes with it."""
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


@dataclass
class Product:
    """A database with the product's schema and, once started, its two processes."""

    setting: product.Setting
    app_url: str
    supervisor: Supervisor

    def start(self) -> None:
        """The API and the background process, ready to serve."""
        product.start_processes(self.supervisor, self.setting, self.app_url)
        product.wait_until_healthy(self.supervisor, self.setting)

    @property
    def address(self) -> str:
        return self.setting.address

    def environment(self) -> dict[str, str]:
        """For a process of the product started by hand."""
        told = {**self.setting.environment(), product.RESTRICTED: self.app_url}
        del told[product.OWNER]
        return told

    def pids(self) -> dict[str, int]:
        """Roots of the process trees of `api` and `background`."""
        services = [watched.service for watched in self.supervisor._watched]  # it offers no other way to them
        return {
            one.name: one.process.pid
            for one in services
            if isinstance(one, product.ProductProcess) and one.process
        }


@contextmanager
def product_on(servers: Servers) -> Iterator[Product]:
    """The product on these servers, its database migrated; nothing runs yet."""
    servers.postgres.ensure_database("brigada")
    setting = product.Setting(
        host=product.DEFAULT_HOST,
        port=free_port(),
        database_url=servers.postgres.url("brigada"),
        redis_url=servers.redis.url(),
        secret_key=SECRET_KEY,
        folder=servers.folder,
        is_private=True,
        more={"LOG_LEVEL": "warning"},
    )
    supervisor = Supervisor()
    try:
        yield Product(setting, product.prepare_database(setting), supervisor)
    finally:
        supervisor.stop_all()


class BackgroundProcess:
    """The background process alone, to be killed and started again."""

    def __init__(self, product: Product) -> None:
        self._environment = product.environment()
        self._log = product.setting.log("background")
        self._redis = Redis.from_url(product.setting.redis_url)

    def start(self) -> None:
        command = [str(VENV / "bin" / "python"), "-m", "app.worker"]
        self._process = spawn(command, log=self._log, env=self._environment, cwd=CHECKOUT)

    def wait_until_at_work(self) -> None:
        """A Failure with its log when it does not come up."""
        self._redis.delete(HEARTBEAT_KEY)
        wait_until(self._beats, what="the background process", process=self._process, log=self._log)

    def _beats(self) -> bool:
        return bool(self._redis.exists(HEARTBEAT_KEY))

    def kill(self) -> None:
        """As a power cut does it."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            finish(self._process, (signal.SIGTERM, 10.0))


def cpu_s(root: int) -> float:
    """CPU seconds so far of the process tree at this pid, reaped children included.

    On a shared machine this says more than the clock on the wall.
    """
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            parents[int(pid)], ticks[int(pid)] = int(fields[1]), sum(map(int, fields[11:15]))
    total = sum(spent for pid, spent in ticks.items() if _is_under(pid, root, parents))
    return total / os.sysconf("SC_CLK_TCK")


def _is_under(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid and pid != root:
        pid = parents.get(pid, 0)
    return pid == root
