"""The page of a visit on a cheap phone with slow 3G: how soon the client can confirm, and what it weighs on the wire.

The network is that of Chromium's tools: 400 kbit/s, and two seconds until an answer begins. The processor is six times
slower. An empty answer of the same server is measured in the same run: nothing can be usable sooner.
"""

from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg
from playwright.async_api import Browser, CDPSession, Page, ViewportSize

from app.dispatch.api import Links
from benchmarks.servers import SECRET_KEY
from benchmarks.world import insert_rows

ROUNDS = 5
PHONE: ViewportSize = {"width": 360, "height": 740}
SLOW_3G = {"offline": False, "latency": 2_000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Milliseconds, and bytes a second."""
SLOWER = 6
USABLE_GOAL_MS = 2_500
SIZE_GOAL_BYTES = 5_000
EMPTY = "/health/live"


async def make_link(owner: asyncpg.Connection, company_id: UUID) -> str:
    """The path of the page of a visit that is ahead and accepted, so that it has all that a page can have."""
    visit = await owner.fetchrow(
        "UPDATE visit SET client_answer = NULL, client_answered_at = NULL,"
        " starts_at = now() + '24 hours', window_starts_at = now() + '24 hours',"
        " ends_at = now() + '25 hours', window_ends_at = now() + '26 hours'"
        " WHERE company_id = $1 AND id = (SELECT id FROM visit WHERE company_id = $1 AND status = 'accepted' LIMIT 1)"
        " RETURNING id, window_ends_at",
        company_id,
    )
    if visit is None:
        raise RuntimeError("no visit is accepted")
    url, row = Links("", SECRET_KEY).make(visit["id"], 1, window_ends_at=visit["window_ends_at"])
    in_json = {**row.row, "code_hash": f"\\x{row.row['code_hash'].hex()}"}
    await insert_rows(owner, "visit_link", [{"company_id": company_id, **in_json}])
    return url


async def measure_client_page(browser: Browser, address: str, path: str) -> dict[str, Any]:
    """Milliseconds until the client can confirm, and until an empty answer is there; bytes of the page on the wire."""
    page, empty, sizes = [], [], []
    for _ in range(ROUNDS):
        took, size = await _open(browser, address, path, awaits="button")
        page.append(took)
        sizes.append(size)
        empty.append((await _open(browser, address, EMPTY, awaits="body"))[0])
    return {
        "usable on slow 3G, CPU × 6": {"median_ms": round(median(page)), "max_ms": round(max(page))},
        "empty answer": {"median_ms": round(median(empty)), "max_ms": round(max(empty))},
        "bytes on the wire": max(sizes),
    }


async def _open(browser: Browser, address: str, path: str, *, awaits: str) -> tuple[float, int]:
    context = await browser.new_context(viewport=PHONE, base_url=address, locale="ru-RU")
    try:
        page = await context.new_page()
        await _slow_down(await context.new_cdp_session(page))
        return await _time(page, path, awaits)
    finally:
        await context.close()


async def _slow_down(cdp: CDPSession) -> None:
    await cdp.send("Network.enable")
    await cdp.send("Network.emulateNetworkConditions", SLOW_3G)
    await cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


async def _time(page: Page, path: str, awaits: str) -> tuple[float, int]:
    began = perf_counter()
    response = await page.goto(path, wait_until="commit")
    await page.locator(awaits).first.wait_for(state="attached")
    took = (perf_counter() - began) * 1000
    if response is None or not response.ok:
        raise RuntimeError(f"{path} did not open")
    await page.wait_for_load_state("load")
    return took, (await response.request.sizes())["responseBodySize"]
