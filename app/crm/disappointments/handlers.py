"""Finds disappointments in what the other modules tell. What an event names is read as it is now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.dispatch import OrderAdvanced, VisitCanceled, VisitMoved, VisitProgressed
from app.contracts.documents import ActRefused, ActSigned
from app.contracts.field import PaymentRefunded
from app.crm.disappointments import policies, queries
from app.crm.disappointments.service import keep_signals
from app.crm.disappointments.values import Signal
from app.crm.rules.values import SignalRules
from app.crm.statuses.service import ByWhat, read_by_what
from app.db.work import Work

TELLING = {"on_site", "completed", "partially_completed", "not_completed"}
"""Statuses of a visit that say when somebody came, or that nobody will."""


async def _keep(work: Work, found: Iterable[Signal | None], by: ByWhat) -> None:
    await keep_signals(work, [one for one in found if one is not None], by)


def _rules(by: ByWhat) -> SignalRules:
    """Those that hold now."""
    return by.rules[-1].content.signals


async def on_visits_progressed(work: Work, events: Sequence[VisitProgressed], now: datetime) -> None:
    """Somebody came late, or again and again; or it is over and nobody came."""
    if visits := _ids(one.visit_id for one in events if one.status in TELLING):
        by = await read_by_what(work, now=now)
        promises = await queries.find_promises(work, visits)
        await _keep(work, [policies.judge_promise(one, _rules(by)) for one in promises], by)
        await _keep(work, await _find_reworks(work, visits, _rules(by)), by)


async def _find_reworks(work: Work, visits: Sequence[UUID], rules: SignalRules) -> list[Signal | None]:
    found = await queries.find_reworks(work, visits)
    return [
        policies.judge_rework(
            one.visit,
            [other.visit for other in found if other.visit.client_id == one.visit.client_id],
            one.about,
            rules,
        )
        for one in found
        if one.visit.visit_id in visits
    ]


async def on_visits_canceled(work: Work, events: Sequence[VisitCanceled], now: datetime) -> None:
    """A visit that is canceled long after its window: nobody came."""
    by = await read_by_what(work, now=now)
    promises = await queries.find_promises(work, _ids(one.visit_id for one in events))
    await _keep(work, [policies.judge_promise(one, _rules(by)) for one in promises], by)


async def on_visits_moved(work: Work, events: Sequence[VisitMoved], now: datetime) -> None:
    """A visit that is moved long after its window: nobody came."""
    by = await read_by_what(work, now=now)
    promises = await queries.find_broken_promises(work, _ids(one.visit_id for one in events))
    await _keep(work, [policies.judge_promise(one, _rules(by)) for one in promises], by)


async def on_acts_refused(work: Work, events: Sequence[ActRefused], now: datetime) -> None:
    by = await read_by_what(work, now=now)
    refusals = await queries.find_refusals(work, _ids(one.act_id for one in events))
    await _keep(work, [policies.judge_refusal(*one) for one in refusals], by)


async def on_acts_signed(work: Work, events: Sequence[ActSigned], now: datetime) -> None:
    """A client who accepts the work, but not all of it, is disappointed, too."""
    if acts := _ids(one.act_id for one in events if one.has_remarks):
        by = await read_by_what(work, now=now)
        remarked = await queries.find_remarked(work, acts)
        await _keep(work, [policies.judge_remarks(*one) for one in remarked], by)


async def on_money_refunded(work: Work, events: Sequence[PaymentRefunded], now: datetime) -> None:
    by = await read_by_what(work, now=now)
    refunds = await queries.find_refunds(work, _ids(one.payment_id for one in events))
    await _keep(work, [policies.judge_refund(one, _rules(by)) for one in refunds], by)


async def on_orders_advanced(work: Work, events: Sequence[OrderAdvanced], now: datetime) -> None:
    """An order was canceled for which the client had paid."""
    if orders := _ids(one.order_id for one in events if one.status == "canceled"):
        by = await read_by_what(work, now=now)
        found = await queries.find_cancellations(work, orders)
        await _keep(
            work,
            [
                policies.judge_cancellation(one.order_id, now, one.reason, one.paid_kop, one.about)
                for one in found
            ],
            by,
        )


def _ids(found: Iterable[UUID]) -> list[UUID]:
    return sorted(set(found))
