"""Keeps how clients rate the work of a visit. The last rating counts; all are kept."""

from datetime import datetime
from uuid import UUID

from app.crm.disappointments.service import keep_answer
from app.crm.disappointments.values import Said
from app.crm.ratings import policies, queries
from app.db.session import Session


async def get_rating(session: Session, company_id: UUID, visit_id: UUID) -> Said | None:
    """How the client has rated a visit. None: he has not."""
    found = await queries.find_ratings(session, company_id, visit_id)
    return found[-1] if found else None


async def rate(
    session: Session, company_id: UUID, visit_id: UUID, *, stars: int, words: str, now: datetime
) -> None:
    """The client rates the work of a visit, or changes his rating. The same rating again changes nothing.

    A bad one is a disappointment, as is any answer about the quality. A further one only if it is worse.

    Raises:
        RatedTooOften: he has changed it too often.
    """
    said = policies.rating(stars, words)
    await queries.lock_ratings(session, company_id, visit_id)
    before = await queries.find_ratings(session, company_id, visit_id)
    if before and before[-1] == said:
        return
    if len(before) >= policies.CHANGES_MAX:
        raise policies.RatedTooOften
    about = await queries.get_subject(session, company_id, visit_id)
    await keep_answer(
        session,
        company_id,
        about,
        said,
        asked_by=None,
        disappoints=policies.is_worse(said, before),
        now=now,
    )
