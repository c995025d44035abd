from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.errors import CommandReused
from app.dispatch.api import VisitNotFound
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.payments.commands import TAKE_PAYMENT
from app.field.payments.schemas import TakePayment
from app.field.visits import VisitNotAtWork
from app.http.guards import workers
from app.http.refusals import refuses
from app.orders.api import OrderCanceled, PaymentOut, PaymentUnexpected


@post("/field/visits/{visit_id:uuid}/payments", operation_id="takePayment", guards=[workers])
@refuses(CommandReused, NumberUsed, OrderCanceled, PaymentUnexpected, VisitNotAtWork, VisitNotFound)
async def take_payment(
    visit_id: FromPath[UUID], data: JSONBody[TakePayment], door: NamedDependency[Door]
) -> PaymentOut:
    """Record money the client gave on site. A mistake is not changed: the office refunds it.

    A sum that does not fit what is due, or that came before, needs a `reason`. Send the same command again with
    one. What a phone without network took earlier is recorded in any case, and the accountant looks at it.
    """
    return await door.carry_out(TAKE_PAYMENT, visit_id, data)


router = Router("/", route_handlers=[take_payment], dependencies=DOOR, tags=["field: payments"])
