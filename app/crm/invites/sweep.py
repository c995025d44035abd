"""Proposes invitations in the morning, and ends those whose day has passed."""

from uuid import UUID

from app.core.changes import Update
from app.core.clock import Clock
from app.crm.candidates.queries import get_zone
from app.crm.invites import policies, queries
from app.crm.invites.policies import InvitationStatus
from app.crm.invites.service import propose, stop_waiting
from app.db.session import Sessions
from app.db.work import begin_work

AT_ONCE = 200
PROPOSED_AT_MOST = 1_000
"""In one morning."""


async def end_invitations(sessions: Sessions, company_id: UUID, clock: Clock) -> int:
    """Sweep `invitation`: clients who did not answer in time."""
    now = clock.now()
    async with begin_work(sessions, company_id) as work:
        over = await queries.take_expired(work, now=now, at_most=AT_ONCE)
        await stop_waiting(work, over, "expired")
        if over:
            values = {"status": InvitationStatus.EXPIRED, "closed_at": now, "look_at": None}
            work.write(Update("invitation", {"id": over}, values))
    return len(over)


async def propose_in_the_morning(sessions: Sessions, company_id: UUID, clock: Clock) -> int:
    """Sweep `invitation_round`: whoever comes due is proposed, and it is looked again on the next morning."""
    now = clock.now()
    async with begin_work(sessions, company_id) as work:
        if not await queries.take_round(work, now=now):
            return 0
        await propose(work, now=now, at_most=PROPOSED_AT_MOST)
        next_at = policies.next_morning(now, await get_zone(work))
        work.write(Update("invitation_settings", {}, {"propose_at": next_at}))
    return 1
