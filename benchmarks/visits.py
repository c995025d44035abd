"""The three requests that a dispatcher and a worker make most: plan a visit, offer it, accept it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from benchmarks.driver import call_api
from benchmarks.world import WORKERS, World, slot_of

API = "/api/v1"


class Caller:
    """Olga, and the worker of the n-th visit. Tokens are asked for once: they live for minutes."""

    def __init__(self, http: httpx.AsyncClient, world: World) -> None:
        self._http = http
        self._world = world
        self._olga = world.dispatcher_token()
        self._workers = [world.worker_token(one) for one in world.workers]

    async def plan(self, n: int, job_id: UUID) -> str:
        body = {"starts_at": slot_of(n)[0].isoformat()}
        path = f"{API}/jobs/{job_id}/visits"
        visit = await call_api(self._http, "POST", path, self._olga, body, idempotency_key=str(uuid4()))
        return str(visit["id"])

    async def offer(self, n: int, visit_id: str) -> Any:
        body = {"worker_id": str(self._world.workers[n % WORKERS])}
        return await call_api(self._http, "POST", f"{API}/visits/{visit_id}/offer", self._olga, body)

    async def accept(self, n: int, visit_id: str) -> Any:
        body = {"command_id": str(uuid4()), "occurred_at": datetime.now(UTC).isoformat()}
        path = f"{API}/field/visits/{visit_id}/accept"
        return await call_api(self._http, "POST", path, self._workers[n % WORKERS], body)


def count_of(answers: Sequence[Any], status: str) -> int:
    return sum(one["status"] == status for one in answers)
