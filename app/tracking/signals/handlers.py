from datetime import datetime
from uuid import UUID

from app.contracts.tracking import PlacesForgotten
from app.db.session import Session
from app.tracking.signals.service import forget_places


async def on_places_forgotten(
    session: Session, company_id: UUID, event: PlacesForgotten, now: datetime
) -> None:
    """Forget the places of stops that must not be known any more."""
    await forget_places(session, company_id, event.worker_id, event.periods, now=now)
