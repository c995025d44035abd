"""What an order costs: written by the office, agreed by the client, and then not changed any more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from app.contracts.dispatch import EstimateAgreed
from app.core.amounts import Amounts
from app.core.errors import NotFound
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.documents import api as documents
from app.orders.client_orders.policies import OrderCanceled
from app.orders.client_orders.service import lock_order
from app.orders.estimates import queries
from app.orders.estimates.lines import WrittenLine, write_lines
from app.orders.estimates.models import Estimate
from app.orders.estimates.parties import present_parties
from app.orders.estimates.policies import EstimateStatus, check_draft, check_valid, price_of
from app.orders.estimates.pricing import add_up
from app.orders.estimates.schemas import WriteEstimate
from app.orders.ledger.policies import Cause, EntryKind
from app.orders.ledger.service import charge
from app.orders.measurements.queries import get_newest_sheet
from app.orders.measurements.sheets import Sheet
from app.orders.statuses import OrderStatus


class EstimateNotFound(NotFound):
    code = "estimate_not_found"


async def draft_estimate(
    session: Session, scope: Scope, *, order_id: UUID, wanted: WriteEstimate
) -> Estimate:
    """Begin another version of what an order costs.

    Raises:
        OrderNotFound: no such order in this company.
        OrderCanceled: nothing is sold by it any more.
        Invalid: a line cannot be right.
    """
    order = await lock_order(session, scope, order_id)
    if order.status == OrderStatus.CANCELED:
        raise OrderCanceled
    sheet = await _newest_sheet(session, scope, order_id)
    lines = await _price(session, scope, wanted, sheet)
    estimate = Estimate(
        company_id=scope.company_id,
        order_id=order_id,
        revision=1,
        number=await queries.next_number(session, scope.company_id, order_id),
        status=EstimateStatus.DRAFT,
        drafted_by=scope.user_id,
        **_values(wanted, lines, sheet),
    )
    session.add(estimate)
    await session.flush()  # its lines refer to it
    await queries.add_lines(session, estimate, [line.row for line in lines])
    return estimate


async def rewrite_estimate(session: Session, scope: Scope, estimate: Estimate, wanted: WriteEstimate) -> None:
    """Write a draft anew. The caller has locked it and compared its version.

    Raises:
        EstimateSettled: it is no draft any more.
        Invalid: a line cannot be right.
    """
    check_draft(estimate.status)
    sheet = await _newest_sheet(session, scope, estimate.order_id)
    lines = await _price(session, scope, wanted, sheet)
    for name, value in _values(wanted, lines, sheet).items():
        setattr(estimate, name, value)
    estimate.revision += 1
    await session.flush()
    await queries.add_lines(session, estimate, [line.row for line in lines])


async def _newest_sheet(session: Session, scope: Scope, order_id: UUID) -> Sheet | None:
    jobs = await queries.find_jobs_of_order(session, scope.company_id, order_id)
    return await get_newest_sheet(session, scope, jobs)


async def _price(
    session: Session, scope: Scope, wanted: WriteEstimate, sheet: Sheet | None
) -> list[WrittenLine]:
    codes = [line.work_code for line in wanted.lines if line.work_code is not None]
    works = await documents.find_priced_works(session, scope.company_id, codes)
    openings = {opening.label for opening in sheet.openings} if sheet else None
    return write_lines(wanted.lines, works, openings)


def _values(wanted: WriteEstimate, lines: Sequence[WrittenLine], sheet: Sheet | None) -> Mapping[str, Any]:
    totals = add_up((line.row["part"], line.price) for line in lines)
    return {
        "measurement_id": sheet.measurement.id if sheet else None,
        "advance_pays_for": wanted.advance_pays_for,
        "includes_acts": wanted.includes_acts,
        "valid_until": wanted.valid_until,
        "comment": wanted.comment,
        **totals._asdict(),
        "total_kop": totals.total_kop,
    }


async def get_estimate(session: Session, scope: Scope, estimate_id: UUID, *, lock: bool = False) -> Estimate:
    """One estimate.

    Raises:
        EstimateNotFound: no such estimate in this company.
    """
    estimate = await queries.get_estimate(session, scope, estimate_id, lock=lock)
    if estimate is None:
        raise EstimateNotFound
    return estimate


async def lock_estimate(session: Session, scope: Scope, estimate_id: UUID) -> Estimate:
    """Lock an estimate's order, and then the estimate: whoever agrees or cancels locks in this order.

    Raises:
        EstimateNotFound: no such estimate in this company.
    """
    estimate = await get_estimate(session, scope, estimate_id)
    await lock_order(session, scope, estimate.order_id)
    return await get_estimate(session, scope, estimate_id, lock=True)


async def agree_estimate(
    session: Session, scope: Scope, estimate: Estimate, *, note: str, even_if_expired: bool, now: datetime
) -> None:
    """The client has agreed: from now on this is the price of the order, at the prices he saw.

    The caller has locked the order and then the estimate, and compared its version. A version that was agreed
    before is superseded.

    Raises:
        EstimateSettled: it is no draft any more.
        EstimateExpired: its last day is over.
        OrderCanceled: nothing is sold by it any more.
    """
    check_draft(estimate.status)
    order = await lock_order(session, scope, estimate.order_id)
    if order.status == OrderStatus.CANCELED:
        raise OrderCanceled
    parties = await present_parties(session, scope, order.id)
    if not even_if_expired:
        check_valid(estimate.valid_until, timezone=parties.company.timezone, now=now)
    await _supersede(session, scope, estimate, now=now)
    acted_kop = await queries.sum_charged_by_acts(session, scope.company_id, order.id)
    estimate.included_kop = acted_kop if estimate.includes_acts else 0
    estimate.parties = msgspec.to_builtins(parties)
    estimate.status, estimate.agreed_note = EstimateStatus.AGREED, note
    estimate.agreed_at, estimate.agreed_by = now, scope.user_id
    await session.flush()  # the database refuses a second agreed one
    await charge(session, scope, _cause(scope, estimate, EntryKind.CONTRACT, now), _charged_by(estimate))
    event = EstimateAgreed(estimate_id=estimate.id, order_id=order.id, total_kop=estimate.total_kop)
    await announce(session, scope.company_id, event)


async def _supersede(session: Session, scope: Scope, newer: Estimate, *, now: datetime) -> None:
    agreed = await queries.get_agreed(session, scope.company_id, newer.order_id)
    if agreed is None:
        return
    agreed.status, agreed.superseded_by = EstimateStatus.SUPERSEDED, newer.id
    await session.flush()  # before the newer one takes its place
    await charge(session, scope, _cause(scope, agreed, EntryKind.SUPERSEDED, now), -_charged_by(agreed))


async def decline_estimate(session: Session, estimate: Estimate, *, reason: str, now: datetime) -> None:
    """The client does not want it. The caller has locked it and compared its version.

    Raises:
        EstimateSettled: it is no draft any more.
    """
    check_draft(estimate.status)
    estimate.status = EstimateStatus.DECLINED
    estimate.declined_at, estimate.decline_reason = now, reason
    await session.flush()


async def cancel_agreed(session: Session, scope: Scope, order_id: UUID, *, now: datetime) -> None:
    """The order was canceled: what was agreed is not owed any more, but for the work that signed acts say is done.

    The caller has locked the order.
    """
    agreed = await queries.get_agreed(session, scope.company_id, order_id)
    if agreed is None:
        return
    done_kop = await documents.sum_signed(session, scope.company_id, order_id)
    charged_kop = await queries.sum_charged_by_acts(session, scope.company_id, order_id)
    agreed.status = EstimateStatus.CANCELED
    await session.flush()
    price = _charged_by(agreed)
    cause = Cause(order_id, EntryKind.CANCELED, order_id, now, scope.user_id)
    await charge(session, scope, cause, Amounts(-price.goods, done_kop - charged_kop - price.work))


def _charged_by(estimate: Estimate) -> Amounts:
    return price_of(
        goods_kop=estimate.goods_kop, work_kop=estimate.work_kop, included_kop=estimate.included_kop
    )


def _cause(scope: Scope, estimate: Estimate, kind: EntryKind, now: datetime) -> Cause:
    return Cause(estimate.order_id, kind, estimate.id, now, scope.user_id)
