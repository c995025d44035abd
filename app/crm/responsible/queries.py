"""All SQL that finds the person for a step of a plan. Only people who still work here are found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, exists, func, literal, select

from app.clients.tables import of_client
from app.crm.calls.models import Interaction
from app.crm.facts.models import LifeFact
from app.crm.facts.values import FactKind
from app.crm.tasks.models import Task
from app.crm.tasks.policies import TaskStatus
from app.db.session import Session
from app.dispatch.tables import Visit, VisitEvent
from app.identity.tables import UserAccount
from app.orders.tables import Job, Measurement
from app.workforce.tables import Absence


def _newest(user: ColumnElement[Any] | Any, at: ColumnElement[Any] | Any, company_id: UUID) -> Select[UUID]:
    return (
        select(UserAccount.id)
        .where(UserAccount.company_id == company_id, UserAccount.id == user, UserAccount.is_active.is_(True))
        .order_by(at.desc())
        .limit(1)
    )


async def find_owner(session: Session, company_id: UUID, client_id: UUID) -> UUID | None:
    """Who of the office spoke with him last."""
    query = _newest(Interaction.user_id, Interaction.at, company_id).where(
        Interaction.company_id == company_id, of_client(Interaction.client_id, client_id, company_id)
    )
    return await session.scalar(query)


async def find_last_worker(session: Session, company_id: UUID, client_id: UUID) -> UUID | None:
    """Who led the last visit that ended with an act."""
    query = _newest(LifeFact.worker_id, LifeFact.at, company_id).where(
        LifeFact.company_id == company_id,
        LifeFact.kind == FactKind.ACT_SIGNED,
        of_client(LifeFact.client_id, client_id, company_id),
    )
    return await session.scalar(query)


async def find_measurer(session: Session, company_id: UUID, client_id: UUID) -> UUID | None:
    """Who measured at his last."""
    query = _newest(Measurement.author_id, Measurement.measured_at, company_id).where(
        Measurement.company_id == company_id,
        Job.company_id == company_id,
        Job.id == Measurement.job_id,
        of_client(Job.client_id, client_id, company_id),
    )
    return await session.scalar(query)


async def find_dispatcher(session: Session, company_id: UUID, client_id: UUID) -> UUID | None:
    """The dispatcher who planned the last visit at his address."""
    query = _newest(VisitEvent.actor_id, VisitEvent.occurred_at, company_id).where(
        VisitEvent.company_id == company_id,
        VisitEvent.kind == "planned",
        Visit.company_id == company_id,
        Visit.id == VisitEvent.visit_id,
        Job.company_id == company_id,
        Job.id == Visit.job_id,
        of_client(Job.client_id, client_id, company_id),
        any_(UserAccount.roles) == "dispatcher",
    )
    return await session.scalar(query)


async def find_least_busy(
    session: Session, company_id: UUID, role: str, *, now: datetime, skip: int = 0
) -> UUID | None:
    """Who of this role has the fewest open tasks; those who are there first. `skip` leaves out the first."""
    tasks = (
        select(func.count())
        .where(
            Task.company_id == company_id,
            Task.holder_id == UserAccount.id,
            Task.status == TaskStatus.OPEN,
        )
        .scalar_subquery()
    )
    is_absent = exists().where(
        and_(Absence.company_id == company_id, Absence.worker_id == UserAccount.id),
        Absence.period.op("@>")(now),
    )
    query = (
        select(UserAccount.id)
        .where(
            UserAccount.company_id == company_id,
            UserAccount.is_active.is_(True),
            literal(role) == any_(UserAccount.roles),
        )
        .order_by(is_absent, tasks, UserAccount.id)
        .offset(skip)
        .limit(1)
    )
    return await session.scalar(query)
