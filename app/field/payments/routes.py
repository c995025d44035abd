from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.errors import CommandReused
from app.core.scope import Scope
from app.db.work import Work
from app.dispatch.api import VisitNotFound
from app.field.payments import service
from app.field.payments.schemas import TakePayment
from app.field.visits import VisitNotAtWork
from app.http.guards import workers
from app.http.idempotency import Once, once, provide_once_at_end
from app.http.refusals import refuses
from app.orders.api import OrderCanceled, PaymentOut, PaymentUnexpected


@post("/field/visits/{visit_id:uuid}/payments", operation_id="takePayment", guards=[workers])
@refuses(CommandReused, OrderCanceled, PaymentUnexpected, VisitNotAtWork, VisitNotFound)
@once
async def take_payment(
    visit_id: FromPath[UUID],
    data: JSONBody[TakePayment],
    work: NamedDependency[Work],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PaymentOut:
    """Record money the client gave on site. A mistake is not changed: the office refunds it.

    A sum that does not fit what is due, or that came before, needs a `reason`. Send the same command again with
    one. What a phone without network took earlier is recorded in any case, and the accountant looks at it.
    """
    payment = await service.take_payment(work, caller, visit_id=visit_id, payment=data, now=clock.now())
    return PaymentOut.of(payment)


router = Router(
    "/",
    route_handlers=[take_payment],
    dependencies={"once": Provide(provide_once_at_end)},
    tags=["field: payments"],
)
