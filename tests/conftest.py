"""Real PostgreSQL and Redis, started by `make test`. Each test has its own company, so nothing needs to be removed."""

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import hypothesis
import pytest
from argon2 import PasswordHasher
from litestar import Litestar
from obstore.store import ObjectStore
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.clock import Clock
from app.core.settings import Settings
from app.db.background import sweep_company
from app.db.distribute import distribute
from app.db.files import open_files
from app.db.jobs import JobContext
from app.db.prepare import migrate, prepare_roles
from app.db.session import Sessions, create_engine, sessions
from app.identity import passwords
from app.main import create_app
from app.schema import metadata
from app.wiring import JOBS
from app.worker import all_sweeps, make_relay, make_sender, make_teller
from demo.generated import load_client
from deploy.local.servers import SeaweedFS
from tests.cast import NOON, Cast, Person, make_cast
from tests.distributable import Judge, read_functions, watch
from tests.due_sweeps import DueSweeps

pytest_plugins = [
    "tests.open_transactions",
    "tests.requirements.plugin",
    "tests.clock_readers",
    "tests.running",
]

SERVER = os.environ.get("TEST_DATABASE_URL", "")
REDIS = os.environ.get("TEST_REDIS_URL", "")
CITUS = os.environ.get("CITUS_URL", "")
"""A database on a Citus coordinator, as superuser: everything is then done in it (docs/deployment.md)."""
TEMPLATE = "brigada_template"
SECRET_KEY = "5" * 64

