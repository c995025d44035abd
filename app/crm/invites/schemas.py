from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from app.crm.invites.models import Invitation
from app.crm.invites.policies import InvitationAnswer, InvitationStatus, Said
from app.crm.invites.releasing import Released, Wishes
from app.http.schemas import In, LongText, Name, Out, Text

AtMost = Annotated[int, Meta(ge=1, le=1_000)]


class InvitedNeedOut(Out):
    site_id: UUID
    category: str
    due_on: date


class InvitationOut(Out):
    """A client is invited to his next visit."""

    id: UUID
    client_id: UUID
    site_id: UUID | None
    needs: list[InvitedNeedOut]
    """All that is due within 14 days: it is one visit."""
    due_on: date
    expires_on: date
    """After this day he is lost for it."""
    status: InvitationStatus
    reason: str
    """Why it was withdrawn: `booked`, `asked`, `not_due`, why the message did not go, or what a person wrote."""
    proposed_at: datetime
    released_at: datetime | None
    released_by: UUID | None
    """Whose name answers for the advertising."""
    batch_id: UUID | None
    sent_at: datetime | None
    answer: InvitationAnswer | None
    words: str
    """What the client wrote or said."""
    answered_at: datetime | None
    answered_by: UUID | None
    """Who in the office was told. Null: the client wrote himself."""
    request_id: UUID | None
    """What his answer has become: somebody agrees the time with him."""
    job_id: UUID | None
    """What was booked."""
    closed_at: datetime | None

    @classmethod
    def of(cls, one: Invitation) -> Self:
        same = {name: getattr(one, name) for name in cls.__struct_fields__}
        needs = [
            InvitedNeedOut(
                site_id=UUID(need["site_id"]),
                category=need["category"],
                due_on=date.fromisoformat(need["due_on"]),
            )
            for need in one.needs
        ]
        return cls(
            **same
            | {
                "needs": needs,
                "status": InvitationStatus(one.status),
                "answer": InvitationAnswer(one.answer) if one.answer else None,
            }
        )


class ListedInvitationOut(InvitationOut):
    """A line of the list."""

    client_name: str

    @classmethod
    def named(cls, one: Invitation, client_name: str) -> Self:
        same = InvitationOut.of(one)
        return cls(
            client_name=client_name,
            **{name: getattr(same, name) for name in InvitationOut.__struct_fields__},
        )


class ProposeInvitations(In):
    at_most: AtMost = 200
    """The longest due come first."""


class ProposedInvitationsOut(Out):
    proposed: int


class ReleaseInvitations(In):
    """Let proposed invitations go. They are advertising, so the caller answers for them by name."""

    name: Name
    """What people call it: “Autumn adjustment, north”."""
    template_kind: Name
    """A published template of the class marketing. Its words can be company, client, what, due."""
    days: Annotated[int, Meta(ge=1, le=92)] = 14
    """Within so many days somebody must be free for everybody who is invited."""
    at_most: AtMost = 200
    invitation_ids: Annotated[list[UUID], Meta(min_length=1, max_length=1_000)] | None = None
    """Only these. Default: all that are proposed, the longest due first."""

    def wishes(self) -> Wishes:
        return Wishes(self.name, self.template_kind, self.days, self.at_most, self.invitation_ids)


class ReleasedInvitationsOut(Out):
    """What came of a release."""

    batch_id: UUID | None
    """The batch of the messages, which can be paused. Null: nobody is invited."""
    released: int
    booked: int
    """They have booked or asked meanwhile. Theirs are withdrawn."""
    not_due: int
    """Nothing of theirs comes due any more. Theirs are withdrawn, too."""
    no_consent: int
    """They have not agreed to advertising, or have no phone. Theirs stay proposed: speak with them on site."""
    no_time: int
    """Nobody who can come to them is free. Theirs stay proposed."""

    @classmethod
    def of(cls, released: Released) -> Self:
        return cls(**released._asdict())


class AnswerInvitation(In):
    """What a client said to somebody in the office."""

    answer: InvitationAnswer
    words: LongText = ""

    def said(self, by: UUID) -> Said:
        return Said(self.answer, self.words.strip(), by)


class WithdrawInvitation(In):
    reason: Text


class SetInvitationRound(In):
    is_on: bool
    """The product proposes each morning at six whom to invite. A person releases them."""


class InvitationRoundOut(Out):
    is_on: bool
    propose_at: datetime | None
    """When it looks next."""


class InvitationCountOut(Out):
    status: InvitationStatus
    reason: str
    invitations: int


class InvitationCountsOut(Out):
    """What became of the invitations that were proposed in a period."""

    items: list[InvitationCountOut]

    @classmethod
    def of(cls, counts: Iterable[tuple[str, str, int]]) -> Self:
        return cls(
            items=[
                InvitationCountOut(status=InvitationStatus(status), reason=reason, invitations=many)
                for status, reason, many in counts
            ]
        )
