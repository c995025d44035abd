"""All SQL about plans into which no event brings clients: whose turn it is, and which clients belong to it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from app.crm.plan_intake.models import Occasion, PlanIntake
from app.crm.statuses.models import ClientLife
from app.crm.tracks.models import NeedTrack
from app.db.session import Session
from app.db.wake import wake_for


async def take_intake(session: Session, company_id: UUID, *, now: datetime) -> PlanIntake | None:
    """The base that has waited the longest to be gone through, locked."""
    query = (
        select(PlanIntake)
        .where(PlanIntake.company_id == company_id, PlanIntake.look_at <= now)
        .order_by(PlanIntake.look_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return await session.scalar(query)


async def begin_intake(session: Session, company_id: UUID, plan_id: UUID, *, now: datetime) -> None:
    values = {"company_id": company_id, "plan_id": plan_id, "look_at": now, "after": None}
    again = insert(PlanIntake).values(**values)
    await session.execute(
        again.on_conflict_do_update(
            index_elements=["company_id", "plan_id"], set_={"look_at": now, "after": None}
        )
    )
    wake_for(session, INTAKES, values)


INTAKES: Any = PlanIntake.__table__


async def take_occasion(session: Session, company_id: UUID, *, now: datetime) -> Occasion | None:
    query = (
        select(Occasion)
        .where(Occasion.company_id == company_id, Occasion.look_at <= now)
        .order_by(Occasion.look_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return await session.scalar(query)


async def find_of_statuses(
    session: Session, company_id: UUID, statuses: Sequence[str], *, after: UUID | None, limit: int
) -> Sequence[tuple[UUID, str, datetime]]:
    """Clients of these statuses after this one, with their status and since when."""
    query = select(ClientLife.client_id, ClientLife.status, ClientLife.since).where(
        ClientLife.company_id == company_id
    )
    if statuses:
        query = query.where(ClientLife.status.in_(statuses))
    if after is not None:
        query = query.where(ClientLife.client_id > after)
    found = await session.execute(query.order_by(ClientLife.client_id).limit(limit))
    return [(row[0], row[1], row[2]) for row in found]


async def find_needy(
    session: Session,
    company_id: UUID,
    categories: Sequence[str],
    *,
    since: date,
    until: date,
    after: UUID | None,
    limit: int,
) -> Sequence[UUID]:
    """Clients after this one who need one of these between two days."""
    query = select(NeedTrack.client_id).where(
        NeedTrack.company_id == company_id, NeedTrack.due_on.between(since, until)
    )
    if categories:
        query = query.where(NeedTrack.category.in_(categories))
    if after is not None:
        query = query.where(NeedTrack.client_id > after)
    grouped = query.group_by(NeedTrack.client_id).order_by(NeedTrack.client_id).limit(limit)
    return (await session.scalars(grouped)).all()


def select_occasions(company_id: UUID) -> Select[Any]:
    return select(Occasion).where(Occasion.company_id == company_id)


async def get_occasion(session: Session, company_id: UUID, occasion_id: UUID) -> Occasion | None:
    query = select(Occasion).where(Occasion.company_id == company_id, Occasion.id == occasion_id)
    return await session.scalar(query.with_for_update())
