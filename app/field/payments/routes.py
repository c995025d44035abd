from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.errors import CommandReused
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work
from app.dispatch.api import VisitNotFound
from app.field.payments import service
from app.field.payments.schemas import PaymentOut, PaymentsOut, RefundPayment, TakePayment
from app.field.visits import VisitNotAtWork
from app.http.guards import cashiers, office, workers
from app.http.idempotency import Once, once, provide_once_at_end
from app.http.refusals import refuses
from app.orders import api as orders
from app.orders.api import OrderNotFound, RefundTooLarge


@post("/field/visits/{visit_id:uuid}/payments", operation_id="takePayment", guards=[workers])
@refuses(CommandReused, VisitNotAtWork, VisitNotFound)
@once
async def take_payment(
    visit_id: FromPath[UUID],
    data: JSONBody[TakePayment],
    work: NamedDependency[Work],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PaymentOut:
    """Record money the client gave on site. A mistake is not changed: the office refunds it."""
    payment = await service.take_payment(work, caller, visit_id=visit_id, payment=data, now=clock.now())
    return PaymentOut.of(payment)


@post("/orders/{order_id:uuid}/refunds", operation_id="refundPayment", guards=[cashiers])
@refuses(OrderNotFound, RefundTooLarge)
@once
async def refund_payment(
    order_id: FromPath[UUID],
    data: JSONBody[RefundPayment],
    work: NamedDependency[Work],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PaymentOut:
    """Give money back, at most what is held: an opposite row, the payments stay as they were."""
    refund = await orders.refund_payment(
        work, caller, order_id=order_id, money=data.money, reason=data.reason, now=clock.now()
    )
    return PaymentOut.of(refund)


@get("/orders/{order_id:uuid}/payments", operation_id="listPayments", guards=[office])
@refuses(OrderNotFound)
async def list_payments(
    order_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> PaymentsOut:
    """Every payment and refund of an order, oldest first, with the balance."""
    await orders.get_order(session, caller, order_id)
    payments = await orders.find_payments(session, caller, order_id)
    balance = await orders.get_balance(session, caller, order_id)
    return PaymentsOut.of([PaymentOut.of(payment) for payment in payments], balance)


router = Router(
    "/",
    route_handlers=[take_payment, refund_payment, list_payments],
    dependencies={"once": Provide(provide_once_at_end)},
    tags=["field: payments"],
)
