"""The backends that are measured: the product, the same durable work as tutorials write it, and a tutorial's backend.

Each serves the same three steps. A step gets the answer of the step before.
"""

import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import jwt

from benchmarks.driver import call_api
from benchmarks.servers import SECRET_KEY, Product, Servers, WebProcess
from benchmarks.visits import Caller
from benchmarks.world import Company, make_companies, make_jobs
from deploy.local.places import CHECKOUT, VENV

WORKERS = 200
REFERENCES = CHECKOUT / "benchmarks" / "references"

Step = Callable[[int, Any], Awaitable[Any]]


class Contender(ABC):
    """Serves create, offer and accept over HTTP, on a database of its own."""

    name: str

    def __init__(self, servers: Servers, database: str) -> None:
        self.servers = servers
        self.database = database
        self._visits = 0

    @abstractmethod
    def serve(self, database_url: str | None = None) -> WebProcess:
        """A process that is not started yet. `database_url` leads to the same database in another way."""

    @abstractmethod
    async def populate(self) -> None:
        """Insert people and places. Call it after the first start."""

    @abstractmethod
    def steps(self, http: httpx.AsyncClient) -> dict[str, Step]: ...

    async def begin(self, count: int) -> int:
        """Reserve `count` visits that no run has used. Returns the number of the first one."""
        first = self._visits
        self._visits += count
        return first

    def url(self) -> str:
        """The database URL that it connects with."""
        return self.servers.postgres.url(self.database)


class OnOurSchema(Contender):
    """Works on the product's schema, as its restricted role, for one company of 200 workers."""

    prefix: str
    company: Company

    def __init__(self, product: Product) -> None:
        super().__init__(product.servers, product.database)
        self.product = product
        self._jobs: list[UUID] = []

    async def populate(self) -> None:
        async with self.servers.owner_of(self.database) as owner:
            [self.company] = await make_companies(owner, 1, workers=WORKERS)

    async def begin(self, count: int) -> int:
        async with self.servers.owner_of(self.database) as owner:
            self._jobs += await make_jobs(owner, [self.company] * count)
        return await super().begin(count)

    def url(self) -> str:
        return self.product.app_url

    @abstractmethod
    def token(self, user_id: UUID | None) -> str:
        """Token of this worker, or of the dispatcher if None."""

    def steps(self, http: httpx.AsyncClient) -> dict[str, Step]:
        workers = [(one, self.token(one)) for one in self.company.workers]
        caller = Caller(http, self.prefix, dispatcher=self.token(None), workers=workers)

        async def create(n: int, _: Any) -> Any:
            return (await caller.plan(n, self._jobs[n]))["id"]

        async def offer(n: int, visit_id: Any) -> Any:
            return (await caller.offer(n, visit_id))["id"]

        async def accept(n: int, visit_id: Any) -> Any:
            return (await caller.accept(n, visit_id))["status"]

        return {"create": create, "offer": offer, "accept": accept}


class Ours(OnOurSchema):
    name = "product"
    prefix = "/api/v1"

    def serve(self, database_url: str | None = None) -> WebProcess:
        return self.product.api(database_url)

    def token(self, user_id: UUID | None) -> str:
        return self.company.worker_token(user_id) if user_id else self.company.dispatcher_token()


class Durable(OnOurSchema):
    """`references/durable.py`."""

    name = "same durable work"
    prefix = ""

    def serve(self, database_url: str | None = None) -> WebProcess:
        told = {"DATABASE_DSN": _for_sqlalchemy(database_url or self.url()), "SECRET_KEY": SECRET_KEY}
        return _reference(self.servers, "durable", told)

    def token(self, user_id: UUID | None) -> str:
        claims = {
            "sub": str(user_id or self.company.dispatcher_id),
            "company": str(self.company.id),
            "sv": 1,
            "exp": datetime.now(UTC) + timedelta(hours=1),
        }
        return jwt.encode(claims, SECRET_KEY, algorithm="HS256")


class Tutorial(Contender):
    """`references/tutorial.py`. There an offer is called an assignment."""

    name = "tutorial baseline"

    def serve(self, database_url: str | None = None) -> WebProcess:
        self.servers.postgres.ensure_database(self.database)
        told = {"BASELINE_DSN": _for_sqlalchemy(database_url or self.url())}
        return _reference(self.servers, "tutorial", told)

    async def populate(self) -> None:
        people = [(n, f"tok-{n}", f"Worker {n}", "installer") for n in range(1, WORKERS + 1)]
        places = [(n, f"Client {n}", 55.5 + n / 5000, 37.3 + n / 5000) for n in range(1, WORKERS + 1)]
        async with self.servers.owner_of(self.database) as owner:
            await _copy(owner, "users", ["id", "token", "name", "role"], people)
            await _copy(owner, "locations", ["id", "name", "lat", "lon"], places)

    def steps(self, http: httpx.AsyncClient) -> dict[str, Step]:
        async def create(n: int, _: Any) -> Any:
            start = datetime.now(UTC) + timedelta(days=7, minutes=n)
            body = {
                "note": f"bench {n}",
                "location_id": n % WORKERS + 1,
                "starts_at": start.isoformat(),
                "ends_at": (start + timedelta(hours=1)).isoformat(),
            }
            return (await call_api(http, "POST", "/jobs", "tok-1", body))["id"]

        async def offer(n: int, job_id: Any) -> Any:
            body = {"worker_id": n % WORKERS + 1}
            return (await call_api(http, "POST", f"/jobs/{job_id}/assign", "tok-1", body))["id"]

        async def accept(n: int, job_id: Any) -> Any:
            token = f"tok-{n % WORKERS + 1}"
            return (await call_api(http, "POST", f"/jobs/{job_id}/accept", token))["status"]

        return {"create": create, "offer": offer, "accept": accept}


async def _copy(
    owner: asyncpg.Connection, table: str, columns: list[str], rows: list[tuple[Any, ...]]
) -> None:
    await owner.copy_records_to_table(table, columns=columns, records=rows)


def _for_sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


def _reference(servers: Servers, name: str, told: dict[str, str]) -> WebProcess:
    environment = {**os.environ, **told, "PYTHONDONTWRITEBYTECODE": "1"}
    app = [f"benchmarks.references.{name}:app"]
    log = servers.folder / f"{name}.log"
    return WebProcess(_their_python(), app, environment, log, ready="/openapi.json")


def _their_python() -> Path:
    """Make the environment of the references.

    FastAPI is installed only for them, because the product does not need it. Their other packages have
    the same versions as the product's.
    """
    needs = REFERENCES / "requirements.txt"
    venv = Path(os.environ["BENCH_DIR"]) / "references-venv"
    installed = venv / "requirements.txt"
    if not installed.exists() or installed.read_text() != needs.read_text():
        uv = [str(VENV / "bin" / "uv")]
        held = ["-r", str(needs), "-c", str(CHECKOUT / "requirements.lock")]
        subprocess.run([*uv, "venv", "--quiet", "--clear", "-p", sys.executable, str(venv)], check=True)
        subprocess.run([*uv, "pip", "install", "--quiet", "-p", str(venv), *held], check=True)
        installed.write_text(needs.read_text())
    return venv / "bin" / "python"
