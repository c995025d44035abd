from uuid import UUID

from app.http.schemas import In, Moment
from app.workforce.api import CrewShare


class AddMember(In):
    worker_id: UUID
    since: Moment | None = None
    """Now by default."""
    until: Moment | None = None
    """Exclusive; for good by default."""
    share: CrewShare = 1


class EndMembership(In):
    at: Moment | None = None
    """Now by default."""
