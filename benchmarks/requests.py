"""P4: create, offer and accept a visit through HTTP, compared with two backends as tutorials build them.

- The *same durable work* (`references/durable.py`): same schema, rows, locks and checks, by FastAPI and an ORM.
- The *tutorial baseline* (`references/tutorial.py`), which does none of it.

CPU is that of the process trees of the API and of PostgreSQL. The product is measured without its background
process and with it; then it sends an SMS for each offer, and its CPU is read when its queue is empty. The runs
alternate, so that a slow moment of the machine affects all of them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.contenders import Contender, Durable, Ours, Tutorial
from benchmarks.driver import Run, drive, median
from benchmarks.figures import Figure, Figures
from benchmarks.lists import measure_list
from benchmarks.servers import BackgroundProcess, Servers, WebProcess, product_on, servers
from benchmarks.wire import wire_to

DURABLE_GOAL = 4
BASELINE_GOAL = 1.0
WITH_BACKGROUND_GOAL = 1.5
ODOO_GOAL = 10
ODOO_TO_BASELINE = {"create": 14 / 245, "accept": 22 / 285}
"""Requests/s of Odoo 18 with OCA field service as a share of the same baseline, from one published run."""

COUNT = 300
WARM_UP = 300
ROUNDS = 3
CLIENTS = 8
MANY_CLIENTS = 32
COUNTED = 40
"""Visits whose statements are counted. As many come before them, so that all statements are prepared."""
SETTLED_WITHIN_S = 300

WITH_BACKGROUND = "product, with background and SMS"
UNSETTLED = """
    SELECT (SELECT count(*) FROM outbox_event WHERE relayed_at IS NULL)
         + (SELECT count(*) FROM event_delivery WHERE done_at IS NULL AND failed_at IS NULL)
         + (SELECT count(*) FROM message WHERE status IN ('queued', 'sending'))
