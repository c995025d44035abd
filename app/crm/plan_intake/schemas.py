from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from app.crm.plan_intake.models import Occasion
from app.crm.statuses.policies.history import ClientStatus
from app.http.schemas import In, Name, Out


class AddOccasion(In):
    name: Name
    on_day: date
    plan_id: UUID
    """A released plan with the trigger `occasion`."""
    statuses: Annotated[list[ClientStatus], Meta(max_length=6)] = []
    """Only clients of these. Empty: as the plan says."""


class OccasionOut(Out):
    id: UUID
    name: str
    on_day: date
    plan_id: UUID
    statuses: list[str]
    created_by: UUID
    clients: int
    """So many have come into the plan by it."""
    is_over: bool
    canceled_at: datetime | None

    @classmethod
    def of(cls, occasion: Occasion) -> Self:
        same = set(cls.__struct_fields__) - {"is_over"}
        is_over = occasion.look_at is None
        return cls(is_over=is_over, **{name: getattr(occasion, name) for name in same})
