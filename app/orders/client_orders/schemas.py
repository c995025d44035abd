from datetime import datetime
from typing import Self
from uuid import UUID

from app.http.schemas import Out
from app.orders.client_orders.values import ClientOrderFacts


class OrderOut(Out):
    id: UUID
    number: int
    client_id: UUID
    site_id: UUID
    status: str
    """new, measured, prepaid, in_production, ready, installation_planned, installed, handed_over or canceled.
    It follows what holds now: a canceled installation takes it back."""
    prepaid_kop: int
    """Kopecks taken so far."""
    canceled_reason: str | None
    created_at: datetime

    @classmethod
    def of(cls, order: ClientOrderFacts) -> Self:
        return cls(
            id=order.id,
            number=order.number,
            client_id=order.client_id,
            site_id=order.site_id,
            status=order.status,
            prepaid_kop=order.prepaid_kop,
            canceled_reason=order.canceled_reason,
            created_at=order.created_at,
        )
