"""Clients that each send their next request as soon as the last one is answered."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.servers import cpu_s


@dataclass
class Run:
    """One phase: its answers, and its cost for the servers."""

    answers: list[Any]
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: dict[str, float]
    """CPU per call, by server: api, background, postgres."""

    def total_cpu_ms(self) -> float:
        return sum(self.cpu_ms.values())

    def shown(self) -> dict[str, float]:
        spent = {f"{server} CPU_ms": spent for server, spent in self.cpu_ms.items()}
        return {"requests/s": self.per_second, "p50_ms": self.p50_ms, "p99_ms": self.p99_ms, **spent}


async def drive(
    call: Callable[[int], Awaitable[Any]],
    count: int,
    *,
    clients: int,
    pids: Mapping[str, int],
    settle: Callable[[], Awaitable[None]] | None = None,
) -> Run:
    """Call `call(0)` … `call(count - 1)`, `clients` of them at a time.

    `settle` waits until the background has nothing left to do. Its CPU counts, its time does not.
    """
    waiting = iter(range(count))
    answers: list[Any] = [None] * count
    took: list[float] = []

    async def client() -> None:
        for n in waiting:
            started = time.perf_counter()
            answers[n] = await call(n)
            took.append(time.perf_counter() - started)

    started, before = time.perf_counter(), {server: cpu_s(pid) for server, pid in pids.items()}
    await asyncio.gather(*(client() for _ in range(clients)))
    elapsed = time.perf_counter() - started
    if settle is not None:
        await settle()
    spread = statistics.quantiles(took, n=100, method="inclusive")
    return Run(
        answers=answers,
        per_second=count / elapsed,
        p50_ms=spread[49] * 1000,
        p99_ms=spread[98] * 1000,
        cpu_ms={server: (cpu_s(pid) - before[server]) / count * 1000 for server, pid in pids.items()},
    )


def median(runs: Sequence[Run]) -> Run:
    """The run with the median CPU."""
    return sorted(runs, key=Run.total_cpu_ms)[len(runs) // 2]


async def call_api(
    http: httpx.AsyncClient, method: str, path: str, token: str, body: Any = None, **headers: str
) -> Any:
    """Send a request and return the decoded answer. An error ends the benchmark."""
    sent = {"Authorization": f"Bearer {token}"} | {
        key.replace("_", "-"): value for key, value in headers.items()
    }
    answer = await http.request(method, path, json=body, headers=sent)
    if answer.status_code >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
    return answer.json()
