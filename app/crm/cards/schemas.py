from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from app.clients.api import ClientOut, ClientPermissionOut
from app.crm.cards.values import Card, CardSite, Happened, KnownWishes
from app.crm.cards.wording import say_state, say_text, say_title, say_why
from app.crm.status_lists.schemas import ClientLifeOut, NeedOut
from app.http.schemas import Out

HistoryKind = Literal[
    "act",
    "chat",
    "consent",
    "contact_check",
    "disappointment",
    "estimate",
    "interaction",
    "invoice",
    "job",
    "measurement",
    "merge",
    "message",
    "next_visit",
    "order",
    "passport",
    "payment",
    "production",
    "proposal",
    "proposal_answer",
    "quality_answer",
    "recovery_case",
    "request",
    "status",
    "task",
    "text",
    "visit",
    "visit_answer",
]


class HistoryEntryOut(Out):
    """Something that happened with a client, or is planned with him."""

    kind: HistoryKind
    id: UUID
    """Of the order, visit, message …"""
    at: datetime
    """When it happened. A visit stands where it is planned, so it can be later than now."""
    title: str
    """What it is, in the reader's language."""
    status: str | None
    status_text: str
    reason: str
    """Why: of a message, for example, why it was not sent. A code, or what somebody wrote."""
    reason_text: str
    text: str
    """What was said or written."""
    what: str | None
    """Which of several kinds it is: of a job, a payment, a message …"""
    number: int | None
    """Of the order, job, act …; of a disappointment or its case, how bad it is: 1 to 3."""
    amount_kop: int | None
    due_at: datetime | None
    """When something is to be done or begins; of a message, when it was sent."""
    due_on: date | None
    channel: str | None
    direction: str | None
    """in: the client began. out: we did."""
    seconds: int | None
    """How long a call or talk was."""
    order_id: UUID | None
    job_id: UUID | None
    visit_id: UUID | None
    person_id: UUID | None
    """Who of the company did it, or has to do it."""
    person: str | None

    @classmethod
    def of(cls, happened: Happened, lang: str) -> Self:
        row = happened.row
        detail = row.detail or {}
        return cls(
            kind=row.kind,  # type: ignore[arg-type]  # a test compares the kinds with the statement
            id=row.id,
            at=row.at,
            title=say_title(row, lang),
            status=row.status,
            status_text=say_state(row, lang),
            reason=row.reason or "",
            reason_text=say_why(row, lang),
            text=say_text(row),
            what=row.what,
            number=row.number,
            amount_kop=row.amount_kop,
            due_at=row.due_at,
            due_on=row.due_on,
            channel=detail.get("channel"),
            direction=detail.get("direction"),
            seconds=detail.get("seconds"),
            order_id=row.order_id,
            job_id=row.job_id,
            visit_id=row.visit_id,
            person_id=row.person_id,
            person=happened.person,
        )


class CardSiteOut(Out):
    id: UUID
    address: str
    is_archived: bool

    @classmethod
    def of(cls, site: CardSite) -> Self:
        return cls(id=site.id, address=site.address, is_archived=site.is_archived)


class CardWishesOut(Out):
    """How a client wants to hear from the company."""

    channels_off: list[str]
    themes_off: list[str]
    per_month: int | None
    not_before: date | None

    @classmethod
    def of(cls, wishes: KnownWishes) -> Self:
        return cls(
            channels_off=list(wishes.channels_off),
            themes_off=list(wishes.themes_off),
            per_month=wishes.per_month,
            not_before=wishes.not_before,
        )


class ClientCardOut(Out):
    """All that is known of a client, in one answer."""

    client: ClientOut
    sites: list[CardSiteOut]
    registered_at: datetime | None
    """His first purchase. Null: he has not bought anything yet."""
    last_order_at: datetime | None
    """When his newest order was opened, or his last purchase if that is later."""
    life: ClientLifeOut | None
    """His status with its reason, receipts, total and level of activity. Null: the card was opened a moment ago."""
    needs: list[NeedOut]
    """What he will need next; the first is due first."""
    permissions: list[ClientPermissionOut]
    """Whether he may be written to at each of his contacts, and why not."""
    wishes: CardWishesOut | None
    history: list[HistoryEntryOut]
    """What happened, the newest first."""
    next_cursor: str | None
    """For the rest of the history: `listClientHistory`."""

    @classmethod
    def of(
        cls,
        card: Card,
        *,
        permissions: list[ClientPermissionOut],
        history: Sequence[Happened],
        next_cursor: str | None,
        lang: str,
        sees_phones: bool,
        now: datetime,
    ) -> Self:
        life = card.life
        bought_at = life.last_purchase_at if life else None
        return cls(
            client=ClientOut.of(card.client, sees_phones=sees_phones),
            sites=[CardSiteOut.of(one) for one in card.sites],
            registered_at=life.first_purchase_at if life else None,
            last_order_at=max((one for one in (card.ordered_at, bought_at) if one), default=None),
            life=ClientLifeOut.of(life, card.rules, lang=lang, now=now) if life else None,
            needs=[NeedOut.of(one, lang) for one in card.needs],
            permissions=permissions,
            wishes=CardWishesOut.of(card.wishes) if card.wishes else None,
            history=[HistoryEntryOut.of(one, lang) for one in history],
            next_cursor=next_cursor,
        )
