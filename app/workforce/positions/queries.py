"""All SQL about where workers are."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import null, text, update

from app.db.session import Session
from app.workforce.people.models import Worker
from app.workforce.positions.policies import Fix

MOVE_WORKERS = text("""
UPDATE worker
   SET position = ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)::geography, position_at = p.at,
       position_accuracy_m = p.accuracy_m
  FROM unnest(cast(:ids AS uuid[]), cast(:lats AS float8[]), cast(:lons AS float8[]), cast(:times AS timestamptz[]),
              cast(:accuracies AS float8[])) AS p (id, lat, lon, at, accuracy_m)
 WHERE worker.company_id = :company AND worker.id = p.id AND (worker.position_at IS NULL OR worker.position_at < p.at)
""")


async def move_workers(session: Session, company_id: UUID, fixes: Mapping[UUID, Fix]) -> None:
    """Set the last known positions of workers, unless newer ones are known. The row versions do not change."""
    values = {
        "company": company_id,
        "ids": list(fixes),
        "lats": [one.place.lat for one in fixes.values()],
        "lons": [one.place.lon for one in fixes.values()],
        "times": [one.at for one in fixes.values()],
        "accuracies": [one.accuracy_m for one in fixes.values()],
    }
    await session.execute(MOVE_WORKERS, values)


async def forget_old_positions(session: Session, company_id: UUID, *, before: datetime) -> None:
    """Forget the last known positions of workers that are of a time before this moment."""
    await session.execute(
        update(Worker)
        .where(Worker.company_id == company_id, Worker.position_at < before)
        .values(position=null(), position_at=null(), position_accuracy_m=null())
        .execution_options(synchronize_session=False)
    )


async def forget_position(
    session: Session, company_id: UUID, worker_id: UUID, *, since: datetime, until: datetime
) -> None:
    """Forget the last known position of a worker, if it is of a time in [since, until)."""
    forgotten = (
        update(Worker)
        .where(
            Worker.company_id == company_id,
            Worker.id == worker_id,
            Worker.position_at >= since,
            Worker.position_at < until,
        )
        .values(position=null(), position_at=null(), position_accuracy_m=null())
        .execution_options(synchronize_session=False)
    )
    await session.execute(forgotten)
