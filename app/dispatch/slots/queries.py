"""All SQL about free times of people who come alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from app.core.places import Place
from app.db.work import Work
from app.dispatch.slots.schemas import FreeHour

COUNT_FREE = (Path(__file__).parent / "slots.sql").read_text(encoding="utf-8")


async def count_free(
    work: Work,
    moments: Sequence[datetime],
    *,
    duration: timedelta,
    skills: Sequence[str],
    place: Place | None,
) -> list[FreeHour]:
    lon, lat = (place.lon, place.lat) if place else (None, None)
    rows = await work.rows(COUNT_FREE, list(moments), duration, list(skills), lon, lat)
    return [FreeHour(starts_at=row["starts_at"], free=row["free"]) for row in rows]
