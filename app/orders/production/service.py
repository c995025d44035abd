"""Orders to the plant, from the locked measurement to the ready windows.

No production order may be forgotten. While no installation is booked, it has a reminder (`remind_at`),
and `sweep.remind_of_readiness` gives the dispatcher an inbox item.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from app.contracts.dispatch import ProductionOrderPlaced, ReadinessNear, ReadyDateMoved
from app.core.errors import DomainError, NotFound
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session, constraint_of
from app.db.work import work_in
from app.identity.api import get_entered_company, next_number
from app.notifications import api as notifications
from app.notifications.api import InboxKind
from app.orders.client_orders.policies import OrderCanceled
from app.orders.client_orders.service import settle_order
from app.orders.jobs.service import lock_job
from app.orders.measurements.models import Measurement
from app.orders.measurements.policies import MeasurementNotFound
from app.orders.production import policies, queries
from app.orders.production.models import ProductionOrder
from app.orders.statuses import OrderStatus, ProductionStatus

BY_MEASUREMENT = "uq_production_order__measurement"
BY_JOB = "uq_production_order__job"

REMINDER = InboxKind.READINESS_NEAR
TOO_EARLY = InboxKind.INSTALLATION_TOO_EARLY
ITEMS = [REMINDER, TOO_EARLY]
"""Kinds of inbox items about the installation. They are closed when nothing is left to agree."""

READY_WITHIN = timedelta(days=2 * 365)
REMINDERS_AT_ONCE = 50


class ProductionOrderNotFound(NotFound):
    code = "production_order_not_found"


class MeasurementOutdated(DomainError):
    """The measurer has sent a newer version. Only the newest version can be ordered."""

    code = "measurement_outdated"


class MeasurementAlreadyOrdered(DomainError):
    code = "measurement_already_ordered"


class JobInProduction(DomainError):
    """An earlier version is in production. Cancel that order before you order the newer version."""

    code = "job_in_production"


class ReadyDateImpossible(DomainError):
    """The ready date is in the past or years away."""

    status = 422
    code = "ready_date_impossible"


class ReadyDateFixed(DomainError):
    """The order is made or canceled, so its ready date cannot change."""

    code = "ready_date_fixed"


class ProductionMoveRefused(DomainError):
    """The status cannot change in this way."""

    code = "production_move_refused"


class InstallationAlreadyBooked(DomainError):
    code = "installation_already_booked"


async def place_production_order(
    session: Session,
    scope: Scope,
    *,
    job_id: UUID,
    measurement_id: UUID,
    planned_ready_on: date,
    plant_ref: str = "",
    comment: str = "",
    now: datetime,
) -> ProductionOrder:
    """Place an order with the plant and lock this version of the measurement.

    Raises:
        JobNotFound, MeasurementNotFound: no such job in this company, or no such measurement of it.
        MeasurementOutdated: there is a newer version.
        MeasurementAlreadyOrdered: this version has been ordered.
        JobInProduction: an earlier version is in production.
        OrderCanceled: the client order is canceled.
        ReadyDateImpossible: the date is in the past on the company's calendar, or years away.
    """
    company_id = scope.company_id
    job = await lock_job(session, scope, job_id)  # no newer version can arrive until COMMIT
    measurement = await _newest_measurement(session, company_id, job_id, measurement_id)
    zone = await zone_of(session, company_id)
    _check_ready_date(planned_ready_on, zone=zone, now=now)
    order = ProductionOrder(
        company_id=company_id,
        number=await next_number(session, company_id, "production_order"),
        order_id=job.order_id,
        job_id=job_id,
        measurement_id=measurement_id,
        plant_ref=plant_ref,
        comment=comment,
        status=ProductionStatus.PLACED,
        placed_at=now,
        planned_ready_on=planned_ready_on,
        remind_at=policies.remind_at(
            status=ProductionStatus.PLACED, planned_ready_on=planned_ready_on, zone=zone, now=now
        ),
    )
    await _insert(session, order, measurement)
    client_order = await settle_order(session, company_id, job.order_id)
    if client_order.status == OrderStatus.CANCELED:
        raise OrderCanceled
    await _record_placed(session, scope, order, measurement, now=now)
    return order


async def _newest_measurement(
    session: Session, company_id: UUID, job_id: UUID, measurement_id: UUID
) -> Measurement:
    """This version of the measurement. Refuses one that is not the newest."""
    measurement = await queries.get_measurement(session, company_id, job_id, measurement_id)
    if measurement is None:
        raise MeasurementNotFound
    newest = await queries.get_newest_version(session, company_id, job_id)
    if measurement.version < newest:
        raise MeasurementOutdated(version=measurement.version, newest_version=newest)
    return measurement


def _check_ready_date(planned_ready_on: date, *, zone: ZoneInfo, now: datetime) -> None:
    today = now.astimezone(zone).date()
    if not today <= planned_ready_on <= today + READY_WITHIN:
        raise ReadyDateImpossible(earliest=today, latest=today + READY_WITHIN)


async def _insert(session: Session, order: ProductionOrder, measurement: Measurement) -> None:
    """Insert the order. If two orders for one measurement come at once, a unique index refuses one of them."""
    try:
        async with session.begin_nested():
            session.add(order)
            await session.flush()
    except IntegrityError as error:
        refusals = {BY_MEASUREMENT: MeasurementAlreadyOrdered, BY_JOB: JobInProduction}
        refusal = refusals.get(constraint_of(error) or "")
        if refusal is None:
            raise
        first = await queries.find_live_order_of(session, measurement.company_id, measurement.job_id)
        if first is not None and first.measurement_id == measurement.id:
            refusal = MeasurementAlreadyOrdered
        raise refusal(production_order_id=first and first.id, number=first and first.number) from error


async def _record_placed(
    session: Session, scope: Scope, order: ProductionOrder, measurement: Measurement, *, now: datetime
) -> None:
    """Record the order in its history, with the measurement as it is now, and announce it."""
    payload = {
        "measurement_version": measurement.version,
        "content_hash": measurement.content_hash.hex(),
        "planned_ready_on": order.planned_ready_on.isoformat(),
    }
    await record(session, scope, order, "placed", now=now, payload=payload)
    await announce(
        session,
        order.company_id,
        ProductionOrderPlaced(
            production_order_id=order.id,
            job_id=order.job_id,
            measurement_id=measurement.id,
            planned_ready_on=order.planned_ready_on,
        ),
    )


async def get_production_order(
    session: Session, scope: Scope, production_order_id: UUID, *, lock: bool = False
) -> ProductionOrder:
    """One production order.

    Raises:
        ProductionOrderNotFound: no such production order in this company.
    """
    order = await queries.get_production_order(session, scope.company_id, production_order_id, lock=lock)
    if order is None:
        raise ProductionOrderNotFound
    return order


async def move_production_order(
    session: Session,
    scope: Scope,
    *,
    production_order_id: UUID,
    to: ProductionStatus,
    now: datetime,
    reason: str | None = None,
) -> ProductionOrder:
    """Change the status of a production order. Setting the same status again changes nothing.

    If the windows are made and no installation is booked, the dispatcher is reminded at once.

    Raises:
        ProductionOrderNotFound: no such production order in this company.
        ProductionMoveRefused: the status cannot change in this way.
        InstallationAlreadyBooked: the order cannot be canceled while an installation is booked.
    """
    order = await get_production_order(session, scope, production_order_id, lock=True)
    if order.status == to:
        return order
    if not policies.may_move(order.status, to):
        following = sorted(policies.MOVES[ProductionStatus(order.status)])
        raise ProductionMoveRefused(was=order.status, to=to, allowed=following)
    if to == ProductionStatus.CANCELED:
        await _check_not_booked(session, order)
    order.status = to
    if to == ProductionStatus.READY:
        order.ready_at = now
        await _remind_at_once(session, order, now=now)
        await _settle_items(session, order, [TOO_EARLY], now=now)
    if to == ProductionStatus.CANCELED:
        await stop_reminder(session, order, now=now)
    await record(session, scope, order, to, now=now, payload={"reason": reason} if reason else {})
    await settle_order(session, order.company_id, order.order_id)
    return order


async def _check_not_booked(session: Session, order: ProductionOrder) -> None:
    if await queries.is_installation_booked(session, order):
        raise InstallationAlreadyBooked(job_id=order.installation_job_id)


async def _remind_at_once(session: Session, order: ProductionOrder, *, now: datetime) -> None:
    if not await queries.is_installation_booked(session, order):
        order.remind_at = now


async def change_production_order(
    session: Session, scope: Scope, *, order: ProductionOrder, changes: dict[str, Any], now: datetime
) -> ProductionOrder:
    """Change the plant's number, the comment or the ready date.

    The caller has read, locked and checked the order. A new date moves the reminder and announces
    `ReadyDateMoved`, which a booked installation listens to.

    Raises:
        ReadyDateFixed: the order is made or canceled.
        ReadyDateImpossible: the date is in the past on the company's calendar, or years away.
    """
    moved_to = changes.pop("planned_ready_on", order.planned_ready_on)
    texts = {name: value for name, value in changes.items() if value != getattr(order, name)}
    for name, value in texts.items():
        setattr(order, name, value)
    if texts:
        await record(session, scope, order, "changed", now=now, payload=texts)
    if moved_to != order.planned_ready_on:
        await _move_ready_date(session, scope, order, moved_to, now=now)
    return order


async def _move_ready_date(
    session: Session, scope: Scope, order: ProductionOrder, planned_ready_on: date, *, now: datetime
) -> None:
    if order.status not in policies.AWAITED:
        raise ReadyDateFixed(status=order.status)
    zone = await zone_of(session, order.company_id)
    _check_ready_date(planned_ready_on, zone=zone, now=now)
    was, order.planned_ready_on = order.planned_ready_on, planned_ready_on
    await _settle_items(session, order, ITEMS, now=now)
    if not await queries.is_installation_booked(session, order):
        order.remind_at = policies.remind_at(
            status=order.status, planned_ready_on=planned_ready_on, zone=zone, now=now
        )
    payload = {"was": was.isoformat(), "now": planned_ready_on.isoformat()}
    await record(session, scope, order, "ready_date_moved", now=now, payload=payload)
    await announce(
        session,
        order.company_id,
        ReadyDateMoved(production_order_id=order.id, was=was, now=planned_ready_on),
    )


async def remind_dispatcher(
    session: Session, order: ProductionOrder, *, zone: ZoneInfo, now: datetime
) -> None:
    """Give the dispatcher an inbox item to agree the installation, again every morning until it is booked.

    There is no second item while the first is open. The order's row is locked and its reminder is
    due. The version does not change, because people see nothing new.
    """
    await queries.arm_reminder(session, order, policies.ask_again_at(zone=zone, now=now))
    if await notifications.has_open_item(session, order.company_id, kind=REMINDER, subject_id=order.id):
        return
    occurrence = str(order.planned_ready_on)
    if not await _add_reminder_item(session, order, occurrence=occurrence):
        said = await notifications.count_items(session, order.company_id, kind=REMINDER, subject_id=order.id)
        again = f"{occurrence} {said}"
        await _add_reminder_item(session, order, occurrence=again)
    await queries.add_event(session, order, "reminded", actor_id=None, now=now, payload={})
    await announce(
        session,
        order.company_id,
        ReadinessNear(production_order_id=order.id, planned_ready_on=order.planned_ready_on),
    )


async def _add_reminder_item(session: Session, order: ProductionOrder, *, occurrence: str) -> bool:
    """False if the same item was there already."""
    item = notifications.Item(
        audience="dispatcher",
        kind=REMINDER,
        subject_kind="production_order",
        subject_id=order.id,
        occurrence=occurrence,
        params={"number": order.number, "planned_ready_on": order.planned_ready_on.isoformat()},
    )
    return bool(await notifications.add_items_once(session, order.company_id, item))


async def stop_reminder(session: Session, order: ProductionOrder, *, now: datetime) -> None:
    """Stop the reminder and close its inbox items, because an installation is booked or the order is canceled."""
    order.remind_at = None
    await _settle_items(session, order, ITEMS, now=now)


async def settle_reminder(session: Session, order: ProductionOrder, *, now: datetime) -> None:
    """Stop the reminder if an installation is booked, or start it again if the installation fell through.

    The order's row is locked.
    """
    if await queries.is_installation_booked(session, order) or order.status == ProductionStatus.CANCELED:
        await queries.arm_reminder(session, order, None)
        await _settle_items(session, order, [REMINDER], now=now)
    elif order.remind_at is None:
        zone = await zone_of(session, order.company_id)
        moment = policies.remind_at(
            status=order.status, planned_ready_on=order.planned_ready_on, zone=zone, now=now
        )
        await queries.arm_reminder(session, order, moment)
        await _settle_items(session, order, [TOO_EARLY], now=now)
        await queries.add_event(
            session, order, "installation_fell_through", actor_id=None, now=now, payload={}
        )


async def _settle_items(
    session: Session, order: ProductionOrder, kinds: Sequence[InboxKind], *, now: datetime
) -> None:
    async with work_in(session, order.company_id) as work:
        work.write(notifications.settle_items(kinds, order.id, now=now))


async def zone_of(session: Session, company_id: UUID) -> ZoneInfo:
    """The company's time zone. Ready dates and mornings are counted in it."""
    return ZoneInfo((await get_entered_company(session, company_id)).timezone)


async def record(
    session: Session,
    scope: Scope,
    order: ProductionOrder,
    kind: str,
    *,
    now: datetime,
    payload: dict[str, Any],
) -> None:
    """Append an event to the history. The order's status must always match the last one."""
    await queries.add_event(session, order, kind, actor_id=scope.user_id, now=now, payload=payload)
