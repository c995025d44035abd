"""The review of first statuses: people confirm clients, add facts that are missing, and release the base."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from app.clients import api as clients
from app.clients.api import SiteNotFound
from app.core.errors import DomainError, Invalid, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.facts.gathering import OfClient
from app.crm.facts.values import Fact, FactKind
from app.crm.first_review import queries
from app.crm.first_review.queries import Reviewed, StatusGroup, Summary
from app.crm.first_statuses.models import FirstAssignment, FirstStatus
from app.crm.first_statuses.policies import find_doubts
from app.crm.first_statuses.queries import get_assignment, get_first_status
from app.crm.passes.models import PassKind
from app.crm.passes.sweep import begin_pass
from app.crm.statuses.queries import find_facts
from app.crm.statuses.service import ByWhat, keep_facts, read_by_what
from app.db.session import Session
from app.db.work import Work, work_in

LONGEST_AGO = timedelta(days=50 * 366)
"""Of a purchase that somebody remembers."""


class FirstAssignmentNotFound(NotFound):
    code = "first_assignment_not_found"


class FirstStatusNotFound(NotFound):
    """The client does not belong to this assignment."""

    code = "first_status_not_found"


class StillAssigning(DomainError):
    """History is being taken over at this moment. Wait until it is done."""

    code = "still_assigning"


class PastPurchaseInvalid(Invalid):
    """The day or the category of an earlier purchase is impossible; `errors` say which."""

    code = "past_purchase_invalid"


async def begin_assignment(session: Session, scope: Scope, *, now: datetime) -> None:
    """Take over what happened to clients of whom nothing is known yet. Nobody is told.

    Raises:
        StillAssigning: that is being done already.
    """
    if await queries.is_gathering(session, scope.company_id):
        raise StillAssigning
    begin_pass(session, scope.company_id, PassKind.GATHER, now=now)


class PastPurchaseNotFound(NotFound):
    code = "past_purchase_not_found"


class Review(NamedTuple):
    """An assignment as a whole."""

    summary: Summary
    groups: Sequence[StatusGroup]
    doubts: dict[str, int]
    samples: Sequence[Reviewed]


async def review_assignment(session: Session, scope: Scope, assignment_id: UUID) -> Review:
    """How many clients got which status and why, and some of each.

    Raises:
        FirstAssignmentNotFound: no such assignment in this company.
    """
    company_id = scope.company_id
    found = await queries.find_summaries(session, company_id, assignment_id=assignment_id)
    if not found:
        raise FirstAssignmentNotFound(assignment_id=assignment_id)
    return Review(
        found[0],
        await queries.count_groups(session, company_id, assignment_id),
        await queries.count_doubts(session, company_id, assignment_id),
        await queries.find_samples(session, company_id, assignment_id),
    )


async def _lock(session: Session, scope: Scope, assignment_id: UUID) -> FirstAssignment:
    found = await get_assignment(session, scope.company_id, assignment_id, lock=True)
    if found is None:
        raise FirstAssignmentNotFound(assignment_id=assignment_id)
    return found


async def confirm_client(
    session: Session, scope: Scope, *, assignment_id: UUID, client_id: UUID, note: str, now: datetime
) -> FirstStatus:
    """A person has looked at a client: his facts are right. Doubts that are left are looked at anew and kept.

    Raises:
        FirstStatusNotFound: he does not belong to this assignment.
    """
    found = await get_first_status(session, scope.company_id, client_id, lock=True)
    if found is None or found.assignment_id != assignment_id:
        raise FirstStatusNotFound(client_id=client_id)
    await _doubt_again(session, found, now=now)
    found.confirmed_at, found.confirmed_by, found.note = now, scope.user_id, note
    await session.flush()
    return found


async def _doubt_again(session: Session, first: FirstStatus, *, now: datetime) -> None:
    """Facts may have come since the doubts were noted."""
    async with work_in(session, first.company_id) as work:
        by = await read_by_what(work, now=now)
        first.doubts = await _doubts_of(work, first.client_id, by)


async def _doubts_of(work: Work, client_id: UUID, by: ByWhat) -> list[str]:
    facts = (await find_facts(work, [client_id]))[client_id]
    return [str(one) for one in find_doubts(facts, by.rules[-1], now=by.now)]


async def release_assignment(
    session: Session, scope: Scope, *, assignment_id: UUID, comment: str, now: datetime
) -> None:
    """From now on plans may touch these clients. Whoever released it first stays named.

    Raises:
        FirstAssignmentNotFound: no such assignment in this company.
        StillAssigning: not all of its clients are known yet.
    """
    found = await _lock(session, scope, assignment_id)
    if await queries.is_gathering(session, scope.company_id):
        raise StillAssigning
    if found.released_at is None:
        found.released_at, found.released_by, found.comment = now, scope.user_id, comment
        await session.flush()


class PastPurchase(NamedTuple):
    """A client bought something before the product knew him."""

    on: date
    category: str
    amount_kop: int
    site_id: UUID
    comment: str


async def note_past_purchase(
    session: Session, scope: Scope, *, client_id: UUID, purchase: PastPurchase, now: datetime
) -> UUID:
    """Add a purchase that no act tells of. The status follows, and nobody is told: it is history. Returns the id by
    which it can be withdrawn.

    Raises:
        ClientNotFound: no such client in this company.
        SiteNotFound: he has no such site.
        PastPurchaseInvalid: the day lies ahead or too far back, or the rules do not know the category as one that
            is bought.
    """
    client = await clients.get_client(session, scope.company_id, client_id)
    site = await clients.get_site(session, scope.company_id, purchase.site_id)
    if (await clients.get_client(session, scope.company_id, site.client_id)).id != client.id:
        raise SiteNotFound(site_id=purchase.site_id)
    purchase_id = uuid7()
    async with work_in(session, scope.company_id) as work:
        by = await read_by_what(work, now=now, is_silent=True)
        _check(purchase, by)
        told = [OfClient(client.id, fact) for fact in _facts_of(purchase, purchase_id, scope, by)]
        await keep_facts(work, told, by)
    await _note_doubts(session, scope, client.id, now=now)
    return purchase_id


def _check(purchase: PastPurchase, by: ByWhat) -> None:
    today = by.now.astimezone(by.zone).date()
    if not today - LONGEST_AGO <= purchase.on <= today:
        raise PastPurchaseInvalid(errors=[{"path": "on", "code": "past_purchase_day_impossible"}])
    if not by.rules[-1].is_purchase([purchase.category]):
        raise PastPurchaseInvalid(errors=[{"path": "category", "code": "past_purchase_category_unknown"}])


def _facts_of(purchase: PastPurchase, purchase_id: UUID, scope: Scope, by: ByWhat) -> list[Fact]:
    """An act and its money, at noon of the day, with an order of their own."""
    at = min(datetime.combine(purchase.on, time(12), by.zone), by.now)
    detail = {"comment": purchase.comment, "noted_by": str(scope.user_id)}
    act = Fact(
        FactKind.ACT_SIGNED,
        at,
        purchase_id,
        site_id=purchase.site_id,
        order_id=purchase_id,
        categories=[purchase.category],
        detail=detail,
    )
    money = act._replace(
        kind=FactKind.PAYMENT_TAKEN, categories=(), amount_kop=purchase.amount_kop, detail={}
    )
    return [act, money]


async def withdraw_past_purchase(
    session: Session, scope: Scope, *, client_id: UUID, purchase_id: UUID, now: datetime
) -> None:
    """It was a mistake: the client did not buy this. Facts stay, and a further one takes the money back.

    Raises:
        PastPurchaseNotFound: nobody has noted such a purchase of this client.
    """
    async with work_in(session, scope.company_id) as work:
        by = await read_by_what(work, now=now, is_silent=True)
        known = (await find_facts(work, [client_id]))[client_id]
        noted = [one for one in known if one.source_id == one.order_id == purchase_id]
        paid = next((one for one in noted if one.kind == FactKind.PAYMENT_TAKEN), None)
        if paid is None:
            raise PastPurchaseNotFound(purchase_id=purchase_id)
        back = paid._replace(kind=FactKind.REFUND_PAID, detail={"withdrawn_by": str(scope.user_id)})
        await keep_facts(work, [OfClient(client_id, back)], by)
    await _note_doubts(session, scope, client_id, now=now)


async def _note_doubts(session: Session, scope: Scope, client_id: UUID, *, now: datetime) -> None:
    first = await get_first_status(session, scope.company_id, client_id, lock=True)
    if first is not None:
        await _doubt_again(session, first, now=now)
