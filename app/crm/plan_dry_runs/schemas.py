from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from app.crm.plan_dry_runs.models import PlanDryRun
from app.crm.plan_dry_runs.policies import StepTally
from app.http.schemas import In, Out


class TryTouchPlan(In):
    segment_kop: Annotated[int, Meta(ge=0, le=100_000)]
    """What the operator asks for one part of an SMS."""


class TriedStepOut(Out):
    """What one step would do, for all clients who would come in."""

    step: str
    messages: int
    segments: int
    """Parts of SMS."""
    cost_kop: int
    tasks: int
    talks: int
    """No consent to advertising: somebody speaks about it."""
    stopped: int
    """They want no such messages."""
    unreachable: int
    """They have no phone or e-mail for it."""
    unmet: int
    """A condition is not met today."""


class TouchPlanDryRunOut(Out):
    """What a plan would do if it were released now. Nobody comes into it by this."""

    id: UUID
    plan_id: UUID
    asked_at: datetime
    is_done: bool
    looked_at: int
    """So many clients have been looked at."""
    enrolled: int
    """So many would come in; with a plan that begins with an event, in about a month."""
    control: int
    """Of them so many would get no advertising, so that the effect can be measured."""
    messages: int
    segments: int
    cost_kop: int
    steps: list[TriedStepOut]

    @classmethod
    def of(cls, run: PlanDryRun) -> Self:
        codes = [step["code"] for step in run.content["steps"]]
        tallies = {code: StepTally.read(run.steps.get(code)) for code in codes}
        steps = [
            TriedStepOut(step=code, cost_kop=tally.segments * run.segment_kop, **tally._asdict())
            for code, tally in tallies.items()
        ]
        return cls(
            id=run.id,
            plan_id=run.plan_id,
            asked_at=run.asked_at,
            is_done=run.go_on_at is None,
            looked_at=run.looked_at,
            enrolled=run.enrolled,
            control=run.control,
            messages=sum(one.messages for one in steps),
            segments=sum(one.segments for one in steps),
            cost_kop=sum(one.cost_kop for one in steps),
            steps=steps,
        )