"""

Played = dict[str, Run]
"""The runs of create, offer and accept."""


@dataclass
class Entry:
    """A contender with its running process."""

    contender: Contender
    api: WebProcess


async def measure(scale: float) -> Figures:
    with servers("requests") as running:
        product = product_on(running)
        contenders = [Ours(product), Durable(product_on(running, "durable")), Tutorial(running, "tutorial")]
        entries = [Entry(one, one.serve()) for one in contenders]
        background = product.background()
        try:
            for entry in entries:
                entry.api.start()
                await entry.contender.populate()
            count = round(COUNT * scale)
            await _warm_up(running, entries, background, round(WARM_UP * scale))
            rounds = [await _round(running, entries, background, count) for _ in range(ROUNDS)]
            rush = await _rush(running, entries, background, count)
            asked = {one.name: await _count_asked(one) for one in contenders}
            listed = await measure_list(running, product, entries[0].api)
        finally:
            for process in (background, *(entry.api for entry in entries)):
                process.stop()
    played = {
        name: {step: median([one[name][step] for one in rounds]) for step in steps}
        for name, steps in rounds[0].items()
    }
    return {"P4": _figure(played, rush, asked), "P4 list": listed}


async def _warm_up(
    running: Servers, entries: Sequence[Entry], background: BackgroundProcess, count: int
) -> None:
    """Fill the tables and update statistics. Otherwise PostgreSQL would keep plans made for empty tables."""
    await _start(running, background)
    for entry in entries:
        await _play(running, entry, count)
    await _settle(running)
    background.stop()
    for entry in entries:
        async with running.owner_of(entry.contender.database) as owner:
            await owner.execute("ANALYZE")


async def _round(
    running: Servers, entries: Sequence[Entry], background: BackgroundProcess, count: int
) -> dict[str, Played]:
    """Run each contender once, and the product again with its background process."""
    played = {entry.contender.name: await _play(running, entry, count) for entry in entries}
    await _start(running, background)
    await _play(running, entries[0], count, background=background)  # the others have been warmed up too
    sent = await _sms_sent(running)
    played[WITH_BACKGROUND] = await _play(running, entries[0], count, background=background)
    background.stop()
    if await _sms_sent(running) - sent != count:
        raise RuntimeError("there was not an SMS for each offer")
    return played


async def _rush(
    running: Servers, entries: Sequence[Entry], background: BackgroundProcess, count: int
) -> dict[str, Played]:
    """The same with many clients. The product runs with its background process."""
    ours, *references = entries
    await _start(running, background)
    await _play(running, ours, count, background=background)
    played = {WITH_BACKGROUND: await _play(running, ours, count, clients=MANY_CLIENTS, background=background)}
    background.stop()
    for entry in references:
        played[entry.contender.name] = await _play(running, entry, count, clients=MANY_CLIENTS)
    return played


async def _start(running: Servers, background: BackgroundProcess) -> None:
    """Start the background process and wait until it has finished all waiting work."""
    background.start()
    background.wait_until_at_work()
    await _settle(running)


async def _sms_sent(running: Servers) -> int:
    async with running.owner_of("brigada") as owner:
        return int(await owner.fetchval("SELECT count(*) FROM message WHERE status = 'sent'"))


async def _settle(running: Servers) -> None:
    """Wait until every event is heard and every message sent."""
    async with running.owner_of("brigada") as owner:
        for _ in range(SETTLED_WITHIN_S * 10):
            if not await owner.fetchval(UNSETTLED):
                return
            await asyncio.sleep(0.1)
    raise TimeoutError(f"the background process is not done after {SETTLED_WITHIN_S} s")


async def _play(
    running: Servers,
    entry: Entry,
    count: int,
    *,
    clients: int = CLIENTS,
    background: BackgroundProcess | None = None,
) -> Played:
    """Create `count` visits, then offer all of them, then accept all of them."""
    contender = entry.contender
    first = await contender.begin(count)
    pids = {"api": entry.api.pid, "postgres": running.postgres_pid}
    if background is not None:
        pids["background"] = background.pid
    played: Played = {}
    given: list[Any] = [None] * count
    async with httpx.AsyncClient(base_url=entry.api.address, timeout=60) as http:
        for name, step in contender.steps(http).items():
            played[name] = await drive(
                lambda n, step=step, given=given: step(first + n, given[n]),  # type: ignore[misc]  # bound now
                count,
                clients=clients,
                pids=pids,
                settle=(lambda: _settle(running)) if background else None,
            )
            given = played[name].answers
    if set(given) != {"accepted"}:
        raise RuntimeError(f"{contender.name}: not every visit was accepted")
    return played


async def _count_asked(contender: Contender) -> dict[str, dict[str, float]]:
    """Statements and round trips per request. A separate process is used, whose connections go through a counter."""
    with wire_to(contender.url()) as wire:
        api = contender.serve(wire.url)
        api.start()
        try:
            async with httpx.AsyncClient(base_url=api.address, timeout=60) as http:
                first = await contender.begin(2 * COUNTED)
                steps = contender.steps(http)
                asked: dict[str, dict[str, float]] = {}
                given: list[Any] = [None] * 2 * COUNTED
                for name, step in steps.items():
                    given[:COUNTED] = [await step(first + n, given[n]) for n in range(COUNTED)]
                    before = wire.asked.round_trips, wire.asked.statements
                    given[COUNTED:] = [await step(first + n, given[n]) for n in range(COUNTED, 2 * COUNTED)]
                    asked[name] = {
                        "statements": (wire.asked.statements - before[1]) / COUNTED,
                        "round trips": (wire.asked.round_trips - before[0]) / COUNTED,
                    }
        finally:
            api.stop()
    return asked


def _figure(
    played: dict[str, Played], rush: dict[str, Played], asked: dict[str, dict[str, dict[str, float]]]
) -> Figure:
    cost = {name: _mean_cpu_ms(steps) for name, steps in played.items()}
    ours, durable, baseline = cost[Ours.name], cost[Durable.name], cost[Tutorial.name]
    odoo = _times_odoo(played)
    met = {
        f"cheaper than the same durable work ≥ {DURABLE_GOAL} ×": durable / ours >= DURABLE_GOAL,
        f"than the tutorial baseline ≥ {BASELINE_GOAL} ×": baseline / ours >= BASELINE_GOAL,
        f"with background and SMS ≤ {WITH_BACKGROUND_GOAL} × the baseline": (
            cost[WITH_BACKGROUND] <= WITH_BACKGROUND_GOAL * baseline
        ),
        f"≥ {ODOO_GOAL} × Odoo on create and accept": min(odoo.values()) >= ODOO_GOAL,
    }
    return Figure(
        metric=f"create, offer, accept through HTTP, {CLIENTS} clients: CPU per request of API and PostgreSQL",
        value=ours,
        reference=durable,
        reference_is="same durable work as tutorials write it",
        ratio=durable / ours,
        goal="; ".join(met),
        holds=all(met.values()),
        unit="ms",
        parts={
            "goals": {goal: "yes" if holds else "NO" for goal, holds in met.items()},
            "mean CPU_ms": cost,
            "times": {
                "the same durable work": durable / ours,
                "the baseline": baseline / ours,
                "the baseline, with background and SMS": baseline / cost[WITH_BACKGROUND],
                **{f"Odoo, {step}": times for step, times in odoo.items()},
            },
            **{
                f"{step}, {name}": steps[step].shown()
                for step in played[Ours.name]
                for name, steps in played.items()
            },
            f"requests/s at {MANY_CLIENTS} clients": {
                name: {step: run.per_second for step, run in steps.items()} for name, steps in rush.items()
            },
            "asked of PostgreSQL per request": {
                name: {
                    f"{step}, {what}": count
                    for step, counts in steps.items()
                    for what, count in counts.items()
                }
                for name, steps in asked.items()
            },
        },
    )


def _mean_cpu_ms(steps: Played) -> float:
    return sum(run.total_cpu_ms() for run in steps.values()) / len(steps)


def _times_odoo(played: dict[str, Played]) -> dict[str, float]:
    """Our requests/s divided by Odoo's. Both were compared with the same baseline. Our background process runs."""
    return {
        step: played[WITH_BACKGROUND][step].per_second / (played[Tutorial.name][step].per_second * share)
        for step, share in ODOO_TO_BASELINE.items()
    }
