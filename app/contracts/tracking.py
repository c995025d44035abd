"""Events about where people are."""

from datetime import datetime
from uuid import UUID

from app.contracts.event import Event


class WorkersMoved(Event, frozen=True, kw_only=True):
    """Newer positions of these workers are known. `GET /tracking/positions` has them."""

    kind = "tracking.workers_moved"
    worker_ids: list[UUID]


class PlacesForgotten(Event, frozen=True, kw_only=True):
    """Where a worker was in these periods must not be known any more: it turned out that he might not be tracked then.
    Whoever keeps a place of him forgets it."""

    kind = "tracking.places_forgotten"
    worker_id: UUID
    periods: list[tuple[datetime, datetime]]
    """True time: from the first moment up to the second, without it."""


class ShortestStopChanged(Event, frozen=True, kw_only=True):
    """The company has set anew from which length a stay is a stop. Facts of its days follow from that."""

    kind = "tracking.shortest_stop_changed"


class ArrivalProposed(Event, frozen=True, kw_only=True):
    """Positions say that a worker has come to the site of a visit. He has not said so, and only his word counts."""

    kind = "tracking.arrival_proposed"
    visit_id: UUID
    worker_id: UUID
    arrived_at: datetime
