from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import Meta

from app.crm.disappointments.models import Disappointment, QualityAnswer
from app.crm.disappointments.values import Answer, SignalKind
from app.http.schemas import In, Out, Text

Severity = Annotated[int, Meta(ge=1, le=3, description="3 is the worst")]
Comment = Annotated[str, Meta(max_length=1000)]


class NoteDisappointment(In):
    """What a client said to the office."""

    kind: Literal["said_so", "complaint"]
    comment: Text
    severity: Severity = 2
    visit_id: UUID | None = None
    """The visit he speaks of. Whoever led it is the person who disappointed him."""
    evidence: Annotated[list[UUID], Meta(max_length=50)] = []
    """Photos, messages and other things to look at."""


class KeepQualityAnswer(In):
    """The client was asked whether the quality of the work satisfies him."""

    answer: Answer
    comment: Comment = ""


class RecoverDisappointment(In):
    how: Text
    """How it was settled, and how the client confirmed it."""


class SetWorth(In):
    """Whether a client who was disappointed is worth winning back."""

    is_worth: bool
    reason: Text


class WorthOut(Out):
    client_id: UUID
    is_worth: bool
    reason: str


class DisappointmentOut(Out):
    """Something that disappointed a client."""

    id: UUID
    client_id: UUID
    kind: SignalKind
    severity: int
    at: datetime
    """When it happened."""
    site_id: UUID | None
    order_id: UUID | None
    job_id: UUID | None
    visit_id: UUID | None
    worker_id: UUID | None
    """The person who disappointed him, as far as that is known."""
    comment: str
    minutes: int | None
    """How many minutes after the promised window somebody came."""
    source_id: UUID
    """The visit, act, order … that it was found in."""
    evidence: list[UUID]
    noted_by: UUID | None
    """Null: it follows from what happened."""
    case_id: UUID | None
    """The recovery case that settles it."""
    recovered_at: datetime | None
    recovered_by: UUID | None
    recovery: str | None

    @classmethod
    def of(cls, row: Disappointment) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class QualityAnswerOut(Out):
    id: UUID
    client_id: UUID
    visit_id: UUID
    worker_id: UUID | None
    """Who led the visit."""
    answer: Answer
    stars: int | None
    """1 to 5, if the client rated the work on his page. The answer follows from them."""
    comment: str
    asked_by: UUID | None
    """Null: the client rated the work himself."""
    answered_at: datetime

    @classmethod
    def of(cls, row: QualityAnswer) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})
