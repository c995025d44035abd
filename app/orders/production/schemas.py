from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.http.schemas import In, LongText, Out, Patch, Text
from app.orders.production.models import ProductionEvent, ProductionOrder

PlantRef = Annotated[str, Meta(max_length=100, description="The plant's own number of the order")]
ReadyOn = Annotated[
    date,
    Meta(description="Today or later on the company's calendar, e.g. 2026-03-20", examples=["2026-03-20"]),
]


class PlaceProductionOrder(In):
    job_id: UUID
    """The measurement job."""
    measurement_id: UUID
    """The newest version of the measurement."""
    planned_ready_on: ReadyOn
    plant_ref: PlantRef = ""
    comment: LongText = ""


class ChangeProductionOrder(Patch):
    planned_ready_on: ReadyOn | UnsetType = UNSET
    plant_ref: PlantRef | UnsetType = UNSET
    comment: LongText | UnsetType = UNSET
    override_reason: Text | UnsetType = UNSET
    """Needed if an installation is booked before the new ready date. Kept in the history of its visit."""


class CancelProductionOrder(In):
    reason: Text


class ProductionOrderOut(Out):
    id: UUID
    number: int
    status: str
    order_id: UUID
    job_id: UUID
    measurement_id: UUID
    measurement_version: int
    content_hash: str
    """SHA-256 of the locked measurement, hexadecimal."""
    openings: int
    """Number of openings in the measurement."""
    plant_ref: str
    comment: str
    placed_at: datetime
    planned_ready_on: date
    ready_at: datetime | None
    installation_job_id: UUID | None
    version: int

    @classmethod
    def of(cls, order: ProductionOrder, **more: Any) -> Self:
        return cls(
            id=order.id,
            number=order.number,
            status=order.status,
            order_id=order.order_id,
            job_id=order.job_id,
            measurement_id=order.measurement_id,
            measurement_version=order.measurement.version,
            content_hash=order.measurement.content_hash.hex(),
            openings=order.measurement.openings_count,
            plant_ref=order.plant_ref,
            comment=order.comment,
            placed_at=order.placed_at,
            planned_ready_on=order.planned_ready_on,
            ready_at=order.ready_at,
            installation_job_id=order.installation_job_id,
            version=order.row_version,
            **more,
        )


class ProductionEventOut(Out):
    id: UUID
    kind: str
    """placed, confirmed, in_production, ready, delivered, canceled, changed, ready_date_moved, reminded,
    installation_booked, installation_fell_through."""
    actor_id: UUID | None
    """Null means the system itself."""
    occurred_at: datetime
    payload: dict[str, Any]

    @classmethod
    def of(cls, event: ProductionEvent) -> Self:
        return cls(
            id=event.id,
            kind=event.kind,
            actor_id=event.actor_id,
            occurred_at=event.occurred_at,
            payload=event.payload,
        )


class ProductionOrderWithHistory(ProductionOrderOut):
    history: list[ProductionEventOut]
    """Oldest first."""
