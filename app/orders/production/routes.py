from datetime import date
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import dispatchers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.orders.client_orders.policies import OrderCanceled
from app.orders.client_orders.service import OrderNotFound
from app.orders.jobs.service import JobNotFound
from app.orders.measurements.policies import MeasurementNotFound
from app.orders.production import queries, service
from app.orders.production.models import ProductionOrder
from app.orders.production.schemas import (
    CancelProductionOrder,
    PlaceProductionOrder,
    ProductionEventOut,
    ProductionOrderOut,
    ProductionOrderWithHistory,
)
from app.orders.production.service import (
    InstallationAlreadyBooked,
    JobInProduction,
    MeasurementAlreadyOrdered,
    MeasurementOutdated,
    ProductionMoveRefused,
    ProductionOrderNotFound,
    ReadyDateImpossible,
)
from app.orders.statuses import ProductionStatus


@post("/", operation_id="placeProductionOrder", guards=[dispatchers])
@refuses(
    JobInProduction,
    JobNotFound,
    MeasurementAlreadyOrdered,
    MeasurementNotFound,
    MeasurementOutdated,
    OrderCanceled,
    OrderNotFound,
    ProductionOrderNotFound,
    ReadyDateImpossible,
)
@once
async def place_production_order(
    data: JSONBody[PlaceProductionOrder],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ProductionOrderOut:
    """Place an order with the plant. It locks this version of the measurement.

    Three days before `planned_ready_on` the dispatcher is reminded to agree the installation.
    """
    placed = await service.place_production_order(
        session,
        caller,
        job_id=data.job_id,
        measurement_id=data.measurement_id,
        planned_ready_on=data.planned_ready_on,
        plant_ref=data.plant_ref,
        comment=data.comment,
        now=clock.now(),
    )
    order = await service.get_production_order(session, caller, placed.id)  # with the measurement it locks
    return ProductionOrderOut.of(order)


@get("/", operation_id="listProductionOrders", guards=[office])
async def list_production_orders(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    status: FromQuery[list[ProductionStatus] | None] = None,
    ready_from: FromQuery[date | None] = None,
    ready_before: FromQuery[date | None] = None,
    job_id: FromQuery[UUID | None] = None,
    order_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ProductionOrderOut]:
    """Production orders, newest first. Their planned ready dates are in [`ready_from`, `ready_before`)."""
    query = queries.select_production_orders(
        caller,
        statuses=status,
        ready_from=ready_from,
        ready_before=ready_before,
        job_id=job_id,
        order_id=order_id,
    )
    orders, next_cursor = await fetch_page(session, query, ProductionOrder.id, cursor=cursor, limit=limit)
    return Page(items=[ProductionOrderOut.of(order) for order in orders], next_cursor=next_cursor)


@get("/{production_order_id:uuid}", operation_id="getProductionOrder", guards=[office])
@refuses(ProductionOrderNotFound)
async def get_production_order(
    production_order_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ProductionOrderWithHistory:
    """One production order with its history."""
    order = await service.get_production_order(session, caller, production_order_id)
    events = await queries.find_events(session, caller.company_id, production_order_id)
    return ProductionOrderWithHistory.of(order, history=[ProductionEventOut.of(event) for event in events])


@post(
    "/{production_order_id:uuid}/confirm",
    operation_id="confirmProductionOrder",
    guards=[dispatchers],
    status_code=200,
)
@refuses(InstallationAlreadyBooked, OrderNotFound, ProductionMoveRefused, ProductionOrderNotFound)
async def confirm_production_order(
    production_order_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ProductionOrderOut:
    """The plant has confirmed the order."""
    return await _move(session, caller, clock, production_order_id, ProductionStatus.CONFIRMED)


@post(
    "/{production_order_id:uuid}/start",
    operation_id="startProductionOrder",
    guards=[dispatchers],
    status_code=200,
)
@refuses(InstallationAlreadyBooked, OrderNotFound, ProductionMoveRefused, ProductionOrderNotFound)
async def start_production_order(
    production_order_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ProductionOrderOut:
    """The plant has begun to make the order."""
    return await _move(session, caller, clock, production_order_id, ProductionStatus.IN_PRODUCTION)


@post(
    "/{production_order_id:uuid}/ready",
    operation_id="markProductionOrderReady",
    guards=[dispatchers],
    status_code=200,
)
@refuses(InstallationAlreadyBooked, OrderNotFound, ProductionMoveRefused, ProductionOrderNotFound)
async def mark_production_order_ready(
    production_order_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ProductionOrderOut:
    """The order is made, perhaps earlier than planned. If no installation is booked, the dispatcher is reminded
    at once."""
    return await _move(session, caller, clock, production_order_id, ProductionStatus.READY)


@post(
    "/{production_order_id:uuid}/deliver",
    operation_id="markProductionOrderDelivered",
    guards=[dispatchers],
    status_code=200,
)
@refuses(InstallationAlreadyBooked, OrderNotFound, ProductionMoveRefused, ProductionOrderNotFound)
async def mark_production_order_delivered(
    production_order_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ProductionOrderOut:
    """The order has left the plant."""
    return await _move(session, caller, clock, production_order_id, ProductionStatus.DELIVERED)


@post(
    "/{production_order_id:uuid}/cancel",
    operation_id="cancelProductionOrder",
    guards=[dispatchers],
    status_code=200,
)
@refuses(InstallationAlreadyBooked, OrderNotFound, ProductionMoveRefused, ProductionOrderNotFound)
async def cancel_production_order(
    production_order_id: FromPath[UUID],
    data: JSONBody[CancelProductionOrder],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ProductionOrderOut:
    """Cancel a production order. Cancel a booked installation first. The measurement can be ordered again."""
    return await _move(
        session, caller, clock, production_order_id, ProductionStatus.CANCELED, reason=data.reason
    )


async def _move(
    session: Session,
    caller: Scope,
    clock: Clock,
    production_order_id: UUID,
    to: ProductionStatus,
    reason: str | None = None,
) -> ProductionOrderOut:
    order = await service.move_production_order(
        session, caller, production_order_id=production_order_id, to=to, reason=reason, now=clock.now()
    )
    await session.flush()  # the answer names the new version
    return ProductionOrderOut.of(order)


router = Router(
    "/production-orders",
    route_handlers=[
        place_production_order,
        list_production_orders,
        get_production_order,
        confirm_production_order,
        start_production_order,
        mark_production_order_ready,
        mark_production_order_delivered,
        cancel_production_order,
    ],
    tags=["dispatch: production"],
)
