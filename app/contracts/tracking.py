"""Events about where people are."""

from datetime import datetime
from uuid import UUID

from app.contracts.event import Event


class WorkersMoved(Event, frozen=True, kw_only=True):
    """Newer positions of these workers are known. `GET /tracking/positions` has them."""

    kind = "tracking.workers_moved"
    worker_ids: list[UUID]


class ArrivalProposed(Event, frozen=True, kw_only=True):
    """Positions say that a worker has come to the site of a visit. He has not said so, and only his word counts."""

    kind = "tracking.arrival_proposed"
    visit_id: UUID
    worker_id: UUID
    arrived_at: datetime
