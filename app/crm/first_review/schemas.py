from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import Meta

from app.core.i18n import text
from app.crm.first_review.queries import Reviewed, Summary
from app.crm.first_review.service import PastPurchase, Review
from app.crm.first_statuses.models import FirstStatus
from app.crm.first_statuses.policies import Doubt
from app.crm.rules.values import Code
from app.crm.status_lists.schemas import StatusName
from app.crm.status_lists.wording import say_reason, say_status
from app.http.schemas import AmountKop, In, Out

DoubtName = Literal[
    "paid_without_act",
    "act_without_money",
    "act_without_category",
    "open_for_long",
    "not_reachable",
    "nothing_known",
]
Note = Annotated[str, Meta(max_length=1000)]


class DoubtOut(Out):
    """What speaks against the facts of a client. Whoever sees to it adds or corrects a fact; the status follows."""

    doubt: DoubtName
    text: str
    """In the reader's language, with what to do."""

    @classmethod
    def of(cls, doubt: str, lang: str) -> Self:
        return cls(doubt=Doubt(doubt).value, text=text(lang, "doubts", doubt))


class FirstAssignmentOut(Out):
    """The base that was there before the product, whose clients got their first status together."""

    id: UUID
    begun_at: datetime
    is_running: bool
    """Not all of its clients are known yet."""
    clients: int
    doubtful: int
    """Something speaks against their facts."""
    confirmed: int
    """A person has looked at them."""
    open_doubts: int
    """Doubtful ones at whom nobody has looked yet."""
    released_at: datetime | None
    """From then on plans may touch them because of what was before."""
    released_by: UUID | None
    comment: str

    @classmethod
    def of(cls, summary: Summary) -> Self:
        return cls(**summary._asdict())


class FirstAssignmentsOut(Out):
    items: list[FirstAssignmentOut]
    """The newest first."""


class ReviewedClientOut(Out):
    """A client of the base with his status and why he has it."""

    client_id: UUID
    name: str
    first_status: StatusName
    """When he was taken over."""
    status: StatusName
    """Now."""
    status_text: str
    reason: str
    reason_text: str
    doubts: list[DoubtOut]
    confirmed_at: datetime | None
    confirmed_by: UUID | None
    note: str

    @classmethod
    def of(cls, row: Reviewed, lang: str) -> Self:
        return cls(
            client_id=row.client_id,
            name=f"{row.surname} {row.name}".strip(),
            first_status=row.first_status,  # type: ignore[arg-type]  # a CHECK of another table
            status=row.status,  # type: ignore[arg-type]  # a CHECK of the table
            status_text=say_status(row.status, lang),
            reason=row.reason,
            reason_text=say_reason(row.reason, row.params, lang),
            doubts=[DoubtOut.of(one, lang) for one in row.doubts],
            confirmed_at=row.confirmed_at,
            confirmed_by=row.confirmed_by,
            note=row.note,
        )


class ReviewedGroupOut(Out):
    """Clients with one status for one reason."""

    status: StatusName
    status_text: str
    reason: str
    clients: int
    doubtful: int
    samples: list[ReviewedClientOut]
    """Up to three: those with most doubts."""


class DoubtCountOut(Out):
    doubt: DoubtName
    text: str
    clients: int
    """At whom nobody has looked yet."""


class FirstReviewOut(Out):
    """Who got which status and why, with samples, and what to look at first."""

    assignment: FirstAssignmentOut
    groups: list[ReviewedGroupOut]
    doubts: list[DoubtCountOut]

    @classmethod
    def of(cls, review: Review, lang: str) -> Self:
        samples = [ReviewedClientOut.of(one, lang) for one in review.samples]
        return cls(
            assignment=FirstAssignmentOut.of(review.summary),
            groups=[
                ReviewedGroupOut(
                    status=group.status,  # type: ignore[arg-type]  # a CHECK of the table
                    status_text=say_status(group.status, lang),
                    reason=group.reason,
                    clients=group.clients,
                    doubtful=group.doubtful,
                    samples=[
                        one for one in samples if (one.status, one.reason) == (group.status, group.reason)
                    ],
                )
                for group in review.groups
            ],
            doubts=[
                DoubtCountOut(
                    doubt=doubt.value,
                    text=text(lang, "doubts", doubt),
                    clients=review.doubts.get(doubt, 0),
                )
                for doubt in Doubt
            ],
        )


class ConfirmFirstStatus(In):
    """A person has looked at the client, and his facts are right."""

    note: Note = ""


class ConfirmedOut(Out):
    client_id: UUID
    doubts: list[DoubtName]
    """What still speaks against his facts."""
    confirmed_at: datetime
    confirmed_by: UUID

    @classmethod
    def of(cls, first: FirstStatus) -> Self:
        return cls(
            client_id=first.client_id,
            doubts=[Doubt(one).value for one in first.doubts],
            confirmed_at=first.confirmed_at,  # type: ignore[arg-type]  # just set
            confirmed_by=first.confirmed_by,  # type: ignore[arg-type]  # just set
        )


class ReleaseFirstAssignment(In):
    """From now on plans may touch these clients because of what was before."""

    comment: Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"\S")]


class NotePastPurchase(In):
    """What a client bought before the product knew him. No act tells of it."""

    on: date
    category: Code
    amount_kop: AmountKop
    site_id: UUID
    """Where: what he will need next is needed there."""
    comment: Note = ""
    """Where it is known from."""

    def to_purchase(self) -> PastPurchase:
        return PastPurchase(self.on, self.category, self.amount_kop, self.site_id, self.comment)


class PastPurchaseOut(Out):
    id: UUID
    """By which it can be withdrawn."""
    client_id: UUID
