from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec

from app.crm.plans.models import TouchPlan, TouchPlanVersion
from app.crm.plans.values import Note, PlanContent
from app.crm.rules.values import Code
from app.http.schemas import In, Name, Out


class CreateTouchPlan(In):
    code: Code
    """It never changes."""
    name: Name
    content: PlanContent


class ChangeTouchPlan(In):
    """What is left out stays as it is. Published versions stay in any case."""

    name: Name | None = None
    content: PlanContent | None = None


class PublishTouchPlan(In):
    comment: Note = ""
    """Why."""


class TouchPlanOut(Out):
    id: UUID
    code: str
    name: str
    status: str
    """off, on, paused or retired. Clients come into it while it is on."""
    published_number: int | None
    """The version into which they come."""
    released_by: UUID | None
    """Who answers for what it sends."""
    released_at: datetime | None
    batch_id: UUID | None
    """The batch of its advertising. Whoever pauses that batch holds up the advertising of this plan only."""
    draft: PlanContent
    version: int

    @classmethod
    def of(cls, plan: TouchPlan) -> Self:
        same = set(cls.__struct_fields__) - {"draft", "version"}
        return cls(
            draft=msgspec.convert(plan.draft, PlanContent),
            version=plan.row_version,
            **{name: getattr(plan, name) for name in same},
        )


class TouchPlansOut(Out):
    items: list[TouchPlanOut]

    @classmethod
    def of(cls, plans: Sequence[TouchPlan]) -> Self:
        return cls(items=[TouchPlanOut.of(plan) for plan in plans])


class TouchPlanVersionOut(Out):
    """A version never changes."""

    number: int
    content: PlanContent
    comment: str
    published_by: UUID
    published_at: datetime

    @classmethod
    def of(cls, version: TouchPlanVersion) -> Self:
        same = set(cls.__struct_fields__) - {"content"}
        return cls(
            content=msgspec.convert(version.content, PlanContent),
            **{name: getattr(version, name) for name in same},
        )


class TouchPlanVersionsOut(Out):
    items: list[TouchPlanVersionOut]
    """The newest first."""
