from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from app.crm.plans.models import TouchPlan
from app.crm.rules.values import Code
from app.crm.touches.models import PlanEnrolment
from app.http.schemas import In, Out


class PlanEnrolmentOut(Out):
    """A client in a plan."""

    id: UUID
    plan_id: UUID
    plan_name: str
    version_number: int
    client_id: UUID
    status: str
    """open or ended."""
    end_reason: str | None
    is_control: bool
    """He gets nothing of it, so that its effect can be measured."""
    category: str | None
    due_on: date | None
    started_at: datetime
    ended_at: datetime | None
    goal_at: datetime | None
    """When what the plan is for had happened."""

    @classmethod
    def of(cls, enrolment: PlanEnrolment, plan: TouchPlan) -> Self:
        same = set(cls.__struct_fields__) - {"plan_name"}
        return cls(plan_name=plan.name, **{name: getattr(enrolment, name) for name in same})


class MoveClientsOfPlan(In):
    steps: Annotated[dict[Code, Code], Meta(max_length=40)] = {}
    """Which step of the newest version stands for one of theirs. Left out: the one with the same code."""


class MovedClientsOut(Out):
    clients: int
    """So many were taken over."""
    left: int
    """So many are still in an older version. The call can be repeated."""
