"""Who was at a visit, with names, as people see it."""

from collections.abc import Sequence
from uuid import UUID

from app.db.session import Session
from app.dispatch.presence.policies import Presence
from app.dispatch.presence.schemas import PresenceOut, PresencesOut
from app.workforce import api as workforce


async def show_presences(session: Session, company_id: UUID, presences: Sequence[Presence]) -> PresencesOut:
    names = await workforce.worker_names(session, company_id, [one.worker_id for one in presences])
    return PresencesOut(items=[PresenceOut.of(one, names[one.worker_id]) for one in presences])
