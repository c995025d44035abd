"""Looks once more just before an invitation leaves: whoever has booked meanwhile is not invited."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.crm.invites import queries
from app.db.work import Work
from app.notifications.api import Gatekeeper, Permission, Question


class InvitationGate:
    """Asks another gatekeeper first, and then refuses what would be in vain."""

    def __init__(self, gatekeeper: Gatekeeper) -> None:
        self._gatekeeper = gatekeeper

    async def answer(
        self, work: Work, questions: Sequence[Question], *, now: datetime
    ) -> Mapping[UUID, Permission]:
        """As the other gatekeeper answers. `booked` is the reason of what is refused here."""
        permissions = dict(await self._gatekeeper.answer(work, questions, now=now))
        allowed = [one for one, permission in permissions.items() if permission.allowed]
        for message_id in await queries.find_messages_in_vain(work, allowed) if allowed else ():
            permissions[message_id] = permissions[message_id]._replace(allowed=False, reason="booked")
        return permissions
