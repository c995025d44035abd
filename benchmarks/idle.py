"""Measures how much an idle background process uses PostgreSQL, with one company and with a thousand."""

import asyncio

from benchmarks.figures import Figure, Figures
from benchmarks.servers import Product, product_on, servers
from benchmarks.wire import wire_to
from benchmarks.world import make_companies

GOAL = 1.0
MANY = 1_000
SETTLE_S = 40
"""Longer than half a minute: then the first removal of old rows is over. The next one is an hour later."""
WATCHED_S = 30


async def measure(scale: float) -> Figures:
    with servers("idle") as running:
        product = product_on(running)
        parts: dict[str, dict[str, float]] = {}
        for count in (1, MANY):
            async with running.owner_of(product.database) as owner:
                await make_companies(owner, count - len(parts), workers=2)
            parts[f"{count:,} companies"] = await _watch(product, scale)
    worst = max(one["statements/s"] for one in parts.values())
    figure = Figure(
        metric="an idle background process: statements asked of PostgreSQL per second",
        value=worst,
        reference=None,
        reference_is="",
        ratio=None,
        goal=f"≤ {GOAL:.0f} with 1 and with {MANY:,} companies",
        holds=worst <= GOAL,
        unit="/s",
        parts=parts,
    )
    return {"idle": figure}


async def _watch(product: Product, scale: float) -> dict[str, float]:
    watched_s = WATCHED_S * scale
    with wire_to(product.app_url) as wire:
        background = product.background(wire.url)
        background.start()
        try:
            background.wait_until_at_work()
            await asyncio.sleep(SETTLE_S * scale)
            before = wire.asked.statements, wire.asked.round_trips
            await asyncio.sleep(watched_s)
            after = wire.asked.statements, wire.asked.round_trips
        finally:
            background.stop()
    return {
        "statements/s": (after[0] - before[0]) / watched_s,
        "round trips/s": (after[1] - before[1]) / watched_s,
    }
