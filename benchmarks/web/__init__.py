"""The faces in Chromium: what they weigh, and how soon a slow phone and a full board can be used.

Each part lies in a module of its own and is measured beside something empty in the same browser and the same run.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from gzip import compress
from typing import Any

from playwright.async_api import Browser, async_playwright

from app.web.built import STATIC
from benchmarks.days import make_days
from benchmarks.figures import Figure, Figures
from benchmarks.servers import product_on, servers
from benchmarks.web.board import measure_board
from benchmarks.web.client_page import make_link, measure_client_page
from benchmarks.web.field import CHROMIUM, measure_field
from benchmarks.web.markers import measure_markers

WORKERS = 4
"""People of the company whose client opens his page."""
KILOBYTE = 1_000


async def measure(_: float) -> Figures:
    """Times are those of a person, so a smaller scale changes nothing."""
    with servers("web") as running:
        product = product_on(running)
        async with running.owner_of(product.database) as owner:
            company = await make_days(owner, workers=WORKERS)
            link = await make_link(owner, company.id)
        api = product.api()
        api.start()
        try:
            async with chromium() as browser:
                board = await measure_board(browser, api.address)
                markers = await measure_markers(browser, api.address)
                field = await measure_field(browser, api.address)
                page = await measure_client_page(browser, api.address, link)
        finally:
            api.stop()
    return {
        **_weights(page["bytes on the wire"]),
        **_of_board(board),
        **_of_markers(markers),
        **_of_field(field),
        "web client": _figure(
            "client page on slow 3G, CPU × 6", page["usable on slow 3G, CPU × 6"]["median_ms"], 2_500, page
        ),
    }


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        await browser.close()


def _weights(client_page: int) -> Figures:
    weights = {
        "console": (_first_load("console"), 60),
        "field": (_first_load("field"), 35),
        "client": (client_page, 5),
    }
    return {
        f"web kB {name}": _figure(
            f"first load of the {name}, compressed", size / KILOBYTE, goal, {}, unit="kB"
        )
        for name, (size, goal) in weights.items()
    }


def _first_load(face: str) -> int:
    """Bytes of the page and of what it names, gzip."""
    shell = (STATIC / face / "index.html").read_text()
    names = re.findall(rf'(?:src|href)="/{face}/(assets/[^"]+\.(?:js|css))"', shell)
    return sum(
        len(compress(content, 9))
        for content in [shell.encode(), *((STATIC / face / name).read_bytes() for name in names)]
    )


def _of_board(board: dict[str, float]) -> Figures:
    beside = {"empty page: ms a frame": board["empty_frame_ms"]}
    return {
        "web board mount": _figure(
            "board of 2,000 visits of 60 people: shown after its data", board["mount_ms"], 600, beside
        ),
        "web board change": _figure("the same board: one change shown", board["change_ms"], 30, beside),
        "web board scroll": _figure(
            "the same board: a frame while it scrolls", board["frame_ms"], 20, beside
        ),
    }


def _of_markers(markers: dict[str, Any]) -> Figures:
    moving = markers["1,000 people moving"]["ms a frame"]
    return {"web map": _figure("1,000 people moving on the map: a frame", moving, 20, markers)}


def _of_field(field: dict[str, Any]) -> Figures:
    goals = {"cold": 8.5, "warm": 2.0, "offline": 2.0}
    return {
        f"web field {how}": _figure(
            f"installer's app {how}, slow 3G, CPU × 6: usable",
            field[f"{how}_s"]["median"],
            goal,
            field[f"{how}_s"],
            unit="s",
        )
        for how, goal in goals.items()
    }


def _figure(metric: str, value: float, goal: float, parts: dict[str, Any], *, unit: str = "ms") -> Figure:
    return Figure(
        metric=metric,
        value=value,
        reference=None,
        reference_is="",
        ratio=None,
        goal=f"≤ {goal:g} {unit}",
        holds=value <= goal,
        unit=unit,
        parts=parts,
    )
