"""One caller cannot starve the others: how long people at work wait while somebody floods the API.

Workers and dispatchers of some companies ask for their lists, each a little after his last answer. That is measured
quiet, and then again with each flood of 25 connections, which come from a process of their own and ask again at once.
"""

import asyncio
import itertools
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from benchmarks.figures import Figure, Figures
from benchmarks.servers import WebProcess, product_on, servers
from benchmarks.world import Company, make_companies, make_offers

GOAL = 2.0
CONNECTIONS = 25
NEIGHBOURS = 4
"""Companies, with a worker and a dispatcher each."""
PAUSE_S = 0.05
MEASURED_S = 10.0
SETTLE_S = 2.0
ROUNDS = 3

Asked = tuple[str, str, str, Any]
"""Method, path, token and body."""


async def measure(scale: float) -> Figures:
    with servers("neighbours") as running:
        product = product_on(running)
        async with running.owner_of(product.database) as owner:
            neighbours = await make_companies(owner, NEIGHBOURS, workers=4)
            [flooder] = await make_companies(owner, 1, workers=20)
            await make_offers(owner, [flooder, *neighbours] * 20, _deadlines(20 * (NEIGHBOURS + 1)))
            await owner.execute("ANALYZE")
        api = product.api()
        api.start()
        try:
            rounds = [await _round(api, neighbours, flooder, scale) for _ in range(ROUNDS)]
        finally:
            api.stop()
    return {"neighbours": _figure(rounds)}


def _deadlines(count: int) -> list[datetime]:
    return [datetime.now(UTC) + timedelta(days=1)] * count


async def _round(
    api: WebProcess, neighbours: list[Company], flooder: Company, scale: float
) -> dict[str, dict[str, float]]:
    await _wait_of(api, neighbours, MEASURED_S * scale / 2)  # tokens, plans and connections are made
    waits = {"quiet": await _wait_of(api, neighbours, MEASURED_S * scale)}
    for name, kind in FLOODS.items():
        with _flood(api.address, list(itertools.islice(kind(flooder), 5_000))):
            await asyncio.sleep(SETTLE_S * scale)
            waits[name] = await _wait_of(api, neighbours, MEASURED_S * scale)
        await asyncio.sleep(SETTLE_S * scale)
    return waits


async def _wait_of(api: WebProcess, neighbours: list[Company], seconds: float) -> dict[str, float]:
    took: list[float] = []
    async with httpx.AsyncClient(base_url=api.address, timeout=60) as http:
        await asyncio.gather(*(_work(http, ask, took, seconds) for ask in _asks_of(neighbours)))
    spread = statistics.quantiles(took, n=100, method="inclusive")
    return {"p50_ms": spread[49] * 1000, "p95_ms": spread[94] * 1000, "answers": float(len(took))}


def _asks_of(neighbours: list[Company]) -> Iterator[Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]]:
    for company in neighbours:
        worker, office = company.worker_token(company.workers[0]), company.dispatcher_token()
        for path, token in (("/api/v1/field/visits", worker), ("/api/v1/visits?limit=20", office)):
            headers = {"Authorization": f"Bearer {token}"}
            yield lambda http, path=path, headers=headers: http.get(path, headers=headers)  # type: ignore[misc]


async def _work(
    http: httpx.AsyncClient,
    ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]],
    took: list[float],
    seconds: float,
) -> None:
    """Somebody at work. A refusal or a fault ends the benchmark."""
    end = time.perf_counter() + seconds
    while (started := time.perf_counter()) < end:
        (await ask(http)).raise_for_status()
        took.append(time.perf_counter() - started)
        await asyncio.sleep(PAUSE_S)


def _sign_ins(_: Company) -> Iterator[Asked]:
    for number in itertools.count():
        yield (
            "POST",
            "/api/v1/auth/sign-in",
            "",
            {"email": f"nobody{number}@okna.example", "password": "x" * 12},
        )


