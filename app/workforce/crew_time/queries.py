"""How busy crews are, when they could begin, how long they are free. The long statements are in files of their own."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from app.core.scope import Scope
from app.db.session import Session

FOLDER = Path(__file__).parent


CREW_LOAD = text((FOLDER / "crew_load.sql").read_text(encoding="utf-8"))


SLOTS = text((FOLDER / "slots.sql").read_text(encoding="utf-8"))


FREE_TIME = text((FOLDER / "free_time.sql").read_text(encoding="utf-8"))


class CrewDay(NamedTuple):
    crew_id: UUID
    crew_name: str
    day: date
    shift_min: int
    """Minutes in which the whole crew is on shift."""
    booked_min: int
    """Minutes in which at least one member is booked."""

    @property
    def load_percent(self) -> int | None:
        """Booked share of the shift. None on a day off."""
        return round(100 * self.booked_min / self.shift_min) if self.shift_min else None


class Beginning(NamedTuple):
    """A moment at which a crew could begin."""

    crew_id: UUID
    crew_name: str
    day: date
    starts_at: datetime


async def find_crew_days(
    session: Session, scope: Scope, *, first_day: date, end_day: date, zone: str
) -> list[CrewDay]:
    """The load of each crew on each day in [first_day, end_day)."""
    given = {"company_id": scope.company_id, "first_day": first_day, "end_day": end_day, "zone": zone}
    return [CrewDay(*row) for row in await session.execute(CREW_LOAD, given)]


async def find_beginnings(
    session: Session,
    company_id: UUID,
    *,
    first_day: date,
    days: int,
    not_before: datetime,
    duration_min: int,
    skills: Sequence[str],
    zone: str,
) -> list[Beginning]:
    given = {
        "company_id": company_id,
        "first_day": first_day,
        "days": days,
        "not_before": not_before,
        "duration_min": duration_min,
        "skills": list(skills),
        "zone": zone,
    }
    return [Beginning(*row) for row in await session.execute(SLOTS, given)]


class FreeTime(NamedTuple):
    """How long a crew, or a worker who is in none, could work."""

    unit_id: UUID
    free_min: list[int]
    """Minutes of each stretch without a break."""
    skills: list[str]
    """Of all of them together."""
    territories: list[UUID]
    """Empty: they go everywhere."""


async def find_free_time(
    session: Session, company_id: UUID, *, since: datetime, until: datetime
) -> list[FreeTime]:
    given = {"company_id": company_id, "since": since, "until": until}
    return [FreeTime(*row) for row in await session.execute(FREE_TIME, given)]
