"""The three most frequent requests of dispatchers and workers: plan a visit, offer it, accept it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from benchmarks.driver import call_api
from benchmarks.world import slot_of


class Caller:
    """Calls the API as the dispatcher, and as the worker of the n-th visit. He has no other visit at its time."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        prefix: str,
        *,
        dispatcher: str,
        workers: Sequence[tuple[UUID, str]],
    ) -> None:
        self._http = http
        self._prefix = prefix
        self._dispatcher = dispatcher
        """The dispatcher's token."""
        self._workers = workers
        """Ids and tokens of the workers."""

    async def plan(self, n: int, job_id: UUID) -> Any:
        starts_at, _ = slot_of(n, len(self._workers))
        return await self._as_dispatcher(f"/jobs/{job_id}/visits", {"starts_at": starts_at.isoformat()})

    async def offer(self, n: int, visit_id: str) -> Any:
        worker_id, _ = self._worker_of(n)
        return await self._as_dispatcher(f"/visits/{visit_id}/offer", {"worker_id": str(worker_id)})

    async def accept(self, n: int, visit_id: str) -> Any:
        body = {"command_id": str(uuid4()), "occurred_at": datetime.now(UTC).isoformat()}
        path = f"{self._prefix}/field/visits/{visit_id}/accept"
        return await call_api(self._http, "POST", path, self._worker_of(n)[1], body)

    def _worker_of(self, n: int) -> tuple[UUID, str]:
        return self._workers[n % len(self._workers)]

    async def _as_dispatcher(self, path: str, body: Any) -> Any:
        path = f"{self._prefix}{path}"
        key = str(uuid4())
        return await call_api(self._http, "POST", path, self._dispatcher, body, idempotency_key=key)
