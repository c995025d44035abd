"""Reads what plans did."""

from uuid import UUID

from app.clients import api as clients
from app.core.scope import Scope
from app.crm.plan_reports import queries
from app.crm.plan_reports.policies import Group, uplift
from app.crm.plan_reports.schemas import PlanGroupOut, PlanResultsOut, StepCountOut
from app.crm.plans.service import get_plan
from app.db.session import Session


async def find_results(session: Session, scope: Scope, plan_id: UUID) -> PlanResultsOut:
    """What a plan has brought.

    Raises:
        PlanNotFound: no such plan.
    """
    plan = await get_plan(session, scope.company_id, plan_id)
    groups = {
        is_control: Group(count, reached)
        for is_control, count, reached in await queries.count_by_group(session, plan.company_id, plan.id)
    }
    treated, control = groups.get(False, Group()), groups.get(True, Group())
    found = uplift(treated, control)
    counts = await queries.count_touches(session, plan.company_id, plan.id)
    return PlanResultsOut(
        treated=PlanGroupOut(clients=treated.clients, reached=treated.reached, share=treated.share),
        control=PlanGroupOut(clients=control.clients, reached=control.reached, share=control.share),
        uplift=found.difference if found else None,
        uplift_error=found.error if found else None,
        steps=[
            StepCountOut(step=step, status=status, reason=reason, touches=count)
            for step, status, reason, count in counts
        ],
    )


async def check_client(session: Session, scope: Scope, client_id: UUID) -> UUID:
    """The surviving card of this client.

    Raises:
        ClientNotFound: no such client in this company.
    """
    return (await clients.get_client(session, scope.company_id, client_id)).id
