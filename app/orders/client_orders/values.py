"""What other modules get to know of a client order."""

from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec

from app.orders.client_orders.models import ClientOrder


class ClientOrderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A client order as it is now."""

    id: UUID
    number: int
    client_id: UUID
    site_id: UUID
    status: str
    prepaid_kop: int
    canceled_reason: str | None
    created_at: datetime

    @classmethod
    def of(cls, order: ClientOrder) -> Self:
        return cls(**{name: getattr(order, name) for name in cls.__struct_fields__})
