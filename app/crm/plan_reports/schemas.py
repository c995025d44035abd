from datetime import datetime
from typing import Self
from uuid import UUID

from app.core.i18n import has_text, text
from app.crm.touches.models import Touch
from app.crm.touches.schemas import PlanEnrolmentOut
from app.http.schemas import Out

TABLE = "touches"


class TouchOut(Out):
    """One planned contact, and what became of it."""

    id: UUID
    plan_id: UUID
    plan_name: str
    enrolment_id: UUID
    step: str
    attempt: int
    channel: str
    status: str
    """planned, queued, open, sent, done, skipped or failed."""
    reason: str | None
    """Code of why it was not carried out."""
    detail: str
    why: str
    """The reason in the reader’s language. Empty if there is none."""
    due_at: datetime | None
    """Null: the day from which it is counted is not known yet."""
    ended_at: datetime | None
    message_id: UUID | None
    task_id: UUID | None
    outcome: str | None

    @classmethod
    def of(cls, touch: Touch, way: tuple[UUID, str], lang: str) -> Self:
        same = set(cls.__struct_fields__) - {"plan_id", "plan_name", "why"}
        return cls(
            plan_id=way[0],
            plan_name=way[1],
            why=why(touch, lang),
            **{name: getattr(touch, name) for name in same},
        )


def why(touch: Touch, lang: str) -> str:
    """Why it was not sent, or waits."""
    code = touch.reason or touch.detail
    if not has_text(lang, TABLE, f"touch_{code}"):
        return ""
    detail = f"touch_because_{touch.detail}"
    because = text(lang, TABLE, detail) if has_text(lang, TABLE, detail) else touch.detail
    return text(lang, TABLE, f"touch_{code}", because=because)


class PlanEnrolmentsOut(Out):
    items: list[PlanEnrolmentOut]
    """The newest first."""


class PlanGroupOut(Out):
    """Those who get the plan, or those who do not."""

    clients: int
    reached: int
    """Of so many the goal was reached."""
    share: float | None
    """Null: nobody is in it."""


class StepCountOut(Out):
    step: str
    status: str
    reason: str | None
    touches: int


class PlanResultsOut(Out):
    """What a plan has brought, beside those who got nothing of it."""

    treated: PlanGroupOut
    control: PlanGroupOut
    uplift: float | None
    """Difference of the shares. Null: one group is empty."""
    uplift_error: float | None
    """Half of its 95 % interval."""
    steps: list[StepCountOut]
