from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec

from app.dispatch.confirmation.models import VisitAnswer
from app.http.schemas import In, Out


class WriteAnswer(In):
    says: Literal["yes", "no", "move"]
    """`move`: he wants another time. What a `no` means for the visit, the office decides."""
    words: Annotated[str, msgspec.Meta(max_length=500)] = ""


class ClientAnswerOut(Out):
    id: UUID
    channel: str
    """sms, link or office."""
    says: str
    """yes, no, move, or unclear."""
    words: str
    window_starts_at: datetime
    """The beginning of the window that he was asked about."""
    refused_because: str | None
    """Why nothing was done. Null: it counts."""
    answered_by: UUID | None
    """Who in the office wrote it down."""
    answered_at: datetime
    cancels_at: datetime | None
    """When this «no» cancels the visit, unless the client writes something else."""

    @classmethod
    def of(cls, answer: VisitAnswer) -> Self:
        return cls(
            id=answer.id,
            channel=answer.channel,
            says=answer.says,
            words=answer.words,
            window_starts_at=answer.window_starts_at,
            refused_because=answer.refused_because,
            answered_by=answer.answered_by,
            answered_at=answer.answered_at,
            cancels_at=answer.act_at,
        )


class ClientAnswersOut(Out):
    items: list[ClientAnswerOut]
