"""All SQL about where workers are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from app.core.places import Place
from app.db.points import geography_of
from app.db.session import Session
from app.workforce.people.models import Worker


async def move_worker(
    session: Session, company_id: UUID, worker_id: UUID, *, place: Place, accuracy_m: float, at: datetime
) -> bool:
    """Set the last known position, unless a newer one is known. The row version does not change."""
    moved = (
        update(Worker)
        .where(
            Worker.company_id == company_id,
            Worker.id == worker_id,
            Worker.position_at.is_(None) | (Worker.position_at < at),
        )
        .values(position=geography_of(place), position_at=at, position_accuracy_m=accuracy_m)
        .returning(Worker.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(moved)).first() is not None
