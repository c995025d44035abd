from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import Meta

from app.crm.calls.models import Interaction, Proposal, ProposalAnswer
from app.crm.calls.service import NewInteraction, NewProposal
from app.crm.loss_reasons.values import LossReason
from app.crm.tasks.policies import Outcome, Said
from app.http.schemas import AmountKop, In, LongText, Moment, Out, Text

InteractionKind = Literal["call", "message", "letter", "talk"]
Direction = Literal["in", "out"]
Answer = Literal["accepted", "refused", "thinking"]


class RecordInteraction(In):
    """A call, a message, a letter or a talk. A refusal needs `reason` and `loss_reason`, an agreement `agreed_on`, a
    call back `call_back_at`."""

    client_id: UUID
    outcome: Outcome
    kind: InteractionKind = "call"
    direction: Direction = "out"
    at: Moment | None = None
    """When it began. Default: now. A time in the future counts as now."""
    seconds: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    """How long a call or talk was."""
    notes: LongText = ""
    """What was said."""
    reason: LongText = ""
    loss_reason: LossReason | None = None
    """Which of the reasons it is."""
    call_back_at: Moment | None = None
    agreed_on: date | None = None
    task_id: UUID | None = None
    """The task that this was a try of. Its outcome is this one."""
    deputy_id: UUID | None = None
    """Who calls back if the caller is away then."""

    def new(self) -> NewInteraction:
        return NewInteraction(
            client_id=self.client_id,
            kind=self.kind,
            direction=self.direction,
            at=self.at,
            seconds=self.seconds if self.kind in ("call", "talk") else None,
            notes=self.notes,
            said=Said(self.outcome, self.reason.strip(), self.call_back_at, self.agreed_on, self.loss_reason),
            task_id=self.task_id,
            deputy_id=self.deputy_id,
        )


class InteractionOut(Out):
    id: UUID
    client_id: UUID
    kind: str
    direction: str
    at: datetime
    seconds: int | None
    outcome: str
    reason: str
    loss_reason: str | None
    call_back_at: datetime | None
    agreed_on: date | None
    notes: str
    user_id: UUID
    """Who spoke with the client."""
    task_id: UUID | None
    """The task that this was a try of, or the one to call back."""

    @classmethod
    def of(cls, interaction: Interaction) -> Self:
        return cls(**{name: getattr(interaction, name) for name in cls.__struct_fields__})


class MakeProposal(In):
    """Something concrete that was offered to a client."""

    client_id: UUID
    what: Text
    amount_kop: AmountKop | None = None
    valid_until: date | None = None
    interaction_id: UUID | None = None
    """The talk in which it was made."""

    def new(self) -> NewProposal:
        return NewProposal(
            self.client_id, self.what.strip(), self.amount_kop, self.valid_until, self.interaction_id
        )


class AnswerProposal(In):
    answer: Answer
    reason: LongText = ""
    """Needed for a refusal."""
    loss_reason: LossReason | None = None
    """Needed for a refusal, too: which of the reasons it is."""
    interaction_id: UUID | None = None
    """The talk in which it was given."""


class AnswerOut(Out):
    answer: str
    reason: str
    loss_reason: str | None
    at: datetime
    recorded_by: UUID
    interaction_id: UUID | None

    @classmethod
    def of(cls, answer: ProposalAnswer) -> Self:
        return cls(**{name: getattr(answer, name) for name in cls.__struct_fields__})


class ClientProposalOut(Out):
    id: UUID
    client_id: UUID
    what: str
    amount_kop: int | None
    valid_until: date | None
    made_at: datetime
    made_by: UUID
    interaction_id: UUID | None
    answer: str | None
    """The latest. Null: he has not answered."""
    answers: list[AnswerOut]
    """All of them, in the order in which they were given."""

    @classmethod
    def of(cls, proposal: Proposal, answers: Sequence[ProposalAnswer]) -> Self:
        same = set(cls.__struct_fields__) - {"answer", "answers"}
        return cls(
            answer=answers[-1].answer if answers else None,
            answers=[AnswerOut.of(one) for one in answers],
            **{name: getattr(proposal, name) for name in same},
        )
