"""Takes in what people write to the company: a stop ends messages at once, anything else goes to who understands it."""

from datetime import datetime, timedelta
from uuid import UUID

from app.clients.consents.policies import How
from app.clients.consents.stops import Stop, stop
from app.clients.inbound import queries
from app.clients.inbound.reading import GET_URL, Received
from app.clients.inbound.stop_words import means_stop, says_more
from app.clients.records.queries import find_holders_of_value
from app.contracts.notifications import SmsReceived
from app.core.ids import uuid7
from app.db.outbox import announce
from app.db.session import Session, enter_company
from app.notifications.api import (
    InboxKind,
    Item,
    LastMessage,
    ReportNotSigned,
    add_items_once,
    find_last_message_to,
    is_signed,
    sign_reports,
)

ANSWERS_WITHIN = timedelta(hours=72)
SMS = "sms"


def inbound_url(public_url: str, secret_key: str, company_id: UUID) -> str:
    """What stands as `get-url` in the group `sms-service` of Kannel."""
    signature = sign_reports(secret_key, f"inbound/{company_id}")
    return f"{public_url}/api/v1/callbacks/sms/kannel/{company_id}/inbound{GET_URL}{signature}"


async def receive(
    session: Session, *, company_id: UUID, received: Received, signature: str, secret_key: str, now: datetime
) -> None:
    """Keep a text. The same again changes nothing.

    Raises:
        ReportNotSigned: the signature is wrong, so we did not give this address to a gateway.
    """
    if not is_signed(secret_key, f"inbound/{company_id}", signature):
        raise ReportNotSigned
    await enter_company(session, company_id)
    clients = await find_holders_of_value(session, company_id, received.value)
    last = await find_last_message_to(session, company_id, received.value, since=now - ANSWERS_WITHIN)
    is_stop = means_stop(received.body)
    message_id = uuid7()
    row = {
        "company_id": company_id,
        "id": message_id,
        "channel": SMS,
        "value": received.value,
        "body": received.body,
        "received_at": now,
        "meaning": "stop" if is_stop else "answer",
        "client_ids": clients,
        "about_message_id": last.id if last else None,
        "external_id": received.external_id,
    }
    if not await queries.insert_message(session, row):
        return
    if is_stop:
        said = Stop("phone", received.value, How.SMS, came_from=received.value, note=received.body)
        await stop(session, company_id, said, now=now)
        if says_more(received.body):
            await _put_before_dispatchers(session, company_id, message_id, received, clients)
    else:
        await _let_understand(session, company_id, message_id, received, clients, last)


async def _let_understand(
    session: Session,
    company_id: UUID,
    message_id: UUID,
    received: Received,
    clients: list[UUID],
    last: LastMessage | None,
) -> None:
    """Whoever understands the text hears it and settles the item. Until then it lies before the dispatchers."""
    await _put_before_dispatchers(session, company_id, message_id, received, clients)
    await announce(
        session,
        company_id,
        SmsReceived(
            inbound_id=message_id,
            value=received.value,
            text=received.body,
            client_ids=clients,
            about_message_id=last.id if last else None,
            about_kind=last.kind if last else None,
            about_subject_kind=last.subject_kind if last else None,
            about_subject_id=last.subject_id if last else None,
        ),
    )


async def _put_before_dispatchers(
    session: Session, company_id: UUID, message_id: UUID, received: Received, clients: list[UUID]
) -> None:
    params = {"value": received.value, "body": received.body, "client_ids": [str(one) for one in clients]}
    await add_items_once(
        session, company_id, Item("dispatcher", InboxKind.CLIENT_WROTE, "inbound_message", message_id, params)
    )
