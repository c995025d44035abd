"""Begins to go through the base when a plan is released."""

from datetime import datetime
from uuid import UUID

from app.contracts.crm import PlanReleased
from app.crm.plan_intake import queries
from app.crm.plans.values import Trigger
from app.db.session import Session


async def on_plan_released(session: Session, company_id: UUID, event: PlanReleased, now: datetime) -> None:
    """No event brings in those of whom something comes due, so the base is gone through, and then every day."""
    if event.trigger == Trigger.TRACK:
        await queries.begin_intake(session, company_id, event.plan_id, now=now)