def _not_signed_in(_: Company) -> Iterator[Asked]:
    yield from itertools.repeat(("GET", "/api/v1/field/visits", "no-token", None))


def _not_allowed(flooder: Company) -> Iterator[Asked]:
    token = flooder.worker_token(flooder.workers[0])
    yield from itertools.repeat(("GET", "/api/v1/visits", token, None))


def _codes_too_often(_: Company) -> Iterator[Asked]:
    yield from itertools.repeat(("POST", "/api/v1/auth/sms-codes", "", {"phone": "+79161234567"}))


def _made_up_codes(_: Company) -> Iterator[Asked]:
    yield from itertools.repeat(("GET", "/api/v1/public/acts/S6ZVJJCY26DZE", "", None))


def _used_tokens(flooder: Company) -> Iterator[Asked]:
    body = {"refresh_token": f"{flooder.id.hex}.{'x' * 43}"}
    yield from itertools.repeat(("POST", "/api/v1/auth/refresh", "", body))


def _one_company(flooder: Company) -> Iterator[Asked]:
    yield from itertools.repeat(("GET", "/api/v1/visits?limit=50", flooder.dispatcher_token(), None))


FLOODS: dict[str, Callable[[Company], Iterator[Asked]]] = {
    "sign-ins with made-up names": _sign_ins,
    "401: no token": _not_signed_in,
    "401: refresh tokens made up": _used_tokens,
    "403: a worker in the office's lists": _not_allowed,
    "429: codes for one phone": _codes_too_often,
    "404: made-up codes of acts": _made_up_codes,
    "one company's lists": _one_company,
}


@contextmanager
def _flood(address: str, asked: list[Asked]) -> Iterator[None]:
    """From a process of its own: what it costs to ask is not in the others' waits, apart from the processor."""
    requests = [_written(one) for one in asked]
    process = multiprocessing.get_context("spawn").Process(
        target=_ask_for_ever, args=(address, requests), daemon=True
    )
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _written(asked: Asked) -> bytes:
    method, path, token, body = asked
    content = msgspec.json.encode(body) if body is not None else b""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(content)}"]
    lines += ["Content-Type: application/json"] if content else []
    lines += [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([*lines, "", ""]).encode() + content


def _ask_for_ever(address: str, requests: list[bytes]) -> None:
    asyncio.run(_ask_on_all_connections(address, itertools.cycle(requests)))


async def _ask_on_all_connections(address: str, requests: Iterator[bytes]) -> None:
    await asyncio.gather(*(_ask_on_one(address, requests) for _ in range(CONNECTIONS)))


async def _ask_on_one(address: str, requests: Iterator[bytes]) -> None:
    where = urlsplit(address)
    while True:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        try:
            while True:
                writer.write(next(requests))
                await _read_answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        ),
        0,
    )
    await reader.readexactly(length)


def _figure(rounds: list[dict[str, dict[str, float]]]) -> Figure:
    """The median of the rounds; each flood is compared with the quiet run of its own round."""
    ratios = {
        name: {
            part: statistics.median(one[name][part] / one["quiet"][part] for one in rounds)
            for part in ("p50_ms", "p95_ms")
        }
        for name in FLOODS
    }
    worst = max(one["p50_ms"] for one in ratios.values())
    quiet = statistics.median(one["quiet"]["p50_ms"] for one in rounds)
    return Figure(
        metric=f"people at work while somebody floods the API over {CONNECTIONS} connections: median wait",
        value=quiet * worst,
        reference=quiet,
        reference_is="the same people without a flood, in the same run",
        ratio=worst,
        goal=f"ratio ≤ {GOAL:.0f} for every flood",
        holds=worst <= GOAL,
        unit="ms",
        parts={
            "times a quiet run": {name: one["p50_ms"] for name, one in ratios.items()},
            "times a quiet run, p95": {name: one["p95_ms"] for name, one in ratios.items()},
            **{f"waits, round {number}": one for number, one in enumerate(rounds, 1)},
        },
    )
