"""Acts and rewards follow who really worked on a visit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.db.session import Session
from app.documents.acts.queries import get_signed_act, show_to_workers
from app.documents.content.act import Member, content_of
from app.documents.rewards.service import recalculate_rewards


async def has_visit_signed_act(session: Session, company_id: UUID, visit_id: UUID) -> bool:
    return await get_signed_act(session, company_id, visit_id) is not None


async def follow_presence(
    session: Session,
    company_id: UUID,
    visit_id: UUID,
    *,
    crew: Sequence[Member],
    reason: str,
    now: datetime,
) -> None:
    """These people worked on the visit: they see its acts, and the rewards of a signed one are divided anew.

    An act that is only presented cannot be signed any more if it names others: see `signing.sign_act`. A signed
    act stays as it is. The caller holds the lock of the visit's order.
    """
    await show_to_workers(session, company_id, visit_id, [one.worker_id for one in crew])
    act = await get_signed_act(session, company_id, visit_id)
    if act is None:
        return
    timezone = ZoneInfo(content_of(act.content).company.timezone)
    await recalculate_rewards(
        session, act, crew=crew, reason=reason, earned_on=now.astimezone(timezone).date()
    )
