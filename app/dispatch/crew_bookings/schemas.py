from uuid import UUID

from app.http.schemas import In, Moment, Text
from app.workforce.api import CrewShare


class AddMember(In):
    worker_id: UUID
    since: Moment | None = None
    """Default: now."""
    until: Moment | None = None
    """Exclusive. Default: for good."""
    share: CrewShare = 1
    override_reason: Text | None = None
    """Needed if he cannot come to visits of the crew: see `visits_beneath`. Kept in their history."""


class EndMembership(In):
    at: Moment | None = None
    """Default: now."""
    override_reason: Text | None = None
    """Needed if visits of the crew are then without him: see `visits_beneath`. Kept in their history."""
