from datetime import date, datetime
from typing import Self
from uuid import UUID

from app.crm.loss_reasons.values import LossReason
from app.crm.on_site.models import NextVisitProposal
from app.crm.on_site.policies import Proposing, Reply
from app.crm.rules.values import Code
from app.dispatch.api import VisitTime
from app.http.schemas import In, LongText, Out


class ProposeNextVisit(In):
    """What the client said of the next visit. `booked` needs `time`, `named` needs `on`, `refused` needs `reason`."""

    category: Code
    reply: Reply
    time: VisitTime | None = None
    """When the next visit is booked for."""
    on: date | None = None
    """The day that he named."""
    reason: LongText = ""
    loss_reason: LossReason | None = None
    """Which of the reasons it is, if he refused."""


class NextVisitProposalOut(Out):
    id: UUID
    visit_id: UUID
    """At which he was asked."""
    client_id: UUID
    worker_id: UUID | None
    """Who led this visit."""
    category: str
    reply: Reply
    on_day: date | None
    """Of the next visit, if he has said it."""
    job_id: UUID | None
    booked_visit_id: UUID | None
    reason: str
    loss_reason: str | None
    made_by: UUID
    made_at: datetime

    @classmethod
    def of(cls, one: NextVisitProposal) -> Self:
        same = {name: getattr(one, name) for name in cls.__struct_fields__}
        return cls(**same | {"reply": Reply(one.reply)})


class ProposingOut(Out):
    worker_id: UUID | None
    visits: int
    """That he finished."""
    proposed: int
    """At so many of them he asked about the next one. What the client said last counts."""
    booked: int
    named: int
    thinking: int
    refused: int

    @classmethod
    def of(cls, one: Proposing) -> Self:
        return cls(**one._asdict())


class ProposingsOut(Out):
    """Visits that were finished in a period, by worker."""

    items: list[ProposingOut]
