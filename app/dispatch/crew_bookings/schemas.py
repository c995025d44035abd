from uuid import UUID

from app.http.schemas import In, Moment
from app.workforce.api import CrewShare


class AddMember(In):
    worker_id: UUID
    since: Moment | None = None
    """Default: now."""
    until: Moment | None = None
    """Exclusive. Default: for good."""
    share: CrewShare = 1


class EndMembership(In):
    at: Moment | None = None
    """Default: now."""
