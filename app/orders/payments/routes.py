from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work
from app.http.guards import cashiers, office
from app.http.idempotency import Once, once, provide_once_at_end
from app.http.refusals import refuses
from app.orders.client_orders.policies import OrderCanceled
from app.orders.client_orders.service import OrderNotFound, get_order
from app.orders.payments import queries, service
from app.orders.payments.plausibility import PaymentUnexpected
from app.orders.payments.policies import RefundTooLarge
from app.orders.payments.schemas import BookPayment, PaymentOut, PaymentsOut, RefundPayment
from app.orders.payments.service import PaidInFuture, PaymentForOtherInvoice


@post("/orders/{order_id:uuid}/payments", operation_id="bookPayment", guards=[cashiers])
@refuses(OrderCanceled, OrderNotFound, PaidInFuture, PaymentForOtherInvoice, PaymentUnexpected)
@once
async def book_payment(
    order_id: FromPath[UUID],
    data: JSONBody[BookPayment],
    work: NamedDependency[Work],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PaymentOut:
    """Book money that came to the office. A sum that does not fit needs a reason.

    Nothing is paid on a canceled order. A transfer that has come all the same is booked with a reason, and
    is to be given back.
    """
    payment = await service.book_payment(
        work,
        caller,
        order_id=order_id,
        money=data.money,
        invoice_id=data.invoice_id,
        paid_at=data.paid_at,
        reason=data.reason.strip(),
        now=clock.now(),
    )
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
    refund = await service.refund_payment(
        work, caller, order_id=order_id, money=data.money, reason=data.reason, now=clock.now()
    )
    return PaymentOut.of(refund)


@get("/orders/{order_id:uuid}/payments", operation_id="listPayments", guards=[office])
@refuses(OrderNotFound)
async def list_payments(
    order_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> PaymentsOut:
    """Every payment and refund of an order, oldest first, with the balance."""
    await get_order(session, caller, order_id)
    payments = await queries.find_payments(session, caller, order_id)
    balance = await queries.get_balance(session, caller, order_id)
    return PaymentsOut.of([PaymentOut.of(payment) for payment in payments], balance)


router = Router(
    "/",
    route_handlers=[book_payment, refund_payment, list_payments],
    dependencies={"once": Provide(provide_once_at_end)},
    tags=["orders: payments"],
)