hypothesis.settings.register_profile(
    "busy_machine",
    deadline=None,  # how long a made-up case takes says nothing about our rules
    max_examples=50,  # half of the usual: each run makes up others
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("busy_machine")


class FrozenClock(Clock):
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def advance(self, **delta: float) -> datetime:
        self.moment += timedelta(**delta)
        return self.moment


def pytest_configure(config: pytest.Config) -> None:
    if not SERVER and not config.option.collectonly:
        raise pytest.UsageError("run the tests with `make test` (or start its servers: see CONTRIBUTING.md)")


def pytest_collection_finish(session: pytest.Session) -> None:
    """All modules and tests stay for the whole run: collections need not look at them. It saves a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def database_url(name: str) -> str:
    return SERVER.rpartition("/")[0] + f"/{name}"


@pytest.fixture(autouse=True, scope="session")
def passwords_cost_little() -> Iterator[None]:
    """Whoever tries twenty passwords in a test need not wait for it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def owner_url() -> Iterator[str]:
    """A database of this test process, cloned from a template that the migrations built.

    Or the one on Citus, which is prepared, distributed and used again.
    """
    if CITUS:
        asyncio.run(prepare_roles(CITUS, secret_key=SECRET_KEY))
        migrate(CITUS)
        asyncio.run(distribute(CITUS, metadata.sorted_tables, shards=8))
        yield CITUS
        return
    name = f"brigada_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    asyncio.run(build_template())
    asyncio.run(as_admin(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    yield database_url(name)
    deadlocks = asyncio.run(_deadlocks_in(name))
    asyncio.run(as_admin(f"DROP DATABASE {name} WITH (FORCE)"))
    assert deadlocks == 0, "two transactions locked the same rows in another order: see the log of PostgreSQL"


async def _deadlocks_in(name: str) -> int:
    connection = await asyncpg.connect(SERVER)
    try:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = $1"
        return int(await connection.fetchval(query, name))
    finally:
        await connection.close()


@pytest.fixture
async def superuser(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection, which may read and change any row."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


async def as_admin(statement: str) -> None:
    connection = await asyncpg.connect(SERVER)
    try:
        async with asyncio.timeout(60):
            await connection.execute("SELECT pg_advisory_lock(1)")
            await connection.execute(statement)
    finally:
        await connection.close()


async def build_template() -> None:
    """Build the template once per server and version of the schema. The first process does it."""
    connection = await asyncpg.connect(SERVER)
    try:
        await connection.execute("SELECT pg_advisory_lock(2)")
        version = _version_of_migrations()
        row = await connection.fetchrow(
            "SELECT shobj_description(oid, 'pg_database') AS version FROM pg_database WHERE datname = $1",
            TEMPLATE,
        )
        if row is not None and row["version"] == version:
            return
        await connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {TEMPLATE}")
        await prepare_roles(database_url(TEMPLATE), secret_key=SECRET_KEY)
        await asyncio.to_thread(migrate, database_url(TEMPLATE))
        quoted = version.replace("'", "''")
        await connection.execute(f"COMMENT ON DATABASE {TEMPLATE} IS '{quoted}'")
    finally:
        await connection.close()


def _version_of_migrations() -> str:
    return str(sorted((p.name, p.stat().st_mtime_ns) for p in Path("migrations").rglob("*.py")))


@pytest.fixture(scope="session")
def settings(owner_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("brigada")
    return Settings(
        app_database_url=asyncio.run(prepare_roles(owner_url, secret_key=SECRET_KEY)),
        redis_url=REDIS,
        secret_key=SECRET_KEY,
        public_url="https://okna.example",
        files_url=f"file://{folder}/files",
        sms_file=f"{folder}/sms.jsonl",
        email_file=f"{folder}/email.jsonl",
        refusals_per_s=0,
        log_level="info",
        log_format="text",
    )


REFUSED_BY_CITUS: list[str] = []


@pytest.fixture(scope="session")
async def engine(settings: Settings, owner_url: str) -> AsyncIterator[AsyncEngine]:
    """Connects as the restricted role: nothing here can see past row-level security."""
    owner = await asyncpg.connect(owner_url)
    judge = Judge(await read_functions(owner))
    await owner.close()
    engine = create_engine(settings.app_database_url, pool_size=60)
    watch(engine, judge, REFUSED_BY_CITUS)
    yield engine
    await engine.dispose()


@pytest.fixture(autouse=True)
def sends_nothing_that_citus_refuses() -> Iterator[None]:
    REFUSED_BY_CITUS.clear()
    yield
    assert REFUSED_BY_CITUS == []


@pytest.fixture(scope="session")
def maker(engine: AsyncEngine) -> Sessions:
    return sessions(engine, secret_key=SECRET_KEY)


@pytest.fixture(scope="session")
def the_clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def clock(the_clock: FrozenClock) -> FrozenClock:
    the_clock.moment = NOON
    return the_clock


@pytest.fixture(scope="session")
async def app(settings: Settings, engine: AsyncEngine, the_clock: FrozenClock) -> AsyncIterator[Litestar]:
    app = create_app(settings, engine=engine, clock=the_clock)
    started, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        """Run the lifespan in one task. It must end in the task where it began, and fixtures do not promise that."""
        async with app.lifespan():
            started.set()
            await over.wait()

    task = asyncio.create_task(live())
    await started.wait()
    yield app
    over.set()
    await task


@pytest.fixture
async def anonymous(app: Litestar, clock: FrozenClock) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's scope type is its own
    async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=30) as client:
        yield client


@pytest.fixture
async def cast(anonymous: httpx.AsyncClient, maker: Sessions, settings: Settings, clock: FrozenClock) -> Cast:
    """A company with its people: Olga dispatches, Pavel measures, Rinat and Timur install."""
    return await make_cast(anonymous, maker, settings, clock)


@pytest.fixture
async def other_cast(
    anonymous: httpx.AsyncClient, maker: Sessions, settings: Settings, clock: FrozenClock
) -> Cast:
    """Another company, for everything that must not be shared."""
    return await make_cast(anonymous, maker, settings, clock)


class Background:
    """The background process, one step at a time, for one company. Jobs run when they are queued."""

    def __init__(self, context: JobContext, company_id: UUID, redis: Any, due: DueSweeps) -> None:
        self.context = context
        self.company_id = company_id
        self.due = due
        self._sweeps = all_sweeps(
            make_relay(redis), make_sender(context.settings), make_teller(context.settings)
        )
        self._queued: list[tuple[str, UUID, tuple[Any, ...]]] = []

    async def queue_job(self, job: str, company_id: UUID, *ids: Any) -> None:
        self._queued.append((job, company_id, ids))

    async def run(self) -> int:
        """Do everything that is due at the clock's time. Returns how many rows and jobs were handled."""
        handled = 0
        while found := await self._sweep_what_is_due() + await self._answer():
            handled += found
        return handled

    async def _sweep_what_is_due(self) -> int:
        names = await self.due.of(self.company_id, self.context.clock.now())
        return await self.sweep(*names) if names else 0

    async def sweep(self, *names: str) -> int:
        """Run these sweeps once, or all of them, and no jobs."""
        taken = [
            await sweep_company(
                self.context.sessions,
                sweep,
                self.company_id,
                queue_job=self.queue_job,
                clock=self.context.clock,
            )
            for sweep in self._sweeps
            if not names or sweep.name in names
        ]
        return sum(taken)

    async def _answer(self) -> int:
        queued, self._queued = self._queued, []
        for job, company_id, ids in queued:
            await JOBS[job](self.context, company_id, *ids)
        return len(queued)


@pytest.fixture
def background(
    cast: Cast,
    app: Litestar,
    maker: Sessions,
    settings: Settings,
    clock: FrozenClock,
    due_sweeps: DueSweeps,
) -> Background:
    context = JobContext(sessions=maker, settings=settings, clock=clock, files=app.state.files)
    return Background(context, cast.company_id, app.state.redis, due_sweeps)


@pytest.fixture(scope="session")
async def due_sweeps(owner_url: str) -> AsyncIterator[DueSweeps]:
    due = DueSweeps(owner_url)
    yield due
    await due.close()


@pytest.fixture(scope="session")
def client_package() -> ModuleType:
    """`brigada_client`, generated from openapi/openapi.json by a public generator."""
    return load_client()


SignIn = Callable[[Person], Any]


@pytest.fixture
async def generated_client(app: Litestar, client_package: ModuleType) -> AsyncIterator[SignIn]:
    """`generated_client(cast.olga)` is the generated client with her token:
    `await create_client.asyncio_detailed(client=…, body=…)`."""
    async with contextlib.AsyncExitStack() as opened:

        def signed_in(person: Person) -> Any:
            http = httpx.AsyncClient(
                transport=httpx.ASGITransport(app),  # type: ignore[arg-type]  # as in `anonymous`
                base_url="http://test",
                headers={"Authorization": f"Bearer {person.token()}"},
                timeout=30,
            )
            opened.push_async_callback(http.aclose)
            client = client_package.AuthenticatedClient(base_url="http://test", token=person.token())
            return client.set_async_httpx_client(http)

        yield signed_in


BUCKET = "brigada"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[SeaweedFS]:
    """A real S3 server. It starts when the first test needs it, which takes about ten seconds.

    It keeps the real time, and refuses clients whose clock is more than a quarter of an hour wrong.
    """
    if "FAKETIME" in os.environ:
        pytest.skip("the S3 server keeps the real time")
    server = SeaweedFS(Path(os.environ["TEST_SERVER_DIR"]) / f"seaweedfs-{os.getpid()}")
    server.start()
    try:
        httpx.post(f"{server.filer}/buckets/{BUCKET}/").raise_for_status()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def s3(s3_server: SeaweedFS) -> ObjectStore:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", s3_server.access_key)
        environment.setenv("AWS_SECRET_ACCESS_KEY", s3_server.secret_key)
        return open_files(f"s3://{BUCKET}?endpoint={s3_server.endpoint}&region={s3_server.region}")
