from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec

from app.dispatch.offers.models import Offer
from app.http.schemas import In, Out, Text


class OfferVisit(In):
    """Exactly one of `worker_id` and `crew_id`."""

    worker_id: UUID | None = None
    crew_id: UUID | None = None
    accept_within_s: Annotated[int, msgspec.Meta(ge=1, le=7 * 86400)] | None = None
    """Default: that of the job type. It holds for the candidates who are asked after this one, too."""
    override_reason: Text | None = None
    """Needed to send somebody who would be refused as `assignee_unsuitable`. Kept in the visit's history."""


class OfferOut(Out):
    id: UUID
    worker_id: UUID
    crew_id: UUID | None
    status: str
    offered_at: datetime
    expires_at: datetime
    """Until when it can be answered."""
    runs_in_hours: bool
    """Its time runs only in hours in which people can answer, so it ends later than by the clock. See
    `changeCompany`."""
    answered_at: datetime | None
    decline_reason: str | None

    @classmethod
    def of(cls, offer: Offer) -> Self:
        return cls(
            id=offer.id,
            worker_id=offer.worker_id,
            crew_id=offer.crew_id,
            status=offer.status,
            offered_at=offer.offered_at,
            expires_at=offer.expires_at,
            runs_in_hours=offer.runs_in_hours,
            answered_at=offer.answered_at,
            decline_reason=offer.decline_reason,
        )
