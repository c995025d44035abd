"""The product as it really runs: uvicorn and the background process in their own processes, with a database and a Redis
of its own."""

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run

import httpx
import pytest

from app.core.settings import Settings
from app.db.prepare import prepare_roles
from deploy.local.faked_time import find_library, handed_on, starting_at
from deploy.local.places import CHECKOUT
from deploy.local.product import ProductProcess
from deploy.local.servers import Postgres, Redis
from deploy.local.servers.process import free_port
from tests import conftest

HEALTHY_WITHIN_S = 90
ON_TIME = timedelta(0)
DATABASE = "brigada"


@dataclass
class RunningProduct:
    address: str
    settings: Settings
    redis: Redis
    api: ProductProcess
    background: ProductProcess

    def revive(self) -> None:
        """Start what a test has killed and left so."""
        for process in (self.redis, self.api, self.background):
            if not process.alive():
                process.start()
        self.wait_until_healthy()

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + HEALTHY_WITHIN_S
        while not self.is_healthy():
            assert time.monotonic() < deadline, self.api.log.read_text() + self.background.log.read_text()
            time.sleep(0.1)

    def is_healthy(self) -> bool:
        try:
            return httpx.get(f"{self.address}/health/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


async def until(is_so: Callable[[], Awaitable[bool]], *, patience_s: float = 60) -> None:
    """Ask again and again until it is so."""
    deadline = time.monotonic() + patience_s
    while not await is_so():
        assert time.monotonic() < deadline, f"it is not so after {patience_s} s"
        await asyncio.sleep(0.1)


@contextmanager
def a_database() -> Iterator[str]:
    """The owner's URL of a database of the tests' server. It is removed at the end."""
    database = f"brigada_running_{os.getpid()}_{secrets.token_hex(3)}"
    asyncio.run(conftest.build_template())
    asyncio.run(conftest.as_admin(f"CREATE DATABASE {database} TEMPLATE {conftest.TEMPLATE}"))
    try:
        yield conftest.database_url(database)
    finally:
        asyncio.run(conftest.as_admin(f"DROP DATABASE {database} WITH (FORCE)"))


@contextmanager
def a_server_of_its_own(folder: Path) -> Iterator[Postgres]:
    """A durable PostgreSQL that a test may kill. Its database `DATABASE` has our schema."""
    asyncio.run(conftest.build_template())
    postgres = Postgres(_shared(folder) / f"postgres-{secrets.token_hex(4)}", log=folder / "postgres.log")
    try:
        postgres.start()
        postgres.query(f"CREATE DATABASE {DATABASE}")
        url = postgres.url(DATABASE)
        asyncio.run(prepare_roles(url, secret_key=conftest.SECRET_KEY))
        schema = run(
            [postgres.bindir / "pg_dump", conftest.database_url(conftest.TEMPLATE)],
            capture_output=True,
            check=True,
        )
        run([postgres.bindir / "psql", "-Xq", url], input=schema.stdout, capture_output=True, check=True)
        yield postgres
    finally:
        postgres.stop()


@contextmanager
def running_product(
    folder: Path,
    *,
    api_ahead: timedelta = ON_TIME,
    background_ahead: timedelta = ON_TIME,
    owner_url: str | None = None,
) -> Iterator[RunningProduct]:
    """Started and healthy; everything is stopped at the end.

    The clocks of the API and of the background process are ahead of ours by so much, or behind it. Without
    `owner_url` it has a database of the tests' server.
    """
    redis = private_redis(folder)
    product: RunningProduct | None = None
    with nullcontext(owner_url) if owner_url else a_database() as url:
        try:
            redis.start()
            settings = Settings(
                app_database_url=asyncio.run(prepare_roles(url, secret_key=conftest.SECRET_KEY)),
                redis_url=redis.url(),
                secret_key=conftest.SECRET_KEY,
                public_url="https://okna.example",
                files_url=f"file://{folder}/files",
                sms_file=f"{folder}/sms.jsonl",
                log_format="text",
            )
            product = _product(settings, redis, folder, ahead=(api_ahead, background_ahead))
            product.api.start()
            product.background.start()
            product.wait_until_healthy()
            yield product
        finally:
            if product is not None:
                product.background.stop()
                product.api.stop()
            redis.stop()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """The product in processes of its own, once for each test process. Each test has a company of its own there."""
    with running_product(tmp_path_factory.mktemp("running")) as product:
        yield product


def private_redis(folder: Path) -> Redis:
    return Redis(_shared(folder) / f"redis-{secrets.token_hex(4)}", log=folder / "redis.log")


def _shared(folder: Path) -> Path:
    """Where the server account can reach it."""
    shared = os.environ.get("TEST_SERVER_DIR")
    return Path(shared) if shared else folder


def _product(
    settings: Settings, redis: Redis, folder: Path, *, ahead: tuple[timedelta, timedelta]
) -> RunningProduct:
    port = free_port()
    given = {name.upper(): str(getattr(settings, name)) for name in settings.__struct_fields__}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), **handed_on(), **given}
    of_api, of_background = [environment | _clock(one) for one in ahead]
    uvicorn = ["-m", "uvicorn", "app.main:create_app", "--factory", "--port", str(port)]
    uvicorn += ["--no-access-log", "--timeout-graceful-shutdown", "1"]
    return RunningProduct(
        address=f"http://127.0.0.1:{port}",
        settings=settings,
        redis=redis,
        api=ProductProcess("api", uvicorn, of_api, folder / "api.log"),
        background=ProductProcess(
            "background", ["-m", "app.worker"], of_background, folder / "background.log"
        ),
    )


def _clock(ahead: timedelta) -> dict[str, str]:
    """Variables of a process whose clock is ahead of ours."""
    if not ahead:
        return {}
    library = find_library()
    assert library is not None, "`make test` installs libfaketime"
    return starting_at(datetime.now(UTC) + ahead, library)
