"""All SQL about dry runs of plans: which clients would come in now, and the rows themselves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from app.crm.calls.models import Proposal
from app.crm.facts.models import LifeFact
from app.crm.facts.values import FactKind
from app.crm.plan_dry_runs.models import PlanDryRun
from app.crm.plans.values import Trigger
from app.crm.touches.models import PlanEnrolment
from app.db.session import Session

HEARD_OF = {
    Trigger.REQUEST: FactKind.REQUEST_RECEIVED,
    Trigger.ACT: FactKind.ACT_SIGNED,
    Trigger.DISAPPOINTMENT: FactKind.DISAPPOINTMENT_NOTED,
    Trigger.QUALITY_ANSWER: FactKind.ACT_SIGNED,
}
"""By which facts it is guessed who comes into a plan in a month."""


async def find_lately(
    session: Session, company_id: UUID, trigger: Trigger, *, since: datetime, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Clients after this one to whom it has happened since then."""
    query: Select[UUID]
    if trigger == Trigger.PROPOSAL:
        client = Proposal.client_id
        query = select(client).where(Proposal.company_id == company_id, Proposal.made_at >= since)
    else:
        client = LifeFact.client_id
        query = select(client).where(
            LifeFact.company_id == company_id, LifeFact.kind == HEARD_OF[trigger], LifeFact.at >= since
        )
    if after is not None:
        query = query.where(client > after)
    return (await session.scalars(query.group_by(client).order_by(client).limit(limit))).all()


async def find_earlier(
    session: Session, company_id: UUID, plan_id: UUID, client_ids: Sequence[UUID]
) -> Sequence[PlanEnrolment]:
    """When these clients came into the plan before."""
    query = select(PlanEnrolment).where(
        PlanEnrolment.company_id == company_id,
        PlanEnrolment.plan_id == plan_id,
        PlanEnrolment.client_id.in_(client_ids),
    )
    return (await session.scalars(query)).all()


async def get_dry_run(session: Session, company_id: UUID, dry_run_id: UUID) -> PlanDryRun | None:
    return await session.get(PlanDryRun, (company_id, dry_run_id))


async def take_due(session: Session, company_id: UUID, *, now: datetime) -> PlanDryRun | None:
    """The dry run that has waited the longest, locked."""
    query = (
        select(PlanDryRun)
        .where(PlanDryRun.company_id == company_id, PlanDryRun.go_on_at <= now)
        .order_by(PlanDryRun.go_on_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return await session.scalar(query)
