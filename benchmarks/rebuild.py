"""Days of workers derived anew from stored positions: CPU of the process and of PostgreSQL, as the sweep does it."""

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.core.clock import Clock
from app.db.session import create_engine, sessions
from app.tracking.facts.sweep import derive_due_day
from app.tracking.pings.values import StoredPing
from benchmarks.city import BEGIN_S, make_day
from benchmarks.servers import Servers, cpu_s, product_on, servers
from benchmarks.world import insert_rows, make_companies

PACE_S = 10
WORKERS = 20
ROUNDS = 3
DAY = datetime.now(UTC).date() - timedelta(days=2)
"""Not long ago: older positions may not be kept any more."""
LATER = timedelta(days=(DAY - datetime.fromtimestamp(BEGIN_S, UTC).date()).days)


async def rebuild_days(scale: float) -> dict[str, float]:
    """Derive the days of many workers a few times. Positions per CPU-second, and how many there were."""
    with servers("rebuild") as running:
        product = product_on(running)
        async with running.owner_of(product.database) as owner:
            (company,) = await make_companies(owner, 1, workers=max(4, round(WORKERS * scale)))
            await owner.execute("SELECT make_ping_day($1)", DAY)
            positions = 0
            for number, worker_id in enumerate(company.workers):
                pings = make_day(number, pace_s=PACE_S).fixes
                rows = [_row(company.id, worker_id, ping) for ping in pings]
                await insert_rows(owner, "ping", rows)
                positions += len(rows)
            days = [{"company_id": company.id, "worker_id": one, "day": DAY} for one in company.workers]
            await insert_rows(owner, "track_day", days)
            await owner.execute("ANALYZE")
        rates = [await _round(running, product.app_url, company.id, positions) for _ in range(1 + ROUNDS)]
    return {"positions": positions, "per CPU-second": round(max(rates[1:]))}


def _row(company_id: UUID, worker_id: UUID, ping: StoredPing) -> dict[str, object]:
    said = ("content", "seq", "lat", "lon", "accuracy_m", "battery_pct")
    return {
        "company_id": company_id,
        "worker_id": worker_id,
        "device_id": ping.device_id,
        "device_at": ping.at + LATER,
        "received_at": ping.received_at + LATER,
        "clock_offset_s": 0,
        **{name: getattr(ping, name) for name in said},
    }


async def _round(running: Servers, app_url: str, company_id: UUID, positions: int) -> float:
    """Derive every day once, all facts written anew. Returns positions per CPU-second."""
    engine = create_engine(app_url, pool_size=2)
    async with running.owner_of(app_url.rpartition("/")[2]) as owner:
        await owner.execute("UPDATE track_day SET derive_at = now(), derived_at = NULL")
        await owner.execute("UPDATE track_derivation SET facts_hash = ''")
    before = cpu_s(os.getpid()) + cpu_s(running.postgres_pid)
    while await derive_due_day(sessions(engine), company_id, Clock()):
        pass
    spent = cpu_s(os.getpid()) + cpu_s(running.postgres_pid) - before
    await engine.dispose()
    return positions / spent
