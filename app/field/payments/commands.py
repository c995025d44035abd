"""What a worker's phone commands about money."""

from app.db.session import Session
from app.db.work import Work
from app.field.commands.kinds import Kind, Runs, Sent, Subject
from app.field.payments import service
from app.field.payments.schemas import TakePayment
from app.orders import api as orders
from app.orders.api import PaymentOut


async def take_payment(work: Work, sent: Sent[TakePayment]) -> PaymentOut:
    payment = await service.take_payment(
        work,
        sent.caller,
        visit_id=sent.subject_id,
        payment=sent.body,
        now=sent.now,
    )
    return PaymentOut.of(payment)


async def retell(session: Session, sent: Sent[TakePayment]) -> PaymentOut:
    """What the command recorded in a time when answers were not kept."""
    known = await orders.find_payments_of_command(session, sent.caller, sent.command_id)
    return PaymentOut.of(known[0])


TAKE_PAYMENT = Kind(
    "take_payment", TakePayment, Subject.VISIT, take_payment, Runs.WORK, status=201, retell=retell
)
