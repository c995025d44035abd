from datetime import datetime
from typing import Self
from uuid import UUID

from app.http.schemas import Out, Point
from app.tracking.positions.queries import Whereabouts


class WorkerPositionOut(Out):
    """Where a worker was last while he might be tracked."""

    worker_id: UUID
    name: str
    point: Point
    accuracy_m: float | None
    """He was within this radius with a probability of 68 %. Null: his phone did not say."""
    at: datetime
    age_s: int
    """How old that is, in seconds."""
    is_on_shift: bool
    """On shift and not absent at this moment."""
    is_private: bool
    """In private time at this moment."""
    speed_mps: float | None
    heading_deg: float | None
    battery_pct: float | None
    is_charging: bool | None
    is_mock: bool | None
    """His phone said that a program made the place up."""

    @classmethod
    def of(cls, last: Whereabouts, now: datetime) -> Self:
        return cls(
            worker_id=last.worker_id,
            name=last.name,
            point=Point(lat=last.lat, lon=last.lon),
            accuracy_m=last.accuracy_m,
            at=last.at,
            age_s=max(0, round((now - last.at).total_seconds())),
            is_on_shift=last.is_on_shift and not last.is_absent,
            is_private=last.is_private,
            speed_mps=last.speed_mps,
            heading_deg=last.heading_deg,
            battery_pct=last.battery_pct,
            is_charging=last.is_charging,
            is_mock=last.is_mock,
        )


class WorkerPositionsOut(Out):
    items: list[WorkerPositionOut]
