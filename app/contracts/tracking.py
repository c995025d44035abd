"""Events about where people are."""

from uuid import UUID

from app.contracts.event import Event


class WorkersMoved(Event, frozen=True, kw_only=True):
    """Newer positions of these workers are known. `GET /tracking/positions` has them."""

    kind = "tracking.workers_moved"
    worker_ids: list[UUID]
